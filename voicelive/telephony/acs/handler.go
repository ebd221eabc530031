package acs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/telephony/internal/lifetime"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/internal/socket"
)

const (
	defaultLead  = 300 * time.Millisecond
	maxLead      = time.Second // a message must not have more than 64 KiB
	defaultStart = 10 * time.Second
	defaultIdle  = 5 * time.Minute

	maxMessage = 64 << 10
)

// A Handler is an http.Handler that calls are connected to: Communication Services opens a WebSocket for each. It must not
// change after its first use.
//
// A request whose token is not good is refused with status 401 and is not upgraded. Serve is called when
// the call has begun: behind the token and AudioMetadata.
type Handler struct {
	// Tokens checks who calls. It is necessary, unless AllowAnyone is set.
	Tokens *Tokens

	// AllowAnyone accepts calls without a token: for tests and machines of developers. Everybody who
	// finds the address can then open calls at your expense.
	AllowAnyone bool

	// Serve talks to the user, and the call is hung up when it returns. The context ends when [Handler.Shutdown] has
	// no more patience. An error is logged. It is necessary.
	Serve func(ctx context.Context, call *Call) error

	// Client hangs up and transfers. Nil is none: the end of Serve then ends the stream of audio and not the call. It also
	// hangs up calls whose token is good and that are not served, as those beyond MaxCalls: they would last, in silence.
	Client *Client

	// Lead is how much audio is sent before it is heard. More of it bridges slower networks; 0 is
	// 300 ms, and more than a second is a second.
	Lead time.Duration

	// StartTimeout is for AudioMetadata to come after the upgrade; 0 is ten seconds.
	StartTimeout time.Duration

	// IdleTimeout is for the next message of a call to come; 0 is five minutes. Communication Services sends fifty
	// packets a second, also in silence.
	IdleTimeout time.Duration

	// MaxCalls bounds the calls at a time, with those whose token is good and that have not begun; 0 is no bound. More
	// are refused with status 503.
	MaxCalls int

	// Logger is told of calls, of refusals and of errors. Nil is none.
	Logger *slog.Logger

	calls lifetime.Calls
	used  used
}

// ServeHTTP serves one call.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	log := orDiscard(h.Logger).With("connection_id", r.Header.Get("x-ms-call-connection-id"), "correlation_id", r.Header.Get("x-ms-call-correlation-id"))
	if status, err := h.admit(r); err != nil {
		refuse(log, w, r, status, err)
		return
	}
	ctx, end, err := h.calls.Begin(r.Context(), h.MaxCalls)
	if err != nil {
		refuse(log, w, r, http.StatusServiceUnavailable, fmt.Errorf("acs: %w", err))
		h.drop(log, r)
		return
	}
	defer end()
	s, err := socket.Upgrade(w, r, socket.Limits{
		Message: maxMessage,
		Idle:    cmp.Or(h.IdleTimeout, defaultIdle),
		Write:   5 * time.Second,
		Close:   2 * time.Second,
	})
	if err != nil {
		log.WarnContext(ctx, "call refused", "error", err)
		h.drop(log, r)
		return
	}
	defer s.Finish()
	call, err := h.begin(ctx, s)
	if err != nil {
		log.WarnContext(ctx, "call did not begin", "error", err)
		code, reason := socket.ClosePolicy, err.Error()
		if ctx.Err() != nil {
			code, reason = socket.CloseGoingAway, shutsDown
		}
		s.CloseWith(code, reason)
		h.drop(log, r)
		return
	}
	call.ConnectionID, call.CorrelationID = r.Header.Get("x-ms-call-connection-id"), r.Header.Get("x-ms-call-correlation-id")
	call.client, call.logger = h.Client, log
	h.serve(ctx, call)
}

// drop hangs up a call that is not served.
func (h *Handler) drop(log *slog.Logger, r *http.Request) {
	id := r.Header.Get("x-ms-call-connection-id")
	if h.Client == nil || id == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), hangUpTimeout)
	defer cancel()
	if err := h.Client.HangUp(ctx, id); err != nil {
		log.WarnContext(ctx, "hanging up failed", "error", err)
	}
}

