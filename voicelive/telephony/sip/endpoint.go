package sip

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// Options configure an [Endpoint]. With the zero value nobody may call.
type Options struct {
	// Peers are the addresses whose calls are accepted without a password: of a PBX, a trunk, a proxy. The registrar of
	// [Endpoint.Register] is one as well.
	Peers []netip.Prefix

	// Users are names and passwords of those who may call from any address. They are
	// asked for them by digest, with nonces that are good for one request. The digest is MD5, as telephones know no other:
	// the passwords must be long.
	Users map[string]string

	// Realm is what users are asked for a password for. Empty is "voicelive".
	Realm string

	// Accept, if not nil, decides about a call that Peers and Users let in: 0 accepts it, other values are the
	// status to refuse it with, such as 486, busy. It may take as long as somebody may hear nothing. Its context ends
	// when the caller gives up, and with the endpoint.
	Accept func(ctx context.Context, invite *Invite) (status int)

	// Serve is called for each call that was accepted, in a goroutine of its own. The call is hung up when it returns; an
	// error goes to the Logger. Its context ends with the endpoint.
	Serve func(ctx context.Context, call *Call) error

	// MaxCalls is how many calls there may be at once, in both directions. Further ones are refused with 486. 0 is 100.
	MaxCalls int

	// Public is the address of this host as others see it, if a NAT is in between that forwards the ports of
	// signalling and RTP. The zero Addr stands for the address from which packets leave.
	Public netip.Addr

	// MinPort and MaxPort are the UDP ports for RTP, one for each call. 0 leaves the choice to the system.
	MinPort, MaxPort uint16

	// MediaTimeout is how long no RTP may come until a call ends with [ErrNoMedia]; ten times that while the other side
	// holds the call. 0 is 30 s.
	MediaTimeout time.Duration

	// Logger gets what happens, without passwords. Nil is none.
	Logger *slog.Logger
}

// An Endpoint is a telephone without a handset: it accepts calls, and makes them. Its methods may be called from any
// goroutine.
type Endpoint struct {
	o     Options
	log   *slog.Logger
	gate  *gate
	local netip.AddrPort // of the socket
	ua    *sipgo.UserAgent

	ctx    context.Context // of Serve
	cancel context.CancelFunc
	served sync.WaitGroup // calls, and the loop of the socket

	mu      sync.Mutex
	closing bool
	slots   int              // calls, and those that may become one
	calls   map[string]*Call // by the id of their dialog
	idle    chan struct{}    // closed when the endpoint is closing and has no calls
}

// Errors of [Endpoint.Dial].
var (
	ErrClosed       = errors.New("sip: the endpoint is closed")
	ErrTooManyCalls = errors.New("sip: there are MaxCalls calls")
)

// Listen opens an endpoint at a UDP address such as ":5060". Nil options are the defaults: it calls, and nobody may call it.
func Listen(address string, o *Options) (*Endpoint, error) {
	e := &Endpoint{calls: map[string]*Call{}, idle: make(chan struct{})}
	if o != nil {
		e.o = *o
	}
	if err := e.o.complete(); err != nil {
		return nil, err
	}
	conn, err := net.ListenPacket("udp", address)
	if err != nil {
		return nil, fmt.Errorf("sip: %w", err)
	}
	if err := e.open(conn); err != nil {
		conn.Close()
		return nil, err
	}
	return e, nil
}

// String returns the options without the passwords of Users.
func (o Options) String() string {
	return fmt.Sprintf("sip.Options(%d peers, %d users)", len(o.Peers), len(o.Users))
}

// GoString returns String.
func (o Options) GoString() string { return o.String() }

// LogValue returns String.
func (o Options) LogValue() slog.Value { return slog.StringValue(o.String()) }

