package twilio

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ticketParameter is the parameter of the TwiML that has the ticket.
const ticketParameter = "voicelive_ticket"

// ticketLife is how long a ticket is valid. Twilio connects at once.
const ticketLife = time.Minute

// issueTicket returns a ticket for a call: the time until which it is valid, a number by which it differs from others, and
// a MAC of these and the call. It is valid in all processes that have the secret.
func issueTicket(secret, callSID string, now time.Time) string {
	terms := strconv.FormatInt(now.Add(ticketLife).Unix(), 10) + "." + rand.Text()
	return terms + "." + ticketMAC(secret, callSID, terms)
}

func ticketMAC(secret, callSID, terms string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("ticket " + callSID + " " + terms)) // no address begins like that, so it is no signature
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// tickets admit calls, each once. The zero value is usable.
type tickets struct {
	mu   sync.Mutex
	used map[string]time.Time // until when they would be valid
}

// use reports whether a ticket is valid for a call, and makes it invalid.
func (t *tickets) use(secret, callSID, ticket string, now time.Time) bool {
	parts := strings.Split(ticket, ".")
	if len(parts) != 3 || !hmac.Equal([]byte(parts[2]), []byte(ticketMAC(secret, callSID, parts[0]+"."+parts[1]))) {
		return false
	}
	seconds, err := strconv.ParseInt(parts[0], 10, 64)
	if err != nil || now.Unix() > seconds {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, again := t.used[ticket]; again {
		return false
	}
	for other, until := range t.used {
		if now.After(until) {
			delete(t.used, other)
		}
	}
	if t.used == nil {
		t.used = map[string]time.Time{}
	}
	t.used[ticket] = time.Unix(seconds+1, 0)
	return true
}