// refuse replies with a status. Why is for the log alone.
func refuse(log *slog.Logger, w http.ResponseWriter, r *http.Request, status int, err error) {
	log.WarnContext(r.Context(), "request refused", "status", status, "error", err)
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	http.Error(w, http.StatusText(status), status)
}

// admit decides about a request before the upgrade, and before it counts as a call.
func (h *Handler) admit(r *http.Request) (status int, err error) {
	switch {
	case h.Serve == nil:
		return http.StatusInternalServerError, errors.New("acs: Handler.Serve is nil")
	case h.AllowAnyone:
		return 0, nil
	}
	if status, err := h.Tokens.status(r); err != nil {
		return status, err
	}
	if !h.used.first(r.Header.Get("Authorization")) {
		return http.StatusUnauthorized, errors.New("acs: the token is refused: it was used before")
	}
	return 0, nil
}

// status checks the token of a request, and returns the status to refuse it with.
func (t *Tokens) status(r *http.Request) (status int, err error) {
	if t == nil {
		return http.StatusInternalServerError, errors.New("acs: Tokens is nil; set AllowAnyone to take requests without a token")
	}
	err = t.Check(r.Context(), r.Header.Get("Authorization"))
	var keys *KeysError
	switch {
	case err == nil:
		return 0, nil
	case errors.As(err, &keys):
		return http.StatusServiceUnavailable, err
	}
	return http.StatusUnauthorized, err
}

// begin waits for AudioMetadata, before which nothing but messages of unknown kinds may come.
func (h *Handler) begin(ctx context.Context, s *socket.Conn) (*Call, error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(h.StartTimeout, defaultStart))
	defer cancel()
	for {
		text, err := s.Next(ctx)
		if err != nil {
			return nil, fmt.Errorf("waiting for AudioMetadata: %w", err)
		}
		m := new(message)
		if err := json.Unmarshal(text, m); err != nil {
			return nil, errors.New("the first message is not what it should be")
		}
		switch m.Kind {
		case audioMetadata:
			return newCall(s, m, min(cmp.Or(h.Lead, defaultLead), maxLead))
		case audioData, dtmfData, markData:
			return nil, fmt.Errorf("%s comes before AudioMetadata", m.Kind)
		}
	}
}

// serve lets the application talk to the user, and hangs up.
func (h *Handler) serve(ctx context.Context, call *Call) {
	call.logger.InfoContext(ctx, "call began", "rate", call.format.Rate)
	// The context of Serve ends before the leg does: else Serve could take its end for a failure of the leg.
	serving, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() {
		cancel(context.Cause(ctx))
		call.end(context.WithoutCancel(ctx), socket.CloseGoingAway, shutsDown)
	})
	defer stop()
	code, reason := socket.CloseServerError, "the call failed" // also if Serve panics
	defer func() {
		if err := call.end(context.WithoutCancel(ctx), code, reason); err != nil {
			call.logger.WarnContext(ctx, "hanging up failed", "error", err)
		}
		call.logger.InfoContext(ctx, "call ended")
	}()
	switch err := h.Serve(serving, call); {
	case serving.Err() != nil:
		code, reason = socket.CloseGoingAway, shutsDown
	case err != nil:
		call.logger.ErrorContext(ctx, "call failed", "error", err)
	default:
		code, reason = socket.CloseNormal, ""
	}
}

const shutsDown = "the server shuts down"

// Shutdown lets no new call begin, and waits until the running ones have ended. When ctx ends, the
// contexts of Serve end and the calls are hung up; Shutdown waits up to five seconds for Serve to return, and returns
// ctx.Err.
func (h *Handler) Shutdown(ctx context.Context) error { return h.calls.Shutdown(ctx) }

func orDiscard(l *slog.Logger) *slog.Logger {
	if l == nil {
		return slog.New(slog.DiscardHandler)
	}
	return l
}
