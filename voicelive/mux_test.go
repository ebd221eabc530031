package voicelive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// Handlers run one at a time in the order of the wire, and may call anything.
func TestHandlersMayCallEveryMethod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, func(p *peer) {
			p.text(`{"type":"warning","warning":{"message":"1"}}`)
			p.text(`{"type":"nonsense"`)
			p.text(`{"type":"error","error":{"type":"t","message":"2","event_id":"of another"}}`)
			p.text(`{"type":"of.tomorrow"}`)
			for {
				e, err := p.event()
				if err != nil {
					return
				}
				if e["type"] == "session.update" {
					p.text(`{"type":"session.updated","session":{}}`)
				}
			}
		})
		defer stop()
		var m Mux
		var got []string
		ctx := t.Context()
		On(&m, func(_ context.Context, e *ServerEventWarning) error {
			got = append(got, "warning "+e.Warning.Message)
			for name, call := range map[string]func() error{
				"Send":           func() error { return s.ClearInputAudioBuffer(ctx) },
				"Do":             func() error { _, err := s.Do(ctx, &ClientEventSessionUpdate{}); return err },
				"Stats":          func() error { s.Stats(); return s.Err() },
				"ID":             func() error { s.ID(); s.RequestID(); s.Done(); return nil },
				"CreateResponse": func() error { return s.CreateResponse(ctx, nil) },
				"AudioWriter":    func() error { w, err := s.AudioWriter(ctx, nil); w.Write([]byte{1, 2}); w.Close(); return err },
			} {
				if err := call(); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			// A handler may even receive, though the event is then its own.
			if _, err := s.Recv(ctx); !isEventError(err) {
				t.Errorf("Recv: %v", err)
			}
			return nil
		})
		On(&m, func(_ context.Context, e *ServerEventError) error {
			got = append(got, "error "+e.Error.Message)
			return nil
		})
		On(&m, func(_ context.Context, e ServerEvent) error {
			got = append(got, "all "+string(e.EventType()))
			if e.EventType() == "of.tomorrow" {
				return s.Close()
			}
			return nil
		})
		if err := m.Run(ctx, s); err != nil {
			t.Error(err)
		}
		want := []string{"all session.created", "warning 1", "all warning", "error 2", "all error", "all of.tomorrow", "all session.updated"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func isEventError(err error) bool {
	_, ok := errors.AsType[*EventError](err)
	return ok
}

func TestAHandlersErrorEndsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, func(p *peer) {
			p.text(`{"type":"warning","warning":{"message":"1"}}`)
			p.Drain()
		})
		defer stop()
		var m Mux
		cause := errors.New("mine")
		On(&m, func(context.Context, *ServerEventSessionCreated) error { return cause })
		if err := m.Run(t.Context(), s); err != cause {
			t.Errorf("got %v", err)
		}
		if ev := recv(t, s); ev.EventType() != ServerEventTypeWarning {
			t.Errorf("the session is at %v", ev.EventType())
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := m.Run(ctx, s); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

// A session may be closed from each of the callbacks of an observer.
type closer struct {
	NoObserver
	at      string
	session **Session
}

func (c *closer) close(at string) {
	if c.at == at && *c.session != nil {
		(*c.session).Close()
	}
}
func (c *closer) ObserveSend(context.Context, EventInfo) { c.close("send") }
func (c *closer) ObserveReceive(EventInfo)               { c.close("receive") }
func (c *closer) ObserveResponse(ResponseInfo)           { c.close("response") }
func (c *closer) ObserveError(ErrorInfo)                 { c.close("error") }
func (c *closer) ObserveClose(CloseInfo)                 { c.close("close") }

func TestHandlersForAnInterfaceGetWhatHasIt(t *testing.T) {
	var m Mux
	var got []ServerEventType
	On(&m, func(_ context.Context, e interface {
		ServerEvent
		LogValue() slog.Value
	}) error {
		got = append(got, e.EventType())
		return nil
	})
	for _, e := range []ServerEvent{&ServerEventSessionCreated{}, &ServerEventError{}, &ServerEventSessionUpdated{}} {
		if err := m.HandleEvent(t.Context(), e); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff([]ServerEventType{ServerEventTypeSessionCreated, ServerEventTypeSessionUpdated}, got); diff != "" {
		t.Error(diff)
	}
}

func TestObserversMayClose(t *testing.T) {
	for _, at := range []string{"send", "receive", "response", "error", "close"} {
		synctest.Test(t, func(t *testing.T) {
			var session *Session
			ready := make(chan struct{})
			s, stop := serve(t, func(o *ClientOptions) { o.Observer = &closer{at: at, session: &session} }, func(p *peer) {
				<-ready
				p.text(`{"type":"error","error":{"type":"t","message":"2"}}`)
				p.text(`{"type":"response.done","response":{"id":"r"}}`)
				if at == "close" {
					p.Close(1011, "")
				}
				p.Drain()
			})
			session = s
			close(ready)
			s.ClearInputAudioBuffer(t.Context())
			for range s.Events(t.Context()) {
			}
			stop()
		})
	}
}

func ExampleOn() {
	var m Mux
	On(&m, func(_ context.Context, e *ServerEventResponseAudioTranscriptDelta) error {
		fmt.Print(e.Delta)
		return nil
	})
	// err := m.Run(ctx, session)
}

// recording is a Receiver without a session.
type recording struct {
	events []ServerEvent
	errs   []error // what comes instead of an event that is nil
}

func (r *recording) Recv(context.Context) (ServerEvent, error) {
	e := r.events[0]
	r.events = r.events[1:]
	if e != nil {
		return e, nil
	}
	err := r.errs[0]
	r.errs = r.errs[1:]
	return nil, err
}

func TestMuxRunsOverAnyReceiver(t *testing.T) {
	broken := errors.New("the recording ends here")
	for name, test := range map[string]struct {
		errs []error
		want error
	}{
		"an orderly end": {[]error{&EventError{}, io.EOF}, nil},
		"a failure":      {[]error{fmt.Errorf("file 7: %w", &EventError{}), broken}, broken},
	} {
		t.Run(name, func(t *testing.T) {
			var inner, outer Mux
			var got []string
			On(&inner, func(_ context.Context, e *ServerEventWarning) error {
				got = append(got, e.Warning.Message)
				return nil
			})
			On(&outer, inner.HandleEvent)
			warning := func(text string) ServerEvent {
				return &ServerEventWarning{Warning: ServerEventWarningDetails{Message: text}}
			}
			r := &recording{[]ServerEvent{warning("1"), nil, warning("2"), nil}, test.errs}
			if err := outer.Run(t.Context(), r); err != test.want {
				t.Errorf("Run: got %v, want %v", err, test.want)
			}
			if diff := cmp.Diff([]string{"1", "2"}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
