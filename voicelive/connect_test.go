package voicelive

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

func TestEndpointAndOptionsMakeTheURL(t *testing.T) {
	const query = "?api-version=" + APIVersion
	for _, tt := range []struct {
		endpoint string
		options  ConnectOptions
		want     string
	}{
		{"https://r.services.ai.azure.com", ConnectOptions{Model: "gpt-realtime"}, "https://r.services.ai.azure.com/voice-live/realtime" + query + "&model=gpt-realtime"},
		{"wss://r.example/", ConnectOptions{Model: "m"}, "https://r.example/voice-live/realtime" + query + "&model=m"},
		{"r.example:8443", ConnectOptions{}, "https://r.example:8443/voice-live/realtime" + query},
		{"WS://r.example", ConnectOptions{}, "http://r.example/voice-live/realtime" + query},
		{"https://r.example/voice-live/realtime", ConnectOptions{}, "https://r.example/voice-live/realtime" + query},
		{"https://r.example/Voice-Live/Realtime/", ConnectOptions{}, "https://r.example/voice-live/realtime" + query},
		{"https://gateway.example/team/a", ConnectOptions{}, "https://gateway.example/team/a/voice-live/realtime" + query},
		{"https://gateway.example/a/voice-live/realtime/calls", ConnectOptions{}, "https://gateway.example/a/voice-live/realtime" + query},
		{"https://gateway.example/a%2Fb/c%20d/voice-live/realtime", ConnectOptions{}, "https://gateway.example/a%2Fb/c%20d/voice-live/realtime" + query},
		{"https://gateway.example/calls", ConnectOptions{}, "https://gateway.example/calls/voice-live/realtime" + query},
		{"https://r.example", ConnectOptions{RTC: true, Model: "m"}, "https://r.example/voice-live/realtime/calls" + query + "&model=m"},
		{"https://r.example?api-version=2025-10-01&x=1", ConnectOptions{Model: "m"}, "https://r.example/voice-live/realtime?api-version=2025-10-01&model=m&x=1"},
		{"https://r.example?api-version=2025-10-01", ConnectOptions{APIVersion: "v1"}, "https://r.example/voice-live/realtime?api-version=v1"},
		{"https://r.example", ConnectOptions{Model: "my model&x=ü+"}, "https://r.example/voice-live/realtime" + query + "&model=my%20model%26x%3D%C3%BC%2B"},
		{"https://r.example", ConnectOptions{Model: "m", Query: url.Values{"model": {"n"}, "debug": {"1"}}}, "https://r.example/voice-live/realtime" + query + "&debug=1&model=n"},
		{"https://r.example", ConnectOptions{Profile: "byom-azure-openai-realtime", Model: "dep", Features: []string{"a:true", "b:true"}},
			"https://r.example/voice-live/realtime" + query + "&features=a%3Atrue%2Cb%3Atrue&model=dep&profile=byom-azure-openai-realtime"},
		{"https://r.example", ConnectOptions{Agent: &Agent{Name: "n", ProjectName: "p", Version: "2", ConversationID: "c", AuthenticationIdentityClientID: "i", FoundryResourceOverride: "f"}},
			"https://r.example/voice-live/realtime?agent-authentication-identity-client-id=i&agent-name=n&agent-project-name=p&agent-version=2&api-version=" + APIVersion + "&conversation-id=c&foundry-resource-override=f"},
		{"https://r.example", ConnectOptions{Agent: &Agent{Name: "n", ProjectName: "p"}},
			"https://r.example/voice-live/realtime?agent-name=n&agent-project-name=p&api-version=" + APIVersion},
	} {
		u, err := parseEndpoint(tt.endpoint)
		if err != nil {
			t.Errorf("%s: %v", tt.endpoint, err)
			continue
		}
		got, err := realtimeURL(u, "", &tt.options)
		if err != nil {
			t.Errorf("%s: %v", tt.endpoint, err)
			continue
		}
		if got.String() != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.endpoint, got, tt.want)
		}
	}
}

