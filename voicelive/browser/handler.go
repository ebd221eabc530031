package browser

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// Options of a [Handler]. The zero value is usable on this machine.
type Options struct {
	// Origins are the origins that browsers know the handler by, such as "https://voice.example.com": scheme, host
	// and, if it is not that of the scheme, port. Pages of other origins cannot call. Nil is this machine alone:
	// http://localhost, 127.0.0.1 and [::1], at the host and port of the request.
	Origins []string

	// Authorize decides who may call, by the request for a ticket, with its cookies. The user that it returns is
	// [Call.User], and is logged: return no cookie or token. An error refuses the ticket with status 403; its text is
	// logged, and not told to the page. Nil lets everybody call who can reach the handler.
	Authorize func(*http.Request) (user string, err error)

	// Format is the format of the audio. The zero value is leg.PCM24kHz; leg.PCM8kHz and leg.PCM16kHz are others.
	Format audio.Format

	// WebRTC says that audio goes directly between the page and the service, see [ConnectRTC].
	WebRTC bool

	// Avatar says that the page shows the video of an avatar, see [ConnectAvatar].
	Avatar bool

	// Title is that of the page. Empty is "Voice assistant".
	Title string

	// Limits bound what pages may do.
	Limits Limits

	// Logger is told of refusals and of calls that fail. Nil is none.
	Logger *slog.Logger
}

// Limits bound what pages may do. The zero value has the defaults.
type Limits struct {
	Ticket  time.Duration // how long a ticket is good. 0 is 60 s
	Tickets int           // how many tickets may wait to be used; more are refused with status 503. 0 is 1000

	Calls    int           // how many calls may be under way; more are refused with status 503. 0 is 100
	Duration time.Duration // how long a call may last; the page hangs up then. 0 is 1 h

	Message int           // the size of one message of the page, in bytes. 0 is 64 KiB
	Rate    float64       // how much a page may send, as a multiple of its audio; 10 s may come at once; at least 1. 0 is 1.5
	Silence time.Duration // how long page and server wait for a sign of life of each other; 1 s to 24 h. 0 is 15 s
}

const (
	maxRate    = 1000
	maxSilence = 24 * time.Hour // a timer of a page has 31 bits of milliseconds
)

func (l Limits) withDefaults() Limits {
	l.Ticket = cmp.Or(l.Ticket, time.Minute)
	l.Tickets = cmp.Or(l.Tickets, 1000)
	l.Calls = cmp.Or(l.Calls, 100)
	l.Duration = cmp.Or(l.Duration, time.Hour)
	l.Message = cmp.Or(l.Message, 64<<10)
	l.Rate = cmp.Or(l.Rate, 1.5)
	l.Silence = cmp.Or(l.Silence, 15*time.Second)
	return l
}

// check checks limits that have their defaults.
func (l Limits) check(format audio.Format) error {
	if min(l.Ticket, l.Duration, l.Silence) < 0 || min(l.Tickets, l.Calls, l.Message) < 0 || !(l.Rate >= 0) {
		return errors.New("browser: a limit is negative")
	}
	if l.Rate < 1 {
		return fmt.Errorf("browser: a rate of %v is less than the audio of a call", l.Rate)
	}
	if l.Rate > maxRate {
		return fmt.Errorf("browser: a rate of %v is no limit: the most is %v", l.Rate, maxRate)
	}
	if l.Silence < time.Second || l.Silence > maxSilence {
		return fmt.Errorf("browser: a silence of %v is not within 1 s and %v", l.Silence, maxSilence)
	}
	if packet := format.Bytes(20 * time.Millisecond); l.Message < packet {
		return fmt.Errorf("browser: a message of %d bytes is less than the %d bytes of audio that a page sends at once", l.Message, packet)
	}
	return nil
}

// A Handler serves the page, its files, tickets and the socket, at the root of its paths; use
// [http.StripPrefix] for another place.
type Handler struct {
	serve   func(context.Context, *Call) error
	options Options
	page    []byte
	mux     *http.ServeMux
	tickets tickets

	mu      sync.Mutex
	closed  bool
	calls   map[*Call]context.CancelCauseFunc
	drained chan struct{} // closed when closed and no call is left
}

