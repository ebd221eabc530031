package voicelivetest

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// undecodable is the problem with a message that is not an event. It names the event_id if the message has one.
func undecodable(text []byte, err error) problem {
	var tags struct {
		EventID string `json:"event_id"`
	}
	json.Unmarshal(text, &tags) // without an id if it is not JSON
	message := err.Error()
	if d := (*voicelive.DecodeError)(nil); errors.As(err, &d) {
		message = d.Reason
	}
	return problem{kind: "invalid_request_error", code: "invalid_json", message: "The message is not an event: " + message, eventID: tags.EventID}
}

// problem is the content of an error event.
type problem struct {
	kind, code, message, param, eventID string
}

// fail sends an error event for a mistake of the client. The session goes on.
func (s *Session) fail(p problem) {
	s.blame("the service refused something: %s %s", p.code, p.message)
	s.tellError(p)
}

// tellError sends an error event.
func (s *Session) tellError(p problem) {
	if s.rules.take(func(r *rule) bool { return r.Kind == EventUncorrelated }) != nil {
		p.eventID = ""
	}
	details := voicelive.ServerEventErrorDetails{Type: first(p.kind, "invalid_request_error"), Message: p.message}
	for _, member := range []struct {
		name, value string
		field       **string
	}{{"code", p.code, &details.Code}, {"param", p.param, &details.Param}, {"event_id", p.eventID, &details.EventID}} {
		if member.value != "" {
			*member.field = new(member.value)
		} else {
			details.Extra.Set(member.name, json.RawMessage("null"))
		}
	}
	s.emit(&voicelive.ServerEventError{Error: details})
}

// invalid is the problem that an event's own check found.
func invalid(event voicelive.ClientEvent, err error) problem {
	p := problem{code: "invalid_value", message: err.Error(), eventID: event.GetEventID()}
	if v := (*voicelive.ValidationError)(nil); errors.As(err, &v) && len(v.Violations) > 0 {
		p.param = strings.TrimPrefix(v.Violations[0].Path, ".")
		p.message = "Invalid value: " + strings.TrimPrefix(p.param+" "+v.Violations[0].Message, " ")
	}
	if d := (*voicelive.DecodeError)(nil); errors.As(err, &d) {
		p.param = strings.TrimPrefix(d.Path, ".")
		p.code, p.message = "invalid_type", "Invalid type: "+p.param
	}
	return p
}