func TestEndpointsThatHoldSecretsOrMakeNoSenseAreRefused(t *testing.T) {
	const canary = "CANARY"
	for _, endpoint := range []string{
		"", "ftp://h", "https://", "https://user:" + canary + "@h", "https://" + canary + "@h",
		"https://h?api-key=" + canary, "https://h?API_KEY=" + canary, "https://h?access_token=" + canary, "https://h?sig=" + canary,
		"https://h?Authorization=Bearer%20" + canary, "https://h?subscription-key=" + canary, "https://h:" + canary, "https://h/%zz?key=" + canary,
	} {
		_, err := NewClientWithKeyCredential(endpoint, azcore.NewKeyCredential("k"), nil)
		if err == nil {
			t.Errorf("%q is accepted", endpoint)
		} else if strings.Contains(err.Error(), canary) {
			t.Errorf("%q: the error repeats it: %v", endpoint, err)
		}
	}
}

func TestBadArgumentsAreRefusedBeforeDialing(t *testing.T) {
	opts := testOptions(func(context.Context, string, string) (net.Conn, error) {
		t.Error("dialed")
		return nil, io.EOF
	})
	c := testClient(t, opts)
	for name, o := range map[string]*ConnectOptions{
		"model and agent":    {Model: "m", Agent: &Agent{Name: "n", ProjectName: "p"}},
		"agent of nowhere":   {Agent: &Agent{Name: "n"}},
		"a key in the query": {Query: url.Values{"api-key": {"x"}}},
		"authorization":      {Header: http.Header{"authorization": {"x"}}},
		"upgrade":            {Header: http.Header{"Upgrade": {"x"}}},
		"two headers":        {Header: http.Header{"voicelive-features": {"A=V1Preview"}}, Previews: []string{"B=V1Preview"}},
		"no header name":     {Header: http.Header{"X Trace": {"x"}}},
		"a name of lines":    {Header: http.Header{"X\r\nY": {"x"}}},
		"a value of lines":   {Header: http.Header{"X": {"x", "y\r\nZ: z"}}},
		"a preview of lines": {Previews: []string{"A=V1Preview\n" + "B"}},
		"invalid session":    {Session: &RequestSession{Tools: []Tool{&FunctionTool{}}}},
	} {
		if _, err := c.Connect(context.Background(), o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NewClientWithKeyCredential("h", azcore.NewKeyCredential("k"), &ClientOptions{Limits: Limits{QueueBytes: -1}}); err == nil {
		t.Error("a negative limit is accepted")
	}
	if _, err := NewClientWithKeyCredential("h", nil, nil); err == nil {
		t.Error("a nil key is accepted")
	}
	if _, err := NewClient("h", nil, nil); err == nil {
		t.Error("a nil credential is accepted")
	}
	if _, err := NewClientWithKeyCredential("h", azcore.NewKeyCredential("k"), &ClientOptions{ClientOptions: azcore.ClientOptions{Transport: http.DefaultClient}}); err == nil {
		t.Error("a transport is accepted")
	}
}

// answering serves connections with raw answers to their handshakes, in order; "" accepts.
// It returns the dial function, the requests so far, and what joins the server.
func answering(t testing.TB, answers ...string) (dial func(context.Context, string, string) (net.Conn, error), requests func() []*http.Request, stop func()) {
	dial, accepted := pipes(t)
	var mu sync.Mutex
	var got []*http.Request
	var wg sync.WaitGroup
	done := make(chan struct{})
	wg.Go(func() {
		for n := 0; ; n++ {
			var conn net.Conn
			select {
			case conn = <-accepted:
			case <-done:
				return
			}
			answer := ""
			if n < len(answers) {
				answer = answers[n]
			}
			wg.Go(func() {
				defer conn.Close()
				br := bufio.NewReader(conn)
				req, err := http.ReadRequest(br)
				if err != nil {
					return
				}
				mu.Lock()
				got = append(got, req)
				mu.Unlock()
				if answer != "" {
					io.WriteString(conn, answer)
					return
				}
				p := &peer{&wstest.Peer{Conn: conn, R: br, Request: req}}
				fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", wstest.AcceptKey(req))
				p.text(createdEvent)
				p.Drain()
			})
		}
	})
	return dial, func() []*http.Request {
			mu.Lock()
			defer mu.Unlock()
			return slices.Clone(got)
		}, func() {
			close(done)
			wg.Wait()
		}
}

func refusal(status int, body string, headers ...string) string {
	return fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Length: %d\r\n%s\r\n%s", status, http.StatusText(status), len(body), strings.Join(append(headers, ""), "\r\n"), body)
}

func chunked(status int, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d %s\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", status, http.StatusText(status), len(body), body)
}

// Refused handshakes are azcore.ResponseErrors with the whole body, and only
// those that may pass are tried again.
func TestRefusedHandshakesAreResponseErrors(t *testing.T) {
	long := `{"error":{"code":"too_long","message":"` + strings.Repeat("x", 20_000) + `"}}`
	huge := `{"error":{"code":"huge","message":"` + strings.Repeat("x", 200_000) + `"}}`
	forms := []struct {
		name   string
		answer func(status int) string
		code   string
		body   int // bytes
	}{
		{"empty", func(s int) string { return refusal(s, "") }, "", 0},
		{"text", func(s int) string { return refusal(s, "go away") }, "", 7},
		{"json", func(s int) string { return refusal(s, `{"error":{"code":"quota"}}`) }, "quota", 26},
		{"header", func(s int) string { return refusal(s, `{}`, "x-ms-error-code: FromHeader") }, "FromHeader", 2},
		{"long", func(s int) string { return refusal(s, long) }, "too_long", len(long)},
		{"chunked", func(s int) string { return chunked(s, long) }, "too_long", len(long)},
		{"huge", func(s int) string { return refusal(s, huge) }, "", 64 << 10},
		{"truncated", func(s int) string { return refusal(s, long)[:5000] }, "", -1},
	}
	for _, status := range []int{302, 400, 401, 403, 404, 408, 429, 500, 503} {
		for _, form := range forms {
			t.Run(fmt.Sprint(status, " ", form.name), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					answers := slices.Repeat([]string{form.answer(status)}, 10)
					dial, requests, stop := answering(t, answers...)
					defer stop()
					opts := testOptions(dial)
					opts.Retry = policy.RetryOptions{} // the default
					_, err := testClient(t, opts).Connect(context.Background(), nil)
					refused, ok := errors.AsType[*azcore.ResponseError](err)
					if !ok {
						t.Fatalf("got %v", err)
					}
					if refused.StatusCode != status || refused.ErrorCode != form.code {
						t.Errorf("got status %d and code %q, want %d and %q", refused.StatusCode, refused.ErrorCode, status, form.code)
					}
					body, err := io.ReadAll(refused.RawResponse.Body)
					if err != nil || form.body >= 0 && len(body) != form.body {
						t.Errorf("got a body of %d bytes, %v, want %d", len(body), err, form.body)
					}
					tries := 1
					if status == 408 || status == 429 || status >= 500 {
						tries = 4
					}
					if n := len(requests()); n != tries {
						t.Errorf("tried %d times, want %d", n, tries)
					}
				})
			})
		}
	}
}

