package voicelive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// A Session is one conversation over one connection. Make one with
// [Client.Connect], and end it with [Session.Close].
//
// Every method may be called from any goroutine, from handlers of a [Mux], and
// from an [Observer], which should not wait there for what arrives: it is called by
// who reads. One goroutine receives at a time; any number may send.
//
// A session does not reconnect: the service forgets the conversation with the
// connection, so that this is a decision of the application. [SessionError.Retryable]
// tells whether a new session may do better.
type Session struct {
	client    *Client
	limits    *Limits
	requestID string

	ws      *websocket.Conn // read by the reader alone
	conn    *wireConn
	frames  frameWriter
	sending chan struct{} // one message at a time; unlike a mutex it can lose to ctx
	queue   queue

	receiving atomic.Bool
	borrowed  borrowed // guarded by receiving

	eventIDs atomic.Uint64
	watch    watch
	alive    keepalive
	stats    stats

	mu      sync.Mutex
	id      string
	ended   bool
	decided bool          // the reader knows why, although the session lingers
	cause   *SessionError // why it ended; nil if orderly
	pending *SessionError // a write did not succeed; the peer may still say why
	closed  bool          // Close was called

	closing chan struct{} // closed by Close
	done    chan struct{} // closed at the end
	read    chan struct{} // closed after the reader
	others  sync.WaitGroup

	announced chan struct{} // closed once the observer knows of the session, or never will
	connected bool          // it knows; set before announced is closed
}

func newSession(c *Client, h *handshake, requestID string) *Session {
	return &Session{
		client:    c,
		limits:    &c.opts.Limits,
		requestID: requestID,
		ws:        h.ws,
		conn:      h.conn,
		frames:    newFrameWriter(h.conn.Conn, c.opts.Limits.WriteTimeout),
		sending:   make(chan struct{}, 1),
		queue:     newQueue(&c.opts.Limits),
		closing:   make(chan struct{}),
		done:      make(chan struct{}),
		read:      make(chan struct{}),
		announced: make(chan struct{}),
	}
}

// start begins to read.
func (s *Session) start() {
	s.alive.start(s)
	go s.readLoop()
}

// abandon ends a session that no caller gets to see.
func (s *Session) abandon() {
	s.end(nil)
	close(s.announced)
	<-s.read
}

// ID returns the identifier that the service gave the session; empty before
// session.created arrived.
func (s *Session) ID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.id
}

func (s *Session) setID(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.id = id
}

// RequestID returns the identifier of the handshake, for support requests.
func (s *Session) RequestID() string { return s.requestID }

// String is for logs: it names the session and nothing that was said.
func (s *Session) String() string { return "voicelive.Session(" + s.ID() + ")" }

// GoString is String.
func (s *Session) GoString() string { return s.String() }

// Done returns a channel that is closed when the connection has ended. Events that
// arrived before can still be received.
func (s *Session) Done() <-chan struct{} { return s.done }

// Err returns why the session ended: nil while it lives and after an orderly end,
// a [*SessionError] otherwise.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended && s.cause != nil {
		return s.cause
	}
	return nil
}

// Recv waits for the next event; the caller owns it. The events come in the order
// of the wire, each once, and all that came before the end come before its error.
//
// An [*EventError] is one event that could not be decoded; receive on. The end is
// io.EOF if it was orderly, and a [*SessionError] if not, from then on. When ctx ends
// the error is ctx.Err, nothing is lost, and the session goes on.
func (s *Session) Recv(ctx context.Context) (ServerEvent, error) {
	return s.receive(ctx, UnmarshalServerEvent)
}

// RecvBorrowed is [Session.Recv] for gateways: events with audio or video are
// decoded into memory that the next receive overwrites. Do not keep the event, what
// it points to, or its bytes any longer.
func (s *Session) RecvBorrowed(ctx context.Context) (ServerEvent, error) {
	return s.receive(ctx, s.borrowed.decode)
}

