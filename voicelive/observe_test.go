package voicelive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azlog "github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
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
	r.add("response %s %s %v %v %s", e.ID, e.Status, e.Duration, e.FirstAudio, e.Usage)
}
func (r *recorder) ObserveError(e ErrorInfo) { r.add("error %s %s %s", e.Type, e.Code, e.EventID) }
func (r *recorder) ObserveClose(e CloseInfo) {
	r.add("close %v, %d received", e.Err, e.Stats.EventsReceived)
}

func TestObserversAreToldWhatHappens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r recorder
		s, stop := serve(t, func(o *ClientOptions) { o.Observer = &r }, func(p *peer) {
			p.message()
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
			p.close(1011, "over")
			p.drain()
		})
		if err := s.ClearAudio(t.Context()); err != nil {
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
			`response r completed 1.3s 500ms {"total_tokens":3}`,
			"receive error",
			"error t c e",
			`close voicelive: session ended: server error (close code 1011: "over"), session sess_1, request req_1, 8 received`,
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
				p.drain()
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
			_, payload, _ := p.next()
			time.Sleep(30 * time.Millisecond)
			p.frame(0x8a, payload)
			p.drain()
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
		}, (*peer).drain)
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

// P11: no secret is in a log with bodies, an error, a value that is printed, or what
// an observer is told.
func TestSecretsStayOut(t *testing.T) {
	const canary = "CANARY"
	var out bytes.Buffer
	var mu sync.Mutex
	azlog.SetListener(func(_ azlog.Event, text string) {
		mu.Lock()
		defer mu.Unlock()
		out.WriteString(text)
	})
	defer azlog.SetListener(nil)

	session := &RequestSession{
		Instructions: new("spoken"),
		Tools:        []Tool{&MCPServer{ServerLabel: "l", ServerURL: "https://u:" + canary + "@h/?k=" + canary, Authorization: new(canary), Headers: map[string]string{"X": canary}}},
		Avatar:       &AvatarConfig{Character: "c", ICEServers: []ICEServer{{URLs: []string{"turn:h"}, Username: new(canary), Credential: new(canary)}}},
	}
	dial, accepted := loopback(t)
	opts := testOptions(dial)
	var r recorder
	opts.Observer = &r
	opts.Logger = slog.New(slog.NewJSONHandler(&lockedWriter{w: &out, mu: &mu}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	opts.LogBodies = true
	opts.Logging.IncludeBody = true
	c, err := NewClientWithKeyCredential("http://127.0.0.1?x=1", azcore.NewKeyCredential(canary), opts)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		conn := <-accepted
		defer conn.Close()
		p, err := accept(conn)
		if err != nil {
			t.Error(err)
			return
		}
		p.text(createdEvent)
		p.message()
		p.text(`{"type":"session.updated","session":{"avatar":{"character":"c","customized":false,"ice_servers":[{"urls":["turn:h"],"username":%q,"credential":%q}]}}}`, canary, canary)
		p.text(`{"type":"rtc.call.sdp.created","sdp_answer":"a=ice-pwd:%s"}`, canary)
		p.text(`{"type":"broken","API-Key":%q`, canary)
		p.frame(0x83, nil)
		p.drain()
	})
	o := &ConnectOptions{Model: "m", Session: session, Header: http.Header{"X-Secret": {canary}}}
	s, err := c.Connect(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	s.Send(t.Context(), &ClientEventSessionAvatarConnect{ClientSDP: "a=ice-pwd:" + canary})
	for ev, err := range s.Events(t.Context()) {
		if err != nil {
			r.add("%v %+v", err, err)
			if b, jsonErr := json.Marshal(err.Error()); jsonErr == nil {
				r.add("%s", b)
			}
			if _, whole := errors.AsType[*EventError](err); !whole {
				r.add("%#v", err)
			}
		}
		_ = ev
	}
	wg.Wait()
	for _, v := range []any{c, s, *o, o, session.Tools[0], session.Avatar.ICEServers, session.Avatar, opts.Limits, s.Stats()} {
		r.add("%v %+v %#v", v, v, v)
	}
	proxied := *opts
	proxied.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse("http://u:" + canary + "@127.0.0.1:1") }
	proxied.DialContext = (&net.Dialer{}).DialContext
	if pc, err := NewClientWithKeyCredential("https://h", azcore.NewKeyCredential(canary), &proxied); err == nil {
		_, err = pc.Connect(t.Context(), nil)
		r.add("%v %+v %#v", err, err, err)
	}
	mu.Lock()
	defer mu.Unlock()
	all := out.String() + strings.Join(r.log, "\n")
	for i := strings.Index(all, canary); i >= 0; i = -1 {
		t.Errorf("a secret is in …%s…", all[max(i-200, 0):min(i+50, len(all))])
	}
	for _, want := range []string{"spoken", "REDACTED", "session.update"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not logged, so that the test proves nothing", want)
		}
	}
}

type lockedWriter struct {
	mu *sync.Mutex
	w  *bytes.Buffer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}
