package voicelive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-voicelive/voicelive-go/voicelive/jsonwire"
)

// Do sends an event as [Session.Send] does, and waits for the event by which the
// service confirms it: session.updated for session.update, response.created for
// response.create, and so on. If the event has no event_id it is sent with one.
//
// If the service replies with an error, Do returns it as a [*ServiceError]; an error
// that [IsBenign] is returned as an event, without a Go error. An error that does not
// name the event that caused it is taken for the reply if this is the only request that
// waits, with [ServiceError.Unnamed] set. Other errors are those of Send, ctx.Err, and the
// end of the session; they also wrap the latest error of the service that named no event
// in the meantime, as such a ServiceError. When ctx or the session ends the event has been
// sent, and may have an effect, unless the error wraps [ErrNotSent].
//
// Do does not receive: the confirmation still comes out of [Session.Recv] as well, and
// somebody has to call that when the queue is full.
//
// A confirmation is recognized by the identifier that it has in common with the event:
// that of the item or of the response. So that a response which the user's speech starts
// is not taken for the one that was asked for, Do adds a member to the metadata of a
// response.create, of which the service allows 16, and looks for it in response.created. Its
// name is voicelive_event_id, or voicelive_out_of_band for a response out of band; its value
// is the event_id. From a service that never repeats it Do takes a response.created that no
// refusal follows within a second. Confirmations that name nothing go to the calls of Do
// in their order.
func (s *Session) Do(ctx context.Context, e ClientEvent) (ServerEvent, error) {
	w, e, id, err := s.request(e)
	if err != nil {
		return nil, notSent(err)
	}
	defer s.waiters.remove(w)
	if err := s.send(ctx, e, id); err != nil {
		return nil, err
	}
	return s.await(ctx, w)
}

// request begins to wait for the reply to e. It returns the event to send, and the event_id
// to add to it, empty if it has one.
func (s *Session) request(e ClientEvent) (w *waiter, out ClientEvent, added string, err error) {
	if isNil(e) {
		return nil, nil, "", errNilEvent
	}
	types, ok := confirmedBy[e.EventType()]
	if !ok {
		return nil, nil, "", ErrNoConfirmation
	}
	id := e.GetEventID()
	if id == "" {
		id = s.newEventID()
		added = id
	}
	out, about, err := recognizable(e, id)
	if err != nil {
		return nil, nil, "", err
	}
	replies := []reply{{ServerEventTypeError, id}}
	for _, typ := range types {
		for _, subject := range about {
			replies = append(replies, reply{typ, subject})
		}
	}
	return s.waiters.add(e.EventType(), replies...), out, added, nil
}

// await returns the reply, as an error if it is one.
func (s *Session) await(ctx context.Context, w *waiter) (ServerEvent, error) {
	var end error
	select {
	case o := <-w.found:
		return o.event()
	case <-ctx.Done():
		end = ctx.Err()
	case <-s.conn.Done():
		end = s.endError()
	}
	select {
	case o := <-w.found:
		return o.event()
	default:
	}
	if data := s.waiters.unnamedSince(w); data != nil {
		if _, err := (delivery{data, true}).event(); err != nil {
			return nil, fmt.Errorf("%w; before that: %w", end, err)
		}
	}
	return nil, end
}

// event returns the event, or the Go error that it stands for.
func (o delivery) event() (ServerEvent, error) {
	ev, err := UnmarshalServerEvent(o.data)
	if err != nil {
		return nil, &EventError{Type: ServerEventType(peekType(o.data)), Raw: o.data, Err: err}
	}
	switch ev.EventType() {
	case ServerEventTypeError:
		if e, ok := ev.(*ServerEventError); ok && IsBenign(e) {
			return ev, nil
		}
	case "rtc.call.error":
	default:
		return ev, nil
	}
	refused := newServiceError(ev, o.data)
	refused.Unnamed = o.unnamed
	return nil, refused
}

func peekString(data []byte, name string) (v string) {
	jsonwire.PeekMember(data, name, &v, jsonwire.String)
	return v
}

func peekObject(data []byte, name string) (v json.RawMessage) {
	jsonwire.PeekMember(data, name, &v, jsonwire.Raw)
	return v
}

var (
	errNilEvent   = errors.New("the event is nil")
	errNilItem    = errors.New("the item is nil")
	errNilContext = errors.New("the context is nil")
)
