package twilio

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/telephony/internal/lifetime"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/internal/socket"
)

const (
	defaultStart = 10 * time.Second
	defaultIdle  = 5 * time.Minute

	maxMessage = 64 << 10
)

// A Handler is the [http.Handler] to which Twilio connects the streams of calls. It must not change
// after its first use.
//
// A request without a valid signature is refused with status 401, before the connection is accepted. Serve is
// called when Twilio has described the call, and the call has a valid ticket.
type Handler struct {
	// URL is the public address of the handler, as Twilio is told: wss://example.com/stream. It is
	// signed, has no query, and is not taken from requests. It is necessary.
	URL string

	// AuthToken is the secret with which the account signs. It is necessary, unless AllowAnyone and AllowAnyTwiML
	// are set.
	AuthToken string

	// SharedKeys are secrets by their names, with which Twilio signs in place of the AuthToken if
	// the account is set up for HMAC-SHA256. A request that names another key is refused.
	SharedKeys map[string]string

	// AllowAnyone accepts requests without a signature: for tests and machines of developers. Everybody
	// who finds the address can then open calls at your expense.
	AllowAnyone bool

	// AllowAnyTwiML accepts calls without a ticket, for TwiML that neither [Webhook] nor [Handler.TwiML] has
	// written. Whoever has seen a signature once can then open calls.
	AllowAnyTwiML bool

	// Serve talks to the caller, and the call is hung up when it returns. The context ends when [Handler.Shutdown] has
	// no more patience, not when the caller hangs up: Receive tells that. An error is logged. It is necessary.
	Serve func(ctx context.Context, call *Call) error

	// Account ends and transfers calls. If it is nil, a call cannot be transferred, and a call that is
	// hung up goes on with what follows the stream in its TwiML. Nothing follows it in that of [Webhook].
	Account *Account

	// StartTimeout is for the description of the call to come after the upgrade; 0 is ten seconds.
	StartTimeout time.Duration

	// IdleTimeout is for the next message of a call to come; 0 is five minutes. Twilio sends fifty
	// packets a second.
	IdleTimeout time.Duration

	// MaxCalls bounds the calls at a time, with those that are signed and have not begun; 0 is no bound. More are
	// refused with status 503.
	MaxCalls int

	// Logger is told of calls, of refusals and of errors. Nil is none.
	Logger *slog.Logger

	calls   lifetime.Calls
	tickets tickets
}

// ServeHTTP serves one call.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if status, err := h.admit(r); err != nil {
		h.refuse(w, r, status, err)
		return
	}
	ctx, end, err := h.calls.Begin(r.Context(), h.MaxCalls)
	if err != nil {
		h.refuse(w, r, http.StatusServiceUnavailable, err)
		return
	}
	defer end()
	conn, err := socket.Upgrade(w, r, socket.Limits{
		Message: maxMessage,
		Idle:    cmp.Or(h.IdleTimeout, defaultIdle),
		Write:   5 * time.Second,
		Close:   2 * time.Second,
	})
	if err != nil {
		h.log().WarnContext(ctx, "twilio: call refused", "remote", r.RemoteAddr, "error", err)
		return
	}
	defer conn.Finish()
	call, err := h.begin(ctx, conn)
	if err != nil {
		h.log().WarnContext(ctx, "twilio: call did not begin", "remote", r.RemoteAddr, "error", err)
		code := socket.ClosePolicy
		if ctx.Err() != nil {
			code = socket.CloseGoingAway
		}
		conn.CloseWith(code, "")
		return
	}
	h.serve(ctx, call)
}

// admit decides about a request before the upgrade, and before it counts as a call.
func (h *Handler) admit(r *http.Request) (status int, err error) {
	switch err := h.check(); {
	case err != nil:
		return http.StatusInternalServerError, err
	case !h.AllowAnyone && !h.signed(h.URL, r.Header, nil):
		return http.StatusUnauthorized, errUnsigned
	}
	return 0, nil
}

var errUnsigned = errors.New("the request is not signed with AuthToken or SharedKeys for URL, the public address")

// check looks for mistakes of the program.
func (h *Handler) check() error {
	address, err := url.Parse(h.URL)
	switch {
	case err != nil || address.Scheme != "wss" || address.Host == "" || address.RawQuery != "" || address.Fragment != "" || address.User != nil:
		return errors.New("Handler.URL is not like wss://example.com/stream")
	case h.Serve == nil:
		return errors.New("Handler.Serve is nil")
	case h.AuthToken == "" && !(h.AllowAnyone && h.AllowAnyTwiML):
		return errors.New("Handler.AuthToken is empty")
	}
	return nil
}

// refuse replies with a status. The reason is for the log alone.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	h.log().WarnContext(r.Context(), "twilio: request refused", "remote", r.RemoteAddr, "status", status, "error", err)
	http.Error(w, http.StatusText(status), status)
}

// String returns the address of the handler, and none of its secrets.
func (h *Handler) String() string { return "twilio.Handler(" + h.URL + ")" }

// GoString returns String.
func (h *Handler) GoString() string { return h.String() }

// LogValue returns String.
func (h *Handler) LogValue() slog.Value { return slog.StringValue(h.String()) }

func (h *Handler) log() *slog.Logger {
	if h.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return h.Logger
}

// begin waits for the description of the call, and checks its ticket.
func (h *Handler) begin(call context.Context, conn *socket.Conn) (*Call, error) {
	ctx, cancel := context.WithTimeout(call, cmp.Or(h.StartTimeout, defaultStart))
	defer cancel()
	start, err := readStart(ctx, conn)
	if err != nil {
		return nil, err
	}
	ticket := start.CustomParameters[ticketParameter]
	delete(start.CustomParameters, ticketParameter)
	if !h.AllowAnyTwiML && !h.tickets.use(h.AuthToken, start.CallSID, ticket, time.Now()) {
		return nil, fmt.Errorf("call %s has no valid ticket", start.CallSID)
	}
	return newCall(call, conn, start, h.Account, h.log()), nil
}

// serve has a call.
func (h *Handler) serve(ctx context.Context, call *Call) {
	call.log.InfoContext(ctx, "twilio: call begins")
	// The context of Serve ends before the leg does: else Serve could take its end for a failure of the leg.
	serving, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	call.ctx = serving
	call.inbox.Start()
	defer call.inbox.Stop()
	defer context.AfterFunc(ctx, func() {
		cancel(context.Cause(ctx))
		call.readEnded(serving.Err())
	})()
	defer func() { // also if Serve panics
		if err := call.HangUp(context.WithoutCancel(ctx), "served"); err != nil {
			call.log.WarnContext(ctx, "twilio: hanging up failed", "error", err)
		}
	}()
	if err := h.Serve(serving, call); err != nil && serving.Err() == nil {
		call.log.ErrorContext(ctx, "twilio: call failed", "error", err)
	}
}

// Shutdown lets no call begin, and waits until the running ones have ended. When ctx ends it ends them:
// their contexts are cancelled, and their streams closed with code 1001. It waits up to five seconds for Serve to
// return, and returns ctx.Err.
func (h *Handler) Shutdown(ctx context.Context) error { return h.calls.Shutdown(ctx) }
