package voicelive

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/voicelive/internal/ws"
)

// A Session is one conversation over one connection. Make one with
// [Client.Connect], and end it with [Session.Close].
//
// Every method may be called from any goroutine, from handlers of a [Mux], and
// from an [Observer]. An observer must not wait for events that arrive, since the
// goroutine that reads them calls it. One goroutine receives at a time; any number may send.
//
// A session does not reconnect, because the service forgets the conversation with the
// connection. [Retryable] reports whether a new session may succeed.
type Session struct {
	client    *Client
	limits    *Limits
	requestID string
	conn      *ws.Conn
	began     time.Time

	receiving atomic.Bool
	borrowed  borrowed // guarded by receiving

	eventIDs  atomic.Uint64
	order     atomic.Uint64 // of observed events
	waiters   waiters
	opening   *opening    // set before the reader starts
	expired   atomic.Bool // an error said so
	stats     stats
	responses responses

	mu     sync.Mutex
	id     string
	config *keptConfig   // of the latest session.created or session.updated
	cause  *SessionError // why it ended; nil before, and if orderly

	// The observer is told of the end of a session behind its beginning.
	announced bool // it was told of the beginning
	over      bool // the reader has ended
}

func newSession(c *Client, conn *ws.Conn, requestID string) *Session {
	return &Session{
		client:    c,
		limits:    &c.opts.Limits,
		requestID: requestID,
		conn:      conn,
		began:     time.Now(),
		waiters:   waiters{network: conn.Patience},
	}
}

// ended is the last that the reader does.
func (s *Session) ended() {
	s.mu.Lock()
	s.over = true
	announced := s.announced
	s.mu.Unlock()
	if announced {
		s.observeClose()
	}
}

// announce is called when the observer was told of the session, which may have ended
// meanwhile: the observer itself can close it.
func (s *Session) announce() {
	s.mu.Lock()
	s.announced = true
	over := s.over
	s.mu.Unlock()
	if over {
		s.observeClose()
	}
}

// abandon ends a session that no caller gets to see.
func (s *Session) abandon() {
	s.conn.Abort()
	s.conn.Wait()
}

// ID returns the identifier that the service gave the session; empty before
// session.created arrived.
func (s *Session) ID() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.id
}

// Began returns when the connection was established. The service counts the maximum
// duration of a session from about then.
func (s *Session) Began() time.Time { return s.began }

// RequestID returns the identifier of the handshake, for support requests.
func (s *Session) RequestID() string { return s.requestID }

// String returns the name of the session for logs, without any content.
func (s *Session) String() string { return ws.OneLine("voicelive.Session(" + s.ID() + ")") }

// GoString is String.
func (s *Session) GoString() string { return s.String() }

// Done returns a channel that is closed when the connection has ended. Events that
// arrived before can still be received.
func (s *Session) Done() <-chan struct{} { return s.conn.Done() }

// Err returns the reason for which the session failed, a [*SessionError]. It is nil before
// the end of the session, and after an orderly end.
func (s *Session) Err() error {
	e := s.conn.Err()
	if e == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cause == nil {
		s.cause = endOf(e, s.expired.Load())
		s.cause.SessionID, s.cause.RequestID = s.id, s.requestID
	}
	return s.cause
}

// Recv waits for the next event; the caller owns it. Events are returned in the order in
// which they arrive, each once. Those that arrived before the end of the session are
// returned before its error.
//
// An [*EventError] is one event that could not be decoded; the session continues. After
// the end of the session every Recv returns io.EOF if the end was orderly, and the
// [*SessionError] if not. If ctx ends, Recv returns ctx.Err, no event is lost, and the
// session continues.
func (s *Session) Recv(ctx context.Context) (ServerEvent, error) {
	return s.receive(ctx, unmarshalOwned)
}

// RecvBorrowed is like [Session.Recv], but decodes events with audio or video into memory
// that the next receive overwrites. Do not keep the event, its strings or its bytes after
// that. It is for gateways, which forward the audio and keep nothing.
func (s *Session) RecvBorrowed(ctx context.Context) (ServerEvent, error) {
	return s.receive(ctx, s.borrowed.decode)
}

