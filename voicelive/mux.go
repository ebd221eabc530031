package voicelive

import (
	"context"
	"errors"
	"io"
	"reflect"
)

// A Mux calls handlers for the events of a session, one at a time and in the order
// in which they arrive. Register handlers with [On], then call [Mux.Run], or [Mux.HandleEvent] for each
// event that you received. The zero value is ready. A Mux must not be changed while it
// runs; it may serve any number of sessions at once.
type Mux struct {
	handlers map[reflect.Type][]func(context.Context, ServerEvent) error
	all      []func(context.Context, ServerEvent) error // for interfaces
}

// On registers a handler for the events of type E, such as
// *ServerEventResponseAudioDelta, or for all events if E is ServerEvent, or for those
// that have the methods of E if that is another interface. Several handlers for an event
// are called in the order of their registration, those for interfaces last. A handler's
// error ends Run.
func On[E ServerEvent](m *Mux, handle func(ctx context.Context, e E) error) {
	f := func(ctx context.Context, e ServerEvent) error {
		if e, ok := e.(E); ok {
			return handle(ctx, e)
		}
		return nil
	}
	t := reflect.TypeFor[E]()
	if t.Kind() == reflect.Interface {
		m.all = append(m.all, f)
		return
	}
	if m.handlers == nil {
		m.handlers = map[reflect.Type][]func(context.Context, ServerEvent) error{}
	}
	m.handlers[t] = append(m.handlers[t], f)
}

// Run receives from r, which usually is a [*Session], and calls the handlers from this
// goroutine, so that they may call any method of the session; an event that a handler
// receives is its own, and reaches no other. It returns nil at an orderly end of the
// session, its [*SessionError], ctx.Err, or the first error of a handler; in the last two
// cases the session goes on. Events that cannot be decoded are skipped: handle them with
// [Session.Events], or count them in [Stats].
func (m *Mux) Run(ctx context.Context, r Receiver) error {
	for {
		ev, err := r.Recv(ctx)
		if _, one := errors.AsType[*EventError](err); one {
			continue
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := m.HandleEvent(ctx, ev); err != nil {
			return err
		}
	}
}

// HandleEvent calls the handlers of e, and returns the first error of one.
func (m *Mux) HandleEvent(ctx context.Context, e ServerEvent) error {
	for _, handle := range m.handlers[reflect.TypeOf(e)] {
		if err := handle(ctx, e); err != nil {
			return err
		}
	}
	for _, handle := range m.all {
		if err := handle(ctx, e); err != nil {
			return err
		}
	}
	return nil
}
