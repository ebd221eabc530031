package ws

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

const (
	maxAnswerHeader = 64 << 10 // bytes of the answer to the handshake, up to its body
	maxRefusalBody  = 64 << 10
	refusalPatience = 5 * time.Second // for the body of a refusal
	readBufferSize  = 1 << 10         // larger reads bypass it, and it is what an idle session holds
)

var (
	errAnswerTooLong = errors.New("the answer to the handshake is too long")
	errNoWebSocket   = errors.New("voicelive: the server's answer to the handshake is not that of a WebSocket server")
)

// Config says what to connect to, and how.
type Config struct {
	// Request is the opening request. Its URL is http or https.
	Request *http.Request

	DialContext    func(ctx context.Context, network, addr string) (net.Conn, error)
	Proxy          func(*http.Request) (*url.URL, error)
	TLSConfig      *tls.Config // nil is the default; not modified
	AllowClearText bool        // otherwise http is only for loopback addresses

	Limits Limits
}

// Limits bounds the time and memory of a connection. All are set; a PingInterval
// below 0 is none.
type Limits struct {
	HandshakeTimeout    time.Duration // for Dial
	WriteTimeout        time.Duration // for one frame
	CloseTimeout        time.Duration // for Conn.Close in all
	PingInterval        time.Duration
	PongTimeout         time.Duration // for anything to arrive after a ping
	SlowConsumerTimeout time.Duration // for a full queue to get room
	DrainTimeout        time.Duration // for the reason of the peer to arrive after a write did not succeed

	ReceiveBytes int64 // of one message
	QueueEvents  int   // received and not yet taken by Conn.Next
	QueueBytes   int   // of them, one message excepted
}

// Dial connects and sends the opening handshake. A refusal is a response without a
// connection and without an error; its body has been read.
func Dial(ctx context.Context, c Config) (*Conn, *http.Response, error) {
	limit := c.Limits.HandshakeTimeout
	overdue := fmt.Errorf("voicelive: handshake: not done within %v: %w", limit, os.ErrDeadlineExceeded)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, overdue)
	defer cancel()
	conn, resp, err := c.once(ctx)
	if errors.Is(err, context.DeadlineExceeded) && context.Cause(ctx) == overdue {
		if err != context.DeadlineExceeded { // it tells what took so long
			overdue = fmt.Errorf("%w: %v", overdue, err)
		}
		err = overdue
	}
	return conn, resp, err
}

func (c *Config) once(ctx context.Context) (*Conn, *http.Response, error) {
	conn, err := c.dial(ctx, c.Request)
	if err != nil {
		return nil, nil, ContextError(ctx, err)
	}
	wire := &wireConn{Conn: conn, left: maxAnswerHeader}
	stop := context.AfterFunc(ctx, func() { hardClose(conn) })
	resp, reader, err := c.upgrade(ctx, wire)
	switch {
	case !stop():
		err = ctx.Err()
	case err == nil && resp.StatusCode == http.StatusSwitchingProtocols:
		if err = wire.established(c.Request); err == nil {
			return newConn(wire, reader, c.Limits), resp, nil
		}
	}
	hardClose(conn)
	if err != nil {
		return nil, resp, ContextError(ctx, err)
	}
	return nil, resp, nil
}

// upgrade speaks the handshake over an open connection.
func (c *Config) upgrade(ctx context.Context, wire *wireConn) (*http.Response, *websocket.Conn, error) {
	dialer := websocket.Dialer{
		NetDialContext:  func(context.Context, string, string) (net.Conn, error) { return wire, nil },
		ReadBufferSize:  readBufferSize,
		WriteBufferPool: &unusedWriteBuffers,
	}
	target := *c.Request.URL
	target.Scheme = "ws" // TLS, if any, has been spoken
	reader, resp, err := dialer.DialContext(ctx, target.String(), c.Request.Header)
	switch {
	case errors.Is(err, websocket.ErrBadHandshake):
		if resp.StatusCode == http.StatusSwitchingProtocols {
			return nil, nil, nonRetriable(errNoWebSocket)
		}
		resp, err = wire.refusal(c.Request)
		return resp, nil, err
	case err != nil:
		return nil, nil, fmt.Errorf("voicelive: handshake: %w", err)
	}
	if err := checkAnswer(resp); err != nil {
		return nil, nil, err
	}
	resp.Request = c.Request
	return resp, reader, nil
}