func (s *Session) receive(ctx context.Context, decode func([]byte) (ServerEvent, error)) (ServerEvent, error) {
	if !s.receiving.CompareAndSwap(false, true) {
		return nil, ErrConcurrentRecv
	}
	defer s.receiving.Store(false)
	if ctx == nil {
		return nil, fmt.Errorf("voicelive: %w", errNilContext)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m, err := s.conn.Next(ctx)
	if err != nil {
		if _, failed := err.(*ws.Error); failed {
			err = s.Err()
		}
		return nil, err
	}
	ev, err := decode(m.Data)
	if err != nil {
		err = &EventError{Type: ServerEventType(peekType(m.Data)), Raw: append([]byte(nil), m.Data...), Err: err}
		s.stats.undecodable.Add(1)
	}
	m.Release()
	return ev, err
}

// Events returns an iterator over the events. It stops after the orderly end of the
// session. After a failure, or the end of ctx, its last pair has the error. An
// [*EventError] is a pair without an event, and the iterator continues. A break leaves the
// session open.
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

// Send validates one event and sends it. It returns when the network has taken the event;
// [Session.Do] waits until the service confirms it. Send does not retain the event.
//
// An error that wraps [ErrNotSent] says that nothing was sent: the event is not
// valid or too large, ctx ended first, or the session had ended. After the first byte, ctx
// does not stop an event; if the network does not take the rest, the session ends, and
// the error is its [*SessionError].
//
// Nothing is queued and nothing is sent again: an event is on the wire when Send returned,
// behind those whose Send had returned before, and once. It is sent as it is, with two
// exceptions. A response.cancel without an event_id gets one. So does a response.create for a
// response out of band, with the metadata that [Session.Do] adds: nothing else would tell its
// response from others.
func (s *Session) Send(ctx context.Context, e ClientEvent) error {
	id := ""
	switch c := e.(type) {
	case *ClientEventResponseCancel:
		id = s.newEventID() // so that its error, which is usual, is not taken for that of another event
	case *ClientEventResponseCreate:
		if c != nil && outOfBand(c) {
			if id = c.GetEventID(); id == "" {
				id = s.newEventID()
			}
			if create, ok := marked(c, id); ok {
				e = create
			}
		}
	}
	return s.send(ctx, e, id)
}

// send is Send, with an event_id to add if the event has none.
func (s *Session) send(ctx context.Context, e ClientEvent, id string) error {
	if isNil(e) {
		return notSent(errNilEvent)
	}
	if ctx == nil {
		return notSent(errNilContext)
	}
	if err := e.Validate(); err != nil {
		return notSent(err)
	}
	return s.transmit(ctx, e, id)
}

// transmit encodes and writes an event that is valid.
func (s *Session) transmit(ctx context.Context, e ClientEvent, id string) error {
	buf := ws.NewBuffer()
	defer buf.Release()
	if err := s.encode(buf, e, id); err != nil {
		return notSent(err)
	}
	return s.write(ctx, buf, e.EventType())
}

// encode puts the event into buf, if it is not too large.
func (s *Session) encode(buf *ws.Buffer, e ClientEvent, id string) (err error) {
	audio := audioBytes(e)
	if audio > s.limits.SendBytes {
		return fmt.Errorf("%d bytes of audio are more than Limits.SendBytes, %d", audio, s.limits.SendBytes)
	}
	buf.B, err = e.AppendJSON(buf.B[:ws.Headroom])
	if err != nil {
		return err
	}
	if size := len(buf.B) - ws.Headroom - base64Len(audio); size > s.limits.SendBytes {
		return fmt.Errorf("the event has %d bytes, more than Limits.SendBytes, %d", size, s.limits.SendBytes)
	}
	if id != "" {
		buf.B = insertEventID(buf.B, id)
	}
	return nil
}

// write writes the message in buf.
func (s *Session) write(ctx context.Context, buf *ws.Buffer, typ ClientEventType) error {
	note := s.noteSend(typ, buf.B[ws.Headroom:]) // writing masks the buffer
	if note.json != nil {
		defer note.json.Release()
	}
	began, err := s.conn.Write(ctx, buf)
	if err == nil {
		s.sent(ctx, note)
		return nil
	}
	if _, failed := err.(*ws.Error); failed || err == ws.ErrClosed {
		err = s.endError()
	}
	if !began {
		err = notSent(err)
	}
	return err
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
	return s.conn.Close(code, reason)
}

func (s *Session) newEventID() string {
	return "vl_" + strconv.FormatUint(s.eventIDs.Add(1), 10)
}
