// Package acstest plays Azure Communication Services for tests: it signs tokens, lets calls ring, opens their
// sockets, sends what a user says and plays what the user hears, and takes requests to hang up and to transfer.
//
//	user := legtest.New(t, leg.PCM24kHz)
//	service := acstest.New(t, nil)
//	tokens := &acs.Tokens{Resource: acstest.Resource, Transport: service}
//	client, err := acs.NewClientFromConnectionString(acstest.ConnectionString, &azcore.ClientOptions{Transport: service})
//	app := newApp(tokens, client)                 // the program under test, an http.Handler
//	service.Serve(app)
//	call := service.Call("/media", user.Leg())    // a socket, with a token and AudioMetadata
//	user.Say("Hello?")
//	user.Listen()
//	user.HangUp()
//	call.Wait()
//
// What the program asks of Communication Services, keys for tokens included, reaches the service only by that Transport.
//
// Time is that of package time: inside a testing/synctest bubble it is virtual. The package shares no code with
// package acs, and knows nothing of it.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. Methods may be called from any goroutine.
package acstest

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// What tokens say, and where the service is.
const (
	Resource = "3f1a76f2-0c1b-4d4f-9a3e-2f2b6a0d7c55" // the immutable id of the resource
	Issuer   = "https://acscallautomation.communication.azure.com"
	Endpoint = "https://acstest.communication.azure.com"

	// ConnectionString has a key of the resource.
	ConnectionString = "endpoint=" + Endpoint + "/;accesskey=a2V5IG9mIGFjc3Rlc3Q="

	// BearerToken is the token that requests may have in place of a signature.
	BearerToken = "a token of Entra"

	accessKey = "key of acstest"
)

// Options say how the service plays. The zero value is usable.
type Options struct {
	// TCP lets the application listen on a port of this machine; without it, connections are pipes in memory, and time
	// may be virtual.
	TCP bool

	// Link is the way of what the service sends on the socket of a call, Uplink the way back, which is
	// good over TCP.
	Link, Uplink voicelivetest.Link
}

// A Service plays Communication Services. Its methods may be called from any goroutine.
type Service struct {
	t       voicelivetest.TB
	options Options
	serving sync.WaitGroup
	done    chan struct{}

	mu          sync.Mutex
	listener    net.Listener
	pipes       chan net.Conn
	calls       []*Call
	rings       map[string]*ring // by incomingCallContext
	keyID       int              // of the key that signs
	noKeys      int              // status for requests for keys; 0 is 200
	keyRequests int
	refusals    map[string]int // status for requests, by action
	requests    []Request
	closed      bool
	number      int // of the last token or call
}

// A Request is one that the application made.
type Request struct {
	Action string // answer, reject, terminate, stopMediaStreaming, transferToParticipant
	CallID string // the connection id; empty for answer and reject
	Body   map[string]any
}

// New returns a service that is closed at the end of the test. Inside a testing/synctest bubble, call it with the
// bubble's t. Nil options are the defaults.
func New(t voicelivetest.TB, o *Options) *Service {
	t.Helper()
	s := &Service{t: t, done: make(chan struct{}), rings: map[string]*ring{}, refusals: map[string]int{}}
	if o != nil {
		s.options = *o
	}
	t.Cleanup(s.close)
	return s
}

// Serve starts the application. It is called once, before calls.
func (s *Service) Serve(app http.Handler) {
	s.t.Helper()
	if s.options.TCP {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			s.t.Fatalf("acstest: %v", err)
		}
		s.listener = l
	} else {
		s.pipes = make(chan net.Conn)
		s.listener = &pipeListener{s.pipes, make(chan struct{}), sync.Once{}}
	}
	srv := &http.Server{Handler: app}
	s.serving.Go(func() { srv.Serve(s.listener) })
}

func (s *Service) close() {
	s.mu.Lock()
	calls := slices.Clone(s.calls)
	s.closed = true
	s.mu.Unlock()
	for _, c := range calls {
		c.Abort()
	}
	if s.listener != nil {
		s.listener.Close()
	}
	close(s.done)
	s.serving.Wait()
}

