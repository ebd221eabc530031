package wstest

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
)

// A Peer is the server's end of a connection, frame by frame.
type Peer struct {
	Conn    net.Conn
	R       *bufio.Reader // of Conn
	Request *http.Request // the opening one
}

// MaxFrame is the largest payload of a frame that a [Peer] takes.
const MaxFrame = 16 << 10

// Accept reads the opening handshake and accepts it.
func Accept(conn net.Conn) (*Peer, error) {
	p := &Peer{Conn: conn, R: bufio.NewReader(conn)}
	req, err := http.ReadRequest(p.R)
	if err != nil {
		return nil, err
	}
	p.Request = req
	_, err = conn.Write(Acceptance(req, "x-ms-request-id: req_1\r\n"))
	return p, err
}

// Acceptance is the response with status 101. The headers are whole lines.
func Acceptance(req *http.Request, headers string) []byte {
	return fmt.Appendf(nil, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n%sSec-WebSocket-Accept: %s\r\n\r\n", headers, AcceptKey(req))
}

// AcceptKey is what Sec-WebSocket-Accept has to be.
func AcceptKey(req *http.Request) string {
	sum := sha1.Sum([]byte(req.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Frame sends a frame; see [AppendFrame].
func (p *Peer) Frame(first byte, payload []byte) error {
	_, err := p.Conn.Write(Frame(first, payload))
	return err
}

// Text sends a text message.
func (p *Peer) Text(message []byte) error { return p.Frame(Fin|Text, message) }

// Close sends a close frame.
func (p *Peer) Close(code int, reason string) error {
	_, err := p.Conn.Write(CloseFrame(code, reason))
	return err
}

// Next reads a frame.
func (p *Peer) Next() (first byte, payload []byte, err error) {
	h, payload, err := ReadFrame(p.R, MaxFrame)
	return h.First, payload, err
}

// Message reads frames until a message is whole. It replies to pings and to a close
// frame, which ends it with io.EOF.
func (p *Peer) Message() (string, error) {
	var whole []byte
	for {
		first, payload, err := p.Next()
		if err != nil {
			return "", err
		}
		switch first & 0xf {
		case Close:
			p.Frame(Fin|Close, payload)
			return "", io.EOF
		case Ping:
			if err := p.Frame(Fin|Pong, payload); err != nil {
				return "", err
			}
		case Pong:
		default:
			whole = append(whole, payload...)
			if first&Fin != 0 {
				return string(whole), nil
			}
		}
	}
}

// Drain reads messages until the connection ends.
func (p *Peer) Drain() {
	for {
		if _, err := p.Message(); err != nil {
			return
		}
	}
}

// A Dial opens a connection.
type Dial = func(ctx context.Context, network, addr string) (net.Conn, error)

// Pipes returns a dial function whose connections are synchronous and in memory, so
// that they work in virtual time, and their other ends.
func Pipes() (Dial, <-chan net.Conn) {
	conns := make(chan net.Conn, 16)
	return func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		conns <- server
		return client, nil
	}, conns
}

// Loopback is [Pipes] over TCP. Close the listener when done.
func Loopback() (Dial, <-chan net.Conn, io.Closer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, nil, err
	}
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
	}, conns, l, nil
}
