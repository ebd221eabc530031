package sip

import (
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

var (
	pbx    = netip.MustParseAddrPort("192.0.2.10:5060")
	nobody = netip.MustParseAddrPort("198.51.100.9:5060")
)

func newTestGate(users map[string]string) *gate {
	var g *guard
	if users != nil {
		g = newGuard("voicelive", users)
	}
	return newGate(nil, []netip.Prefix{netip.PrefixFrom(pbx.Addr(), 32)}, g, slog.New(slog.DiscardHandler))
}

// message returns a request, with lines in addition, without those that begin with what is in less.
func message(method string, more ...string) []byte {
	lines := []string{
		method + " sip:agent@192.0.2.20 SIP/2.0", "Via: SIP/2.0/UDP 198.51.100.9:5060;branch=z9hG4bK1;rport", "From: <sip:a@b>;tag=1",
		"To: <sip:agent@192.0.2.20>", "Call-ID: call", "CSeq: 1 " + method, "Contact: <sip:a@198.51.100.9>",
	}
	return []byte(strings.Join(append(lines, more...), "\r\n") + "\r\nContent-Length: 0\r\n\r\n")
}

func without(m []byte, header string) []byte {
	var kept []string
	for _, line := range strings.Split(string(m), "\r\n") {
		if !strings.HasPrefix(line, header+":") {
			kept = append(kept, line)
		}
	}
	return []byte(strings.Join(kept, "\r\n"))
}

func status(reply []byte) string {
	if reply == nil {
		return "nothing"
	}
	return strings.Fields(string(reply))[1]
}

func TestWhatTheGateLetsThrough(t *testing.T) {
	now := time.Unix(1000, 0)
	for _, test := range []struct {
		name   string
		from   netip.AddrPort
		packet []byte
		users  bool
		ok     bool
		reply  string
	}{
		{"INVITE of a peer", pbx, message("INVITE"), false, true, "nothing"},
		{"OPTIONS of a peer", pbx, message("OPTIONS"), false, true, "nothing"},
		{"INVITE of a stranger", nobody, message("INVITE"), false, false, "403"},
		{"INVITE of a stranger, if there are users", nobody, message("INVITE"), true, false, "401"},
		{"REGISTER of a stranger", nobody, message("REGISTER"), true, false, "403"},
		{"OPTIONS of a stranger", nobody, message("OPTIONS"), true, false, "403"},
		{"BYE of a stranger", nobody, message("BYE"), true, false, "403"},
		{"ACK of a stranger", nobody, message("ACK"), true, false, "nothing"},
		{"a response of a stranger", nobody, []byte(strings.Replace(string(message("INVITE")), "INVITE sip:agent@192.0.2.20 SIP/2.0", "SIP/2.0 200 OK", 1)), true, false, "nothing"},
		{"garbage of a peer", pbx, []byte("INVITE sip:agent SIP/2.0 \r\n garbage"), false, false, "nothing"},
		{"no Via", pbx, without(message("INVITE"), "Via"), false, false, "nothing"},
		{"no CSeq", pbx, without(message("INVITE"), "CSeq"), false, false, "nothing"},
		{"no From", pbx, without(message("INVITE"), "From"), false, false, "nothing"},
		{"no To", pbx, without(message("INVITE"), "To"), false, false, "nothing"},
		{"no Call-ID", pbx, without(message("INVITE"), "Call-ID"), false, false, "nothing"},
		{"no Contact", pbx, without(message("INVITE"), "Contact"), false, false, "nothing"},
		{"another method in CSeq", pbx, []byte(strings.Replace(string(message("BYE")), "1 BYE", "1 INVITE", 1)), false, false, "nothing"},
		{"too long", pbx, message("INVITE", "X: "+strings.Repeat("x", maxMessage)), false, false, "nothing"},
		{"a keep-alive", pbx, []byte("\r\n\r\n"), false, false, "nothing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var users map[string]string
			if test.users {
				users = map[string]string{"alice": "secret"}
			}
			g := newTestGate(users)
			reply, ok := g.admit(now, test.from, test.packet)
			if ok != test.ok || status(reply) != test.reply {
				t.Errorf("let through: %v, reply %s; want %v, %s", ok, status(reply), test.ok, test.reply)
			}
			if len(g.parties) != 0 {
				t.Errorf("%d parties are remembered", len(g.parties))
			}
		})
	}
}

// authorized returns an INVITE with the reply to a challenge.
func authorized(t *testing.T, challenge []byte, user, password string) []byte {
	t.Helper()
	m, err := sip.ParseMessage(challenge)
	if err != nil {
		t.Fatal(err)
	}
	c, err := digest.ParseChallenge(m.(*sip.Response).GetHeader("WWW-Authenticate").Value())
	if err != nil {
		t.Fatal(err)
	}
	credentials, err := digest.Digest(c, digest.Options{Method: "INVITE", URI: "sip:agent@192.0.2.20", Username: user, Password: password, Count: 1})
	if err != nil {
		t.Fatal(err)
	}
	return message("INVITE", "Authorization: "+credentials.String())
}

