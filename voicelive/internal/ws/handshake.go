package ws

import (
	"bufio"
	"bytes"
	"cmp"
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
	"time"

	"github.com/gorilla/websocket"
)

const (
	maxHeader       = 64 << 10 // bytes of the reply to the handshake, up to its body
	maxRefusalBody  = 64 << 10
	refusalPatience = 5 * time.Second // for the body of a refusal
	headerPiece     = 1 << 10
)

var (
	errHeaderTooLong = errors.New("the reply to the handshake is too long")
	errNoWebSocket   = errors.New("voicelive: the reply to the handshake is not that of a WebSocket server")
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
// connection and without an error, unless ctx ended while its body was read; what came
// of the body can be read.
func Dial(ctx context.Context, c Config) (*Conn, *http.Response, error) {
	limit := c.Limits.HandshakeTimeout
	overdue := fmt.Errorf("voicelive: handshake: not done within %v: %w", limit, os.ErrDeadlineExceeded)
	caller := ctx
	ctx, cancel := context.WithTimeoutCause(ctx, limit, overdue)
	defer cancel()
	conn, resp, err := c.once(ctx, caller)
	if errors.Is(err, context.DeadlineExceeded) && context.Cause(ctx) == overdue {
		if err != context.DeadlineExceeded { // it tells what took so long
			overdue = fmt.Errorf("%w: %v", overdue, err)
		}
		err = overdue
	}
	return conn, resp, err
}

func (c *Config) once(ctx, caller context.Context) (*Conn, *http.Response, error) {
	conn, err := c.dial(ctx, c.Request)
	if err != nil {
		return nil, nil, ContextError(ctx, err)
	}
	wire := &handshakeConn{Conn: conn}
	stop := context.AfterFunc(ctx, func() { hardClose(conn) })
	began := time.Now()
	resp, err := c.upgrade(ctx, wire)
	inTime := stop()
	switch {
	case err == nil && resp.StatusCode == http.StatusSwitchingProtocols && inTime:
		return newConn(conn, wire.rest, time.Since(began), c.Limits), resp, nil
	case err == nil && resp.StatusCode != http.StatusSwitchingProtocols:
		hardClose(conn)
		return nil, resp, caller.Err() // the limit of the handshake ends no more than the wait for the body
	case !inTime:
		err = ctx.Err()
	}
	hardClose(conn)
	return nil, nil, ContextError(ctx, err)
}

// upgrade speaks the handshake over an open connection.
func (c *Config) upgrade(ctx context.Context, wire *handshakeConn) (*http.Response, error) {
	dialer := websocket.Dialer{
		NetDialContext:  func(context.Context, string, string) (net.Conn, error) { return wire, nil },
		ReadBufferSize:  headerPiece,
		WriteBufferPool: &unusedWriteBuffers,
	}
	target := *c.Request.URL
	target.Scheme = "ws" // TLS, if any, has been spoken
	_, resp, err := dialer.DialContext(ctx, target.String(), c.Request.Header)
	switch {
	case errors.Is(err, websocket.ErrBadHandshake):
		if resp.StatusCode == http.StatusSwitchingProtocols {
			return nil, nonRetriable(errNoWebSocket)
		}
		return wire.refusal(c.Request)
	case err != nil:
		return nil, fmt.Errorf("voicelive: handshake: %w", err)
	}
	if err := checkReply(resp); err != nil {
		return nil, err
	}
	resp.Request = c.Request
	return resp, nil
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

// handshakeConn is what gorilla/websocket reads from. It gives the library the header of the
// reply and no more, of whose body the library would keep 1 KiB and wait for that. It is not
// used after the handshake.
type handshakeConn struct {
	net.Conn

	header []byte // of the reply
	unread []byte // of header, by the library
	rest   []byte // of what was read, behind header; less than headerPiece
	failed error  // of reading the header
}

// Read gives the library the header of the reply, and then its end.
func (c *handshakeConn) Read(p []byte) (int, error) {
	if c.header == nil {
		c.failed = c.receiveHeader()
		c.unread = c.header
	}
	if len(c.unread) == 0 {
		return 0, cmp.Or(c.failed, io.EOF)
	}
	n := copy(p, c.unread)
	c.unread = c.unread[n:]
	return n, nil
}

// receiveHeader reads the header of the final reply, skipping informational ones as
// RFC 9110 section 15.2 demands.
func (c *handshakeConn) receiveHeader() error {
	piece := make([]byte, headerPiece)
	for left := maxHeader; left > 0; {
		n, err := c.Conn.Read(piece[:min(left, len(piece))])
		left -= n
		c.header = append(c.header, piece[:n]...)
		for {
			end := headerEnd(c.header)
			if end == 0 {
				break
			}
			if !informational(c.header) {
				c.header, c.rest = c.header[:end:end], c.header[end:]
				return nil
			}
			c.header = c.header[end:]
		}
		if err != nil {
			return err
		}
	}
	c.header = c.header[:0] // the library would complain of where it was cut
	return nonRetriable(errHeaderTooLong)
}

// headerEnd returns where the header of an HTTP response ends; 0 if it does not.
func headerEnd(b []byte) int {
	for at := 0; ; {
		n := bytes.IndexByte(b[at:], '\n')
		if n < 0 {
			return 0
		}
		at += n + 1
		rest := bytes.TrimPrefix(b[at:], []byte("\r"))
		if len(rest) > 0 && rest[0] == '\n' {
			return len(b) - len(rest) + 1
		}
	}
}

// informational reports whether a response has a status below 200, other than 101.
func informational(header []byte) bool {
	_, status, _ := bytes.Cut(header, []byte(" "))
	return bytes.HasPrefix(header, []byte("HTTP/1.")) && len(status) >= 3 && status[0] == '1' && string(status[:3]) != "101"
}

// Close is for the library, which closes what it cannot upgrade before the reply is read.
func (c *handshakeConn) Close() error { return nil }

// refusal reads the reply again, with its body, up to the limit and as far as it
// comes in time.
func (c *handshakeConn) refusal(req *http.Request) (*http.Response, error) {
	c.Conn.SetReadDeadline(time.Now().Add(refusalPatience)) // no matter if the peer closed already
	whole := io.MultiReader(bytes.NewReader(c.header), bytes.NewReader(c.rest), io.LimitReader(c.Conn, maxRefusalBody))
	resp, err := http.ReadResponse(bufio.NewReader(whole), req)
	if err != nil {
		return nil, err
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusalBody)) // as much as came
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
