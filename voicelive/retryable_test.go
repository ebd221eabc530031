package voicelive_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestRetryable(t *testing.T) {
	for _, test := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{io.EOF, false},
		{voicelive.ErrClosed, false},
		{voicelive.ErrNotSent, false},
		{context.Canceled, false},
		{context.DeadlineExceeded, false},
		{os.ErrDeadlineExceeded, true},
		{io.ErrUnexpectedEOF, true},
		{&net.DNSError{Err: "no such host"}, true},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, true},
		{&net.OpError{Op: "dial", Err: context.Canceled}, false},
		{&net.OpError{Op: "dial", Err: &net.AddrError{Err: "invalid port"}}, false},
		{&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, false},
		{&voicelive.SessionError{Kind: voicelive.KindNetwork}, true},
		{&voicelive.SessionError{Kind: voicelive.KindSlowConsumer}, false},
		{&voicelive.SessionError{Kind: voicelive.KindNetwork, Err: context.DeadlineExceeded}, true},
		{&azcore.ResponseError{StatusCode: http.StatusTooManyRequests}, true},
		{&azcore.ResponseError{StatusCode: http.StatusServiceUnavailable}, true},
		{&azcore.ResponseError{StatusCode: http.StatusUnauthorized}, false},
		{&azcore.ResponseError{StatusCode: http.StatusNotImplemented}, false},
		{errors.Join(context.Canceled, &azcore.ResponseError{StatusCode: http.StatusTooManyRequests}), false},
		{errors.Join(context.DeadlineExceeded, &azcore.ResponseError{StatusCode: http.StatusTooManyRequests}), true},
	} {
		for _, err := range []error{test.err, fmt.Errorf("call: %w", test.err)} {
			if test.err == nil && err != nil {
				continue
			}
			if got := voicelive.Retryable(err); got != test.want {
				t.Errorf("%T %v: got %v, want %v", test.err, err, got, test.want)
			}
		}
	}
}

// TestADeadlineDoesNotHideRefusals: a call that is set up in a hurry must learn why it was not.
func TestADeadlineDoesNotHideRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := voicelivetest.NewServer(t, &voicelivetest.Options{ConnectionsPerMinute: 1})
		client, err := server.NewClient()
		if err != nil {
			t.Fatal(err)
		}
		session, err := client.Connect(t.Context(), &voicelive.ConnectOptions{Model: "m"})
		if err != nil {
			t.Fatal(err)
		}
		defer session.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err = client.Connect(ctx, &voicelive.ConnectOptions{Model: "m"})
		refusal, ok := errors.AsType[*azcore.ResponseError](err)
		if !ok || refusal.StatusCode != http.StatusTooManyRequests || !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("got %v, want both the deadline and the refusal", err)
		}
		if body, err := io.ReadAll(refusal.RawResponse.Body); err != nil || len(body) == 0 || refusal.RawResponse.Header.Get("Retry-After") == "" {
			t.Errorf("the refusal has lost its body %q, %v or its header %v", body, err, refusal.RawResponse.Header)
		}
	})
}

// TestADeadlineDoesNotHideOtherErrors: the same without a reply of the service.
func TestADeadlineDoesNotHideOtherErrors(t *testing.T) {
	serve := func(reply string) func(context.Context, string, string) (net.Conn, error) {
		return func(context.Context, string, string) (net.Conn, error) {
			client, server := net.Pipe()
			go func() {
				defer server.Close()
				http.ReadRequest(bufio.NewReader(server))
				io.WriteString(server, reply)
			}()
			return client, nil
		}
	}
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for name, test := range map[string]struct {
		dial  func(context.Context, string, string) (net.Conn, error)
		proxy *url.URL
		says  string
	}{
		"network":     {func(context.Context, string, string) (net.Conn, error) { return nil, refused }, nil, "connection refused"},
		"end":         {serve(""), nil, "EOF"},
		"proxy":       {serve("HTTP/1.1 503 Busy\r\n\r\ncome back"), &url.URL{Scheme: "http", Host: "proxy.test"}, "503 Busy: come back"},
		"end, proxy":  {serve(""), &url.URL{Scheme: "http", Host: "proxy.test"}, "reply of the proxy"},
		"no HTTP":     {serve("SSH-2.0\r\n\r\n"), nil, "SSH-2.0"},
		"a 429 first": {inTurn(serve("HTTP/1.1 429 Many\r\nContent-Length: 0\r\n\r\n"), serve("")), nil, "EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				opts := &voicelive.ClientOptions{DialContext: test.dial, Proxy: func(*http.Request) (*url.URL, error) { return test.proxy, nil }}
				opts.InsecureAllowCredentialWithHTTP = true
				client, err := voicelive.NewClientWithKeyCredential("http://voicelive.test", azcore.NewKeyCredential("k"), opts)
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
				defer cancel()
				_, err = client.Connect(ctx, nil)
				if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), test.says) || voicelive.Retryable(err) != (name != "no HTTP") {
					t.Errorf("got %v, retryable %v", err, voicelive.Retryable(err))
				}
				ctx, cancel = context.WithCancel(t.Context())
				time.AfterFunc(3*time.Second, cancel)
				if _, err = client.Connect(ctx, nil); !errors.Is(err, context.Canceled) || voicelive.Retryable(err) {
					t.Errorf("cancelled: got %v, retryable %v", err, voicelive.Retryable(err))
				}
			})
		})
	}
}

