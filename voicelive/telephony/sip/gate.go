package sip

import (
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

const (
	maxMessage = 8 << 10 // bytes

	// How many packets a second are read: of those who are known, and of strangers, all together. A transaction that
	// nobody completes lives for 32 s and has 8 kB, so a peer that does nothing but call takes 75 MB.
	knownRate    = 300
	strangerRate = 100

	// lease is how long the party of a call is known without a call: as long as a transaction lasts.
	lease = 40 * time.Second
)

// A gate is the socket of the signalling. It lets through what is well formed and comes from somebody who is known: a peer,
// a registrar, a party of a call, or a user with a password. A stranger gets at most one packet in
// reply, and nothing is remembered of it.
type gate struct {
	net.PacketConn
	peers []netip.Prefix
	guard *guard // nil if no user may call
	log   *slog.Logger

	reading sync.Once
	open    chan struct{} // closed when the library reads: requests find the socket then

	mu         sync.Mutex
	registrars map[netip.Addr]int // how many registrations
	parties    map[netip.Addr]map[string]time.Time
	known      bucket
	strangers  bucket
}

func newGate(conn net.PacketConn, peers []netip.Prefix, guard *guard, log *slog.Logger) *gate {
	return &gate{
		PacketConn: conn, peers: peers, guard: guard, log: log, open: make(chan struct{}),
		registrars: map[netip.Addr]int{}, parties: map[netip.Addr]map[string]time.Time{},
		known: bucket{rate: knownRate}, strangers: bucket{rate: strangerRate},
	}
}

// ReadFrom reads the next packet that is let through.
func (g *gate) ReadFrom(b []byte) (int, net.Addr, error) {
	g.reading.Do(func() { close(g.open) })
	for {
		n, from, err := g.PacketConn.ReadFrom(b)
		switch {
		case errors.Is(err, net.ErrClosed):
			return 0, nil, err
		case err != nil: // such as a refusal of an earlier packet
			time.Sleep(time.Millisecond)
			continue
		}
		reply, ok := g.admit(time.Now(), addrPort(from), b[:n])
		if reply != nil {
			g.PacketConn.WriteTo(reply, from) // a reply that cannot be sent is lost like others
		}
		if ok {
			return n, from, nil
		}
	}
}

func addrPort(a net.Addr) netip.AddrPort {
	u, ok := a.(*net.UDPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	p := u.AddrPort()
	return netip.AddrPortFrom(p.Addr().Unmap(), p.Port())
}

// admit decides about a packet. One that is not let through may have a reply.
func (g *gate) admit(now time.Time, from netip.AddrPort, packet []byte) (reply []byte, ok bool) {
	trusted, limited := g.source(now, from.Addr())
	if limited || len(packet) > maxMessage || len(packet) <= 4 { // up to 4 bytes keep a way through NATs open
		return nil, false
	}
	message, err := sip.ParseMessage(packet)
	if err != nil {
		g.log.Debug("sip: malformed packet", "from", from)
		return nil, false
	}
	request, isRequest := message.(*sip.Request)
	if !wellFormed(message, request) {
		g.log.Debug("sip: incomplete message", "from", from)
		return nil, false
	}
	if trusted || g.isParty(now, from.Addr(), message.CallID().Value()) {
		return nil, true
	}
	if !isRequest || request.IsAck() {
		return nil, false
	}
	return g.stranger(now, from, request)
}

// source reports whether packets of an address are let through, and whether there are too many.
func (g *gate) source(now time.Time, from netip.Addr) (trusted, limited bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	trusted = g.registrars[from] > 0 || slices.ContainsFunc(g.peers, func(p netip.Prefix) bool { return p.Contains(from) })
	if trusted || g.parties[from] != nil {
		return trusted, !g.known.take(now)
	}
	return false, !g.strangers.take(now)
}

// wellFormed reports whether a message has what every message must have.
func wellFormed(m sip.Message, request *sip.Request) bool {
	from, to, call, cseq, via := m.From(), m.To(), m.CallID(), m.CSeq(), m.Via()
	if from == nil || to == nil || call == nil || cseq == nil || via == nil || len(call.Value()) > 256 {
		return false
	}
	if tag, ok := from.Params.Get("tag"); !ok || tag == "" {
		return false
	}
	if request == nil {
		return true
	}
	return request.Method == cseq.MethodName && (request.Method != sip.INVITE || request.Contact() != nil)
}

// stranger decides about a request of somebody who is not known.
func (g *gate) stranger(now time.Time, from netip.AddrPort, request *sip.Request) (reply []byte, ok bool) {
	_, inDialog := request.To().Params.Get("tag")
	if g.guard == nil || request.Method != sip.INVITE || inDialog {
		g.log.Info("sip: refused a stranger", "from", from, "method", request.Method)
		return stateless(request, sip.StatusForbidden, "Forbidden"), false
	}
	var stale bool
	if h := request.GetHeader("Authorization"); h != nil {
		var user string
		if user, ok, stale = g.guard.check(now, from.Addr(), request.Method.String(), h.Value()); ok {
			g.log.Info("sip: a user calls", "from", from, "user", user)
			g.welcome(now, from.Addr(), request.CallID().Value())
			return nil, true
		}
		if !stale {
			g.log.Warn("sip: wrong credentials", "from", from)
		}
	}
	challenge := sip.NewHeader("WWW-Authenticate", g.guard.challenge(now, from.Addr(), stale))
	return stateless(request, sip.StatusUnauthorized, "Unauthorized", challenge), false
}

// stateless returns a reply to a request that makes no transaction.
func stateless(request *sip.Request, status int, reason string, headers ...sip.Header) []byte {
	r := sip.NewResponseFromRequest(request, status, reason, nil)
	for _, h := range headers {
		r.AppendHeader(h)
	}
	return []byte(r.String())
}

func (g *gate) isParty(now time.Time, from netip.Addr, call string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	expires, ok := g.parties[from][call]
	return ok && (expires.IsZero() || now.Before(expires))
}

// welcome lets a party of a call through for a while, and drops those whose time is over.
func (g *gate) welcome(now time.Time, from netip.Addr, call string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for addr, calls := range g.parties {
		for call, expires := range calls {
			if !expires.IsZero() && !now.Before(expires) {
				g.dropParty(addr, call)
			}
		}
	}
	g.setParty(from, call, now.Add(lease))
}

// retain lets a party of a call through until the func that it returns is called, and a little longer.
func (g *gate) retain(from netip.Addr, call string) (release func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.setParty(from, call, time.Time{})
	return func() { g.welcome(time.Now(), from, call) }
}

func (g *gate) setParty(from netip.Addr, call string, expires time.Time) {
	if g.parties[from] == nil {
		g.parties[from] = map[string]time.Time{}
	}
	g.parties[from][call] = expires
}

func (g *gate) dropParty(from netip.Addr, call string) {
	if delete(g.parties[from], call); len(g.parties[from]) == 0 {
		delete(g.parties, from)
	}
}

// trust lets a registrar through.
func (g *gate) trust(a netip.Addr) (release func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.registrars[a]++
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.registrars[a]--; g.registrars[a] == 0 {
			delete(g.registrars, a)
		}
	}
}

// A bucket holds the packets of two seconds.
type bucket struct {
	rate float64 // a second
	used float64
	at   time.Time
}

func (b *bucket) take(now time.Time) bool {
	b.used = max(b.used-now.Sub(b.at).Seconds()*b.rate, 0)
	b.at = now
	if b.used+1 > 2*b.rate {
		return false
	}
	b.used++
	return true
}