// complete checks options, and fills in defaults.
func (o *Options) complete() error {
	switch {
	case o.MaxCalls < 0 || o.MediaTimeout < 0:
		return errors.New("sip: Options.MaxCalls and Options.MediaTimeout must not be negative")
	case o.MinPort > o.MaxPort:
		return errors.New("sip: Options.MinPort is above Options.MaxPort")
	case o.MinPort == 0 && o.MaxPort != 0:
		return errors.New("sip: Options.MaxPort is set, but Options.MinPort is not")
	case (len(o.Peers) > 0 || len(o.Users) > 0) && o.Serve == nil:
		return errors.New("sip: Options.Serve is nil, but Peers or Users may call")
	}
	for user, password := range o.Users {
		if user == "" || password == "" {
			return errors.New("sip: Options.Users has an empty name or password")
		}
	}
	if o.Realm == "" {
		o.Realm = "voicelive"
	}
	if o.MaxCalls == 0 {
		o.MaxCalls = 100
	}
	if o.MediaTimeout == 0 {
		o.MediaTimeout = 30 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}

func (e *Endpoint) open(conn net.PacketConn) error {
	var guard *guard
	if len(e.o.Users) > 0 {
		guard = newGuard(e.o.Realm, e.o.Users)
	}
	e.log = e.o.Logger
	e.local = addrPort(conn.LocalAddr())
	e.gate = newGate(conn, e.o.Peers, guard, e.log)
	e.ctx, e.cancel = context.WithCancel(context.Background())

	// What the library logs includes whole packets.
	silent := slog.New(slog.DiscardHandler)
	ua, err := sipgo.NewUA(
		sipgo.WithUserAgent("voicelive"),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(silent)),
		sipgo.WithUserAgentTransactionLayerOptions(sip.WithTransactionLayerLogger(silent), sip.WithTransactionLayerUnhandledResponseHandler(func(*sip.Response) {})),
	)
	if err != nil {
		return fmt.Errorf("sip: %w", err)
	}
	server, err := sipgo.NewServer(ua, sipgo.WithServerLogger(silent))
	if err != nil {
		return fmt.Errorf("sip: %w", err)
	}
	e.ua = ua
	server.OnInvite(e.onInvite)
	server.OnAck(e.onAck)
	server.OnBye(e.onBye)
	server.OnCancel(e.onOther(sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist"))
	server.OnNotify(e.onNotify)
	server.OnOptions(e.onOther(sip.StatusOK, "OK"))
	server.OnNoRoute(e.onOther(sip.StatusMethodNotAllowed, "Method Not Allowed"))
	e.served.Go(func() {
		if err := server.ServeUDP(e.gate); err != nil {
			e.log.Error("sip: the socket failed", "error", err)
		}
	})
	<-e.gate.open
	return nil
}

// Addr returns the address of the socket.
func (e *Endpoint) Addr() netip.AddrPort { return e.local }

// grace is for Serve to return when its call was hung up: longer than a session takes to close at most.
const grace = 5 * time.Second

// Shutdown accepts no new calls, and waits until the running ones have ended. When ctx ends, the contexts of Serve end
// and the calls are hung up; Shutdown waits up to five seconds for Serve to return, and returns ctx.Err. The endpoint is
// closed afterwards.
func (e *Endpoint) Shutdown(ctx context.Context) error {
	e.mu.Lock()
	if !e.closing {
		e.closing = true
		if e.slots == 0 {
			close(e.idle)
		}
	}
	e.mu.Unlock()
	var err error
	select {
	case <-e.idle:
	case <-ctx.Done():
		err = ctx.Err()
		e.hangUpAll()
	}
	e.cancel()
	e.gate.PacketConn.Close()
	e.ua.Close()
	served := make(chan struct{})
	go func() {
		e.served.Wait()
		close(served)
	}()
	select {
	case <-served:
	case <-time.After(grace):
	}
	return err
}

// Close hangs up all calls, and closes the endpoint.
func (e *Endpoint) Close() error {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := e.Shutdown(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// endpointClosed is why calls end that Shutdown ends.
const endpointClosed = "the endpoint is closed"

// hangUpAll ends the contexts of Serve, and tells all others that their calls have ended, for a second.
func (e *Endpoint) hangUpAll() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	e.mu.Lock()
	calls := slices.Collect(maps.Values(e.calls))
	e.mu.Unlock()
	e.cancel() // before the legs end: else Serve could take that for a failure
	var all sync.WaitGroup
	for _, c := range calls {
		all.Go(func() { c.HangUp(ctx, endpointClosed) })
	}
	all.Wait()
}

// reserve takes the place of a call.
func (e *Endpoint) reserve() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch {
	case e.closing:
		return ErrClosed
	case e.slots >= e.o.MaxCalls:
		return ErrTooManyCalls
	}
	e.slots++
	e.served.Add(1)
	return nil
}

// release gives the place back, when the call has ended and is served.
func (e *Endpoint) release() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.served.Done()
	if e.slots--; e.slots == 0 && e.closing {
		close(e.idle)
	}
}

func (e *Endpoint) add(c *Call) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.calls[c.dialogID] = c
}