func (s *Session) receive(ctx context.Context, decode func([]byte) (ServerEvent, error)) (ServerEvent, error) {
	if !s.receiving.CompareAndSwap(false, true) {
		return nil, ErrConcurrentRecv
	}
	defer s.receiving.Store(false)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m, err := s.queue.next(ctx, s.done)
	switch {
	case err != nil:
		return nil, err
	case m == nil:
		if err := s.Err(); err != nil {
			return nil, err
		}
		return nil, io.EOF
	}
	ev, err := decode(m.data)
	if err != nil {
		err = &EventError{Type: ServerEventType(peekType(m.data)), Raw: append([]byte(nil), m.data...), Err: err}
		s.stats.undecodable.Add(1)
	}
	m.release()
	return ev, err
}

// Events ranges over the events. An orderly end ends the range; a failure, and the
// end of ctx, is the last pair. An [*EventError] is a pair of its own, and the range
// goes on behind it. Breaking out leaves the session as it is.
func (s *Session) Events(ctx context.Context) iter.Seq2[ServerEvent, error] {
	return func(yield func(ServerEvent, error) bool) {
		for {
			ev, err := s.Recv(ctx)
			if err == io.EOF {
				return
			}
			if !yield(ev, err) {
				return
			}
			if _, one := err.(*EventError); err != nil && !one {
				return
			}
		}
	}
}

// Send sends one event, after Validate found no fault in it. It returns when the
// event is with the network, which does not mean that the service took it: see [Session.Do].
// The event is not retained.
//
// An error that wraps [ErrNotSent] says that nothing was sent: the event is not
// valid or too large, ctx ended first, or the session had ended. Once its first byte is
// out an event is finished whatever ctx does; if the network does not take it, that
// ends the session, and the error is its [*SessionError].
//
// Nothing is queued and nothing is sent again: an event is on the wire when Send returned,
// behind those whose Send had returned before, and once.
func (s *Session) Send(ctx context.Context, e ClientEvent) error {
	return s.send(ctx, e, "")
}

// send is Send, with an event_id to add if the event has none.
func (s *Session) send(ctx context.Context, e ClientEvent, id string) error {
	if isNil(e) {
		return notSent(errors.New("the event is nil"))
	}
	if err := e.Validate(); err != nil {
		return notSent(err)
	}
	return s.transmit(ctx, e, id)
}

// transmit encodes and writes an event that is valid.
func (s *Session) transmit(ctx context.Context, e ClientEvent, id string) error {
	buf := sendBuffers.Get().(*sendBuffer)
	defer buf.release()
	if err := s.encode(buf, e, id); err != nil {
		return notSent(err)
	}
	return s.write(ctx, buf, e.EventType())
}

// encode puts the event into buf, if it is not too large.
func (s *Session) encode(buf *sendBuffer, e ClientEvent, id string) (err error) {
	audio := audioBytes(e)
	if audio > s.limits.SendBytes {
		return fmt.Errorf("%d bytes of audio are more than Limits.SendBytes, %d", audio, s.limits.SendBytes)
	}
	buf.b, err = e.AppendJSON(buf.b[:headroom])
	if err != nil {
		return err
	}
	if size := len(buf.b) - headroom - base64Len(audio); size > s.limits.SendBytes {
		return fmt.Errorf("the event has %d bytes, more than Limits.SendBytes, %d", size, s.limits.SendBytes)
	}
	if id != "" {
		buf.b = insertEventID(buf.b, id)
	}
	return nil
}

// write writes the message in buf when it is its turn.
func (s *Session) write(ctx context.Context, buf *sendBuffer, typ ClientEventType) error {
	if err := s.turn(ctx); err != nil {
		return notSent(err)
	}
	note := s.noteSend(typ, buf.b[headroom:]) // writing masks the buffer
	began, err := s.frames.message(buf.b)
	<-s.sending
	switch {
	case err == nil:
		s.sent(ctx, note)
		return nil
	case err != errCloseSent:
		return s.writeFailed(err)
	}
	<-s.done // soon
	if err = s.endError(); !began {
		err = notSent(err)
	}
	return err
}