func TestRetryAfterIsObeyed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, requests, stop := answering(t, refusal(429, "", "Retry-After: 17"), "")
		defer stop()
		opts := testOptions(dial)
		opts.Retry = policy.RetryOptions{}
		began := time.Now()
		s, err := testClient(t, opts).Connect(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if took := time.Since(began); took != 17*time.Second || len(requests()) != 2 {
			t.Errorf("connected after %v and %d requests", took, len(requests()))
		}
	})
}

func TestHandshakesThatAreNoneAreRefused(t *testing.T) {
	for name, answer := range map[string]string{
		"garbage":          "SSH-2.0-OpenSSH_9.6\r\n\r\n",
		"wrong accept":     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
		"101 and no more":  "HTTP/1.1 101 Switching Protocols\r\n\r\n",
		"closed":           "HTTP/1.1 200 ",
		"endless headers":  "HTTP/1.1 101 Switching Protocols\r\n" + strings.Repeat("X-Flood: "+strings.Repeat("x", 1000)+"\r\n", 1000),
		"an endless line":  "HTTP/1.1 101 " + strings.Repeat("x", 1<<20),
		"informational":    strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 10),
		"HTTP/2 preface":   "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"200 with no body": "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dial, _, stop := answering(t, answer)
				defer stop()
				s, err := testClient(t, testOptions(dial)).Connect(context.Background(), nil)
				if err == nil {
					s.Close()
					t.Fatal("connected")
				}
			})
		})
	}
}

// A bad frame that comes in the same packet as the answer is told like a later one.
func TestABadFrameBehindTheAnswerIsOfTheProtocol(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, accepted := pipes(t)
		var wg sync.WaitGroup
		wg.Go(func() {
			conn := <-accepted
			defer conn.Close()
			req, err := http.ReadRequest(bufio.NewReader(conn))
			if err != nil {
				return
			}
			fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nx-ms-request-id: req_1\r\nSec-WebSocket-Accept: %s\r\n\r\n\x81\x7e\x00\x02{}", wstest.AcceptKey(req))
			io.Copy(io.Discard, conn)
		})
		_, err := testClient(t, testOptions(dial)).Connect(context.Background(), nil)
		e, ok := errors.AsType[*SessionError](err)
		if !ok || e.Kind != KindProtocol || e.RequestID != "req_1" || !strings.Contains(err.Error(), "fewest bytes") {
			t.Errorf("got %v", err)
		}
		wg.Wait()
	})
}

