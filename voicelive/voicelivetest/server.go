package voicelivetest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"
)

// TB is the part of *testing.T, *testing.B and *testing.F that [NewServer] uses.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Context() context.Context
}

// Server is a simulated VoiceLive service. Its methods may be called from any goroutine.
type Server struct {
	options     Options
	listener    net.Listener
	pipe        *pipeListener // nil over TCP
	pool        *x509.CertPool
	certificate *x509.Certificate
	serving     sync.WaitGroup
	began       time.Time

	mu         sync.Mutex
	closed     bool
	conns      map[net.Conn]bool // not yet a session
	requests   int               // so far
	handshakes []Handshake
	accepted   []time.Time // of the last minute
	opened     int         // sessions so far
	sessions   []*Session
	problems   []error
	changed    chan struct{} // closed and replaced at every change
}

// NewServer starts a server and closes it at the end of the test. The test fails if the server cannot start, if a client
// breaks RFC 6455 ([Options.Lenient] tolerates that), or if a script or an injected event cannot be carried out.
// Inside a testing/synctest bubble, call it with the bubble's t.
func NewServer(t TB, options *Options) *Server {
	t.Helper()
	srv, err := Start(options)
	if err != nil {
		t.Fatalf("voicelivetest: %v", err)
	}
	t.Cleanup(func() {
		t.Helper()
		if err := srv.Close(); err != nil {
			t.Errorf("voicelivetest: %v", err)
		}
	})
	return srv
}

// Start starts a server. The caller must call Close.
func Start(options *Options) (*Server, error) {
	srv := &Server{options: options.orDefault(), began: time.Now(), conns: map[net.Conn]bool{}, changed: make(chan struct{})}
	if err := srv.options.Faults.check(); err != nil {
		return nil, fmt.Errorf("faults: %w", err)
	}
	if err := srv.listen(); err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	srv.serving.Go(srv.accept)
	return srv, nil
}

func (srv *Server) listen() (err error) {
	switch srv.options.Transport {
	case Pipe:
		srv.pipe = newPipeListener()
		srv.listener = srv.pipe
	case TCP:
		if srv.listener, err = net.Listen("tcp", first(srv.options.Address, "127.0.0.1:0")); err != nil {
			return err
		}
	default:
		return fmt.Errorf("no transport %d", srv.options.Transport)
	}
	srv.listener = linkListener{srv.listener, srv.options.Link}
	if !srv.options.TLS {
		return nil
	}
	cert, pool, err := certificate()
	if err != nil {
		srv.listener.Close()
		return err
	}
	srv.pool, srv.certificate = pool, cert.Leaf
	srv.listener = tls.NewListener(srv.listener, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"http/1.1"}})
	return nil
}

func (srv *Server) accept() {
	for {
		conn, err := srv.listener.Accept()
		if err != nil {
			return
		}
		if !srv.track(conn) {
			hangUp(conn)
			return
		}
		srv.serving.Go(func() { srv.serve(conn) })
	}
}

func (srv *Server) track(conn net.Conn) bool {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	if !srv.closed {
		srv.conns[conn] = true
	}
	return !srv.closed
}

// URL is the endpoint to give to a client, without the path of the API.
func (srv *Server) URL() string {
	scheme := "http://"
	if srv.options.TLS {
		scheme = "https://"
	}
	return scheme + srv.listener.Addr().String()
}

// DialContext connects to the server and ignores the address. It is the dial function for a client. Over TCP it dials
// the server's port; in memory it is the only way to the server.
func (srv *Server) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := srv.dial(ctx)
	if err != nil {
		return nil, err
	}
	return srv.options.Uplink.Wrap(conn), nil
}

func (srv *Server) dial(ctx context.Context) (net.Conn, error) {
	if srv.pipe != nil {
		return srv.pipe.dial(ctx)
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", srv.listener.Addr().String())
}

// TLSConfig returns a configuration that trusts the server's certificate; nil without [Options.TLS]. The caller owns it.
func (srv *Server) TLSConfig() *tls.Config {
	if srv.pool == nil {
		return nil
	}
	return &tls.Config{RootCAs: srv.pool, ServerName: host, MinVersion: tls.VersionTLS12}
}

// Certificate is the certificate of the server, for programs that cannot use [Server.TLSConfig]; nil without
// [Options.TLS]. It is valid for a day.
func (srv *Server) Certificate() *x509.Certificate { return srv.certificate }

// Close ends all sessions at once, without a close frame, and returns when no goroutine of the server is left. The
// error lists the problems that fail a test of [NewServer]. Closing again returns the same error.
func (srv *Server) Close() error {
	srv.mu.Lock()
	srv.closed = true
	conns, sessions := srv.conns, slices.Clone(srv.sessions)
	srv.conns = nil
	srv.mu.Unlock()

	srv.listener.Close()
	for conn := range conns {
		hangUp(conn)
	}
	for _, s := range sessions {
		s.stop(End{By: ByServer, Err: net.ErrClosed})
	}
	srv.serving.Wait()

	srv.mu.Lock()
	defer srv.mu.Unlock()
	return errors.Join(srv.problems...)
}

// rememberedSessions is how many handshakes and sessions are kept at least by a server that forgets.
const rememberedSessions = 100

// forgetSessions drops the older half of a long list of sessions, except for those that have not ended. The caller holds mu.
func (srv *Server) forgetSessions() {
	n := len(srv.sessions) - rememberedSessions
	if !srv.options.Forget || n < rememberedSessions {
		return
	}
	older := slices.DeleteFunc(slices.Clone(srv.sessions[:n]), func(s *Session) bool {
		select {
		case <-s.done:
			return true
		default:
			return false
		}
	})
	srv.sessions = append(older, srv.sessions[n:]...)
}

// Sessions returns all sessions so far, in the order of their handshakes, also those that have ended. See [Options.Forget].
func (srv *Server) Sessions() []*Session {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	return slices.Clone(srv.sessions)
}

// Session returns the i-th session, from 0, or nil if there are fewer or the server has forgotten it.
func (srv *Server) Session(i int) *Session {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	at, ok := slices.BinarySearchFunc(srv.sessions, i, func(s *Session, i int) int { return s.index - i })
	if !ok {
		return nil
	}
	return srv.sessions[at]
}

// WaitSession waits for the i-th session, from 0. The error is ctx's, or tells that the server has forgotten the session.
func (srv *Server) WaitSession(ctx context.Context, i int) (*Session, error) {
	for {
		srv.mu.Lock()
		changed, opened := srv.changed, srv.opened
		srv.mu.Unlock()
		if s := srv.Session(i); s != nil {
			return s, nil
		}
		if i < opened {
			return nil, fmt.Errorf("session %d is forgotten", i)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Handshakes returns all requests so far, also refused ones. See [Options.Forget].
func (srv *Server) Handshakes() []Handshake {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	return slices.Clone(srv.handshakes)
}

// report keeps a problem for Close.
func (srv *Server) report(format string, args ...any) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	srv.problems = append(srv.problems, fmt.Errorf(format, args...))
}

// notify wakes all goroutines that wait. The caller holds mu.
func (srv *Server) notify() {
	close(srv.changed)
	srv.changed = make(chan struct{})
}