// turn waits for the right to write a message; s.sending gives it back.
func (s *Session) turn(ctx context.Context) error {
	select {
	case <-s.closing:
		return ErrClosed
	case <-s.done:
		return s.endError()
	case <-ctx.Done():
		return ctx.Err()
	default:
	}
	select {
	case s.sending <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closing:
		return ErrClosed
	case <-s.done:
		return s.endError()
	}
}

// writeFailed ends the session, but waits for the reason that the peer may have
// sent before it stopped reading.
func (s *Session) writeFailed(err error) error {
	s.drain(&SessionError{Kind: KindNetwork, Err: err})
	<-s.done
	return s.endError()
}

// drain gives the reader a last while to find a better reason than cause.
func (s *Session) drain(cause *SessionError) {
	s.mu.Lock()
	first := s.pending == nil && !s.ended
	if first {
		s.pending = cause
	}
	s.mu.Unlock()
	if first {
		s.alive.deadline(s.limits.DrainTimeout, func() { s.end(cause) })
	}
}

// endError returns why an ended session takes nothing.
func (s *Session) endError() error {
	if err := s.Err(); err != nil {
		return err
	}
	return ErrClosed
}

// Close ends the session with code 1000. It sends the close frame, waits for that of
// the service, and returns within Limits.CloseTimeout in any case. Events that
// arrive in the meantime are kept for [Session.Recv] as far as the queue has room.
// Close may be called any number of times; the error is nil.
func (s *Session) Close() error { return s.CloseWith(websocket.CloseNormalClosure, "") }

// CloseWith is [Session.Close] with a close code, 1000 or 3000 to 4999, and a reason of
// at most 123 bytes of UTF-8. Others are refused with an error, and the session goes on. If the
// session is closing already, the first code counts.
func (s *Session) CloseWith(code int, reason string) error {
	if code != websocket.CloseNormalClosure && (code < 3000 || code > 4999) {
		return fmt.Errorf("voicelive: close code %d is not for applications; use 1000 or 3000 to 4999", code)
	}
	if len(reason) > 123 {
		return fmt.Errorf("voicelive: the close reason has %d bytes, more than 123", len(reason))
	}
	if !utf8.ValidString(reason) {
		return errors.New("voicelive: the close reason is not UTF-8")
	}
	// What is left of the timeout after the end is for the reader, which may be in a
	// callback that waits for this very call.
	grace := min(s.limits.CloseTimeout/10, 100*time.Millisecond)
	deadline := time.Now().Add(s.limits.CloseTimeout - grace)
	patience := time.NewTimer(time.Until(deadline))
	defer patience.Stop()
	s.mu.Lock()
	first := !s.closed
	s.closed = true
	s.mu.Unlock()
	sending := s.sending
	if first {
		close(s.closing)
	} else {
		sending = nil
	}
	for {
		select {
		case sending <- struct{}{}:
			// For good: a message that began is finished, and none follows the close frame.
			sending = nil
			s.frames.closing(code, reason, time.Until(deadline))
			continue
		case <-s.read:
			return nil
		case <-patience.C:
			s.end(nil)
		}
		break
	}
	patience.Reset(grace)
	select {
	case <-s.read:
	case <-patience.C:
	}
	return nil
}

// end ends the session; the first cause wins.
func (s *Session) end(cause *SessionError) {
	s.mu.Lock()
	if s.ended {
		s.mu.Unlock()
		return
	}
	s.ended = true
	s.decide(cause)
	s.mu.Unlock()
	s.alive.stop()
	hardClose(s.conn.Conn)
	s.queue.close()
	close(s.done)
}

// decide fixes why the session ends, unless that is known. The caller has s.mu.
func (s *Session) decide(cause *SessionError) {
	if cause != nil && !s.decided && !s.closed {
		cause.SessionID, cause.RequestID = s.id, s.requestID
		s.cause = cause
	}
	s.decided = true
}

func (s *Session) newEventID() string {
	return "vl_" + strconv.FormatUint(s.eventIDs.Add(1), 10)
}
