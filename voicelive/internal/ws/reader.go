package ws

import (
	"io"
	"runtime"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// readLoop is the one goroutine of a connection. It ends with the first error.
func (c *Conn) readLoop() {
	defer close(c.read)
	c.reader.SetReadLimit(c.limits.ReceiveBytes)
	c.reader.SetPingHandler(func(payload string) error {
		c.alive.pong(c, payload)
		return nil
	})
	c.reader.SetPongHandler(func(payload string) error {
		c.alive.ponged(c, payload)
		return nil
	})
	c.reader.SetCloseHandler(func(int, string) error { return nil }) // readEnded answers
	err := c.readMessages()
	c.readEnded(err)
	c.others.Wait()
	c.ended()
}

// readMessages queues messages until one cannot be read.
func (c *Conn) readMessages() error {
	coming := func() int { return int(min(c.wire.frames.skip, uint64(c.limits.ReceiveBytes))) }
	for {
		kind, r, err := c.reader.NextReader()
		if err != nil {
			return err
		}
		m := messages.Get().(*Message)
		if err := m.readFrom(r, coming); err != nil {
			return err
		}
		if kind == websocket.TextMessage && !utf8.Valid(m.Data) {
			return errInvalidUTF8
		}
		c.received(m.Data)
		if !c.deliver(m) {
			return ErrSlowConsumer
		}
	}
}

// burst is how many messages the reader queues before it lets the consumer run, which
// finds them in the cache of the processor.
const burst = 16

// deliver queues m, and waits for room while the keepalive, which needs the
// reader, is suspended. It reports whether the consumer came in time.
func (c *Conn) deliver(m *Message) bool {
	if n := c.queue.put(m); n > 0 {
		if n%burst == 0 {
			runtime.Gosched()
		}
		return true
	}
	c.alive.suspend()
	defer c.alive.resume(c)
	return c.queue.wait(m, c.limits.SlowConsumerTimeout, c.done, c.closing)
}

// readEnded ends the session for the reason that err gives, and answers the peer.
func (c *Conn) readEnded(err error) {
	cause, code := classify(err)
	c.mu.Lock()
	if pending := c.pending; pending != nil && (cause == nil || cause.Code == 0) && code == 0 {
		cause = pending // the write's error is what happened first
	}
	over, closed := c.over, c.closed
	c.decide(cause) // Close may be called while the peer is answered
	c.mu.Unlock()
	if code != 0 && !over {
		// After Close the close frame of the session is out already, or on its way.
		if !closed {
			c.frames.closing(code, "", min(c.limits.CloseTimeout, time.Second))
		}
		if cause != nil && cause.Code == 0 {
			c.linger()
		}
	}
	c.end(cause)
}

// linger reads on for a while, so that closing does not reset the connection
// before the peer has read why.
func (c *Conn) linger() {
	c.wire.SetReadDeadline(time.Now().Add(c.limits.DrainTimeout))
	io.Copy(io.Discard, c.wire.Conn)
}
