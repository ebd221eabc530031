// Package ws is the client's end of a WebSocket connection, RFC 6455: dialing through
// proxies and TLS, frames, keepalive, a bounded queue of received messages, and an end
// with a reason. It knows nothing of what the messages say.
package ws

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/voicelive/internal/lock"
)

// A Conn is an open connection. Its methods may be called from any goroutine, but
// one at a time calls Next.
type Conn struct {
	limits Limits
	conn   net.Conn

	// read state
	in       frameReader // but for in.reads, for the reader alone
	received func(data []byte)
	ended    func()
	queue    queue
	full     chan struct{} // closed by the reader when it first waits for room
	wasFull  bool          // it is
	read     chan struct{} // closed after the reader

	// write state
	frames  frameWriter
	sending lock.Lock   // one message at a time
	ending  atomic.Bool // no message begins: Close was called, or the connection is over

	// keepalive
	alive  keepalive
	opened time.Duration  // what the reply to the opening request took
	trip   atomic.Int64   // of the latest ping
	others sync.WaitGroup // goroutines that reply to pings

	// close state
	mu      sync.Mutex
	over    bool
	decided bool          // the reader knows why, although the connection lingers
	cause   *Error        // why it ended; nil if orderly
	pending *Error        // a write did not succeed; the peer may still say why
	closed  bool          // Close was called
	byPeer  bool          // the end was decided before that
	closing chan struct{} // closed by Close
	done    chan struct{} // closed at the end
}

// newConn returns a connection whose frames come behind rest, and whose opening took a while.
func newConn(conn net.Conn, rest []byte, opened time.Duration, limits Limits) *Conn {
	c := &Conn{
		opened:  opened,
		limits:  limits,
		conn:    conn,
		queue:   newQueue(&limits),
		full:    make(chan struct{}),
		read:    make(chan struct{}),
		frames:  newFrameWriter(conn, limits.WriteTimeout),
		sending: lock.New(),
		closing: make(chan struct{}),
		done:    make(chan struct{}),
	}
	c.in.start(conn, rest, limits.ReceiveBytes)
	return c
}

// Start begins to read. The reader calls received with each message before it queues
// it, which must not keep the bytes, and ended as its last deed, for which Close waits.
func (c *Conn) Start(received func(data []byte), ended func()) {
	c.received, c.ended = received, ended
	c.alive.start(c)
	go c.readLoop()
}

// Done returns a channel that is closed when the connection has ended. Messages that
// arrived before can still be taken by Next.
func (c *Conn) Done() <-chan struct{} { return c.done }

// Err returns why the connection ended, nil while it lives and after an orderly end.
func (c *Conn) Err() *Error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return c.cause
	}
	return nil
}

// ByPeer reports whether the connection has ended, or is ending, without a call of Close before.
func (c *Conn) ByPeer() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.byPeer
}

