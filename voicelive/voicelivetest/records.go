package voicelivetest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// Received is an event of the client.
type Received struct {
	Event voicelive.ClientEvent // nil if it could not be decoded
	Type  voicelive.ClientEventType
	Raw   json.RawMessage // as it was sent
	At    time.Duration   // since the session began
}

// Sent is an event that was written to the client.
type Sent struct {
	ID   string // event_id on the wire
	Type voicelive.ServerEventType
	Raw  json.RawMessage // as it was written
	At   time.Duration   // since the session began
}

// By is the side that ended a session.
type By string

const (
	ByClient By = "client" // it closed, or its end of the connection is gone
	ByServer By = "server" // the service closed: the session expired, the client broke the protocol, or the test asked for it
	ByFault  By = "fault"  // a [Fault] ended it
)

// End describes the end of a session. Code and Reason are those of the first close frame, if there was one.
type End struct {
	By     By
	Code   int
	Reason string
	Err    error // the error of reading or writing, if the client sent no close frame
}

// records keeps the events and the end of a session for the test.
type records struct {
	mu         sync.Mutex
	began      time.Time
	forget     bool
	received   []Received
	sent       []Sent
	violations []error
	faulted    []error     // mistakes of the client
	functions  []*function // that responses have called
	closeCode  int         // of the close frame that was sent
	closeSent  bool
	clientCode int // of the close frame that came
	closeCame  bool
	firstClose *End // of the close frame that was first, of either side
	pings      int
	pongs      int
	because    *End // the cause of the end, before the end itself
	end        *End
	changed    chan struct{} // closed at the next change; nil if nobody waits for it
}

// remembered is how many events, and how many mistakes, are kept at least by a session that forgets.
const remembered = 10_000

// keep appends one. If the session forgets, it drops the older half of a long list.
func keep[E any](list []E, e E, forget bool) []E {
	if forget && len(list) >= 2*remembered {
		list = append([]E(nil), list[remembered:]...)
	}
	return append(list, e)
}

// beginning is as much of a text of the client as is kept for good.
func beginning(text string) string {
	if len(text) <= maxID {
		return text
	}
	return strings.ToValidUTF8(text[:maxID], "") + "…"
}

func (r *records) change(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}

// next is closed at the next change.
func (r *records) next() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.changed == nil {
		r.changed = make(chan struct{})
	}
	return r.changed
}

func get[T any](r *records, f func() T) T {
	r.mu.Lock()
	defer r.mu.Unlock()
	return f()
}

// Received returns the events of the client so far.
func (s *Session) Received() []Received {
	return get(&s.records, func() []Received { return slices.Clone(s.received) })
}

// Sent returns the events that were written to the client, in the order of the wire, including the one that is being
// written. Their ids are event_1, event_2 and so on, except for events that were injected with an id of their own. If a
// close frame was sent, see [Session.CloseSent], all of them were written before it.
func (s *Session) Sent() []Sent {
	return get(&s.records, func() []Sent { return slices.Clone(s.sent) })
}

// Violations returns the violations of RFC 6455 by the client.
func (s *Session) Violations() []error {
	return get(&s.records, func() []error { return slices.Clone(s.violations) })
}

// CloseSent reports whether the server has written a close frame, and its code: 1005 if it had no body.
func (s *Session) CloseSent() (code int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closeCode, s.closeSent
}

// CloseReceived reports whether the client has sent a close frame, and its code: 1005 if it had no body.
func (s *Session) CloseReceived() (code int, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clientCode, s.closeCame
}

// Pings returns how many pings and pongs the client has sent.
func (s *Session) Pings() (pings, pongs int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pings, s.pongs
}

// End returns how the session ended, or nil if it has not.
func (s *Session) End() *End {
	return get(&s.records, func() *End { return s.end })
}

// Wait waits until a condition on the session holds. It calls the condition after every change of the recorded events
// and frames. The error is that of ctx, or says that the session ended first.
func (s *Session) Wait(ctx context.Context, condition func(*Session) bool) error {
	for {
		changed := s.next()
		ended := s.End()
		switch {
		case condition(s):
			return nil
		case ended != nil:
			return fmt.Errorf("session %d has ended: %+v", s.index, *ended)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// WaitReceived waits for the n-th event of a type from the client, from 1, and returns it. For errors see [Session.Wait].
func (s *Session) WaitReceived(ctx context.Context, eventType voicelive.ClientEventType, n int) (event voicelive.ClientEvent, err error) {
	err = s.Wait(ctx, func(*Session) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		count := 0
		for _, r := range s.received {
			if r.Type == eventType {
				if count++; count == n {
					event = r.Event
					return true
				}
			}
		}
		return false
	})
	return event, err
}

// WaitSent waits until n events of a type have been written. For errors see [Session.Wait].
func (s *Session) WaitSent(ctx context.Context, eventType voicelive.ServerEventType, n int) error {
	return s.Wait(ctx, func(*Session) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		count := 0
		for _, sent := range s.sent {
			if sent.Type == eventType {
				count++
			}
		}
		return count >= n
	})
}

// WaitEnd waits for the end of the session. The error is ctx's.
func (s *Session) WaitEnd(ctx context.Context) (*End, error) {
	select {
	case <-s.done:
		return s.End(), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Done is closed when the session has ended and its goroutines are gone.
func (s *Session) Done() <-chan struct{} { return s.done }
