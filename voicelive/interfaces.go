package voicelive

import "context"

// A Receiver returns the events of a session in their order, as [Session.Recv]
// does: an [*EventError] costs one event, io.EOF is an orderly end, and any other error
// is the last. [Session] is one; a recording can be another.
type Receiver interface {
	Recv(ctx context.Context) (ServerEvent, error)
}

// A Sender sends events of the client, as [Session.Send] does: an error that wraps
// [ErrNotSent] says that nothing was sent. [Session] is one.
type Sender interface {
	Send(ctx context.Context, e ClientEvent) error
}

// A Handler handles the events of one session, one at a time and in their order. The
// goroutine that receives them calls it, and stops at an error. A Handler must not keep an
// event that was received with [Session.RecvBorrowed]. [Mux] is one; register others at it with
// On(m, h.HandleEvent).
type Handler interface {
	HandleEvent(ctx context.Context, e ServerEvent) error
}

var (
	_ Receiver = (*Session)(nil)
	_ Sender   = (*Session)(nil)
	_ Handler  = (*Mux)(nil)
)