func TestExtensionsThatWereNotOfferedAreRefused(t *testing.T) {
	for _, header := range []string{"Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover", "Sec-WebSocket-Protocol: realtime"} {
		synctest.Test(t, func(t *testing.T) {
			dial, accepted := pipes(t)
			var wg sync.WaitGroup
			wg.Go(func() {
				conn := <-accepted
				defer conn.Close()
				req, err := http.ReadRequest(bufio.NewReader(conn))
				if err != nil {
					return
				}
				fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n%s\r\nSec-WebSocket-Accept: %s\r\n\r\n", header, wstest.AcceptKey(req))
				io.Copy(io.Discard, conn)
			})
			_, err := testClient(t, testOptions(dial)).Connect(context.Background(), nil)
			if err == nil || !strings.Contains(err.Error(), "not offered") {
				t.Errorf("%s: got %v", header, err)
			}
			wg.Wait()
		})
	}
}

// tokens is a credential whose tokens last an hour.
type tokens struct {
	mu     sync.Mutex
	asked  []policy.TokenRequestOptions
	expiry time.Duration
}

func (c *tokens) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, o)
	return azcore.AccessToken{Token: fmt.Sprint("token-", len(c.asked)), ExpiresOn: time.Now().Add(c.expiry)}, nil
}

// A connection is authorized once, with a token that has not expired, and a
// claims challenge is answered once.
func TestTokensAreFreshAndSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, requests, stop := answering(t)
		defer stop()
		cred := &tokens{expiry: time.Hour}
		c, err := NewClient("http://voicelive.test", cred, testOptions(dial))
		if err != nil {
			t.Fatal(err)
		}
		const rounds = 1000
		for range rounds {
			s, err := c.Connect(context.Background(), nil)
			if err != nil {
				t.Fatal(err)
			}
			s.Close()
			time.Sleep(10 * time.Minute)
		}
		last := ""
		changes := 0
		for _, req := range requests() {
			values := req.Header.Values("Authorization")
			if len(values) != 1 || !strings.HasPrefix(values[0], "Bearer token-") || req.Header.Get("api-key") != "" {
				t.Fatalf("got %q", req.Header)
			}
			if values[0] != last {
				last = values[0]
				changes++
			}
		}
		if n := len(cred.asked); n != changes || n < rounds*10/60 || n > rounds {
			t.Errorf("asked for %d tokens, sent %d", n, changes)
		}
		if diff := cmp.Diff([]string{"https://ai.azure.com/.default"}, cred.asked[0].Scopes); diff != "" {
			t.Error(diff)
		}
	})
}

func TestClaimsChallengesAreAnsweredOnce(t *testing.T) {
	const challenge = `WWW-Authenticate: Bearer authorization_uri="https://login.example/", error="insufficient_claims", claims="eyJhIjoxfQ=="`
	synctest.Test(t, func(t *testing.T) {
		dial, requests, stop := answering(t, refusal(401, "", challenge), "", refusal(401, "", challenge), refusal(401, "", challenge))
		defer stop()
		cred := &tokens{expiry: time.Hour}
		c, err := NewClient("http://voicelive.test", cred, testOptions(dial))
		if err != nil {
			t.Fatal(err)
		}
		s, err := c.Connect(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		if n := len(requests()); n != 2 || cred.asked[1].Claims != `{"a":1}` {
			t.Errorf("%d handshakes, claims %q", n, cred.asked[1].Claims)
		}
		if _, err := c.Connect(context.Background(), nil); err == nil || len(requests()) != 4 {
			t.Errorf("a repeated challenge: %v after %d handshakes", err, len(requests()))
		}
	})
}

func TestCheckGetsTheOptionsOfTheURL(t *testing.T) {
	opts := testOptions(func(context.Context, string, string) (net.Conn, error) {
		t.Error("dialed")
		return nil, io.EOF
	})
	opts.APIVersion = "2026-04-10"
	no := errors.New("no")
	var got *ConnectOptions
	o := &ConnectOptions{
		Model: "m", Features: []string{"a:true", "b:true"}, Query: url.Values{"model": {"n"}}, Session: &RequestSession{},
		Check: func(o *ConnectOptions) error { got = o; return no },
	}
	if _, err := testClient(t, opts).Connect(context.Background(), o); err != no {
		t.Errorf("got %v, want the error of Check", err)
	}
	if got.Model != "n" || got.APIVersion != "2026-04-10" || !slices.Equal(got.Features, o.Features) || got.Session != o.Session {
		t.Errorf("got %+v", got)
	}
	if o.Model != "m" || o.APIVersion != "" {
		t.Errorf("the options are now %+v", o)
	}
}

func TestHandshakeCarriesHeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, requests, stop := answering(t)
		defer stop()
		s, err := testClient(t, testOptions(dial)).Connect(context.Background(), &ConnectOptions{
			Header: http.Header{"x-trace": {"1", " 2 "}}, Previews: []string{"A=V1Preview", "B=V1Preview"},
		})
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		h := requests()[0].Header
		if h.Get("api-key") != "key" || !slices.Equal(h.Values("X-Trace"), []string{"1", "2"}) || h.Get("X-Ms-Client-Request-Id") == "" ||
			!strings.HasPrefix(h.Get("User-Agent"), "azsdk-go-"+moduleName+"/") || h.Get("Sec-Websocket-Extensions") != "" {
			t.Errorf("got %v", h)
		}
	})
}

