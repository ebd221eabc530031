package voicelivetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// Check fails the test if [Session.Check] finds a mistake in any session.
func (srv *Server) Check(t TB) {
	t.Helper()
	for _, s := range srv.Sessions() {
		if err := s.Check(); err != nil {
			t.Errorf("voicelivetest: session %d: %v", s.index, err)
		}
	}
}

// Check lists the mistakes of the client in the session so far, or returns nil if there are none. Mistakes are
//
//   - an event that the service refused with an error, unless a [Fault] refused it;
//   - a response.create while the user was speaking. It is no mistake if speech_started may still have been on its way
//     to the client, if the response is out of band, or if cancel_previous is true;
//   - a function call without an output, if its response was not cancelled and the client ended the session;
//   - a function call with two outputs.
//
// Check does not wait: call it when the conversation is over.
func (s *Session) Check() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(append(slices.Clone(s.faulted), s.uncalled()...)...)
}

// uncalled lists function calls that have not got one output. The caller holds the lock.
func (s *Session) uncalled() (found []error) {
	lost := s.end != nil && s.end.By != ByClient
	for _, c := range s.functions {
		switch {
		case c.outputs > 1:
			found = append(found, fmt.Errorf("function call %s of %s has %d outputs", c.id, c.name, c.outputs))
		case c.outputs == 0 && c.due && !lost:
			found = append(found, fmt.Errorf("function call %s of %s has no output", c.id, c.name))
		}
	}
	return found
}

// function is a function call and the outputs that it has got.
type function struct {
	id, name string
	due      bool // it needs an output
	outputs  int
}

// blame records a mistake of the client.
func (s *Session) blame(format string, args ...any) {
	err := errors.New(beginning(fmt.Sprintf(format, args...)))
	s.change(func() { s.faulted = keep(s.faulted, err, s.forget) })
	s.logMistake(err)
}

// intoSpeech blames the client for a response.create while the user speaks, if the client could know that the user does.
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

// note records, at the end of a response, which of its function calls need an output.
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