// ErrShutdown is the cause of the end of a context that [Handler.Shutdown] has ended.
var ErrShutdown = errors.New("browser: the handler has been shut down")

// NewHandler returns a handler that lets serve have each call, on a goroutine of its own. The call ends
// when serve returns; an error is logged, and the page is told that something went wrong. Nil options are the
// defaults.
func NewHandler(serve func(ctx context.Context, call *Call) error, o *Options) (*Handler, error) {
	if serve == nil {
		return nil, errors.New("browser: there is nobody to serve calls")
	}
	h := &Handler{serve: serve, calls: map[*Call]context.CancelCauseFunc{}, drained: make(chan struct{})}
	if o != nil {
		h.options = *o
	}
	if err := h.complete(); err != nil {
		return nil, err
	}
	h.tickets = tickets{life: h.options.Limits.Ticket, most: h.options.Limits.Tickets}
	h.page = renderPage(h.options.Title)
	h.mux = http.NewServeMux()
	h.mux.HandleFunc("GET /{$}", h.servePage)
	h.mux.HandleFunc("GET /{file}", serveFile)
	h.mux.HandleFunc("POST /ticket", h.serveTicket)
	h.mux.HandleFunc("GET /socket", h.serveSocket)
	return h, nil
}

// complete checks the options, and sets what is unset.
func (h *Handler) complete() error {
	o := &h.options
	o.Format = cmp.Or(o.Format, leg.PCM24kHz)
	if !slices.Contains([]audio.Format{leg.PCM8kHz, leg.PCM16kHz, leg.PCM24kHz}, o.Format) {
		return fmt.Errorf("browser: audio cannot be %v: pages and the service have PCM16 of 8, 16 and 24 kHz in common", o.Format)
	}
	for i, origin := range o.Origins {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.Scheme+"://"+u.Host != strings.ToLower(origin) {
			return fmt.Errorf("browser: origin %d is not like https://voice.example.com", i)
		}
		if port := u.Port(); port != "" && port == map[string]string{"http": "80", "https": "443"}[u.Scheme] {
			return fmt.Errorf("browser: origin %d has the port %s, which browsers leave out", i, port)
		}
	}
	if o.WebRTC && o.Avatar {
		return errors.New("browser: the service has no avatar in a call of WebRTC")
	}
	o.Limits = o.Limits.withDefaults()
	if err := o.Limits.check(o.Format); err != nil {
		return err
	}
	o.Title = cmp.Or(o.Title, "Voice assistant")
	o.Logger = cmp.Or(o.Logger, slog.New(slog.DiscardHandler))
	return nil
}

// ServeHTTP serves a request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	setPolicy(w.Header())
	h.mux.ServeHTTP(w, r)
}

// allowed reports whether a page of the origin of r may call. Browsers send the header Origin with each
// POST and each socket, and no script can change it.
func (h *Handler) allowed(r *http.Request) bool {
	values := r.Header.Values("Origin")
	if len(values) != 1 {
		return false
	}
	origin := strings.ToLower(values[0])
	if h.options.Origins != nil {
		return slices.ContainsFunc(h.options.Origins, func(o string) bool { return strings.ToLower(o) == origin })
	}
	u, err := url.Parse(origin)
	return err == nil && u.Scheme == "http" && strings.EqualFold(u.Host, r.Host) && local(u.Hostname())
}

// local reports whether a host can be no other machine, however names are resolved.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// issued is the reply to a request for a ticket: what the page needs for a call.
type issued struct {
	Ticket    string `json:"ticket"`
	Rate      int    `json:"rate"`
	SilenceMS int64  `json:"silence_ms"`
	Direct    bool   `json:"direct,omitempty"`
	Avatar    bool   `json:"avatar,omitempty"`
}

