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

// Options configure a [Server]. The zero value, like a nil *Options, is a server in memory that accepts every
// credential, hears speech, and echoes what it is told.
type Options struct {
	// Transport is how clients reach the server.
	Transport Transport
	// TLS encrypts the connections, with a certificate that [Server.TLSConfig] trusts.
	TLS bool

	// Keys are the API keys that are accepted. Nil accepts any.
	Keys []string
	// Tokens are the bearer tokens that are accepted. Nil accepts any.
	Tokens []string
	// Models are the models that exist. Nil means all that are asked for.
	Models []string
	// DefaultModel is for requests that name neither a model nor an agent. Empty refuses them.
	DefaultModel string
	// APIVersions are the versions that are accepted. Nil means those that are known to have been published.
	APIVersions []string
	// ConnectionsPerMinute refuses more with status 429 and a Retry-After. 0 is no limit; the service has 30.
	ConnectionsPerMinute int

	// Respond decides what is answered in each turn. Nil is [Echo].
	Respond Responder
	// Hear decides what transcription makes of the user's audio. Nil is [Hear] without texts.
	Hear Listener
	// MCP is what the MCP servers do that sessions name, by label. One that is not here has the tools that the session
	// allows, and its calls return their arguments.
	MCP map[string]MCPServer

	// Pace is how fast output is sent.
	Pace Pace
	// Latency passes between the start of a response and its first output. An [Answer] may say otherwise.
	Latency time.Duration
	// Chunk is the audio in one response.audio.delta. 0 is 100 ms.
	Chunk time.Duration
	// SessionLimit is how long a session may last: then it gets the error session_expired and close code 1001.
	// 0 is 60 minutes.
	SessionLimit time.Duration
	// CloseTimeout is how long the server waits for the answer to its close frame. 0 is 5 s.
	CloseTimeout time.Duration
	// MessageLimit is the largest message that a client may send, in bytes. 0 is 32 MiB.
	MessageLimit int

	// Link is the line below the server's side of every connection.
	Link Link
	// Faults are what goes wrong. The zero value is nothing.
	Faults Faults
	// Forget drops the JSON of events once they are sent, and the events of the client once they are handled; their
	// types and numbers are kept. It is for long runs.
	Forget bool
	// Lenient keeps [NewServer] from failing the test for what [Session.Violations] lists.
	Lenient bool
}

// Pace is how fast output is sent: a multiple of real time, [RealTime] or [Instant].
type Pace float64

const (
	// RealTime sends audio as fast as it plays. It is the zero value.
	RealTime Pace = 0
	// Instant sends everything as soon as it is known. A response is then never still active when the next event of the
	// client arrives, unless its [Answer] has a Delay.
	Instant Pace = -1
)

// wait is how long to wait where real time would take d.
func (p Pace) wait(d time.Duration) time.Duration {
	switch {
	case p < 0:
		return 0
	case p == RealTime:
		return d
	}
	return time.Duration(float64(d) / float64(p))
}

// orDefault returns o with defaults in place of zeros.
func (o *Options) orDefault() Options {
	var full Options
	if o != nil {
		full = *o
	}
	if full.Respond == nil {
		full.Respond = Echo()
	}
	if full.Hear == nil {
		full.Hear = Hear()
	}
	setDefault(&full.Chunk, 100*time.Millisecond)
	setDefault(&full.SessionLimit, time.Hour)
	setDefault(&full.CloseTimeout, 5*time.Second)
	setDefault(&full.MessageLimit, 32<<20)
	return full
}

func setDefault[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// TB is what [NewServer] needs of a *testing.T, *testing.B or *testing.F.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Context() context.Context
}

// Server is a simulated VoiceLive service. Its methods may be called from any goroutine.
type Server struct {
	options  Options
	listener net.Listener
	pipe     *pipeListener // nil over TCP
	pool     *x509.CertPool
	serving  sync.WaitGroup
	began    time.Time

	mu         sync.Mutex
	closed     bool
	conns      map[net.Conn]bool // not yet a session
	handshakes []Handshake
	accepted   []time.Time // of the last minute
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
		if srv.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
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
	srv.pool = pool
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

// DialContext connects to the server, whatever the address: it serves as the dial function of a client. Over TCP it
// dials the server's port; in memory nothing else reaches the server.
func (srv *Server) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if srv.pipe != nil {
		return srv.pipe.dial(ctx)
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", srv.listener.Addr().String())
}

// TLSConfig trusts the server's certificate. Without [Options.TLS] it is nil. The caller owns it.
func (srv *Server) TLSConfig() *tls.Config {
	if srv.pool == nil {
		return nil
	}
	return &tls.Config{RootCAs: srv.pool, ServerName: host, MinVersion: tls.VersionTLS12}
}

// Close ends all sessions at once, without a close frame, and returns when no goroutine of the server is left. The
// error lists what went wrong in the server's view, see [NewServer]. Closing again returns it again.
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

// Sessions are all sessions so far, in the order of their handshakes, ended ones too.
func (srv *Server) Sessions() []*Session {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	return slices.Clone(srv.sessions)
}

// Session is the i-th session, from 0, or nil if there have not been so many.
func (srv *Server) Session(i int) *Session {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	if i < 0 || i >= len(srv.sessions) {
		return nil
	}
	return srv.sessions[i]
}

// WaitSession waits for the i-th session, from 0. The error is ctx's.
func (srv *Server) WaitSession(ctx context.Context, i int) (*Session, error) {
	for {
		srv.mu.Lock()
		changed := srv.changed
		srv.mu.Unlock()
		if s := srv.Session(i); s != nil {
			return s, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Handshakes are all requests so far, also those that were refused.
func (srv *Server) Handshakes() []Handshake {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	return slices.Clone(srv.handshakes)
}

// report keeps a problem for Close.
func (srv *Server) report(err error) {
	srv.mu.Lock()
	defer srv.mu.Unlock()
	srv.problems = append(srv.problems, err)
}

// notify wakes those who wait. The caller holds mu.
func (srv *Server) notify() {
	close(srv.changed)
	srv.changed = make(chan struct{})
}
