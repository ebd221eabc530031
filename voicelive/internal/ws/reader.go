package ws

import (
	"io"
	"runtime"
	"time"
	"unicode/utf8"
)

// readLoop is the one goroutine of a connection. It ends with the first error.
func (c *Conn) readLoop() {
	defer close(c.read)
	c.in.ping = func(payload string) { c.alive.pong(c, payload) }
	c.in.pong = func(payload string) { c.alive.ponged(c, payload) }
	err := c.readMessages()
	c.readEnded(err)
	c.others.Wait()
	c.ended()
}

// readMessages queues messages until one cannot be read.
func (c *Conn) readMessages() error {
	for {
		op, err := c.in.begin()
		if err != nil {
			return err
		}
		if err := c.awaitRoom(); err != nil {
			return err
		}
		m, err := c.in.message()
		if err != nil {
			return err
		}
		if op == opText && !utf8.Valid(m.Data) {
			return errInvalidUTF8
		}
		c.received(m.Data)
		if n := c.queue.put(m); n%burst == 0 {
			runtime.Gosched()
		}
	}
}

// burst is how many messages the reader queues before it lets the consumer run, which
// finds them in the cache of the processor.
const burst = 16

// awaitRoom waits for room in the queue, so that no message is held besides, while the
// keepalive, which needs the reader, is suspended.
func (c *Conn) awaitRoom() error {
	if c.queue.hasRoom() {
		return nil
	}
	if !c.wasFull {
		c.wasFull = true
		close(c.full)
	}
	c.alive.suspend()
	defer c.alive.resume(c)
	if !c.queue.awaitRoom(c.limits.SlowConsumerTimeout, c.done, c.closing) {
		return ErrSlowConsumer
	}
	return nil
}

// readEnded ends the connection for the reason that err gives, and replies to the peer.
func (c *Conn) readEnded(err error) {
	cause, code := classify(err)
	c.mu.Lock()
	if pending := c.pending; pending != nil && (cause == nil || cause.Code == 0) && code == 0 {
		cause = pending // the write's error is what happened first
	}
	over, closed := c.over, c.closed
	c.decide(cause) // Close may be called meanwhile
	c.mu.Unlock()
	if code != 0 && !over {
		// After Close the close frame of the session is out already, or on its way.
		if !closed {
			c.frames.closing(code, "", min(c.limits.CloseTimeout, time.Second))
		}
		if cause != nil && cause.Code == 0 {
			c.linger(cause)
		}
	}
	c.end(cause)
}

// linger reads on for a while, so that closing does not reset the connection
// before the peer has read why.
func (c *Conn) linger(cause *Error) {
	late := time.AfterFunc(c.limits.DrainTimeout, func() { c.end(cause) })
	defer late.Stop()
	io.Copy(io.Discard, c.conn)
}
