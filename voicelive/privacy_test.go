package voicelive

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azlog "github.com/Azure/azure-sdk-for-go/sdk/azcore/log"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/tracing"
)

// Every canary starts with canary; what is behind tells which secret it stands for.
const canary = "CANARY-"

// An ear hears what a program may log: records, values that are printed, and what
// observers are told.
type ear struct {
	mu  sync.Mutex
	out bytes.Buffer
	log *slog.Logger
}

func newEar() *ear {
	e := &ear{}
	e.log = slog.New(slog.NewJSONHandler(e, &slog.HandlerOptions{Level: slog.LevelDebug}))
	return e
}

func (e *ear) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.out.Write(p)
}

// tell prints values in every way there is.
func (e *ear) tell(values ...any) {
	text := slog.New(slog.NewTextHandler(e, nil))
	for _, v := range values {
		fmt.Fprintf(e, "%v\n%+v\n%#v\n%s\n%q\n", v, v, v, v, v)
		e.log.Info("told", "value", v)
		text.Info("told", "value", v)
		if err, ok := v.(error); ok {
			b, _ := json.Marshal(err)
			fmt.Fprintf(e, "%s\n%v\n", b, fmt.Errorf("wrapped: %w", err))
		}
	}
}

func (e *ear) ObserveConnect(_ context.Context, i ConnectInfo) { e.tell(i, i.Err) }
func (e *ear) ObserveSend(_ context.Context, i EventInfo)      { e.tell(i) }
func (e *ear) ObserveReceive(i EventInfo)                      { e.tell(i) }
func (e *ear) ObserveResponse(i ResponseInfo)                  { e.tell(i) }
func (e *ear) ObserveError(i ErrorInfo)                        { e.tell(i) }
func (e *ear) ObserveClose(i CloseInfo)                        { e.tell(i, i.Err) }

// options let the ear hear all that can be heard.
func (e *ear) options(dial func(context.Context, string, string) (net.Conn, error)) *ClientOptions {
	opts := testOptions(dial)
	opts.TracingProvider = tracing.NewProvider(func(name, version string) tracing.Tracer {
		return tracing.NewTracer(func(ctx context.Context, name string, o *tracing.SpanOptions) (context.Context, tracing.Span) {
			e.tell(name, o.Attributes)
			return ctx, tracing.NewSpan(tracing.SpanImpl{
				SetAttributes: func(a ...tracing.Attribute) { e.tell(a) },
				SetStatus:     func(_ tracing.SpanStatus, text string) { e.tell(text) },
			})
		}, nil)
	}, nil)
	opts.Observer, opts.Logger, opts.LogBodies, opts.Logging.IncludeBody = e, e.log, true, true
	return opts
}

// check fails for each place where a canary was heard.
func (e *ear) check(t *testing.T, heard ...string) {
	t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	all := e.out.String()
	for _, line := range strings.Split(all, "\n") {
		if i := strings.Index(line, canary); i >= 0 {
			t.Errorf("a secret is in …%s…", line[max(i-200, 0):min(i+50, len(line))])
		}
	}
	for _, want := range heard {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not heard, so that the test proves nothing", want)
		}
	}
}

// canaryToken is a credential.
type canaryToken struct{ err error }

func (c canaryToken) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: canary + "token", ExpiresOn: time.Now().Add(time.Hour)}, c.err
}

// A secretFeature holds credentials, and is not in every version of the API. Tests of their own add them.
type secretFeature struct {
	configure  func(*RequestSession) // nil for nothing
	invalidate func(*RequestSession) // makes the configuration invalid, nil for nothing
	wire       []string              // canaries that the service gets in the configuration
	sent       func(*RequestSession) ClientEvent
	values     func(*RequestSession) []any // pointers to what holds a canary
}

var secretFeatures []secretFeature

// secretSession holds each kind of credential that a session can.
func secretSession() *RequestSession {
	s := &RequestSession{
		Instructions: new("spoken"),
		Tools: []Tool{&MCPServer{
			ServerLabel: "l", ServerURL: "https://u:" + canary + "url@h/?k=" + canary + "query", Authorization: new(canary + "mcp"),
			Headers: map[string]string{"X": canary + "header"},
		}},
	}
	for _, f := range secretFeatures {
		if f.configure != nil {
			f.configure(s)
		}
	}
	return s
}

