package voicelive

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/go-voicelive/voicelive-go/voicelive/internal/ws"
)

// An opening waits, for Connect, until the service has announced the session and confirmed
// its configuration, or has sent an error. The error need not name an event, since the client
// has sent only the configuration.
type opening struct {
	configID string        // event_id of the session.update
	overdue  error         // why the context of begin ends, if not with that of the caller
	over     chan struct{} // closed after the last missing event, or after the error

	mu      sync.Mutex
	missing []ServerEventType
	refused error
}

func newOpening(configID string, overdue error, announced bool) *opening {
	o := &opening{configID: configID, overdue: overdue, over: make(chan struct{})}
	if announced {
		o.missing = append(o.missing, ServerEventTypeSessionCreated)
	}
	if configID != "" {
		o.missing = append(o.missing, ServerEventTypeSessionUpdated)
	}
	if len(o.missing) == 0 {
		close(o.over)
	}
	return o
}

// received notes an event of the opening. The reader calls it.
func (o *opening) received(typ ServerEventType) {
	o.mu.Lock()
	defer o.mu.Unlock()
	i := slices.Index(o.missing, typ)
	if i < 0 || o.refused != nil {
		return
	}
	if o.missing = slices.Delete(o.missing, i, i+1); len(o.missing) == 0 {
		close(o.over)
	}
}

// failed notes an error of the service. The reader calls it.
func (o *opening) failed(data []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.missing) == 0 || o.refused != nil {
		return
	}
	ev, err := UnmarshalServerEvent(data)
	if err != nil {
		ev = nil // not even an error in JSON
	}
	refused := &connectRefusal{what: "session", err: newServiceError(ev, data)}
	named := refused.err.EventID
	switch announced := o.missing[0] == ServerEventTypeSessionUpdated; {
	case announced && named != "" && named != o.configID, refused.err.Code == codeSessionExpired:
		return // the error names another event, or announces the end of the session
	case announced || named != "" && named == o.configID:
		refused.what = "configuration"
	}
	o.refused = refused
	close(o.over)
}

var errFullTooEarly = errors.New("the queue of received events is full before anybody can receive; raise Limits.QueueEvents or QueueBytes")

// wait waits for the end of the opening. If sending the configuration failed with err, it does not
// wait.
func (o *opening) wait(ctx context.Context, s *Session, err error) error {
	if err == nil {
		select {
		case <-o.over:
		case <-ctx.Done():
		case <-s.conn.Done():
			err = s.endError()
		case <-s.conn.Full():
			err = &SessionError{Kind: KindSlowConsumer, Err: errFullTooEarly, SessionID: s.ID(), RequestID: s.requestID}
		}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.refused != nil:
		return o.refused
	case len(o.missing) == 0 && ctx.Err() == nil:
		return nil // even if the connection has ended since
	case ctx.Err() != nil:
		err = o.ctxErr(ctx)
	}
	waiting := "the session"
	if len(o.missing) > 0 {
		waiting = string(o.missing[0])
	}
	return fmt.Errorf("voicelive: connect: waiting for %s: %w", waiting, err)
}

// ctxErr returns why ctx has ended. The cause that a caller gave to its own context is none of the
// errors of Connect.
func (o *opening) ctxErr(ctx context.Context) error {
	if context.Cause(ctx) == o.overdue {
		return o.overdue
	}
	return ctx.Err()
}

// begin starts to read, sends the configuration, and waits for the opening.
func (s *Session) begin(ctx context.Context, configure *ClientEventSessionUpdate, rtc bool) error {
	limit := s.limits.HandshakeTimeout
	// With the cause, a caller does not take DeadlineExceeded for the end of its own context.
	overdue := fmt.Errorf("not within %v: %w", limit, os.ErrDeadlineExceeded)
	ctx, cancel := context.WithTimeoutCause(ctx, limit, overdue)
	defer cancel()
	configID := ""
	if configure != nil {
		configID = s.newEventID()
	}
	s.opening = newOpening(configID, overdue, !rtc) // signalling may not announce a session before there is a call
	// Nothing else interrupts the writing of session.update.
	stop := context.AfterFunc(ctx, s.conn.Abort)
	s.conn.Start(s.received, s.ended)
	var err error
	if configure != nil {
		err = s.transmit(ctx, configure, configID) // without waiting for session.created: it saves a round trip
	}
	if err = s.opening.wait(ctx, s, err); err == nil && !stop() {
		err = fmt.Errorf("voicelive: connect: %w", s.opening.ctxErr(ctx))
	}
	return err
}

// A connectRefusal is the error of the service that ended Connect.
type connectRefusal struct {
	what string
	err  *ServiceError
}

func (r *connectRefusal) Error() string {
	return ws.OneLine("voicelive: connect: the " + r.what + " is refused: " + r.err.text())
}

func (r *connectRefusal) Unwrap() error { return r.err }
