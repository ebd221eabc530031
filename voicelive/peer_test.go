package voicelive

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// A peer is the service's end of a connection.
type peer struct{ *wstest.Peer }

const createdEvent = `{"type":"session.created","session":{"id":"sess_1","model":"m"}}`

// accept completes the opening handshake.
func accept(conn net.Conn) (*peer, error) {
	p, err := wstest.Accept(conn)
	return &peer{p}, err
}

func (p *peer) text(format string, args ...any) error {
	return p.Text(fmt.Appendf(nil, format, args...))
}

// event reads a message as JSON.
func (p *peer) event() (map[string]any, error) {
	text, err := p.Message()
	if err != nil {
		return nil, err
	}
	var v map[string]any
	return v, json.Unmarshal([]byte(text), &v)
}

// transport makes connected pairs of connections.
type transport func(t testing.TB) (dial wstest.Dial, accepted <-chan net.Conn)

// pipes are synchronous and in memory, so that they work in virtual time.
func pipes(testing.TB) (wstest.Dial, <-chan net.Conn) { return wstest.Pipes() }

// lines are networks in memory that take their time.
func lines(up, down wstest.LineOptions) transport {
	return func(testing.TB) (wstest.Dial, <-chan net.Conn) {
		conns := make(chan net.Conn, 16)
		return func(context.Context, string, string) (net.Conn, error) {
			client, server := wstest.NewLine(up, down)
			conns <- server
			return client, nil
		}, conns
	}
}

// loopback is TCP.
func loopback(t testing.TB) (wstest.Dial, <-chan net.Conn) {
	t.Helper()
	dial, conns, l, err := wstest.Loopback()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return dial, conns
}

func noProxy(*http.Request) (*url.URL, error) { return nil, nil }

// testOptions are options for a client whose handshake is not retried.
func testOptions(dial func(context.Context, string, string) (net.Conn, error)) *ClientOptions {
	return &ClientOptions{
		ClientOptions: azcore.ClientOptions{InsecureAllowCredentialWithHTTP: true, Retry: policy.RetryOptions{MaxRetries: -1}},
		DialContext:   dial,
		Proxy:         noProxy,
	}
}

func testClient(t testing.TB, opts *ClientOptions) *Client {
	t.Helper()
	c, err := NewClientWithKeyCredential("http://voicelive.test", azcore.NewKeyCredential("key"), opts)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// serve runs script against a connected session over a pipe. The script starts
// behind session.created, runs in a goroutine of its own, and its connection is
// closed when it returns. The session is closed, and the script joined, by the
// function that is returned.
func serve(t testing.TB, adjust func(*ClientOptions), script func(p *peer)) (s *Session, stop func()) {
	t.Helper()
	return serveOver(t, pipes, adjust, script)
}

func serveOver(t testing.TB, over transport, adjust func(*ClientOptions), script func(p *peer)) (s *Session, stop func()) {
	t.Helper()
	dial, accepted := over(t)
	opts := testOptions(dial)
	if adjust != nil {
		adjust(opts)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		conn := <-accepted
		defer conn.Close()
		p, err := accept(conn)
		if err != nil {
			t.Errorf("handshake: %v", err)
			return
		}
		if err := p.text(createdEvent); err != nil {
			t.Errorf("session.created: %v", err)
			return
		}
		script(p)
	})
	s, err := testClient(t, opts).Connect(context.Background(), &ConnectOptions{Model: "m"})
	if err != nil {
		t.Fatalf("Connect: %v", err)
	}
	return s, func() {
		s.Close()
		wg.Wait()
	}
}

// recv receives one event in virtual or real time, but not for ever.
func recv(t testing.TB, s *Session) ServerEvent {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	ev, err := s.Recv(ctx)
	if err != nil {
		t.Fatalf("Recv: %v", err)
	}
	return ev
}
