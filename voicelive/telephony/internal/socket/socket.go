// Package socket is the server's end of a WebSocket, RFC 6455, on which a telephone network
// sends a call. The library opens it. Frames are read and written here: a call has fifty messages a
// second in each direction, which must cost neither an allocation nor a goroutine.
package socket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/voicelive/internal/lock"
)

// Codes of close frames.
const (
	CloseNormal      = websocket.CloseNormalClosure
	CloseGoingAway   = websocket.CloseGoingAway
	CloseProtocol    = websocket.CloseProtocolError
	CloseBadData     = websocket.CloseInvalidFramePayloadData
	CloseTooLarge    = websocket.CloseMessageTooBig
	ClosePolicy      = websocket.ClosePolicyViolation
	CloseServerError = websocket.CloseInternalServerErr

	noCode = websocket.CloseNoStatusReceived
)

// Limits bound a connection. All are set.
type Limits struct {
	Message int           // bytes of a received message
	Idle    time.Duration // for the next message to arrive
	Write   time.Duration // for one write
	Close   time.Duration // for the peer to reply to a close frame
}

// A CloseError says with which close frame the peer ended the connection. A peer that ends without
// an error code is io.EOF, and one that ends without a close frame io.ErrUnexpectedEOF.
type CloseError struct {
	Code   int
	Reason string
}

func (e *CloseError) Error() string {
	return fmt.Sprintf("the peer closed with code %d: %q", e.Code, e.Reason)
}

// ErrClosed is the error of Next after CloseWith, and of Write after a close frame.
var ErrClosed = errors.New("the connection is closed")

// ErrInterrupted is the error of Next after Interrupt.
var ErrInterrupted = errors.New("the wait for a message was interrupted")

// errIdle is the error of Next after Limits.Idle.
var errIdle = fmt.Errorf("the peer has sent nothing for too long: %w", os.ErrDeadlineExceeded)

// A Conn is an open connection. Its methods may be called from any goroutine.
type Conn struct {
	conn   net.Conn
	limits Limits

	reading sync.Mutex // held by Next
	reader  reader
	waiting time.Time       // when the wait for the next message began; zero before
	forget  func() bool     // of the context of the latest Next
	done    <-chan struct{} // of that context

	mu          sync.Mutex
	watched     int       // how many contexts there were
	expired     bool      // reads end, since the latest context has ended
	interrupted bool      // the next read ends, by Interrupt
	closed      bool      // by CloseWith
	deadline    time.Time // of reads

	writing lock.Lock // guards what follows
	over    bool      // a close frame was written
	broken  error     // of the first write that did not succeed
	until   time.Time // deadline of writes
}

// unused is for the library, which then allocates no buffer for writes.
var unused sync.Pool

// Upgrade opens a connection. If it cannot, it has replied to the request.
func Upgrade(w http.ResponseWriter, r *http.Request, limits Limits) (*Conn, error) {
	upgrader := websocket.Upgrader{
		HandshakeTimeout: limits.Write,
		ReadBufferSize:   1, // the library reads nothing
		WriteBufferPool:  &unused,
		CheckOrigin:      func(*http.Request) bool { return true }, // the caller has authenticated the request
	}
	opened, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil, err
	}
	return newConn(opened.NetConn(), limits), nil
}

func newConn(conn net.Conn, limits Limits) *Conn {
	return &Conn{conn: conn, limits: limits, reader: reader{src: conn, limit: limits.Message}, writing: lock.New()}
}

// Next waits for a message. It is valid until the next call. The error is ctx.Err if ctx ended, or ErrInterrupted; Next can
// then be called again, and nothing is lost. After any other error the connection is of no more use.
func (c *Conn) Next(ctx context.Context) ([]byte, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.watch(ctx)
	if err := c.extend(); err != nil {
		return nil, err
	}
	for {
		op, payload, err := c.reader.next()
		switch {
		case err != nil:
			return nil, c.readError(ctx, err)
		case op == opPing:
			if err := c.control(opPong, payload); err != nil {
				return nil, err
			}
		case op == opClose:
			return nil, c.closeReceived(payload)
		case op != opPong:
			c.waiting = time.Time{}
			return payload, nil
		}
	}
}

// Ready reports whether Next would return a message without waiting, or an error: a late reader reads several at once.
func (c *Conn) Ready() bool {
	c.reading.Lock()
	defer c.reading.Unlock()
	return c.reader.ready()
}

// watch lets the end of ctx end reads. Contexts rarely change: the last one stays.
func (c *Conn) watch(ctx context.Context) {
	if c.forget != nil && c.done == ctx.Done() {
		return
	}
	if c.forget != nil {
		c.forget()
	}
	c.mu.Lock()
	c.watched++
	watched := c.watched
	c.expired, c.deadline = false, time.Time{}
	c.mu.Unlock()
	c.done, c.forget = ctx.Done(), context.AfterFunc(ctx, func() { c.expire(watched) })
}