// Clear text needs an address on this machine, or leave by name.
func TestClearTextIsRefusedByAddress(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	connect := func(endpoint string, adjust func(*ClientOptions)) error {
		opts := testOptions(nil)
		opts.InsecureAllowCredentialWithHTTP = false
		if adjust != nil {
			adjust(opts)
		}
		s, err := testClientAt(t, endpoint, opts).Connect(t.Context(), nil)
		if err == nil {
			s.Close()
		}
		return err
	}
	elsewhere := func(o *ClientOptions) {
		o.DialContext = func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go io.Copy(io.Discard, server)
			return client, nil
		}
	}
	reached := func(err error) bool {
		refused, ok := errors.AsType[*azcore.ResponseError](err)
		return ok && refused.StatusCode == 404
	}
	if err := connect("http://127.0.0.1:"+port, nil); !reached(err) {
		t.Errorf("a loopback address: %v", err)
	}
	if err := connect("ws://localhost:"+port, nil); !reached(err) {
		t.Errorf("a name of a loopback address: %v", err)
	}
	if err := connect("http://localhost", elsewhere); err == nil || !strings.Contains(err.Error(), "clear text") {
		t.Errorf("localhost that is elsewhere: %v", err)
	}
	proxied := func(o *ClientOptions) {
		o.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(server.URL) }
	}
	if err := connect("http://127.0.0.1:"+port, proxied); err == nil || reached(err) {
		t.Errorf("through a proxy: %v", err)
	}
	if err := connect("http://voicelive.example", func(o *ClientOptions) {
		o.InsecureAllowCredentialWithHTTP = true
		o.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
		}
	}); !reached(err) {
		t.Errorf("with leave: %v", err)
	}
}

