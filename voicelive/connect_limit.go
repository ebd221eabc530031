package voicelive

import (
	"context"
	"slices"
	"sync"
	"time"
)

// connectWindow is the time in which connections are counted.
const connectWindow = time.Minute

// A connectLimit lets connections begin one after the other, at most n of them in any minute.
type connectLimit struct {
	n    int           // 0 is no limit
	turn chan struct{} // has a value while somebody is at the head of the queue

	mu      sync.Mutex
	begun   []time.Time // of the last minute
	waiting int
}

func newConnectLimit(n int) *connectLimit {
	return &connectLimit{n: n, turn: make(chan struct{}, 1)}
}

// wait waits until a connection may begin.
func (l *connectLimit) wait(ctx context.Context) error {
	if l.n == 0 {
		return nil
	}
	l.count(1)
	defer l.count(-1)
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.turn }()
	timer := time.NewTimer(l.delay(0))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.begun = append(l.begun, time.Now())
	return nil
}

func (l *connectLimit) count(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting += n
}

// delay returns how long it will take until a connection may begin before which others begin.
func (l *connectLimit) delay(others int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	l.begun = slices.DeleteFunc(l.begun, func(at time.Time) bool { return now.Sub(at) >= connectWindow })
	begun := slices.Clone(l.begun)
	for {
		next := now
		if i := len(begun) - l.n; i >= 0 {
			next = begun[i].Add(connectWindow)
		}
		if others == 0 {
			return next.Sub(now)
		}
		begun = append(begun, next)
		others--
	}
}

// ConnectDelay returns how long Connect would wait for its turn now, because of
// Limits.ConnectsPerMinute. What can be put off, or be refused, need not wait.
func (c *Client) ConnectDelay() time.Duration {
	if c.connects.n == 0 {
		return 0
	}
	c.connects.mu.Lock()
	waiting := c.connects.waiting
	c.connects.mu.Unlock()
	return c.connects.delay(waiting)
}
