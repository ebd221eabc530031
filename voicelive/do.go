package voicelive

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/go-voicelive/voicelive-go/voicelive/jsonwire"
)

// Do sends an event as [Session.Send] does, and waits for the event by which the
// service confirms it: session.updated for session.update, response.created for
// response.create, and so on. If the event has no event_id it is sent with one.
//
// If the service answers with an error, Do returns it as a [*ServiceError]; an error
// that [IsBenign] is returned as an event, without a Go error. Other errors are those of
// Send, ctx.Err, and the end of the session. When ctx or the session ends the event has
// been sent, and may have an effect, unless the error wraps [ErrNotSent].
//
// Do does not receive: the confirmation still comes out of [Session.Recv] as well, and
// somebody has to call that when the queue is full. Confirmations that name nothing by
// which they could be told apart go to the calls of Do in their order.
func (s *Session) Do(ctx context.Context, e ClientEvent) (ServerEvent, error) {
	if isNil(e) {
		return nil, s.Send(ctx, e)
	}
	c, ok := confirmationOf(e)
	if !ok {
		return nil, notSent(ErrNoConfirmation)
	}
	id := ""
	if c.eventID = e.GetEventID(); c.eventID == "" {
		id = s.newEventID()
		c.eventID = id
	}
	w := s.expect(c)
	defer s.forget(w)
	if err := s.send(ctx, e, id); err != nil {
		return nil, err
	}
	return s.await(ctx, w)
}

// A confirmation describes the events that answer an event.
type confirmation struct {
	types    []ServerEventType
	matches  func(data []byte) bool // nil for any of the types
	eventID  string                 // of the event; an error that names it is an answer
	anyError bool                   // any error is an answer
}

// confirmationOf is the table of what confirms what.
func confirmationOf(e ClientEvent) (c confirmation, ok bool) {
	switch e := e.(type) {
	case *ClientEventSessionUpdate:
		c.types = []ServerEventType{ServerEventTypeSessionUpdated}
	case *ClientEventInputAudioBufferCommit:
		c.types = []ServerEventType{ServerEventTypeInputAudioBufferCommitted}
	case *ClientEventInputAudioBufferClear:
		c.types = []ServerEventType{ServerEventTypeInputAudioBufferCleared}
	case *ClientEventOutputAudioBufferClear:
		c.types = []ServerEventType{ServerEventTypeOutputAudioBufferCleared}
	case *ClientEventConversationItemCreate:
		c.types = []ServerEventType{ServerEventTypeConversationItemCreated}
		c.matches = sameItem(e.Item)
	case *ClientEventConversationItemDelete:
		c.types = []ServerEventType{ServerEventTypeConversationItemDeleted}
		c.matches = func(data []byte) bool { return peekString(data, "item_id") == e.ItemID }
	case *ClientEventConversationItemTruncate:
		c.types = []ServerEventType{ServerEventTypeConversationItemTruncated}
		c.matches = func(data []byte) bool { return peekString(data, "item_id") == e.ItemID }
	case *ClientEventConversationItemRetrieve:
		c.types = []ServerEventType{ServerEventTypeConversationItemRetrieved}
		c.matches = func(data []byte) bool { return peekString(peekObject(data, "item"), "id") == e.ItemID }
	case *ClientEventResponseCreate:
		c.types = []ServerEventType{ServerEventTypeResponseCreated}
	case *ClientEventResponseCancel:
		c.types = []ServerEventType{ServerEventTypeResponseDone}
		if id := deref(e.ResponseID); id != "" {
			c.matches = func(data []byte) bool { return peekString(peekObject(data, "response"), "id") == id }
		}
	case *ClientEventSessionAvatarConnect:
		c.types = []ServerEventType{ServerEventTypeSessionAvatarConnecting}
	case *ClientEventRTCCallSDPCreate:
		c.types = []ServerEventType{ServerEventTypeRTCCallSDPCreated, ServerEventTypeRTCCallError}
	default:
		return c, false
	}
	return c, true
}

