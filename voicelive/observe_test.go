package voicelive

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// recorder keeps what an observer is told, as text.
type recorder struct {
	mu  sync.Mutex
	log []string
}

func (r *recorder) add(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.log = append(r.log, fmt.Sprintf(format, args...))
}

func (r *recorder) ObserveConnect(_ context.Context, e ConnectInfo) {
	r.add("connect %s %s %v", e.Endpoint, e.Model, e.Err)
}
func (r *recorder) ObserveSend(_ context.Context, e EventInfo) {
	r.add("send %s %d", e.Type, e.Bytes)
}
func (r *recorder) ObserveReceive(e EventInfo) { r.add("receive %s", e.Type) }
func (r *recorder) ObserveResponse(e ResponseInfo) {
	r.add("response %s %s %v %v %d tokens", e.ID, e.Status, e.Duration, e.FirstAudio, deref(e.Usage).TotalTokens)
}
func (r *recorder) ObserveError(e ErrorInfo) { r.add("error %s %s %s", e.Type, e.Code, e.EventID) }
func (r *recorder) ObserveClose(e CloseInfo) {
	r.add("close %v, %d received", e.Err, e.Stats.EventsReceived)
}

func TestObserversAreToldWhatHappens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r recorder
		s, stop := serve(t, func(o *ClientOptions) { o.Observer = &r }, func(p *peer) {
			p.Message()
			time.Sleep(time.Second)
			p.text(`{"type":"input_audio_buffer.speech_stopped","audio_end_ms":0,"item_id":"i"}`)
			time.Sleep(200 * time.Millisecond)
			p.text(`{"type":"response.created","response":{"id":"r"}}`)
			time.Sleep(300 * time.Millisecond)
			for range 2 {
				p.text(`{"type":"response.audio.delta","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta":"AAAA"}`)
			}
			p.text(`{"type":"input_audio_buffer.speech_started","audio_start_ms":0,"item_id":"i"}`)
			time.Sleep(time.Second)
			p.text(`{"type":"response.done","response":{"id":"r","status":"completed","usage":{"total_tokens":3}}}`)
			p.text(`{"type":"error","error":{"type":"t","code":"c","message":"m","event_id":"e"}}`)
			p.Close(1011, "over")
			p.Drain()
		})
		if err := s.ClearInputAudioBuffer(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range s.Events(t.Context()) {
		}
		stop()
		want := []string{
			"receive session.created",
			"connect http://voicelive.test m <nil>",
			"send input_audio_buffer.clear 35",
			"receive input_audio_buffer.speech_stopped",
			"receive response.created",
			"receive response.audio.delta",
			"receive response.audio.delta",
			"receive input_audio_buffer.speech_started",
			"receive response.done",
			"response r completed 1.3s 500ms 3 tokens",
			"receive error",
			"error t c e",
			`close voicelive: session ended: server_error (close code 1011: "over"), session sess_1, request req_1, 8 received`,
		}
		if diff := cmp.Diff(want, r.log); diff != "" {
			t.Error(diff)
		}
		st := s.Stats()
		if st.FirstAudio != 500*time.Millisecond || st.Interruptions != 1 || st.Responses != 1 || st.Errors != 1 || st.EventsSent != 1 || st.BytesSent != 35 {
			t.Errorf("got %+v", st)
		}
	})
}

// A response that calls a function is no answer yet.
func TestLatencyIncludesFunctionCalls(t *testing.T) {
	for output, want := range map[string]time.Duration{
		`{"type":"function_call","name":"f","call_id":"c","arguments":"{}","status":"completed"}`: 700 * time.Millisecond,
		`{"type":"message","role":"assistant","content":[],"status":"completed"}`:                 400 * time.Millisecond,
	} {
		synctest.Test(t, func(t *testing.T) {
			s, stop := serve(t, nil, func(p *peer) {
				p.text(`{"type":"input_audio_buffer.speech_stopped","audio_end_ms":0,"item_id":"i"}`)
				p.text(`{"type":"response.created","response":{"id":"r"}}`)
				time.Sleep(300 * time.Millisecond)
				p.text(`{"type":"response.done","response":{"id":"r","status":"completed","output":[%s]}}`, output)
				p.text(`{"type":"response.created","response":{"id":"s"}}`)
				time.Sleep(400 * time.Millisecond)
				p.text(`{"type":"response.audio.delta","response_id":"s","item_id":"i","output_index":0,"content_index":0,"delta":"AAAA"}`)
				p.Drain()
			})
			defer stop()
			for range 6 {
				recv(t, s)
			}
			if got := s.Stats().FirstAudio; got != want {
				t.Errorf("the latency after %s is %v, want %v", output, got, want)
			}
		})
	}
}

func TestRoundTripsAreMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, func(p *peer) {
			_, payload, _ := p.Next()
			time.Sleep(30 * time.Millisecond)
			p.Frame(0x8a, payload)
			p.Drain()
		})
		defer stop()
		time.Sleep(25 * time.Second)
		if trip := s.Stats().RoundTrip; trip != 30*time.Millisecond {
			t.Errorf("got %v", trip)
		}
	})
}

func TestLogsTellTypesAndSizes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		s, stop := serve(t, func(o *ClientOptions) {
			o.Logger = slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug}))
		}, (*peer).Drain)
		s.SendText(t.Context(), "between us")
		stop()
		for _, want := range []string{
			`level=DEBUG msg="voicelive: received" type=session.created bytes=64`,
			`level=INFO msg="voicelive: connected"`,
			`level=DEBUG msg="voicelive: sent" type=conversation.item.create`,
			`level=INFO msg="voicelive: session ended" session=sess_1 request=req_1`,
		} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("no %s in\n%s", want, b.String())
			}
		}
		if strings.Contains(b.String(), "between us") {
			t.Errorf("the log tells what was said:\n%s", b.String())
		}
	})
}

// keeper keeps the JSON of events with their direction.
type keeper struct {
	NoObserver
	recorder
	name string
}

func (k *keeper) tell(e EventInfo) { k.add("%s %v %s %d", k.name, e.Sent, e.JSON, e.Bytes) }

func (k *keeper) ObserveConnect(context.Context, ConnectInfo) {}
func (k *keeper) ObserveSend(_ context.Context, e EventInfo)  { k.tell(e) }
func (k *keeper) ObserveReceive(e EventInfo)                  { k.tell(e) }
func (k *keeper) ObserveResponse(ResponseInfo)                {}
func (k *keeper) ObserveError(ErrorInfo)                      {}
func (k *keeper) ObserveClose(CloseInfo)                      {}

func TestSeveralObserversAreToldTheJSONOfEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const warned = `{"type":"warning","warning":{"message":"x"}}`
		k := &keeper{name: "first"}
		second := &second{k}
		s, stop := serve(t, func(o *ClientOptions) { o.Observer = Observers{k, second} }, answerAll(func(map[string]any) []string {
			time.Sleep(time.Second)
			return []string{warned}
		}))
		if err := s.ClearInputAudioBuffer(t.Context()); err != nil {
			t.Fatal(err)
		}
		recv(t, s)
		recv(t, s)
		stop()
		want := []string{
			"first false " + createdEvent + " 64", "second false",
			`first true {"type":"input_audio_buffer.clear"} 35`, "second true",
			fmt.Sprintf("first false %s %d", warned, len(warned)), "second false",
		}
		if diff := cmp.Diff(want, k.log); diff != "" {
			t.Error(diff)
		}
	})
}

type second struct{ *keeper }

func (s *second) ObserveSend(_ context.Context, e EventInfo) { s.add("second %v", e.Sent) }
func (s *second) ObserveReceive(e EventInfo)                 { s.add("second %v", e.Sent) }

// orders keeps the orders of events, and sends late.
type orders struct {
	NoObserver
	sent, received []uint64
}

func (o *orders) ObserveSend(_ context.Context, e EventInfo) {
	time.Sleep(time.Second) // the reply overtakes
	o.sent = append(o.sent, e.Order)
}
func (o *orders) ObserveReceive(e EventInfo) { o.received = append(o.received, e.Order) }

func TestTheOrderOfAReplyIsBehindThatOfItsCause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o orders
		s, stop := serve(t, func(c *ClientOptions) { c.Observer = &o }, answerAll(func(map[string]any) []string {
			return []string{`{"type":"warning","warning":{"message":"x"}}`}
		}))
		for range 2 {
			if err := s.ClearInputAudioBuffer(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		stop()
		if diff := cmp.Diff([][]uint64{{2, 4}, {1, 3, 5}}, [][]uint64{o.sent, o.received}); diff != "" {
			t.Error(diff)
		}
	})
}

// hangUp closes a session as soon as there is one.
type hangUp struct {
	NoObserver
	took   time.Duration
	closed int
}

func (h *hangUp) ObserveConnect(_ context.Context, e ConnectInfo) {
	began := time.Now()
	e.Session.Close()
	h.took = time.Since(began)
	if h.closed != 0 {
		h.closed = 100 // before this returned
	}
}

func (h *hangUp) ObserveClose(CloseInfo) { h.closed++ }

func TestAnObserverMayCloseTheSessionAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h hangUp
		s, stop := serve(t, func(o *ClientOptions) { o.Observer = &h }, func(p *peer) { p.Drain() })
		stop()
		if h.took != 0 || h.closed != 1 || s.Err() != nil {
			t.Errorf("Close took %v, ObserveClose was called %d times, Err %v", h.took, h.closed, s.Err())
		}
	})
}