// secretEvents are what a service could send, with names in other cases, escapes and places.
var secretEvents = []string{
	`{"type":"session.updated","session":{"avatar":{"character":"c","customized":false,"ice_servers":[{"urls":["turn:u:CANARY-a@h?x=CANARY-b"],"username":"CANARY-c","credential":"CANARY-d"}]}}}`,
	`{"type":"session.updated","session":{"tools":[{"type":"mcp","server_label":"l","server_url":"https://CANARY-e@h","Authorization":"CANARY-f","\u0068eaders":{"X":"CANARY-g"}}]}}`,
	`{"type":"session.updated","session":{"AUTHORIZATION":"\u0043ANARY-h","X-Api-Key":["CANARY-i"],"access.token":{"value":"CANARY-j"},"p\u0061ssword":"CANARY-k","client secret":"CANARY-l"}}`,
	`{"type":"rtc.call.sdp.created","sdp_answer":"a=ice-pwd:CANARY-m"}`,
	`{"type":"session.avatar.connecting","server_sdp":"CANARY-n"}`,
	`{"type":"of.tomorrow","api_key":"CANARY-o"}`,
	`{"type":"session.updated","session":{"temperature":{"token":"CANARY-p"}}}`,
	`{"type":"response.done","response":{"id":"r","status":"completed","usage":{"total_tokens":1}}}`,
	`{"type":"error","error":{"type":"t","code":"c","message":"m"}}`,
	`{"type":"broken","API-Key":"CANARY-r"`,
	`"CANARY-s"`,
	`CANARY-t`,
}

