package browser

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gorilla/websocket"
)

// A site serves a handler on connections in memory, so that time may be virtual.
type site struct {
	t       *testing.T
	handler *Handler
	conns   chan net.Conn
	client  *http.Client
	dialer  websocket.Dialer
	log     *strings.Builder
}

const home = "http://localhost" // an origin

// newSite returns a site with a handler. It closes it at the end of the test.
func newSite(t *testing.T, serve func(context.Context, *Call) error, o Options) *site {
	t.Helper()
	s := &site{t: t, conns: make(chan net.Conn), log: &strings.Builder{}}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(s.log, nil))
	}
	handler, err := NewHandler(serve, &o)
	if err != nil {
		t.Fatal(err)
	}
	s.handler = handler
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		here, there := net.Pipe()
		select {
		case s.conns <- there:
			return here, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.client = &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}
	s.dialer = websocket.Dialer{NetDialContext: dial}
	srv := &http.Server{Handler: handler, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)}
	listener := &listener{conns: s.conns, closed: make(chan struct{})}
	served := make(chan error)
	go func() { served <- srv.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = handler.Shutdown(ctx)
		srv.Close()
		<-served
	})
	return s
}

type listener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error   { close(l.closed); return nil }
func (l *listener) Addr() net.Addr { return &net.TCPAddr{} }

// request makes a request of a page at home.
func (s *site) request(method, path string, header http.Header) (status int, h http.Header, body string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, home+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Origin", home)
	for name, values := range header {
		r.Header[name] = values
	}
	reply, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer reply.Body.Close()
	data, err := io.ReadAll(reply.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return reply.StatusCode, reply.Header, string(data)
}

// ticket returns a new ticket.
func (s *site) ticket() issued {
	s.t.Helper()
	status, _, body := s.request("POST", "/ticket", nil)
	var i issued
	if err := json.Unmarshal([]byte(body), &i); status != http.StatusOK || err != nil {
		s.t.Fatalf("status %d, %q, error %v", status, body, err)
	}
	return i
}

// dial opens the socket with a ticket, and returns the status if it is refused.
func (s *site) dial(ticket, origin string) (*websocket.Conn, int) {
	s.t.Helper()
	d := s.dialer
	d.Subprotocols = []string{protocol, ticket}
	conn, reply, err := d.DialContext(s.t.Context(), "ws://localhost/socket", http.Header{"Origin": {origin}})
	switch {
	case errors.Is(err, websocket.ErrBadHandshake):
		return nil, reply.StatusCode
	case err != nil:
		s.t.Fatal(err)
	case conn.Subprotocol() != protocol:
		s.t.Errorf("the subprotocol is %q", conn.Subprotocol())
	}
	return conn, 0
}

// A fakePage is the page of a call, without a device.
type fakePage struct {
	t       *testing.T
	conn    *websocket.Conn
	writing chan struct{} // has room for one writer
}

// call begins a call.
func (s *site) call() *fakePage {
	s.t.Helper()
	conn, status := s.dial(s.ticket().Ticket, home)
	if conn == nil {
		s.t.Fatalf("status %d", status)
	}
	s.t.Cleanup(func() { conn.Close() })
	return &fakePage{s.t, conn, make(chan struct{}, 1)}
}

func (p *fakePage) send(m message) { p.t.Helper(); p.write(websocket.TextMessage, encode(m)) }

func (p *fakePage) write(kind int, data []byte) {
	p.t.Helper()
	if err := p.push(kind, data); err != nil {
		p.t.Error(err)
	}
}

// push is write to a server that may have gone.
func (p *fakePage) push(kind int, data []byte) error {
	p.writing <- struct{}{}
	defer func() { <-p.writing }()
	return p.conn.WriteMessage(kind, data)
}

// next returns the next message of the server, without signs of life. A message of audio has its size as Samples.
func (p *fakePage) next() message {
	p.t.Helper()
	for {
		kind, data, err := p.conn.ReadMessage()
		if err != nil {
			p.t.Fatal(err)
		}
		if kind == websocket.BinaryMessage {
			return message{Type: "audio", Samples: int64(len(data) / 2)}
		}
		var m message
		if err := json.Unmarshal(data, &m); err != nil {
			p.t.Fatal(err)
		}
		if m.Type != "alive" {
			return m
		}
	}
}

// end reads until the server closes, and returns why, and the code.
func (p *fakePage) end() (why endReason, code int) {
	p.t.Helper()
	for {
		kind, data, err := p.conn.ReadMessage()
		if closed, ok := errors.AsType[*websocket.CloseError](err); ok {
			return why, closed.Code
		}
		if err != nil {
			return why, 0
		}
		var m message
		if kind == websocket.TextMessage && json.Unmarshal(data, &m) == nil && m.Type == "end" {
			why = m.Why
		}
	}
}

// scene is a test in virtual time.
func scene(t *testing.T, f func(t *testing.T)) { t.Helper(); synctest.Test(t, f) }

// seconds is that many seconds of silence at 24 kHz.
func seconds(n float64) []byte { return make([]byte, int(n*24000)*2) }
