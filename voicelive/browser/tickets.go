package browser

import (
	"crypto/rand"
	"maps"
	"sync"
	"time"
)

// tickets are those that were issued and not used yet.
type tickets struct {
	life time.Duration
	most int

	mu   sync.Mutex
	open map[string]ticket // by token
}

type ticket struct {
	user    string
	expires time.Time
}

// issue returns the token of a new ticket; false if too many wait.
func (t *tickets) issue(now time.Time, user string) (token string, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.open) >= t.most {
		maps.DeleteFunc(t.open, func(_ string, ticket ticket) bool { return !now.Before(ticket.expires) })
	}
	if len(t.open) >= t.most {
		return "", false
	}
	if t.open == nil {
		t.open = map[string]ticket{}
	}
	token = rand.Text() // 130 bits
	t.open[token] = ticket{user: user, expires: now.Add(t.life)}
	return token, true
}

// redeem uses a ticket up, and returns its user; false if it is not good any more.
func (t *tickets) redeem(now time.Time, token string) (user string, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok := t.open[token]
	delete(t.open, token)
	return found.user, ok && now.Before(found.expires)
}