func TestUsers(t *testing.T) {
	now := time.Unix(1000, 0)
	elsewhere := netip.MustParseAddrPort("203.0.113.3:5060")
	for _, test := range []struct {
		name, user, password string
		from                 netip.AddrPort
		after                time.Duration
		ok, stale            bool
	}{
		{"a good password", "alice", "secret", nobody, 0, true, false},
		{"a wrong password", "alice", "guess", nobody, 0, false, false},
		{"no such user", "bob", "", nobody, 0, false, false},
		{"from elsewhere", "alice", "secret", elsewhere, 0, false, true},
		{"too late", "alice", "secret", nobody, nonceLife, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := newTestGate(map[string]string{"alice": "secret"})
			challenge, _ := g.admit(now, nobody, message("INVITE"))
			invite := authorized(t, challenge, test.user, test.password)
			reply, ok := g.admit(now.Add(test.after), test.from, invite)
			if ok != test.ok || strings.Contains(string(reply), "stale=true") != test.stale {
				t.Fatalf("let through: %v, reply %s; want %v, stale %v", ok, reply, test.ok, test.stale)
			}
			if !ok {
				return
			}
			// What belongs to the call comes through, a replay as another call does not.
			if _, ok := g.admit(now, nobody, message("ACK")); !ok {
				t.Error("the ACK does not come through")
			}
			replay := []byte(strings.Replace(string(invite), "Call-ID: call", "Call-ID: other", 1))
			if reply, ok := g.admit(now, nobody, replay); ok || status(reply) != "401" {
				t.Errorf("a replay is let through: %v, reply %s", ok, status(reply))
			}
			if _, ok := g.admit(now.Add(lease), nobody, message("BYE")); ok {
				t.Error("the party of no call is let through for ever")
			}
		})
	}
}

// A flood of strangers gets at most as many replies as the gate allows, and nothing of it is kept.
func TestAFloodIsBounded(t *testing.T) {
	g := newTestGate(map[string]string{"alice": "secret"})
	begin := time.Unix(1000, 0)
	replies, passed := 0, 0
	const seconds = 10
	for i := range 20000 {
		from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 51, byte(i >> 8), byte(i)}), uint16(1024+i))
		method := []string{"INVITE", "REGISTER"}[i%2]
		reply, ok := g.admit(begin.Add(time.Duration(i)*seconds*time.Second/20000), from, message(method, fmt.Sprintf("X: %d", i)))
		if ok {
			passed++
		}
		if reply != nil {
			replies++
		}
	}
	if limit := (seconds + 2) * strangerRate; passed > 0 || replies > limit || replies < seconds*strangerRate {
		t.Errorf("%d packets were let through and %d replied to, want 0 and about %d", passed, replies, limit)
	}
	if len(g.parties)+len(g.registrars)+len(g.guard.used) > 0 {
		t.Errorf("%d parties, %d registrars, %d nonces are remembered", len(g.parties), len(g.registrars), len(g.guard.used))
	}
	// Peers are read all the same, up to a bound of their own.
	if _, ok := g.admit(begin.Add(seconds*time.Second), pbx, message("INVITE")); !ok {
		t.Error("a peer is not let through during the flood")
	}
	let := 0
	for range 10 * knownRate {
		if _, ok := g.admit(begin.Add(seconds*time.Second), pbx, message("INVITE")); ok {
			let++
		}
	}
	if let >= 2*knownRate {
		t.Errorf("%d packets of a peer were let through at once", let)
	}
}

func TestNoncesAreBounded(t *testing.T) {
	g := newGuard("voicelive", nil)
	now := time.Unix(1000, 0)
	for i := range 2 * maxNonces {
		g.use(now, fmt.Sprint(i), now.Add(nonceLife))
	}
	if len(g.used) != maxNonces {
		t.Errorf("%d nonces are remembered, want %d", len(g.used), maxNonces)
	}
	if later := now.Add(nonceLife); !g.use(later, "new", later.Add(nonceLife)) || len(g.used) != 1 || len(g.older) != maxNonces {
		t.Errorf("after they have expired %d nonces are remembered, want 1", len(g.used))
	}
}

// Whatever a packet has, the gate and the reader of descriptions take it or leave it.
func FuzzGate(f *testing.F) {
	for _, method := range []string{"INVITE", "ACK", "REGISTER", "NOTIFY"} {
		f.Add(message(method, "Record-Route: <sip:p;lr>", "Authorization: Digest username=\"alice\", nonce=\"x\""))
	}
	f.Add([]byte("SIP/2.0 200 OK\r\n\r\n"))
	f.Add(offer(pbx))
	f.Fuzz(func(t *testing.T, packet []byte) {
		g := newTestGate(map[string]string{"alice": "secret"})
		now := time.Unix(1000, 0)
		if reply, ok := g.admit(now, nobody, packet); ok || len(reply) > len(packet)+1024 {
			t.Errorf("let through: %v, reply of %d bytes to %d", ok, len(reply), len(packet))
		}
		g.admit(now, pbx, packet)
		if a, err := agree(packet, offered); err == nil {
			if b, err := agree(a.answer(pbx), offered); err != nil || b.format != a.format {
				t.Errorf("the answer %q is none: %v", a.answer(pbx), err)
			}
		}
	})
}