func (e *Endpoint) remove(c *Call) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.calls, c.dialogID)
}

// find returns the call of a request, or nil.
func (e *Endpoint) find(request *sip.Request) *Call {
	e.mu.Lock()
	defer e.mu.Unlock()
	if id, err := sip.DialogIDFromRequestUAS(request); err == nil && e.calls[id] != nil {
		return e.calls[id]
	}
	id, err := sip.DialogIDFromRequestUAC(request)
	if err != nil {
		return nil
	}
	return e.calls[id]
}

// onOther returns a handler that replies with a status.
func (e *Endpoint) onOther(status int, reason string) sipgo.RequestHandler {
	return func(request *sip.Request, tx sip.ServerTransaction) {
		response := sip.NewResponseFromRequest(request, status, reason, nil)
		response.AppendHeader(sip.NewHeader("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY"))
		respond(tx, response)
	}
}

// respond sends a response. If it is lost the other side repeats its request.
func respond(tx sip.ServerTransaction, response *sip.Response) { _ = tx.Respond(response) }

// userAgent returns what requests to a party, and the responses to it, are made with.
func (e *Endpoint) userAgent(to netip.AddrPort) (*sipgo.DialogUA, netip.Addr, error) {
	local, public, err := e.facing(to)
	if err != nil {
		return nil, netip.Addr{}, err
	}
	client, err := sipgo.NewClient(e.ua,
		sipgo.WithClientHostname(public.String()), sipgo.WithClientPort(int(e.local.Port())), sipgo.WithClientNAT(),
		sipgo.WithClientConnectionAddr(e.local.String()), sipgo.WithClientLogger(slog.New(slog.DiscardHandler)),
	)
	if err != nil {
		return nil, netip.Addr{}, fmt.Errorf("sip: %w", err)
	}
	contact := sip.ContactHeader{Address: sip.Uri{Scheme: "sip", User: "voicelive", Host: host(public), Port: int(e.local.Port())}}
	return &sipgo.DialogUA{Client: client, ContactHDR: contact, RewriteContact: true}, local, nil
}

// laddr is the local address of requests, by which the library finds the socket.
func (e *Endpoint) laddr() sip.Addr {
	return sip.Addr{IP: e.local.Addr().AsSlice(), Port: int(e.local.Port())}
}

// host returns an address as it stands in a URI.
func host(a netip.Addr) string {
	if a.Is6() {
		return "[" + a.String() + "]"
	}
	return a.String()
}

// facing returns the address from which packets to somebody leave, and the one that others see.
func (e *Endpoint) facing(to netip.AddrPort) (local, public netip.Addr, err error) {
	local = e.local.Addr()
	if local.IsUnspecified() {
		probe, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to)) // sends nothing
		if err != nil {
			return local, local, fmt.Errorf("sip: %w", err)
		}
		local = addrPort(probe.LocalAddr()).Addr()
		probe.Close()
	}
	if e.o.Public.IsValid() {
		return local, e.o.Public, nil
	}
	return local, local, nil
}

// openMedia opens the socket for the RTP of a call, and returns the address to tell the other side.
func (e *Endpoint) openMedia(local netip.Addr) (*media, netip.AddrPort, error) {
	conn, err := e.listenRTP(local)
	if err != nil {
		return nil, netip.AddrPort{}, fmt.Errorf("sip: no port for RTP: %w", err)
	}
	address := netip.AddrPortFrom(local, addrPort(conn.LocalAddr()).Port())
	if e.o.Public.IsValid() {
		address = netip.AddrPortFrom(e.o.Public, address.Port())
	}
	return newMedia(conn, e.o.MediaTimeout), address, nil
}

func (e *Endpoint) listenRTP(local netip.Addr) (conn *net.UDPConn, err error) {
	for port := int(e.o.MinPort); port <= int(e.o.MaxPort); port++ {
		if conn, err = net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(local, uint16(port)))); err == nil {
			return conn, nil
		}
	}
	return nil, err
}
