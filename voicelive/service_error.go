package voicelive

import (
	"encoding/json"
	"maps"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive/internal/ws"
)

// The codes of errors that mean something to a session.
const (
	codeActiveResponse  = "conversation_already_has_active_response"
	codeCancelNotActive = "response_cancel_not_active"
	codeSessionExpired  = "session_expired"
)

// A ServiceError is an error event of the service as a Go error: the reply to an
// event that [Session.Do] sent, or to what [Client.Connect] asked for. Those that come
// out of [Session.Recv] become one with [NewServiceError].
type ServiceError struct {
	Event ServerEvent // a *ServerEventError or a *ServerEventRTCCallError

	Type, Code, Message, Param string // empty if absent
	EventID                    string // of the client event that caused it; empty if it names none
	Detail                     string // other texts, objects and lists of the event, as JSON; empty if there are none

	// Unnamed says that the error names no event, so that it may not be about the one that
	// waited for a reply. It is false in what NewServiceError returns.
	Unnamed bool
}

// NewServiceError returns an error event as a Go error. The error has all the text of the
// event, whatever its form. See [IsBenign] for events that need no action.
func NewServiceError(e *ServerEventError) *ServiceError {
	data, err := e.MarshalJSON()
	if err != nil { // it was made by hand
		d := e.Error
		return &ServiceError{Event: e, Type: d.Type, Code: deref(d.Code), Message: d.Message, Param: deref(d.Param), EventID: deref(d.EventID)}
	}
	return newServiceError(e, data)
}

// newServiceError reads the JSON of ev rather than its fields, since gateways send errors of
// other forms: a text instead of the object, members around it, numbers as codes.
func newServiceError(ev ServerEvent, data []byte) *ServiceError {
	e := &ServiceError{Event: ev}
	event := jsonMembers(data)
	delete(event, "type")
	delete(event, "event_id") // of the error itself
	details := jsonMembers(event["error"])
	if details != nil {
		delete(event, "error")
	} else {
		details = map[string]json.RawMessage{}
		takeText(event, "error", &e.Message)
	}
	for _, field := range []struct {
		name string
		text *string
	}{{"type", &e.Type}, {"code", &e.Code}, {"message", &e.Message}, {"param", &e.Param}, {"event_id", &e.EventID}} {
		takeText(details, field.name, field.text)
		takeText(event, field.name, field.text)
	}
	for name, value := range event {
		if _, twice := details[name]; !twice {
			details[name] = value
		}
	}
	maps.DeleteFunc(details, func(_ string, value json.RawMessage) bool { return !strings.ContainsRune(`"{[`, rune(value[0])) })
	if len(details) > 0 {
		rest, _ := json.Marshal(details) // what is not JSON was not decoded
		e.Detail = string(rest)
	}
	return e
}

// jsonMembers returns the members of a JSON object that are not null, and nil for anything else.
func jsonMembers(data []byte) (members map[string]json.RawMessage) {
	if json.Unmarshal(data, &members) != nil {
		return nil
	}
	for name, value := range members {
		if string(value) == "null" {
			delete(members, name)
		}
	}
	return members
}

// takeText moves a string, number or boolean to text, if that is empty.
func takeText(members map[string]json.RawMessage, name string, text *string) {
	value := members[name]
	if len(value) == 0 || *text != "" || value[0] == '{' || value[0] == '[' {
		return
	}
	if value[0] != '"' {
		*text = string(value)
	} else if json.Unmarshal(value, text) != nil {
		return
	}
	delete(members, name)
}

// Error is what the service said.
func (e *ServiceError) Error() string { return ws.OneLine("voicelive: " + e.text()) }

func (e *ServiceError) text() string {
	var b strings.Builder
	b.WriteString("the service reports")
	if e.Unnamed {
		b.WriteString(", of an event that it does not name,")
	}
	for _, s := range []string{e.Type, e.Code} {
		if s != "" {
			b.WriteString(" " + s)
		}
	}
	if e.Param != "" {
		b.WriteString(" for " + e.Param)
	}
	if e.Type == "" && e.Code == "" && e.Param == "" && e.Message == "" && e.Detail == "" {
		b.WriteString(" an error")
		return b.String()
	}
	b.WriteByte(':')
	for _, s := range []string{e.Message, e.Detail} {
		if s != "" {
			b.WriteString(" " + s)
		}
	}
	return b.String()
}

// truncatedBeyondEnd is in the message of an error that has no code of its own.
const truncatedBeyondEnd = "already shorter than"

// IsBenign reports whether an error event only tells of a race between the client
// and the service that needs no action: a response was cancelled after its end, or an
// item truncated beyond its end, so that all of it counts as heard. A response.create that
// the service refused because another response was active is not benign: only the
// application can ask again.
func IsBenign(e *ServerEventError) bool {
	return deref(e.Error.Code) == codeCancelNotActive || strings.Contains(e.Error.Message, truncatedBeyondEnd)
}
