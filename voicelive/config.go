package voicelive

import (
	"encoding/json"
	"unique"

	"github.com/go-voicelive/voicelive-go/voicelive/jsonwire"
)

// Config returns the configuration in effect, as the latest session.created or
// session.updated that arrived tells it; nil before, and if it cannot be decoded. The
// caller owns it. It may lack what the service does not tell, such as credentials.
func (s *Session) Config() *ResponseSession {
	s.mu.Lock()
	kept := s.config
	s.mu.Unlock()
	if kept == nil {
		return nil
	}
	config := new(ResponseSession)
	if config.UnmarshalJSON(kept.json()) != nil {
		return nil
	}
	return config
}

// A keptConfig is the JSON of a configuration. The sessions of a program usually differ in
// few and short members of it, so that they share the long ones: instructions and tools
// take more memory than all else of an idle session.
type keptConfig struct {
	short string // an object
	long  map[string]unique.Handle[string]
}

// longMember is the length of a member's value from which on it is shared.
const longMember = 256

// keep keeps the members of an object; it returns nil for what is none.
func keep(members map[string]json.RawMessage) *keptConfig {
	if members == nil {
		return nil
	}
	var kept keptConfig
	for name, value := range members {
		if len(value) < longMember {
			continue
		}
		if kept.long == nil {
			kept.long = map[string]unique.Handle[string]{}
		}
		kept.long[name] = unique.Make(string(value))
		delete(members, name)
	}
	kept.short = string(objectOf(members))
	return &kept
}

func (k *keptConfig) json() []byte {
	members := membersOf([]byte(k.short))
	for name, value := range k.long {
		members[name] = json.RawMessage(value.Value())
	}
	return objectOf(members)
}

// membersOf returns the members of an object, and nil for anything else. It takes less stack than
// encoding/json, which would double that of a session.
func membersOf(object []byte) (members map[string]json.RawMessage) {
	if jsonwire.Unmarshal(object, &members, readMembers) != nil {
		return nil
	}
	return members
}

func readMembers(v *map[string]json.RawMessage, r *jsonwire.Reader) {
	jsonwire.Map(v, r, jsonwire.Raw)
}

func objectOf(members map[string]json.RawMessage) []byte {
	object, _ := jsonwire.Append(nil, &members, func(v *map[string]json.RawMessage, w *jsonwire.Writer) {
		jsonwire.PutMap(v, w, jsonwire.PutRaw)
	}) // which were JSON
	return object
}