// extend sets the deadline of the next message, by the time when the wait for it began. A second more or less does not
// matter, and setting it costs time.
func (c *Conn) extend() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return ErrClosed
	}
	if c.wasInterrupted() {
		return ErrInterrupted
	}
	if c.waiting.IsZero() {
		c.waiting = time.Now()
	}
	if deadline := c.waiting.Add(c.limits.Idle); !c.expired && deadline.Sub(c.deadline) > time.Second {
		c.deadline = deadline
		c.conn.SetReadDeadline(deadline)
	}
	return nil
}

// expire ends reads, unless another context counts by now.
func (c *Conn) expire(watched int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.watched == watched {
		c.expired = true
		c.conn.SetReadDeadline(time.Unix(1, 0))
	}
}

// Interrupt ends the Next that waits, or the next one, with ErrInterrupted.
func (c *Conn) Interrupt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.interrupted = true
		c.conn.SetReadDeadline(time.Unix(1, 0))
	}
}

// wasInterrupted reports whether Interrupt was called, once. The caller has c.mu.
func (c *Conn) wasInterrupted() bool {
	was := c.interrupted
	if was {
		c.interrupted, c.deadline = false, time.Time{}
	}
	return was
}

// readError says why reading ended, and tells the peer if it broke the protocol.
func (c *Conn) readError(ctx context.Context, err error) error {
	late := errors.Is(err, os.ErrDeadlineExceeded)
	c.mu.Lock()
	closed := c.closed
	interrupted := late && c.wasInterrupted()
	c.mu.Unlock()
	violation, broke := err.(*violation)
	switch {
	case closed:
		return ErrClosed
	case late && ctx.Err() != nil:
		return ctx.Err()
	case interrupted:
		return ErrInterrupted
	case broke:
		c.sendClose(violation.code, violation.what)
	case late:
		return errIdle
	case err == io.EOF:
		return io.ErrUnexpectedEOF
	}
	return err
}

// closeReceived replies to a close frame.
func (c *Conn) closeReceived(payload []byte) error {
	code, reason, err := parseClose(payload)
	if err != nil {
		c.sendClose(err.code, err.what)
		return err
	}
	c.sendClose(code, "")
	if code == CloseNormal || code == CloseGoingAway || code == noCode {
		return io.EOF
	}
	return &CloseError{code, reason}
}

// Write writes whole frames at once; see [AppendText]. If it fails, the connection ends.
func (c *Conn) Write(frames []byte) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.write(frames)
}

// write writes frames. The caller has c.writing.
func (c *Conn) write(frames []byte) error {
	switch {
	case c.over:
		return ErrClosed
	case c.broken != nil:
		return c.broken
	}
	if until := time.Now().Add(c.limits.Write); until.Sub(c.until) > time.Second { // as with reads
		c.until = until
		c.conn.SetWriteDeadline(until)
	}
	if _, err := c.conn.Write(frames); err != nil {
		c.broken = err
		c.conn.Close() // ends the reader
	}
	return c.broken
}

func (c *Conn) control(op byte, payload []byte) error {
	var array [2 + maxControl]byte
	return c.Write(append(appendHeader(array[:0], op, len(payload)), payload...))
}

// sendClose sends a close frame, behind which there are no others. The reason is cut to what fits, and stays UTF-8.
func (c *Conn) sendClose(code int, reason string) {
	c.writing.Lock()
	defer c.writing.Unlock()
	reason = strings.ToValidUTF8(reason[:min(len(reason), maxControl-2)], "")
	payload := websocket.FormatCloseMessage(code, reason)
	_ = c.write(append(appendHeader(nil, opClose, len(payload)), payload...)) // the connection ends in any case
	c.over = true
}

// CloseWith sends a close frame and ends Next. Messages that are on their way are lost. Only the first call counts.
func (c *Conn) CloseWith(code int, reason string) {
	c.mu.Lock()
	first := !c.closed
	c.closed = true
	c.mu.Unlock()
	if first {
		c.sendClose(code, reason)
		c.conn.SetReadDeadline(time.Unix(1, 0))
	}
}

// Finish ends the connection: it waits for the close frame of the peer, so that the peer gets ours, and
// frees everything. The connection must have been closed by CloseWith, or have failed.
func (c *Conn) Finish() {
	c.reading.Lock()
	defer c.reading.Unlock()
	if c.forget != nil {
		c.forget()
	}
	c.conn.SetReadDeadline(time.Now().Add(c.limits.Close))
	for c.reader.err == nil {
		if op, _, err := c.reader.next(); err != nil || op == opClose {
			break
		}
	}
	c.conn.Close()
}