// inTurn dials with first once, and then with next.
func inTurn(first, next func(context.Context, string, string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	dial := first
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		defer func() { dial = next }()
		return dial(ctx, network, addr)
	}
}

// connectTo connects to an endpoint in real time, without retries.
func connectTo(t *testing.T, ctx context.Context, endpoint string, adjust func(*voicelive.ClientOptions)) error {
	t.Helper()
	opts := &voicelive.ClientOptions{Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }}
	opts.Retry.MaxRetries = -1
	adjust(opts)
	client, err := voicelive.NewClientWithKeyCredential(endpoint, azcore.NewKeyCredential("k"), opts)
	if err != nil {
		t.Fatal(err)
	}
	s, err := client.Connect(ctx, &voicelive.ConnectOptions{Model: "m"})
	if err == nil {
		s.Close()
		t.Fatal("it is connected")
	}
	return err
}

// TestAlertsOfTLSAreFinal: the next try would be refused as well.
func TestAlertsOfTLSAreFinal(t *testing.T) {
	for name, c := range map[string]struct{ server, client *tls.Config }{
		"protocol version":   {&tls.Config{MinVersion: tls.VersionTLS13}, &tls.Config{MaxVersion: tls.VersionTLS12, InsecureSkipVerify: true}},
		"client certificate": {&tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}, &tls.Config{InsecureSkipVerify: true}},
		"authority":          {&tls.Config{}, &tls.Config{}},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(http.NotFoundHandler())
			server.TLS = c.server
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.StartTLS()
			defer server.Close()
			err := connectTo(t, t.Context(), server.URL, func(o *voicelive.ClientOptions) { o.TLSConfig = c.client })
			if voicelive.Retryable(err) {
				t.Errorf("%T %v is worth another try", err, err)
			}
		})
	}
}

// TestAnEndOfTheConnectionIsNoOrderlyEnd: Connect never returns io.EOF, which ends loops.
func TestAnEndOfTheConnectionIsNoOrderlyEnd(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				conn.Read(make([]byte, 64<<10))
				conn.(*net.TCPConn).CloseWrite()
				io.Copy(io.Discard, conn) // so that the end is no reset
			}()
		}
	}()
	address := listener.Addr().String()
	through := func(proxy string) func(*voicelive.ClientOptions) {
		return func(o *voicelive.ClientOptions) {
			o.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy + address) }
		}
	}
	for name, err := range map[string]error{
		"TLS":            connectTo(t, t.Context(), "https://"+address, func(*voicelive.ClientOptions) {}),
		"clear text":     connectTo(t, t.Context(), "http://"+address, func(*voicelive.ClientOptions) {}),
		"TLS to a proxy": connectTo(t, t.Context(), "https://example.org", through("https://")),
		"proxy":          connectTo(t, t.Context(), "https://example.org", through("http://")),
	} {
		if errors.Is(err, io.EOF) || !voicelive.Retryable(err) {
			t.Errorf("%s: got %T %v", name, err, err)
		}
	}
}

func TestRefusalsOfProxies(t *testing.T) {
	for status, want := range map[int]bool{403: false, 407: false, 408: true, 429: true, 502: true, 503: true, 504: true} {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", status) }))
		err := connectTo(t, t.Context(), "https://example.org", func(o *voicelive.ClientOptions) {
			o.Proxy = func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }
		})
		if voicelive.Retryable(err) != want {
			t.Errorf("%d: got %v, %v", status, !want, err)
		}
		proxy.Close()
	}
}

// TestDeadlinesOfOthersAreNotTheCallers: those of dialers and of the retry policy.
func TestDeadlinesOfOthersAreNotTheCallers(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	endpoint := "http://" + silent.Addr().String()
	err = connectTo(t, t.Context(), endpoint, func(o *voicelive.ClientOptions) { o.Retry.TryTimeout = 20 * time.Millisecond })
	if errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, os.ErrDeadlineExceeded) || !voicelive.Retryable(err) {
		t.Errorf("TryTimeout: got %v", err)
	}
	tooFast := func(o *voicelive.ClientOptions) { o.DialContext = (&net.Dialer{Timeout: time.Nanosecond}).DialContext }
	err = connectTo(t, t.Context(), endpoint, tooFast)
	if strings.Contains(err.Error(), "within") || !strings.Contains(err.Error(), silent.Addr().String()) || !voicelive.Retryable(err) {
		t.Errorf("dialer: got %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	<-ctx.Done()
	if err := connectTo(t, ctx, endpoint, tooFast); !errors.Is(err, context.DeadlineExceeded) || voicelive.Retryable(err) {
		t.Errorf("the caller's: got %v", err)
	}
}

// TestWhatAPolicyGivesUpIsClosed: the service must not keep a session that nobody has.
func TestWhatAPolicyGivesUpIsClosed(t *testing.T) {
	server := voicelivetest.NewServer(t, &voicelivetest.Options{Transport: voicelivetest.TCP})
	ctx, cancel := context.WithCancel(t.Context())
	conns := make(chan net.Conn, 1)
	err := connectTo(t, ctx, server.URL(), func(o *voicelive.ClientOptions) {
		o.PerRetryPolicies = []policy.Policy{policyFunc(func(req *policy.Request) (*http.Response, error) {
			defer cancel()
			return req.Next()
		})}
		o.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			conns <- conn
			return conn, err
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := (<-conns).Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the connection is open: %v", err)
	}
}

type policyFunc func(*policy.Request) (*http.Response, error)

func (f policyFunc) Do(req *policy.Request) (*http.Response, error) { return f(req) }
