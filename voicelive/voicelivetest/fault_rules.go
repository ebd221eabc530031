package voicelivetest

import (
	"encoding/json"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// rule is a fault that stays in force until it has happened often enough.
type rule struct {
	*Fault
	left int // how often it still happens; less than 0 is for ever
}

// once counts an occurrence, and reports whether the rule is still in force.
func (r *rule) once() bool {
	if r.left > 0 {
		r.left--
	}
	return r.left != 0
}

// rules are those in force.
type rules []*rule

// take finds the first rule that fits and counts its occurrence.
func (rs *rules) take(fits func(*rule) bool) *Fault {
	for i, r := range *rs {
		if fits(r) {
			if !r.once() {
				*rs = append((*rs)[:i:i], (*rs)[i+1:]...)
			}
			return r.Fault
		}
	}
	return nil
}

// add puts a fault in force.
func (rs *rules) add(f *Fault, times int) { *rs = append(*rs, &rule{f, times}) }

// obey puts a fault in force if it is one that changes how events of the client are handled, and reports whether it is.
func (s *Session) obey(f *Fault) bool {
	switch f.Kind {
	case EventUncorrelated, EventAlreadyActive, EventRefuse:
		s.rules.add(f, first(f.N, -1))
		return true
	}
	return false
}

// refusesByFault sends the error of a fault that refuses an event, if there is one in force.
func (s *Session) refusesByFault(event voicelive.ClientEvent, text []byte) bool {
	f := s.rules.take(func(r *rule) bool {
		switch r.Kind {
		case EventAlreadyActive:
			return event.EventType() == voicelive.ClientEventTypeResponseCreate
		case EventRefuse:
			name, member, _ := strings.Cut(r.Body, " ")
			return (name == "" || name == string(event.EventType())) && (member == "" || has(text, strings.Split(member, ".")))
		}
		return false
	})
	if f == nil {
		return false
	}
	p := alreadyActive("resp_0", event.GetEventID())
	if f.Kind == EventRefuse {
		_, member, _ := strings.Cut(f.Body, " ")
		p = problem{code: "simulated_refusal", param: member, message: "The simulator refuses " + string(event.EventType()), eventID: event.GetEventID()}
	}
	s.tellError(p)
	return true
}

// has reports whether a JSON object has a member, at a path.
func has(text []byte, path []string) bool {
	for _, name := range path {
		var members map[string]json.RawMessage
		if json.Unmarshal(text, &members) != nil || members[name] == nil {
			return false
		}
		text = members[name]
	}
	return true
}

// hold loses or delays an event, if a fault wants it. It runs on the writer.
func (s *Session) hold(o outgoing) bool {
	if o.late {
		return false
	}
	f := s.losses.take(func(r *rule) bool { return r.Body == "" || r.Body == string(o.kind) })
	if f == nil {
		return false
	}
	if f.Kind == EventDelay {
		o.late = true
		s.calls.put(func() { s.after(f.Delay, func() { s.out.put(o) }) })
	}
	return true
}
