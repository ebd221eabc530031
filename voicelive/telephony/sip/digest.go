package sip

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"sync"
	"time"

	"github.com/icholy/digest"
)

const (
	nonceLife = 30 * time.Second
	maxNonces = 10000 // that are used in nonceLife
)

// A guard checks credentials. Its nonces are made of a time, a random number and an authentication of both with the address
// that asked, so that asking takes no memory. A nonce is good for one request: what is remembered is
// that it was used, until it expires.
type guard struct {
	realm string
	users map[string]string // passwords

	key [32]byte

	mu     sync.Mutex
	used   map[string]bool // since turned
	older  map[string]bool // in nonceLife before
	turned time.Time
}

func newGuard(realm string, users map[string]string) *guard {
	g := &guard{realm: realm, users: users, used: map[string]bool{}}
	rand.Read(g.key[:])
	return g
}

func (g *guard) challenge(now time.Time, from netip.Addr, stale bool) string {
	c := digest.Challenge{Realm: g.realm, Nonce: g.nonce(now, from), Algorithm: "MD5", QOP: []string{"auth"}, Stale: stale}
	return c.String()
}

func (g *guard) nonce(now time.Time, from netip.Addr) string {
	var random [8]byte
	rand.Read(random[:])
	b := binary.BigEndian.AppendUint64(nil, uint64(now.Add(nonceLife).UnixMilli()))
	return base64.RawURLEncoding.EncodeToString(g.sign(append(b, random[:]...), from))
}

// sign appends an authentication to the first 16 bytes of a nonce.
func (g *guard) sign(b []byte, from netip.Addr) []byte {
	mac := hmac.New(sha256.New, g.key[:])
	mac.Write(b)
	mac.Write(from.AsSlice())
	return mac.Sum(b)
}

// check reports whether credentials are good for a request, and if not, whether only their nonce is too old.
func (g *guard) check(now time.Time, from netip.Addr, method, credentials string) (user string, ok, stale bool) {
	c, err := digest.ParseCredentials(credentials)
	if err != nil || c.Realm != g.realm {
		return "", false, false
	}
	expires, ok := g.expiry(c.Nonce, from)
	if !ok {
		return "", false, true // of an address before, or of an endpoint before
	}
	password, known := g.users[c.Username]
	challenge := digest.Challenge{Realm: g.realm, Nonce: c.Nonce, Algorithm: "MD5"}
	if c.QOP != "" {
		challenge.QOP = []string{"auth"}
	}
	want, err := digest.Digest(&challenge, digest.Options{
		Method: method, URI: c.URI, Username: c.Username, Password: password, Cnonce: c.Cnonce, Count: c.Nc,
	})
	if err != nil || subtle.ConstantTimeCompare([]byte(want.Response), []byte(c.Response)) == 0 || !known {
		return "", false, false
	}
	if !g.use(now, c.Nonce, expires) {
		return "", false, true
	}
	return c.Username, true, false
}

// expiry returns when a nonce expires that this guard has given to an address.
func (g *guard) expiry(nonce string, from netip.Addr) (time.Time, bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(nonce)
	if err != nil || len(b) != 16+sha256.Size || !hmac.Equal(g.sign(b[:16:16], from), b) {
		return time.Time{}, false
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b))), true
}

// use reports whether a nonce has neither been used nor expired.
func (g *guard) use(now time.Time, nonce string, expires time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Sub(g.turned) >= nonceLife {
		g.used, g.older, g.turned = map[string]bool{}, g.used, now
	}
	if g.used[nonce] || g.older[nonce] || !now.Before(expires) || len(g.used) >= maxNonces {
		return false
	}
	g.used[nonce] = true
	return true
}
