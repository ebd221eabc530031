package voicelive

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/internal/ws"
)

// An Observer follows the sessions of a client, for tracing, metrics and recordings. Use
// [Observers] for several. Embed [NoObserver] to implement some of the methods, and to
// compile with later versions that add more.
//
// The goroutines that send and receive call the methods, never under a lock. The session
// waits for a method, so it must return soon. It must not keep byte slices. The session reads
// nothing while ObserveReceive, ObserveResponse, ObserveError or ObserveClose runs: a receive
// or a [Session.Do] inside these methods blocks; Send and Close are fine. A panic of an
// observer is not recovered, and ends the program.
//
// For events of the service, the calls follow the order of the wire. The session calls
// ObserveReceive for each event, and then ObserveResponse for a response.done or ObserveError
// for an error. Only then can Recv or Do return the event. ObserveSend follows the order of the
// wire for the events of one goroutine; calls of several goroutines may overtake each other, and
// the ObserveReceive of a reply may come before the ObserveSend of its cause: EventInfo.Order
// tells. The events that open a session come before its ObserveConnect. ObserveClose comes after
// ObserveConnect and after all received events.
type Observer interface {
	// ObserveConnect is called after an attempt to connect, with the context of Connect.
	ObserveConnect(ctx context.Context, e ConnectInfo)
	// ObserveSend is called after an event was written to the connection, with the context
	// of its Send.
	ObserveSend(ctx context.Context, e EventInfo)
	// ObserveReceive is called when an event arrived, before it is decoded.
	ObserveReceive(e EventInfo)
	// ObserveResponse is called when a response is done, before Recv can return that event.
	ObserveResponse(e ResponseInfo)
	// ObserveError is called for an error event of the service.
	ObserveError(e ErrorInfo)
	// ObserveClose is called once, at the end of a session that was connected.
	ObserveClose(e CloseInfo)
}

// ConnectInfo describes an attempt to connect.
type ConnectInfo struct {
	Session  *Session // nil if the attempt failed
	Endpoint string   // scheme and host
	Model    string   // ConnectOptions.Model
	Agent    string   // the name of ConnectOptions.Agent
	Duration time.Duration
	Err      error
}

// EventInfo describes an event on the wire.
type EventInfo struct {
	Session *Session
	Sent    bool   // by the client; false if it was received
	Type    string // on the wire
	Bytes   int    // len(JSON)
	Order   uint64 // grows with each event of the session: a reply has a higher one than its cause
	JSON    []byte `json:"-"` // valid only during the call; must not be modified; may hold credentials
}

// String is for logs: the direction, the type and the size of the event, without its content.
func (e EventInfo) String() string {
	verb := "received"
	if e.Sent {
		verb = "sent"
	}
	return ws.OneLine(fmt.Sprintf("%s %s, %d bytes", verb, e.Type, e.Bytes))
}

// GoString is String.
func (e EventInfo) GoString() string { return e.String() }

// LogValue is String.
func (e EventInfo) LogValue() slog.Value { return slog.StringValue(e.String()) }

// ErrorInfo describes an error event.
type ErrorInfo struct {
	Session             *Session
	Type, Code, EventID string // EventID is the event_id of the client event; empty if absent
}

// CloseInfo describes the end of a session.
type CloseInfo struct {
	Session *Session
	Err     error // that of Session.Err
	Client  bool  // Session.Close came before any other end
	Stats   Stats
}

// NoObserver does nothing.
type NoObserver struct{}

func (NoObserver) ObserveConnect(context.Context, ConnectInfo) {}
func (NoObserver) ObserveSend(context.Context, EventInfo)      {}
func (NoObserver) ObserveReceive(EventInfo)                    {}
func (NoObserver) ObserveResponse(ResponseInfo)                {}
func (NoObserver) ObserveError(ErrorInfo)                      {}
func (NoObserver) ObserveClose(CloseInfo)                      {}

// Observers is an Observer that calls each of several observers, in their order.
type Observers []Observer

func (o Observers) ObserveConnect(ctx context.Context, e ConnectInfo) {
	for _, o := range o {
		o.ObserveConnect(ctx, e)
	}
}

func (o Observers) ObserveSend(ctx context.Context, e EventInfo) {
	for _, o := range o {
		o.ObserveSend(ctx, e)
	}
}

func (o Observers) ObserveReceive(e EventInfo) {
	for _, o := range o {
		o.ObserveReceive(e)
	}
}

