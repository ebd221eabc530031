package voicelivetest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"sync"
	"time"
)

// Transport is how clients reach a [Server].
type Transport int

const (
	// Pipe connects through [net.Pipe]: no sockets, no buffers between the peers, and time may be virtual
	// (testing/synctest). Only [Server.DialContext] reaches such a server.
	Pipe Transport = iota
	// TCP listens on [Options.Address].
	TCP
)

// host is the name of a server that has no address. The top-level domain is reserved for tests.
const host = "voicelive.test"

// pipeListener is a [net.Listener] whose connections are the far ends of [net.Pipe].
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
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

func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.done:
		return nil, &net.OpError{Op: "dial", Net: "pipe", Addr: pipeAddr{}, Err: net.ErrClosed}
	case <-ctx.Done():
		return nil, &net.OpError{Op: "dial", Net: "pipe", Addr: pipeAddr{}, Err: ctx.Err()}
	}
}

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return host }

// certificate makes a certificate for the names of a server, and the pool that trusts it. It is valid from an hour ago
// for a day, by the clock of the caller, which may be virtual.
func certificate() (tls.Certificate, *x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("make a key: %w", err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(now.UnixNano()),
		Subject:               pkix.Name{CommonName: host},
		NotBefore:             now.Add(-time.Hour),
		NotAfter:              now.Add(24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		DNSNames:              []string{host, "localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("make a certificate: %w", err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("read the certificate back: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, pool, nil
}

// plain is the connection below TLS, or the connection itself.
func plain(conn net.Conn) net.Conn {
	if t, ok := conn.(*tls.Conn); ok {
		return t.NetConn()
	}
	return conn
}

// socket is the TCP connection below everything, or nil.
func socket(conn net.Conn) *net.TCPConn {
	conn = plain(conn)
	if l, ok := conn.(*linkConn); ok {
		conn = l.NetConn()
	}
	tcp, _ := conn.(*net.TCPConn)
	return tcp
}

// hangUp ends a connection at once. TLS would first wait for room in the send buffer to say goodbye.
func hangUp(conn net.Conn) { plain(conn).Close() }

// reset ends a connection with an RST where there is one: over TCP.
func reset(conn net.Conn) {
	if tcp := socket(conn); tcp != nil {
		tcp.SetLinger(0)
	}
	hangUp(conn)
}

// halfClose closes the server's direction, and leaves the client's open. A pipe closes only as a whole.
func halfClose(conn net.Conn) {
	if tcp := socket(conn); tcp != nil {
		tcp.CloseWrite()
		return
	}
	hangUp(conn)
}

// linkListener puts a line below the connections that it accepts.
type linkListener struct {
	net.Listener
	link Link
}

func (l linkListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.link.Wrap(conn), nil
}