func testClientAt(t testing.TB, endpoint string, opts *ClientOptions) *Client {
	t.Helper()
	c, err := NewClientWithKeyCredential(endpoint, azcore.NewKeyCredential("key"), opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Certificates are verified, and TLS is at least 1.2.
func TestTLSIsVerified(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = noLog
	server.StartTLS()
	defer server.Close()
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.Config.ErrorLog = noLog
	old.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	old.StartTLS()
	defer old.Close()
	trusted := server.Client().Transport.(*http.Transport).TLSClientConfig
	trustedOld := old.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	trustedOld.MinVersion = tls.VersionTLS10
	modern := httptest.NewUnstartedServer(http.NotFoundHandler())
	modern.EnableHTTP2 = true
	modern.StartTLS()
	defer modern.Close()
	h2 := modern.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	h2.NextProtos = []string{"h2", "http/1.1"}
	for _, tt := range []struct {
		name, endpoint string
		config         *tls.Config
		reached        bool
	}{
		{"trusted", server.URL, trusted, true},
		{"shared with HTTP/2", modern.URL, h2, true},
		{"unknown authority", server.URL, nil, false},
		{"wrong host", strings.Replace(server.URL, "127.0.0.1", "localhost", 1), trusted, false},
		{"TLS 1.1", old.URL, trustedOld, false},
		{"no TLS at all", "https://" + plainAddr(t), nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			opts := testOptions(nil)
			opts.InsecureAllowCredentialWithHTTP = false
			opts.TLSConfig = tt.config
			_, err := testClientAt(t, tt.endpoint, opts).Connect(t.Context(), nil)
			refused, ok := errors.AsType[*azcore.ResponseError](err)
			if reached := ok && refused.StatusCode == 404; reached != tt.reached || err == nil {
				t.Errorf("got %v", err)
			}
		})
	}
}

func plainAddr(t *testing.T) string {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// Connect ends with its context, or with its own limit, at every stage.
func TestConnectEndsWithItsContext(t *testing.T) {
	silent := func(conn net.Conn) { io.Copy(io.Discard, conn) }
	for _, tt := range []struct {
		name     string
		endpoint string
		proxy    bool
		serve    func(net.Conn) // nil: nothing is accepted
	}{
		{"dial", "http://h", false, nil},
		{"TLS", "https://h", false, silent},
		{"proxy", "https://h", true, silent},
		{"upgrade", "http://h", false, silent},
		{"body of a refusal", "http://h", false, func(conn net.Conn) {
			http.ReadRequest(bufio.NewReader(conn))
			io.WriteString(conn, "HTTP/1.1 403 Forbidden\r\nContent-Length: 100\r\n\r\nshort")
			silent(conn)
		}},
		{"session.created", "http://h", false, func(conn net.Conn) {
			if p, err := accept(conn); err == nil {
				p.Drain()
			}
		}},
		{"session.updated", "http://h", false, func(conn net.Conn) {
			if p, err := accept(conn); err == nil {
				p.text(createdEvent)
				p.Drain()
			}
		}},
		{"session.update", "http://h", false, func(conn net.Conn) {
			if p, err := accept(conn); err == nil {
				p.text(createdEvent)
				time.Sleep(time.Minute) // takes nothing
			}
		}},
	} {
		connect := func(t *testing.T, ctx context.Context) (time.Duration, error) {
			dial, accepted := pipes(t)
			var wg sync.WaitGroup
			defer wg.Wait()
			if tt.serve == nil {
				dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
					<-ctx.Done()
					return nil, ctx.Err()
				}
			} else {
				wg.Go(func() {
					conn := <-accepted
					tt.serve(conn)
					conn.Close()
				})
			}
			opts := testOptions(dial)
			if tt.proxy {
				opts.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse("http://proxy") }
			}
			began := time.Now()
			_, err := testClientAt(t, tt.endpoint, opts).Connect(ctx, &ConnectOptions{Session: &RequestSession{Instructions: new("x")}})
			if tt.proxy && !strings.Contains(err.Error(), "waiting for the proxy") {
				t.Errorf("it does not tell of the proxy: %v", err)
			}
			return time.Since(began), err
		}
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errors.New("the caller's own"))
				defer cancel()
				took, err := connect(t, ctx)
				if !errors.Is(err, ctx.Err()) || Retryable(err) || took != time.Second {
					t.Errorf("got %v after %v", err, took)
				}
				if _, refused := errors.AsType[*azcore.ResponseError](err); refused != (tt.name == "body of a refusal") {
					t.Errorf("got %v", err)
				}
			})
		})
		t.Run(tt.name+" without a deadline", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				took, err := connect(t, t.Context())
				if tt.name == "body of a refusal" {
					refused, ok := errors.AsType[*azcore.ResponseError](err)
					if !ok || refused.StatusCode != http.StatusForbidden || Retryable(err) || took != 5*time.Second {
						t.Errorf("got %v after %v", err, took)
					}
					return
				}
				limit, says := 30*time.Second, "within 30s"
				if tt.name == "session.update" { // ends with WriteTimeout, and half a second for a reason to arrive
					limit, says = 10500*time.Millisecond, "network: write"
				}
				if !errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || !Retryable(err) ||
					!strings.Contains(err.Error(), says) || took != limit {
					t.Errorf("got %v after %v", err, took)
				}
			})
		})
	}
}