func (h *Handler) serveTicket(w http.ResponseWriter, r *http.Request) {
	if !h.allowed(r) {
		h.refuse(w, r, http.StatusForbidden, "the origin is not allowed")
		return
	}
	var user string
	if h.options.Authorize != nil {
		var err error
		if user, err = h.options.Authorize(r); err != nil {
			h.refuse(w, r, http.StatusForbidden, err.Error())
			return
		}
	}
	if h.full() {
		h.refuse(w, r, http.StatusServiceUnavailable, "too many calls, or a shutdown")
		return
	}
	token, ok := h.tickets.issue(time.Now(), user)
	if !ok {
		h.refuse(w, r, http.StatusServiceUnavailable, "too many tickets")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(issued{ // an error is of the connection
		Ticket: token, Rate: h.options.Format.Rate, SilenceMS: h.options.Limits.Silence.Milliseconds(),
		Direct: h.options.WebRTC, Avatar: h.options.Avatar,
	})
}

// refuse replies with a status alone: why is for the log.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, status int, why string) {
	h.options.Logger.Warn("a request was refused", "status", status, "why", why, "path", r.URL.Path, "remote", r.RemoteAddr)
	http.Error(w, http.StatusText(status), status)
}

// protocol is the subprotocol of the socket. A page offers it together with its ticket: scripts cannot set headers
// of a socket, and what is in a URL is logged.
const protocol = "voicelive.v1"

func (h *Handler) serveSocket(w http.ResponseWriter, r *http.Request) {
	if !h.allowed(r) {
		h.refuse(w, r, http.StatusForbidden, "the origin is not allowed")
		return
	}
	offered := websocket.Subprotocols(r)
	if len(offered) != 2 || offered[0] != protocol {
		h.refuse(w, r, http.StatusForbidden, "there is no ticket")
		return
	}
	user, ok := h.tickets.redeem(time.Now(), offered[1])
	if !ok {
		h.refuse(w, r, http.StatusForbidden, "the ticket is unknown, used or expired")
		return
	}
	call := newCall(user, r, &h.options)
	ctx, ok := h.enter(r.Context(), call)
	if !ok {
		h.refuse(w, r, http.StatusServiceUnavailable, "too many calls, or a shutdown")
		return
	}
	defer h.leave(call)
	upgrader := websocket.Upgrader{
		Subprotocols:     []string{protocol},
		HandshakeTimeout: h.options.Limits.Silence,
		CheckOrigin:      func(*http.Request) bool { return true }, // it is checked above
	}
	conn, err := upgrader.Upgrade(w, r, nil) // has replied if it fails
	if err != nil {
		h.options.Logger.Warn("a socket was refused", "why", err)
		return
	}
	call.run(ctx, conn, h.serve)
}

func (h *Handler) full() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed || len(h.calls) >= h.options.Limits.Calls
}

// enter counts a call, and returns its context.
func (h *Handler) enter(ctx context.Context, call *Call) (context.Context, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || len(h.calls) >= h.options.Limits.Calls {
		return nil, false
	}
	// The context of the request ends with the connection, but what was received before is still to be taken.
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	h.calls[call] = cancel
	return ctx, true
}

func (h *Handler) leave(call *Call) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls[call](nil)
	delete(h.calls, call)
	if h.closed && len(h.calls) == 0 {
		close(h.drained)
	}
}

// grace is how long calls may take to end when their contexts have ended.
const grace = 5 * time.Second

// Shutdown lets no new call begin, and waits until the running ones have ended. When ctx ends it hangs up on them, ends
// their contexts with [ErrShutdown], waits up to five seconds for the functions that serve them to return, and returns
// ctx.Err. It does not close the server of the handler, whose own Shutdown does not know of calls.
func (h *Handler) Shutdown(ctx context.Context) error {
	h.mu.Lock()
	if !h.closed {
		h.closed = true
		if len(h.calls) == 0 {
			close(h.drained)
		}
	}
	h.mu.Unlock()
	select {
	case <-h.drained:
		return nil
	case <-ctx.Done():
	}
	h.hangUpAll()
	select {
	case <-h.drained:
	case <-time.After(grace):
	}
	return ctx.Err()
}

func (h *Handler) hangUpAll() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for call, cancel := range h.calls {
		call.shutDown(cancel)
	}
}
