package browser

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// havingRTC has a test with a direct call that is connected to a session of the simulator.
func havingRTC(t *testing.T, f func(t *testing.T, r *RTC, service *voicelivetest.Session, page *fakePage)) {
	t.Helper()
	having(t, Options{WebRTC: true}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		srv := voicelivetest.NewServer(t, nil)
		session := srv.Connect(t, &voicelive.ConnectOptions{Model: "gpt-realtime", RTC: true})
		go page.send(message{Type: "offer", SDP: "v=0"})
		r, err := ConnectRTC(t.Context(), call, session, &voicelive.RequestSession{Instructions: new("Be brief.")})
		if err != nil {
			t.Fatal(err)
		}
		if m := page.next(); m.Type != "answer" || !strings.HasPrefix(m.SDP, "v=0") {
			t.Errorf("the page is told %+v", m)
		}
		f(t, r, srv.Session(0), page)
	})
}

// next returns the next event of a type.
func nextOf(t *testing.T, r *RTC, want voicelive.ServerEventType) voicelive.ServerEvent {
	t.Helper()
	for {
		event, err := r.Recv(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if event.EventType() == want {
			return event
		}
	}
}

func TestRTCMergesTheEventsOfBothSides(t *testing.T) {
	havingRTC(t, func(t *testing.T, r *RTC, service *voicelivetest.Session, page *fakePage) {
		event, err := service.WaitReceived(t.Context(), voicelive.ClientEventTypeRTCCallSDPCreate, 1)
		if err != nil {
			t.Fatal(err)
		}
		if offer := event.(*voicelive.ClientEventRTCCallSDPCreate); offer.SDPOffer != "v=0" || *offer.Session.Instructions != "Be brief." {
			t.Errorf("the service gets %+v", offer)
		}
		if created := nextOf(t, r, voicelive.ServerEventTypeRTCCallSDPCreated); r.Forwarded(created) {
			t.Error("an event of the service counts as forwarded")
		}

		const call = `{"type":"response.function_call_arguments.done","event_id":"event_9","call_id":"c","name":"f","arguments":"{}"}`
		service.InjectJSON([]byte(call))
		if done := nextOf(t, r, voicelive.ServerEventTypeResponseFunctionCallArgumentsDone); r.Forwarded(done) || done.GetEventID() != "event_9" {
			t.Errorf("of the service: %s", done.GetEventID())
		}
		page.send(message{Type: "event", Event: []byte(call)})
		done := nextOf(t, r, voicelive.ServerEventTypeResponseFunctionCallArgumentsDone)
		if !r.Forwarded(done) || !strings.HasPrefix(done.GetEventID(), "forwarded_") || !strings.HasSuffix(done.GetEventID(), "_event_9") {
			t.Errorf("of the page: %s", done.GetEventID())
		}
		if got := done.(*voicelive.ServerEventResponseFunctionCallArgumentsDone); got.CallID != "c" || got.Name != "f" {
			t.Errorf("of the page: %+v", got)
		}
	})
}

// No event of a page passes as one of the service, whatever it says of itself.
func TestForwardedEventsAreMarked(t *testing.T) {
	havingRTC(t, func(t *testing.T, r *RTC, service *voicelivetest.Session, page *fakePage) {
		var sent []string
		for _, known := range voicelive.ServerEventType("").Values() {
			sent = append(sent, `{"type":"`+string(known)+`"}`)
		}
		sent = append(sent, `{"type":"unheard.of"}`, `{"type":"error","event_id":null}`, `{"type":"error","event_id":7}`,
			`{"type":"error","event_id":"a","event_id":"b"}`, `{"Event_ID":"x","type":"error"}`, `{"type":7}`, `{}`, `[]`, `null`, `"x"`)
		marked, broken := 0, 0
		for _, event := range sent {
			page.send(message{Type: "event", Event: []byte(event)})
			for {
				got, err := r.Recv(t.Context())
				if _, one := errors.AsType[*voicelive.EventError](err); one {
					broken++
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if r.Forwarded(got) {
					marked++
					break
				}
				if strings.HasPrefix(string(got.EventType()), "session.") || got.EventType() == voicelive.ServerEventTypeRTCCallSDPCreated {
					continue // of the service
				}
				t.Fatalf("%s passes as an event of the service", event)
			}
		}
		if marked+broken != len(sent) || broken != 3 { // those that are no objects
			t.Errorf("of %d events %d are marked, and %d cannot be read", len(sent), marked, broken)
		}
	})
}

func TestRTCEnds(t *testing.T) {
	havingRTC(t, func(t *testing.T, r *RTC, service *voicelivetest.Session, page *fakePage) {
		nextOf(t, r, voicelive.ServerEventTypeRTCCallSDPCreated)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := r.Recv(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		page.conn.Close()
		for range 2 {
			if _, err := r.Recv(t.Context()); err != io.EOF {
				t.Errorf("after the page: %v", err)
			}
		}
	})
	havingRTC(t, func(t *testing.T, r *RTC, service *voicelivetest.Session, page *fakePage) {
		nextOf(t, r, voicelive.ServerEventTypeRTCCallSDPCreated)
		service.Abort()
		for range 2 {
			_, err := r.Recv(t.Context())
			if _, ok := errors.AsType[*voicelive.SessionError](err); !ok {
				t.Errorf("after the session: %v", err)
			}
		}
	})
}

// silence is a session without events.
type silence struct{}

func (silence) Recv(ctx context.Context) (voicelive.ServerEvent, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// However the goroutines of a call take their turns.
func TestWhoEndedADirectCall(t *testing.T) {
	for want, end := range map[error]func(*Call, context.CancelCauseFunc){
		io.EOF:           func(call *Call, _ context.CancelCauseFunc) { call.end(endGone) },
		context.Canceled: func(call *Call, cancel context.CancelCauseFunc) { call.shutDown(cancel) },
	} {
		for range 2000 {
			ctx, cancel := context.WithCancelCause(t.Context())
			call := newCall("", nil, &Options{WebRTC: true, Limits: Limits{}.withDefaults()})
			r := &RTC{call: call, session: make(chan received)}
			go r.receive(silence{})
			got := make(chan error)
			go func() {
				_, err := r.Recv(ctx)
				got <- err
			}()
			runtime.Gosched()
			end(call, cancel)
			if err := <-got; err != want {
				t.Fatalf("Recv: error %v, want %v", err, want)
			}
			cancel(nil)
		}
	}
}

func TestConnectRTCThatFails(t *testing.T) {
	srvAndSession := func(t *testing.T) *voicelive.Session {
		return voicelivetest.NewServer(t, &voicelivetest.Options{Faults: voicelivetest.Faults{Scripts: []voicelivetest.Script{
			{{Kind: voicelivetest.EventRefuse, Body: "rtc.call.sdp.create"}},
		}}}).Connect(t, &voicelive.ConnectOptions{Model: "gpt-realtime", RTC: true})
	}
	having(t, Options{}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		if _, err := ConnectRTC(t.Context(), call, srvAndSession(t), nil); err == nil || !strings.Contains(err.Error(), "Options.WebRTC") {
			t.Errorf("of a leg: %v", err)
		}
	})
	having(t, Options{WebRTC: true}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		session := srvAndSession(t)
		if _, err := ConnectRTC(ctx, call, session, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("without an offer: %v", err)
		}
		page.send(message{Type: "offer", SDP: "v=0"})
		if _, err := ConnectRTC(t.Context(), call, session, nil); err == nil || !strings.Contains(err.Error(), "takes no call") {
			t.Errorf("a call that is refused: %v", err)
		}
		page.conn.Close()
		if _, err := ConnectRTC(t.Context(), call, session, nil); err != io.EOF {
			t.Errorf("without a page: %v", err)
		}
		if err := call.Play(t.Context(), seconds(1)); err != errDirect {
			t.Errorf("Play: %v", err)
		}
	})
}

// Events that nobody receives, and offers that nobody waits for, end the call.
func TestADirectCallIsBounded(t *testing.T) {
	for want, send := range map[string]func(page *fakePage){
		"bytes of events": func(page *fakePage) {
			for range 20 {
				_ = page.push(websocket.TextMessage, encode(message{Type: "event", Event: []byte(`"` + strings.Repeat("x", 60<<10) + `"`)}))
				time.Sleep(time.Second)
			}
		},
		"an offer of 65537 bytes": func(page *fakePage) { page.send(message{Type: "offer", SDP: strings.Repeat("v", 65537)}) },
		"an offer of 0 bytes":     func(page *fakePage) { page.send(message{Type: "offer"}) },
		"before the reply": func(page *fakePage) {
			page.send(message{Type: "offer", SDP: "v=0"})
			page.send(message{Type: "offer", SDP: "v=0"})
		},
	} {
		having(t, Options{WebRTC: true, Limits: Limits{Message: 128 << 10}}, func(t *testing.T, s *site, call *Call, page *fakePage) {
			go page.end() // reads
			send(page)
			synctest.Wait()
			if _, err := call.Receive(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %q", err, want)
			}
		})
	}
}