func TestConnectConfiguresTheSession(t *testing.T) {
	answers := map[string]string{
		"accepted": `{"type":"session.updated","session":{"id":"sess_1"}}`,
		"refused":  `{"type":"error","error":{"type":"invalid_request_error","code":"bad","message":"no","param":"session.x","event_id":"%s"}}`,
		"failed":   `{"type":"session.nothing"}`,
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dial, accepted := pipes(t)
				var wg sync.WaitGroup
				var got map[string]any
				wg.Go(func() {
					conn := <-accepted
					defer conn.Close()
					p, err := accept(conn)
					if err != nil {
						return
					}
					if got, err = p.event(); err != nil { // before session.created
						return
					}
					p.text(createdEvent)
					id, _ := got["event_id"].(string)
					p.text(`{"type":"error","error":{"type":"x","message":"of another event","event_id":"other"}}`)
					p.text("%s", strings.ReplaceAll(answer, "%s", id))
					if name == "failed" {
						p.Close(1011, "oops")
					}
					p.Drain()
				})
				s, err := testClient(t, testOptions(dial)).Connect(t.Context(), &ConnectOptions{Session: &RequestSession{Instructions: new("be brief")}})
				if got["type"] != "session.update" {
					t.Errorf("the service received %v", got)
				}
				switch name {
				case "accepted":
					if err != nil {
						t.Fatal(err)
					}
					var types []ServerEventType
					for range 3 {
						types = append(types, recv(t, s).EventType())
					}
					if diff := cmp.Diff([]ServerEventType{"session.created", "error", "session.updated"}, types); diff != "" {
						t.Error(diff)
					}
					s.Close()
				case "refused":
					if e, ok := errors.AsType[*ServiceError](err); !ok || e.Code != "bad" || e.Param != "session.x" {
						t.Errorf("got %v", err)
					}
				case "failed":
					if e, ok := errors.AsType[*SessionError](err); !ok || e.CloseCode != 1011 || e.SessionID != "sess_1" {
						t.Errorf("got %v", err)
					}
				}
				wg.Wait()
			})
		})
	}
}

func TestAnErrorInsteadOfTheSessionIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, accepted := pipes(t)
		var wg sync.WaitGroup
		wg.Go(func() {
			conn := <-accepted
			defer conn.Close()
			if p, err := accept(conn); err == nil {
				p.text(`{"type":"error","error":{"type":"invalid_request_error","code":"invalid_model","message":"no such model"}}`)
				p.Drain()
			}
		})
		_, err := testClient(t, testOptions(dial)).Connect(t.Context(), &ConnectOptions{Model: "x"})
		if e, ok := errors.AsType[*ServiceError](err); !ok || e.Code != "invalid_model" {
			t.Errorf("got %v", err)
		}
		wg.Wait()
	})
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer, requests, stop := answering(t, refusal(307, "", "Location: http://elsewhere.test/"))
		defer stop()
		var dialed []string
		opts := testOptions(func(ctx context.Context, network, addr string) (net.Conn, error) {
			dialed = append(dialed, addr)
			return answer(ctx, network, addr)
		})
		_, err := testClient(t, opts).Connect(t.Context(), nil)
		if err == nil || len(dialed) != 1 || len(requests()) != 1 {
			t.Errorf("dialed %q: %v", dialed, err)
		}
	})
}

// An error during Connect is the refusal, whether or not it names the session.update.
func TestARefusalThatNamesNoEventEndsConnect(t *testing.T) {
	for name, tt := range map[string]struct {
		events []string // %s is the event_id of the session.update
		says   string
	}{
		"of the session":       {[]string{`{"type":"error","error":{"type":"t","code":"c","message":"no"}}`}, "the session is refused: the service reports t c: no"},
		"null":                 {[]string{createdEvent, `{"type":"error","error":{"type":"t","code":"c","message":"no","event_id":null}}`}, "the configuration is refused: the service reports t c: no"},
		"absent":               {[]string{createdEvent, `{"type":"error","error":{"type":"t","code":"c","message":"no"}}`}, "the configuration is refused: the service reports t c: no"},
		"a text":               {[]string{createdEvent, `{"type":"error","error":"no"}`}, "the configuration is refused: the service reports: no"},
		"ahead of the session": {[]string{`{"type":"error","error":{"type":"t","code":"c","message":"no","event_id":"%s"}}`}, "the configuration is refused: the service reports t c: no"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := connectTo(t, func(p *peer, id string) {
					for _, event := range tt.events {
						p.text("%s", strings.ReplaceAll(event, "%s", id))
					}
				})
				if _, ok := errors.AsType[*ServiceError](err); !ok || Retryable(err) || !strings.HasSuffix(err.Error(), tt.says) {
					t.Errorf("got %v, retryable %v, want %s", err, Retryable(err), tt.says)
				}
			})
		})
	}
}