// sameItem recognizes an item by its id, or else by what only it can be: the service
// announces items of its own in between.
func sameItem(item ConversationRequestItem) func([]byte) bool {
	text, err := json.Marshal(item)
	if err != nil {
		return nil // not sent either
	}
	id := peekString(text, "id")
	names := []string{"type", "role", "call_id", "approval_request_id"}
	return func(data []byte) bool {
		got := peekObject(data, "item")
		if id != "" {
			return peekString(got, "id") == id
		}
		return !slices.ContainsFunc(names, func(name string) bool {
			want := peekString(text, name)
			return want != "" && peekString(got, name) != want
		})
	}
}

func peekString(data []byte, name string) (v string) {
	jsonwire.PeekMember(data, name, &v, jsonwire.String)
	return v
}

func peekObject(data []byte, name string) (v json.RawMessage) {
	jsonwire.PeekMember(data, name, &v, jsonwire.Raw)
	return v
}

// watch lets callers wait for an event that also goes to the consumer.
type watch struct {
	mu      sync.Mutex
	waiters []*waiter
	n       atomic.Int32 // len(waiters)

	expired atomic.Bool // an error said so
}

type waiter struct {
	confirmation
	found chan []byte // one answer
}

func (s *Session) expect(c confirmation) *waiter {
	w := &waiter{confirmation: c, found: make(chan []byte, 1)}
	s.watch.mu.Lock()
	defer s.watch.mu.Unlock()
	s.watch.waiters = append(s.watch.waiters, w)
	s.watch.n.Store(int32(len(s.watch.waiters)))
	return w
}

// forget may be called for a waiter that has been answered.
func (s *Session) forget(w *waiter) {
	s.watch.mu.Lock()
	defer s.watch.mu.Unlock()
	s.watch.waiters = slices.DeleteFunc(s.watch.waiters, func(x *waiter) bool { return x == w })
	s.watch.n.Store(int32(len(s.watch.waiters)))
	if len(s.watch.waiters) == 0 {
		s.watch.waiters = nil
	}
}

// await returns the answer, as an error if it is one.
func (s *Session) await(ctx context.Context, w *waiter) (ServerEvent, error) {
	var data []byte
	select {
	case data = <-w.found:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-s.conn.Done():
		select {
		case data = <-w.found:
		default:
			return nil, s.endError()
		}
	}
	ev, err := UnmarshalServerEvent(data)
	if err != nil {
		return nil, &EventError{Type: ServerEventType(peekType(data)), Raw: data, Err: err}
	}
	switch e := ev.(type) {
	case *ServerEventError:
		if w.anyError || !IsBenign(e) {
			return nil, NewServiceError(e)
		}
	case *ServerEventRTCCallError:
		d := e.Error
		return nil, &ServiceError{Event: e, Type: d.Type, Code: deref(d.Code), Message: d.Message}
	}
	return ev, nil
}

// answer gives an event to the first who waits for it.
func (s *Session) answer(typ, data []byte) {
	failed := ""
	if string(typ) == string(ServerEventTypeError) {
		failed = peekString(peekObject(data, "error"), "event_id")
	}
	s.watch.mu.Lock()
	defer s.watch.mu.Unlock()
	for i, w := range s.watch.waiters {
		if !w.answeredBy(typ, data, failed) {
			continue
		}
		w.found <- append([]byte(nil), data...)
		s.watch.waiters = slices.Delete(s.watch.waiters, i, i+1)
		s.watch.n.Store(int32(len(s.watch.waiters)))
		return
	}
}

func (w *waiter) answeredBy(typ, data []byte, failed string) bool {
	if string(typ) == string(ServerEventTypeError) {
		return w.anyError || failed != "" && failed == w.eventID
	}
	return slices.Contains(w.types, ServerEventType(typ)) && (w.matches == nil || w.matches(data))
}
