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
// name the event that caused it counts as the reply if no other request waits; its
// [ServiceError.Unnamed] is then set. Other errors are those of Send, ctx.Err, and the
// end of the session. If the service sent errors that name no event while Do waited, these
// Go errors also wrap the latest of them, as a ServiceError. When ctx or the session ends
// the event has been sent, and may have an effect, unless the error wraps [ErrNotSent].
//
// Do does not receive: [Session.Recv] returns the confirmation as well, and another
// goroutine has to call Recv when the queue is full.
//
// Do recognizes a confirmation by the identifier of the item or of the response, which the
// event has too. Speech of the user can start another response at the same time. To tell the
// two apart, Do adds a member to the metadata of a response.create and looks for it in
// response.created; the service allows 16 members. The name of the member is
// voicelive_event_id, or voicelive_out_of_band for a response out of band, and its value is the
// event_id. If the service never repeats the member, Do returns the first response.created
// unless a refusal follows within a second and two round trips. Confirmations without an
// identifier, such as session.updated, go to the calls of Do in the order of the calls. If ctx
// ends such a call, its confirmation may go to the next call.
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

// event returns the event, or a Go error if the event is a refusal.
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