// A session that is never announced, or never configured, is reported as such.
func TestConnectTellsWhichEventDidNotCome(t *testing.T) {
	for want, events := range map[string][]string{
		"waiting for session.created": {`{"type":"warning","warning":{"message":"x"}}`},
		"waiting for session.updated": {createdEvent, `{"type":"error","error":{"type":"t","code":"c","message":"no","event_id":"another"}}`},
	} {
		t.Run(want, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				err := connectTo(t, func(p *peer, _ string) {
					for _, event := range events {
						p.text("%s", event)
					}
				})
				if !strings.Contains(err.Error(), want) || !errors.Is(err, os.ErrDeadlineExceeded) || !Retryable(err) || time.Since(began) != 30*time.Second {
					t.Errorf("got %v after %v", err, time.Since(began))
				}
			})
		})
	}
}

// connectTo connects with a configuration to a service that says what say says behind it, and returns the error.
func connectTo(t *testing.T, say func(p *peer, id string)) error {
	dial, accepted := pipes(t)
	var wg sync.WaitGroup
	wg.Go(func() {
		conn := <-accepted
		defer conn.Close()
		p, err := accept(conn)
		if err != nil {
			return
		}
		if e, err := p.event(); err == nil {
			say(p, fmt.Sprint(e["event_id"]))
			p.Drain()
		}
	})
	defer wg.Wait()
	s, err := testClient(t, testOptions(dial)).Connect(t.Context(), &ConnectOptions{Session: &RequestSession{Instructions: new("x")}})
	if err == nil {
		s.Close()
		t.Fatal("Connect succeeded")
	}
	return err
}

func TestANilContextIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, func(p *peer) { p.Drain() })
		defer stop()
		var none context.Context
		if _, err := s.client.Connect(none, nil); !errors.Is(err, errNilContext) {
			t.Errorf("Connect: %v", err)
		}
		if _, err := s.Recv(none); !errors.Is(err, errNilContext) {
			t.Errorf("Recv: %v", err)
		}
		if _, err := s.Do(none, &ClientEventSessionUpdate{}); !errors.Is(err, ErrNotSent) || !errors.Is(err, errNilContext) {
			t.Errorf("Do: %v", err)
		}
		if err := s.Send(none, &ClientEventSessionUpdate{}); !errors.Is(err, ErrNotSent) || !errors.Is(err, errNilContext) {
			t.Errorf("Send: %v", err)
		}
	})
}

// An address of a link has a zone, which a URL escapes.
func TestZonesOfAddresses(t *testing.T) {
	for _, endpoint := range []string{"http://[fe80::1%25eth0]", "ws://[fe80::1%25eth0]:80"} {
		synctest.Test(t, func(t *testing.T) {
			accept, requests, stop := answering(t)
			defer stop()
			dialed := ""
			opts := testOptions(func(ctx context.Context, network, addr string) (net.Conn, error) {
				dialed = addr
				return accept(ctx, network, addr)
			})
			s, err := testClientAt(t, endpoint, opts).Connect(t.Context(), nil)
			if err != nil {
				t.Fatalf("%s: %v", endpoint, err)
			}
			s.Close()
			if host := requests()[0].Host; dialed != "[fe80::1%eth0]:80" || strings.Contains(host, "eth0") {
				t.Errorf("%s: dialed %s, host %s", endpoint, dialed, host)
			}
		})
	}
}

// Nobody can receive before Connect returns: a queue that is full by then is an error
// at once, which says so.
func TestABurstBeforeTheSessionIsConfigured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, accepted := pipes(t)
		var wg sync.WaitGroup
		wg.Go(func() {
			conn := <-accepted
			defer conn.Close()
			p, err := accept(conn)
			if err != nil {
				t.Error(err)
				return
			}
			go p.Drain()
			p.text(createdEvent)
			for range 2000 {
				if p.text(`{"type":"warning","warning":{"message":"x"}}`) != nil {
					return
				}
			}
		})
		began := time.Now()
		_, err := testClient(t, testOptions(dial)).Connect(t.Context(), &ConnectOptions{Session: &RequestSession{}})
		e, ok := errors.AsType[*SessionError](err)
		if !ok || e.Kind != KindSlowConsumer || Retryable(err) || !strings.Contains(err.Error(), "before anybody can receive") {
			t.Errorf("got %v", err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("it took %v", took)
		}
		wg.Wait()
	})
}