func (o Observers) ObserveResponse(e ResponseInfo) {
	for _, o := range o {
		o.ObserveResponse(e)
	}
}

func (o Observers) ObserveError(e ErrorInfo) {
	for _, o := range o {
		o.ObserveError(e)
	}
}

func (o Observers) ObserveClose(e CloseInfo) {
	for _, o := range o {
		o.ObserveClose(e)
	}
}

var (
	_ Observer = NoObserver{}
	_ Observer = Observers{}
)

func (c *Client) observeConnect(ctx context.Context, o *ConnectOptions, s *Session, err error, took time.Duration) {
	if err != nil {
		s = nil
	}
	if l := c.opts.Logger; l != nil {
		if err != nil {
			l.LogAttrs(ctx, slog.LevelWarn, "voicelive: connect", slog.String("endpoint", c.Endpoint()), slog.Duration("took", took), slog.Any("error", err))
		} else {
			l.LogAttrs(ctx, slog.LevelInfo, "voicelive: connected", slog.String("endpoint", c.Endpoint()), slog.Duration("took", took),
				slog.String("session", s.ID()), slog.String("request", s.requestID))
		}
	}
	if c.opts.Observer != nil {
		agent := ""
		if o.Agent != nil {
			agent = o.Agent.Name
		}
		c.opts.Observer.ObserveConnect(ctx, ConnectInfo{Session: s, Endpoint: c.Endpoint(), Model: o.Model, Agent: agent, Duration: took, Err: err})
	}
}

// A sendNote describes an event to the log and to the observer, after the event was sent.
type sendNote struct {
	typ  ClientEventType
	size int
	body string
	json *ws.Buffer // a copy for the observer; nil if there is none

	order uint64
}

func (s *Session) noteSend(typ ClientEventType, json []byte) sendNote {
	note := sendNote{typ: typ, size: len(json)}
	if s.client.opts.LogBodies && s.logs(context.Background()) {
		note.body = redact(json)
	}
	if s.client.opts.Observer != nil {
		note.order = s.order.Add(1)
		note.json = ws.NewBuffer()
		note.json.B = append(note.json.B, json...)
	}
	return note
}

func (s *Session) logs(ctx context.Context) bool {
	l := s.client.opts.Logger
	return l != nil && l.Enabled(ctx, slog.LevelDebug)
}

func (s *Session) sent(ctx context.Context, note sendNote) {
	s.stats.sent(note.size)
	if s.logs(ctx) {
		s.logEvent(ctx, "voicelive: sent", string(note.typ), note.size, note.body)
	}
	if o := s.client.opts.Observer; o != nil {
		o.ObserveSend(ctx, EventInfo{Session: s, Sent: true, Type: string(note.typ), Bytes: note.size, Order: note.order, JSON: note.json.B[ws.Headroom:]})
	}
}

func (s *Session) logEvent(ctx context.Context, message, typ string, size int, body string) {
	attrs := []slog.Attr{slog.String("type", typ), slog.Int("bytes", size), slog.String("session", s.ID())}
	if body != "" {
		attrs = append(attrs, slog.String("body", body))
	}
	s.client.opts.Logger.LogAttrs(ctx, slog.LevelDebug, message, attrs...)
}

func (s *Session) observeReceive(typ, data []byte) {
	if s.logs(context.Background()) {
		body := ""
		if s.client.opts.LogBodies {
			body = redact(data)
		}
		s.logEvent(context.Background(), "voicelive: received", string(typ), len(data), body)
	}
	if o := s.client.opts.Observer; o != nil {
		o.ObserveReceive(EventInfo{Session: s, Type: string(typ), Bytes: len(data), Order: s.order.Add(1), JSON: data})
	}
}

func (s *Session) observeClose() {
	err := s.Err()
	if l := s.client.opts.Logger; l != nil {
		level, attrs := slog.LevelInfo, []slog.Attr{slog.String("session", s.ID()), slog.String("request", s.requestID)}
		if err != nil {
			level, attrs = slog.LevelWarn, append(attrs, slog.Any("error", err))
		}
		l.LogAttrs(context.Background(), level, "voicelive: session ended", attrs...)
	}
	if o := s.client.opts.Observer; o != nil {
		o.ObserveClose(CloseInfo{Session: s, Err: err, Client: !s.conn.ByPeer(), Stats: s.Stats()})
	}
}