// unusedWriteBuffers keeps the library from allocating a buffer for each
// connection: frames are written by frameWriter.
var unusedWriteBuffers sync.Pool

// ContextError prefers the reason that the context gives for an error. A deadline on the
// connection may be noticed before that of the context it was taken from.
func ContextError(ctx context.Context, err error) error {
	if d, ok := ctx.Deadline(); ok && !time.Now().Before(d) {
		<-ctx.Done() // at once
	}
	if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		return ctx.Err()
	}
	if _, network := errors.AsType[*net.OpError](err); ctx.Err() != nil && network { // a timeout of package net is every deadline
		return fmt.Errorf("%w: %v", ctx.Err(), err)
	}
	return err
}

// wireConn is what gorilla/websocket reads from. It bounds and remembers the
// answer to the handshake, of which the library would keep 1 KiB, and later
// counts reads for the keepalive. The library's own frames and its Close are
// ignored after the handshake: only frameWriter writes, and only Conn closes.
type wireConn struct {
	net.Conn
	reads  atomic.Uint32 // that returned something; changes as long as the peer lives
	ahead  readAhead
	done   bool // the handshake is; set before the reader starts
	left   int  // bytes that the answer may still have
	answer []byte
	frames frameCheck // of what is behind the answer
	bad    error      // what it found, once all that is in front of it has been read
}

// Read waits for the network in this very frame: a stack of which each waiting session
// has one is scanned by every garbage collection.
func (c *wireConn) Read(p []byte) (n int, err error) {
	switch {
	case !c.done:
		return c.readAnswer(p)
	case c.bad != nil:
		return 0, c.bad
	case c.ahead.empty() && !c.frames.inside():
		n, err = c.Conn.Read(p)
		c.alive(n)
	default:
		if c.ahead.empty() {
			n, err = c.Conn.Read(c.ahead.borrow())
			c.ahead.fill(n, err)
			c.alive(n)
		}
		n, err = c.ahead.take(p)
	}
	if n, c.bad = c.frames.check(p[:n]); c.bad != nil {
		err = nil
		if n == 0 {
			err = c.bad
		}
	}
	return n, err
}

func (c *wireConn) alive(n int) {
	if n > 0 {
		c.reads.Add(1)
	}
}

// readAnswer reads the answer to the handshake.
func (c *wireConn) readAnswer(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, nonRetriable(errAnswerTooLong)
	}
	n, err := c.Conn.Read(p[:min(len(p), c.left)])
	c.left -= n
	c.answer = append(c.answer, p[:n]...)
	return n, err
}

func (c *wireConn) Write(p []byte) (int, error) {
	if c.done {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// Close is for the library, which closes what it cannot upgrade before its answer is read.
func (c *wireConn) Close() error { return nil }

// SetWriteDeadline is for the library; see Write.
func (c *wireConn) SetWriteDeadline(t time.Time) error {
	if c.done {
		return nil
	}
	return c.Conn.SetWriteDeadline(t)
}

// established ends the handshake. The library may have read frames with the answer.
func (c *wireConn) established(req *http.Request) error {
	all := bytes.NewReader(c.answer)
	answer := bufio.NewReader(all)
	if _, err := http.ReadResponse(answer, req); err != nil {
		return nonRetriable(err)
	}
	if _, err := c.frames.check(c.answer[len(c.answer)-all.Len()-answer.Buffered():]); err != nil {
		return nonRetriable(&Error{Cause: &ProtocolError{err}})
	}
	c.done, c.answer = true, nil
	return nil
}

// refusal reads the answer again, with its body, up to the limit and as far as it
// comes in time.
func (c *wireConn) refusal(req *http.Request) (*http.Response, error) {
	c.left += maxRefusalBody
	c.Conn.SetReadDeadline(time.Now().Add(refusalPatience)) // no matter if the peer closed already
	seen := bytes.Clone(c.answer)
	resp, err := http.ReadResponse(bufio.NewReader(io.MultiReader(bytes.NewReader(seen), c)), req)
	if err != nil {
		return nil, err
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusalBody)) // as much as came
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