// No credential is in a log with bodies, an error, a value that is printed, or
// what an observer is told.
func TestSecretsStayOut(t *testing.T) {
	e := newEar()
	azlog.SetListener(func(_ azlog.Event, text string) { io.WriteString(e, text+"\n") })
	defer azlog.SetListener(nil)
	for _, credential := range []string{"key", "token"} {
		dial, accepted := loopback(t)
		var wg sync.WaitGroup
		wg.Go(func() {
			conn := <-accepted
			defer conn.Close()
			p, err := accept(conn)
			if err != nil {
				t.Error(err)
				return
			}
			if !strings.Contains(fmt.Sprint(p.Request.Header), canary+credential) {
				t.Errorf("the service got no %s", credential)
			}
			p.text(createdEvent)
			text, err := p.Message()
			wire := []string{canary + "mcp"}
			for _, f := range secretFeatures {
				wire = append(wire, f.wire...)
			}
			for _, secret := range wire {
				if err != nil || !strings.Contains(text, secret) {
					t.Errorf("the service got %s, %v", text, err)
				}
			}
			for _, event := range secretEvents {
				p.text("%s", event)
			}
			for range secretFeatures {
				p.Message()
			}
			p.Frame(0x83, nil)
			p.Drain()
		})
		opts := e.options(dial)
		c, err := NewClientWithKeyCredential("http://127.0.0.1?x=1", azcore.NewKeyCredential(canary+"key"), opts)
		if credential == "token" {
			c, err = NewClient("http://127.0.0.1", canaryToken{}, opts)
		}
		if err != nil {
			t.Fatal(err)
		}
		o := &ConnectOptions{Model: "m", Session: secretSession(), Header: http.Header{"X-Secret": {canary + "x"}}}
		s, err := c.Connect(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range secretFeatures {
			if err := s.Send(t.Context(), f.sent(o.Session)); err != nil {
				t.Error(err)
			}
		}
		for ev, err := range s.Events(t.Context()) {
			if err != nil {
				e.tell(err)
			} else {
				e.log.Info("event", "event", ev)
			}
		}
		wg.Wait()
		e.tell(c, s, *o, o, opts.Limits, s.Stats(), o.Session.Tools[0])
		unknown := []byte(`{"type":"t","token":"` + canary + `raw"}`)
		e.tell(&UnknownServerEvent{Raw: unknown}, &UnknownClientEvent{Raw: unknown}, &UnknownTool{Raw: unknown})
		fmt.Fprintf(e, "%v\n", o.Session.Tools) // a JSON handler would take lists apart
		e.log.Info("sent", "session", o.Session, "update", &ClientEventSessionUpdate{Session: *o.Session},
			"response", &ClientEventResponseCreate{Response: &ResponseCreateParams{Tools: o.Session.Tools}})
		for _, f := range secretFeatures {
			for _, v := range f.values(o.Session) {
				e.tell(v, reflect.ValueOf(v).Elem().Interface())
				e.log.Info("value", "value", v)
			}
		}
	}
	e.check(t, "spoken", "REDACTED", `"type":"session.update"`, "of.tomorrow", "rtc.call.sdp.created", "bytes that are not JSON", "api-version")
	for _, f := range secretFeatures {
		e.check(t, fmt.Sprintf("%q:%q", "type", f.sent(secretSession()).EventType()))
	}
}

// Neither is it when connecting does not succeed.
func TestSecretsStayOutOfRefusals(t *testing.T) {
	e := newEar()
	azlog.SetListener(func(_ azlog.Event, text string) { io.WriteString(e, text+"\n") })
	defer azlog.SetListener(nil)
	unreachable := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: io.ErrUnexpectedEOF}
	}
	o := &ConnectOptions{Model: "m", Session: secretSession(), Header: http.Header{"X-Secret": {canary + "x"}}}
	attempt := func(opts *ClientOptions, cred azcore.TokenCredential, o *ConnectOptions) {
		t.Helper()
		c, err := NewClientWithKeyCredential("http://h", azcore.NewKeyCredential(canary+"key"), opts)
		if cred != nil {
			c, err = NewClient("http://h", cred, opts)
		}
		if err != nil {
			t.Fatal(err)
		}
		s, err := c.Connect(t.Context(), o)
		if err == nil {
			s.Close()
			t.Error("connected")
		}
		e.tell(c, err)
	}
	for _, answer := range []string{refusal(401, `{"error":{"code":"401","message":"who is this?"}}`), refusal(302, "", "Location: http://elsewhere"), "HTTP/1.1 101 X\r\n\r\n", "nonsense"} {
		for _, cred := range []azcore.TokenCredential{nil, canaryToken{}} {
			dial, _, stop := answering(t, answer)
			attempt(e.options(dial), cred, o)
			stop()
		}
	}
	attempt(e.options(unreachable), canaryToken{}, o)
	attempt(e.options(unreachable), canaryToken{io.ErrNoProgress}, o)
	invalid := *o
	invalid.Session = secretSession()
	invalid.Session.Tools[0].(*MCPServer).ServerLabel = ""
	for _, f := range secretFeatures {
		if f.invalidate != nil {
			f.invalidate(invalid.Session)
		}
	}
	attempt(e.options(unreachable), nil, &invalid)
	for _, refused := range []*ConnectOptions{{Query: url.Values{"api-key": {canary + "query"}}}, {Header: http.Header{"Authorization": {canary + "header"}}}} {
		attempt(e.options(unreachable), nil, refused)
	}
	for _, answer := range []string{"", "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 502 X\r\nContent-Length: 2\r\n\r\nno", "\x00"} {
		for _, scheme := range []string{"http", "https", "socks5"} {
			opts := e.options(unreachable)
			if answer != "" {
				opts.DialContext = shouting(t, answer)
			}
			opts.Proxy = func(*http.Request) (*url.URL, error) {
				return url.Parse(scheme + "://user:" + canary + "proxy@p:1")
			}
			attempt(opts, nil, o)
		}
	}
	opts := e.options(unreachable)
	opts.Proxy = func(*http.Request) (*url.URL, error) {
		return url.Parse(fmt.Sprintf("http://u:%sproxy@h:%%zz", canary))
	}
	attempt(opts, nil, o)
	e.check(t, "who is this?", "407 Proxy Authentication Required", "is required", "socks5", "unexpected EOF")
}

// shouting dials what answers before it is asked.
func shouting(t *testing.T, answer string) func(context.Context, string, string) (net.Conn, error) {
	return func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go io.Copy(io.Discard, server)
		go func() {
			io.WriteString(server, answer)
			server.Close()
		}()
		t.Cleanup(func() { server.Close() })
		return client, nil
	}
}
