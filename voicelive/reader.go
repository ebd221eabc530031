package voicelive

import (
	"bytes"
	"io"
	"runtime"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// readLoop is the one goroutine of a session. It ends with the first error.
func (s *Session) readLoop() {
	defer close(s.read)
	s.ws.SetReadLimit(s.limits.ReceiveBytes)
	s.ws.SetPingHandler(func(payload string) error {
		s.alive.pong(s, payload)
		return nil
	})
	s.ws.SetPongHandler(func(payload string) error {
		s.alive.ponged(s, payload)
		return nil
	})
	s.ws.SetCloseHandler(func(int, string) error { return nil }) // readEnded answers
	err := s.readMessages()
	s.readEnded(err)
	s.others.Wait()
	if <-s.announced; s.connected {
		s.observeClose()
	}
}

// readMessages queues messages until one cannot be read.
func (s *Session) readMessages() error {
	coming := func() int { return int(min(s.conn.frames.skip, uint64(s.limits.ReceiveBytes))) }
	for {
		kind, r, err := s.ws.NextReader()
		if err != nil {
			return err
		}
		m := messages.Get().(*message)
		if err := m.readFrom(r, coming); err != nil {
			return err
		}
		if kind == websocket.TextMessage && !utf8.Valid(m.data) {
			return errInvalidUTF8
		}
		s.received(m.data)
		if !s.deliver(m) {
			return errSlowConsumer
		}
	}
}

// burst is how many messages the reader queues before it lets the consumer run, which
// finds them in the cache of the processor.
const burst = 16

// deliver queues m, and waits for room while the keepalive, which needs the
// reader, is suspended. It reports whether the consumer came in time.
func (s *Session) deliver(m *message) bool {
	if n := s.queue.put(m); n > 0 {
		if n%burst == 0 {
			runtime.Gosched()
		}
		return true
	}
	s.alive.suspend()
	defer s.alive.resume(s)
	return s.queue.wait(m, s.limits.SlowConsumerTimeout, s.done, s.closing)
}

// readEnded ends the session for the reason that err gives, and answers the peer.
func (s *Session) readEnded(err error) {
	cause, code := classify(err, s.watch.expired)
	s.mu.Lock()
	if pending := s.pending; pending != nil && (cause == nil || cause.CloseCode == 0) && code == 0 {
		cause = pending // the write's error is what happened first
	}
	ended, closed := s.ended, s.closed
	s.decide(cause) // Close may be called while the peer is answered
	s.mu.Unlock()
	if code != 0 && !ended {
		// After Close the close frame of the session is out already, or on its way.
		if !closed {
			s.frames.closing(code, "", min(s.limits.CloseTimeout, time.Second))
		}
		if cause != nil && cause.CloseCode == 0 {
			s.linger()
		}
	}
	s.end(cause)
}

// linger reads on for a while, so that closing does not reset the connection
// before the peer has read why.
func (s *Session) linger() {
	s.conn.SetReadDeadline(time.Now().Add(s.limits.DrainTimeout))
	io.Copy(io.Discard, s.conn.Conn)
}

var typePrefix = []byte(`{"type":"`)

// peekType returns the type of an event without decoding it: free when it comes
// first, as the service sends it. The result aliases data.
func peekType(data []byte) []byte {
	if rest, ok := bytes.CutPrefix(data, typePrefix); ok {
		if n := bytes.IndexByte(rest, '"'); n >= 0 && bytes.IndexByte(rest[:n], '\\') < 0 {
			return rest[:n]
		}
	}
	return []byte(peekString(data, "type"))
}