func (s *Service) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// dial connects to the application, whatever the address, over a good line.
func (s *Service) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return s.connect(ctx, voicelivetest.Link{}, voicelivetest.Link{})
}

// dialSocket is dial over the line of a call.
func (s *Service) dialSocket(ctx context.Context, _, _ string) (net.Conn, error) {
	return s.connect(ctx, s.options.Link, s.options.Uplink)
}

func (s *Service) connect(ctx context.Context, link, uplink voicelivetest.Link) (conn net.Conn, err error) {
	if s.options.TCP {
		conn, err = new(net.Dialer).DialContext(ctx, "tcp", s.listener.Addr().String())
	} else {
		near, far := net.Pipe()
		select {
		case s.pipes <- uplink.Wrap(far):
			conn = near
		case <-ctx.Done():
			err = ctx.Err()
		case <-s.done:
			err = net.ErrClosed
		}
	}
	if err != nil {
		return nil, err
	}
	return link.Wrap(conn), nil
}

// pipeListener is a net.Listener whose connections are pipes.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.IPAddr{} }

// signers are the keys of all services of the process: making them takes time.
var signers = sync.OnceValue(func() (keys [2]*rsa.PrivateKey) {
	for i := range keys {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		keys[i] = key
	}
	return keys
})

func base64url(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// Token returns a token that is good for a day, as the service sends with the upgrade. Changes replace or, if nil, remove
// members of its header and its claims: alg, kid, crit, iss, aud, exp, nbf.
func (s *Service) Token(changes map[string]any) string {
	s.mu.Lock()
	s.number++
	n, id := s.number, s.keyID
	s.mu.Unlock()
	now := time.Now()
	header := map[string]any{"alg": "RS256", "typ": "JWT", "kid": fmt.Sprint("key", id)}
	claims := map[string]any{
		"iss": Issuer, "aud": Resource, "iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(24 * time.Hour).Unix(), "jti": n,
	}
	for name, value := range changes {
		part := claims
		if name == "alg" || name == "kid" || name == "crit" {
			part = header
		}
		if part[name] = value; value == nil {
			delete(part, name)
		}
	}
	text := base64url(mustJSON(header)) + "." + base64url(mustJSON(claims))
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, signers()[id%2], crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return text + "." + base64url(signature)
}

// RotateKeys lets later tokens be signed with another key, and publishes no other.
func (s *Service) RotateKeys() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keyID++
}

// RefuseKeys lets requests for keys fail with a status; 0 lets them succeed again.
func (s *Service) RefuseKeys(status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noKeys = status
}

// KeyRequests returns how often the keys were asked for.
func (s *Service) KeyRequests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keyRequests
}

// PublicKey returns the modulus of the public key that signs.
func (s *Service) PublicKey() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return signers()[s.keyID%2].N.Bytes()
}

// keySet replies to a request for keys.
func (s *Service) keySet() (status int, body any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keyRequests++
	if s.noKeys != 0 {
		return s.noKeys, map[string]any{}
	}
	key := signers()[s.keyID%2]
	return http.StatusOK, map[string]any{"keys": []any{
		map[string]any{"kty": "EC", "kid": "another kind", "crv": "P-256"},
		map[string]any{
			"kty": "RSA", "use": "sig", "kid": fmt.Sprint("key", s.keyID),
			"n": base64url(key.N.Bytes()), "e": base64url(big.NewInt(int64(key.E)).Bytes()),
		},
	}}
}

// Requests returns the requests so far that were not refused.
func (s *Service) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.requests)
}

// Refuse lets requests with an action, such as answer or terminate, fail with a status; 0 lets them succeed again.
func (s *Service) Refuse(action string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals[action] = status
}

// Calls returns the calls so far.
func (s *Service) Calls() []*Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

func mustJSON(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}
