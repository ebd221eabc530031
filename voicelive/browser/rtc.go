package browser

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// An RTCSession is a session whose ConnectOptions.RTC is set. [voicelive.Session] is one.
type RTCSession interface {
	voicelive.Receiver
	CreateRTCCallSDPAndWait(ctx context.Context, offer string, session *voicelive.RequestSession) (*voicelive.ServerEventRTCCallSDPCreated, error)
}

// An RTC is a direct call: the audio goes between the page and the service. It is a [voicelive.Receiver] of all events
// of the conversation. Those of the session, the side-band, come from the service; calls of functions are among them.
// Transcripts, voice activity and the events of responses arrive at the page, which forwards them: show and record
// them, but let them start nothing, since anybody can write a page. [RTC.Forwarded] tells them apart. It is what
// agent.Agent.Attach takes:
//
//	rtc, err := browser.ConnectRTC(ctx, call, session, nil)
//	…
//	report, err := a.Attach(ctx, session, &agent.AttachOptions{WebRTC: true, Events: rtc, Forwarded: rtc.Forwarded})
type RTC struct {
	call    *Call
	session chan received
	mark    string // begins the event_id of each event that was forwarded
	ended   error  // of the session
}

type received struct {
	event voicelive.ServerEvent
	err   error
}

// ConnectRTC waits for the SDP offer of the page of a call with [Options.WebRTC], lets the service reply to it, and
// gives the page the reply. The configuration may be nil. From then on the events of the session are those of the RTC,
// and nobody else must receive them.
func ConnectRTC(ctx context.Context, call *Call, s RTCSession, config *voicelive.RequestSession) (*RTC, error) {
	if !call.options.WebRTC {
		return nil, errors.New("browser: the handler of the call has no Options.WebRTC")
	}
	offer, err := call.waitOffer(ctx, call.page.offer)
	if err != nil {
		return nil, err
	}
	created, err := s.CreateRTCCallSDPAndWait(ctx, offer, config)
	if err != nil {
		return nil, fmt.Errorf("browser: the service takes no call: %w", err)
	}
	call.tell(message{Type: "answer", SDP: created.SDPAnswer})
	r := &RTC{call: call, session: make(chan received), mark: "forwarded_" + rand.Text() + "_"}
	go r.receive(s)
	return r, nil
}

// receive takes the events of the session until either ends.
func (r *RTC) receive(s voicelive.Receiver) {
	for {
		event, err := s.Recv(r.call.life)
		select {
		case r.session <- received{event, err}:
		case <-r.call.life.Done():
			return
		}
		if err != nil && !costsOne(err) {
			return
		}
	}
}

// costsOne reports whether a session goes on after an error.
func costsOne(err error) bool {
	_, one := errors.AsType[*voicelive.EventError](err)
	return one
}

// Recv returns the next event of the session or of the page. The error is io.EOF after the user has hung up, and that
// of the session after its end; an [*voicelive.EventError] costs one event.
func (r *RTC) Recv(ctx context.Context) (voicelive.ServerEvent, error) {
	for {
		if r.ended != nil {
			return nil, r.ended
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if event := r.call.nextEvent(); event != nil {
			return r.forward(event)
		}
		select {
		case in := <-r.session:
			if in.err != nil && !costsOne(in.err) {
				r.ended = in.err
			}
			return in.event, in.err
		case <-r.call.page.more:
		case <-r.call.life.Done():
			if ctx.Err() == nil { // else that is why the call ended
				r.ended = io.EOF
			}
		case <-ctx.Done():
		}
	}
}

// forward decodes an event of the page, and marks it.
func (r *RTC) forward(data []byte) (voicelive.ServerEvent, error) {
	var members map[string]json.RawMessage
	err := json.Unmarshal(data, &members)
	if err == nil && members == nil {
		err = errors.New("an event is an object")
	}
	if err == nil {
		var id string
		_ = json.Unmarshal(members["event_id"], &id) // without one the mark stands alone
		members["event_id"], err = json.Marshal(r.mark + id)
	}
	if err == nil {
		data, err = json.Marshal(members)
	}
	if err != nil {
		return nil, &voicelive.EventError{Raw: data, Err: err}
	}
	event, err := voicelive.UnmarshalServerEvent(data)
	if err == nil && !r.Forwarded(event) {
		err = errors.New("an event that cannot be marked")
	}
	if err != nil {
		return nil, &voicelive.EventError{Raw: data, Err: err}
	}
	return event, nil
}

// Forwarded reports whether the page has sent an event that Recv has returned. Its event_id says so, too: it begins
// with "forwarded_".
func (r *RTC) Forwarded(event voicelive.ServerEvent) bool {
	return strings.HasPrefix(event.GetEventID(), r.mark)
}