// Next waits for the next message, which the caller releases. The end is io.EOF if it
// was orderly, and an [*Error] if not. When ctx ends first, nothing is lost.
func (c *Conn) Next(ctx context.Context) (*Message, error) {
	m, err := c.queue.next(ctx, c.done)
	if m != nil || err != nil {
		return m, err
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	return nil, io.EOF
}

// Queued returns how many messages wait for Next, the memory that they take, and the
// most there was.
func (c *Conn) Queued() (n, bytes, high int) { return c.queue.size() }

// Full returns a channel that is closed once a message has had to wait for room in the
// queue.
func (c *Conn) Full() <-chan struct{} { return c.full }

// RoundTrip returns that of the latest ping; 0 before the first.
func (c *Conn) RoundTrip() time.Duration { return time.Duration(c.trip.Load()) }

// Patience returns how long a reply of the peer may take by the network alone, which is not
// always as fast as it was lately: two round trips, of the latest ping or of the opening.
func (c *Conn) Patience() time.Duration { return 2 * cmp.Or(c.RoundTrip(), c.opened) }

// Write writes the message in buf when no other is being written, and masks it in
// place. It reports whether the first byte may be out, and returns ctx.Err, ErrClosed or
// an [*Error]. A message that began is finished whatever ctx does; if the network does not
// take it, that ends the connection.
func (c *Conn) Write(ctx context.Context, buf *Buffer) (began bool, err error) {
	if err := c.lockWriting(ctx); err != nil {
		return false, err
	}
	began, err = c.frames.message(buf.B)
	c.sending.Unlock()
	switch err {
	case nil:
		return true, nil
	case errCloseSent:
		<-c.done // soon
	default:
		c.drain(&Error{Cause: err})
		<-c.done
	}
	return began, c.endError()
}

// lockWriting waits until no other message is being written; unlocking c.sending undoes it.
func (c *Conn) lockWriting(ctx context.Context) error {
	if c.ending.Load() {
		return c.refusal()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.sending.TryLock() {
		return nil
	}
	var err error
	select {
	case <-c.sending.Wait():
		return nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-c.closing:
		err = ErrClosed
	case <-c.done:
		err = c.endError()
	}
	c.sending.Leave()
	return err
}

// refusal returns why no message begins.
func (c *Conn) refusal() error {
	select {
	case <-c.closing:
		return ErrClosed
	default:
		<-c.done // soon
		return c.endError()
	}
}

// drain gives the reader a last while to find a better reason than cause.
func (c *Conn) drain(cause *Error) {
	c.mu.Lock()
	first := c.pending == nil && !c.over
	if first {
		c.pending = cause
	}
	c.mu.Unlock()
	if first {
		c.alive.deadline(c.limits.DrainTimeout, func() { c.end(cause) })
	}
}

// endError returns why an ended connection takes nothing.
func (c *Conn) endError() error {
	if err := c.Err(); err != nil {
		return err
	}
	return ErrClosed
}

// Close sends a close frame, with code 1000 or 3000 to 4999 and a reason of at most
// 123 bytes of UTF-8, waits for that of the peer and for the reader, and returns within
// Limits.CloseTimeout in any case. Another code or reason is refused with an error, and the
// connection goes on. If it is closing already, the first code counts.
func (c *Conn) Close(code int, reason string) error {
	if err := checkClose(code, reason); err != nil {
		return err
	}
	// What is left of the timeout after the end is for the reader, which may be in a
	// callback that waits for this very call.
	grace := min(c.limits.CloseTimeout/10, 100*time.Millisecond)
	patience := c.limits.CloseTimeout - grace
	if c.beginClose() {
		// In another goroutine, since a write may ignore its deadline.
		go c.sendClose(code, reason, time.Now().Add(patience))
	}
	if !c.readerDone(patience) {
		c.end(nil)
		c.readerDone(grace)
	}
	return nil
}

// checkClose refuses what a close frame of an application cannot say.
func checkClose(code int, reason string) error {
	switch {
	case code != websocket.CloseNormalClosure && (code < 3000 || code > 4999):
		return fmt.Errorf("voicelive: close code %d is not for applications; use 1000 or 3000 to 4999", code)
	case len(reason) > 123:
		return fmt.Errorf("voicelive: the close reason has %d bytes, more than 123", len(reason))
	case !utf8.ValidString(reason):
		return errors.New("voicelive: the close reason is not UTF-8")
	}
	return nil
}

// beginClose lets no further message begin. It reports whether it is the first.
func (c *Conn) beginClose() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.closed = true
	close(c.closing)
	c.ending.Store(true)
	return true
}

// sendClose sends the close frame behind the message that is being written, if any.
func (c *Conn) sendClose(code int, reason string, deadline time.Time) {
	select {
	case <-c.sending.Wait(): // for good
		c.frames.closing(code, reason, time.Until(deadline))
	case <-c.done:
		c.sending.Leave()
	}
}

// readerDone waits for the reader, but no longer than d.
func (c *Conn) readerDone(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-c.read:
		return true
	case <-timer.C:
		return false
	}
}

// Abort ends the connection at once and without a word.
func (c *Conn) Abort() { c.end(nil) }

// Wait waits for the reader.
func (c *Conn) Wait() { <-c.read }

// end ends the connection; the first cause wins.
func (c *Conn) end(cause *Error) {
	c.mu.Lock()
	if c.over {
		c.mu.Unlock()
		return
	}
	c.over = true
	c.ending.Store(true)
	c.decide(cause)
	c.mu.Unlock()
	c.alive.stop()
	hardClose(c.conn)
	c.queue.close()
	close(c.done)
}

// decide fixes why the connection ends, unless that is known. The caller has c.mu.
func (c *Conn) decide(cause *Error) {
	if cause != nil && !c.decided && !c.closed {
		c.cause = cause
	}
	if !c.decided {
		c.byPeer = !c.closed
	}
	c.decided = true
}
