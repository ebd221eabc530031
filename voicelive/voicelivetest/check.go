package voicelivetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// Check fails the test for what [Session.Check] finds in any session.
func (srv *Server) Check(t TB) {
	t.Helper()
	for _, s := range srv.Sessions() {
		if err := s.Check(); err != nil {
			t.Errorf("voicelivetest: session %d: %v", s.index, err)
		}
	}
}

// Check lists what a client should not have done in the session so far, or nil:
//
//   - an event that the service refused with an error, unless a [Fault] did;
//   - a response.create while the user was speaking, unless speech_started may have been on its way to the client, the
//     response is out of band, or cancel_previous is true;
//   - a function call without an output, of a response that was not cancelled, or one with two. Calls of a session that
//     the client did not end are allowed to have none.
//
// It does not wait: call it when the conversation is over.
func (s *Session) Check() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := slices.Clone(s.faulted)
	lost := s.end != nil && s.end.By != ByClient
	for _, c := range s.functions {
		switch {
		case c.outputs > 1:
			found = append(found, fmt.Errorf("function call %s of %s has %d outputs", c.id, c.name, c.outputs))
		case c.outputs == 0 && c.due && !lost:
			found = append(found, fmt.Errorf("function call %s of %s has no output", c.id, c.name))
		}
	}
	return errors.Join(found...)
}

// function is a function call, and what became of it.
type function struct {
	id, name string
	due      bool // it needs an output
	outputs  int
}

// blame records what the client should not have done.
func (s *Session) blame(format string, args ...any) {
	s.change(func() { s.faulted = append(s.faulted, fmt.Errorf(format, args...)) })
}

// intoSpeech blames the client for a response that it asks for while the user speaks, as it could know.
func (s *Session) intoSpeech(params *voicelive.ResponseCreateParams, aside bool) {
	o := &s.srv.options
	crossing := o.Link.Latency + o.Uplink.Latency
	if o.Transport == TCP {
		crossing += 100 * time.Millisecond
	}
	meant := params.CancelPrevious != nil && *params.CancelPrevious
	if after := time.Since(s.speechBegan); s.input.speaking() && after > crossing && !aside && !meant {
		s.blame("response.create %v after speech_started: the user is still speaking", after)
	}
}

// note records an item that has joined the conversation, if it is a function call or the output of one.
func (s *Session) note(value voicelive.ResponseItem) {
	switch v := value.(type) {
	case *voicelive.ResponseFunctionCallItem:
		s.change(func() { s.functions = append(s.functions, &function{id: v.CallID, name: v.Name}) })
	case *voicelive.ResponseFunctionCallOutputItem:
		s.change(func() {
			for _, f := range s.functions {
				if f.id == v.CallID {
					f.outputs++
				}
			}
		})
	}
}

// note records which function calls of a response need an output, at its end.
func (r *response) note() {
	for _, i := range r.items {
		call, ok := i.value.(*voicelive.ResponseFunctionCallItem)
		if !ok || r.cut || i.deleted || call.Status != voicelive.ResponseItemStatusCompleted {
			continue
		}
		r.s.change(func() {
			for _, f := range r.s.functions {
				f.due = f.due || f.id == call.CallID
			}
		})
	}
}
