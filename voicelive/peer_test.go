package voicelive

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// A peer is the service's end of a connection, frame by frame, so that a test can
// do what no library would.
type peer struct {
	conn    net.Conn
	br      *bufio.Reader
	request *http.Request
}

const createdEvent = `{"type":"session.created","session":{"id":"sess_1","model":"m"}}`

// accept answers the opening handshake.
func accept(conn net.Conn) (*peer, error) {
	p := &peer{conn: conn, br: bufio.NewReader(conn)}
	req, err := http.ReadRequest(p.br)
	if err != nil {
		return nil, err
	}
	p.request = req
	_, err = fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nx-ms-request-id: req_1\r\nSec-WebSocket-Accept: %s\r\n\r\n", acceptKey(req))
	return p, err
}

func acceptKey(req *http.Request) string {
	sum := sha1.Sum([]byte(req.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func (p *peer) frame(first byte, payload []byte) error {
	_, err := p.conn.Write(frameOf(first, payload))
	return err
}

// frameOf is a frame as a server sends it.
func frameOf(first byte, payload []byte) []byte {
	head := []byte{first}
	switch n := len(payload); {
	case n <= 125:
		head = append(head, byte(n))
	case n <= 0xffff:
		head = binary.BigEndian.AppendUint16(append(head, 126), uint16(n))
	default:
		head = binary.BigEndian.AppendUint64(append(head, 127), uint64(n))
	}
	return append(head, payload...)
}

func (p *peer) text(format string, args ...any) error {
	return p.frame(0x81, fmt.Appendf(nil, format, args...))
}

func (p *peer) close(code int, reason string) error {
	return p.frame(0x88, append(binary.BigEndian.AppendUint16(nil, uint16(code)), reason...))
}

// next reads a frame and unmasks it.
func (p *peer) next() (first byte, payload []byte, err error) {
	var head [8]byte
	if _, err = io.ReadFull(p.br, head[:2]); err != nil {
		return 0, nil, err
	}
	first = head[0]
	n := int(head[1] & 0x7f)
	if head[1]&0x80 == 0 {
		return 0, nil, fmt.Errorf("a frame of the client is not masked")
	}
	switch n {
	case 126:
		_, err = io.ReadFull(p.br, head[:2])
		n = int(binary.BigEndian.Uint16(head[:2]))
	case 127:
		_, err = io.ReadFull(p.br, head[:8])
		n = int(binary.BigEndian.Uint64(head[:8]))
	}
	if err != nil {
		return 0, nil, err
	}
	if n < 0 || n > maxFrame {
		return 0, nil, fmt.Errorf("a frame of the client has %d bytes", n)
	}
	var key [4]byte
	if _, err = io.ReadFull(p.br, key[:]); err != nil {
		return 0, nil, err
	}
	payload = make([]byte, n)
	if _, err = io.ReadFull(p.br, payload); err != nil {
		return 0, nil, err
	}
	for i := range payload {
		payload[i] ^= key[i&3]
	}
	return first, payload, nil
}

// message reads frames until a text message is whole, answering pings. A close
// frame is answered, and ends it with io.EOF.
func (p *peer) message() (string, error) {
	var whole []byte
	for {
		first, payload, err := p.next()
		if err != nil {
			return "", err
		}
		switch first & 0xf {
		case 0x8:
			p.frame(0x88, payload)
			return "", io.EOF
		case 0x9:
			if err := p.frame(0x8a, payload); err != nil {
				return "", err
			}
		case 0xa:
		default:
			whole = append(whole, payload...)
			if first&0x80 != 0 {
				return string(whole), nil
			}
		}
	}
}

// event reads a message as JSON.
func (p *peer) event() (map[string]any, error) {
	text, err := p.message()
	if err != nil {
		return nil, err
	}
	var v map[string]any
	return v, json.Unmarshal([]byte(text), &v)
}

// drain reads, and answers, until the connection ends.
func (p *peer) drain() {
	for {
		if _, err := p.message(); err != nil {
			return
		}
	}
}

// transport makes connected pairs of connections.
type transport func(t testing.TB) (dial func(context.Context, string, string) (net.Conn, error), accepted <-chan net.Conn)

// pipes are synchronous and in memory, so that they work in virtual time.
func pipes(t testing.TB) (func(context.Context, string, string) (net.Conn, error), <-chan net.Conn) {
	conns := make(chan net.Conn, 16)
	return func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		conns <- server
		return client, nil
	}, conns
}

// loopback is TCP.
func loopback(t testing.TB) (func(context.Context, string, string) (net.Conn, error), <-chan net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	conns := make(chan net.Conn, 16)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conns <- conn
		}
	}()
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	}, conns
}

func noProxy(*http.Request) (*url.URL, error) { return nil, nil }

// testOptions are options for a client whose handshake is not retried.
func testOptions(dial func(context.Context, string, string) (net.Conn, error)) *ClientOptions {
	return &ClientOptions{
		ClientOptions:                   azcore.ClientOptions{Retry: policy.RetryOptions{MaxRetries: -1}},
		InsecureAllowCredentialWithHTTP: true,
		DialContext:                     dial,
		Proxy:                           noProxy,
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
