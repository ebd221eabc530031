package ws

import (
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// keepalive pings by a timer, so that it needs no goroutine while nothing
// happens. Anything that arrives counts as life.
type keepalive struct {
	mu        sync.Mutex
	timer     *time.Timer
	last      *time.Timer // see deadline
	stopped   bool
	suspended bool   // the reader waits for the consumer, so that nothing can arrive
	waiting   bool   // for a reply to the ping
	reads     uint32 // what frameReader.reads was at the ping
	pings     uint64
	pinged    time.Time // when the latest ping was due
	sentAt    time.Time // the same until its pong came, or the reader was suspended

	ponging bool   // a goroutine sends pongs
	next    string // the payload of the next
	queued  bool
}

func (k *keepalive) start(c *Conn) {
	if c.limits.PingInterval < 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.timer = time.AfterFunc(c.limits.PingInterval, func() { k.tick(c) })
}

// stop lets no timer fire again. One that is firing finds the session ended.
func (k *keepalive) stop() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.stopped = true
	for _, t := range []*time.Timer{k.timer, k.last} {
		if t != nil {
			t.Stop()
		}
	}
}

// deadline calls f after d unless the session ends before.
func (k *keepalive) deadline(d time.Duration, f func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.stopped {
		k.last = time.AfterFunc(d, f)
	}
}

// suspend lets the peer be silent; resume starts over.
func (k *keepalive) suspend() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.suspended, k.sentAt = true, time.Time{}
}

func (k *keepalive) resume(c *Conn) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.suspended, k.waiting = false, false
	if k.timer != nil && !k.stopped {
		k.timer.Reset(c.limits.PingInterval)
	}
}

// tick is the timer: a ping is due, or the reply to it is.
func (k *keepalive) tick(c *Conn) {
	k.mu.Lock()
	if k.stopped {
		k.mu.Unlock()
		return
	}
	interval, timeout := c.limits.PingInterval, c.limits.PongTimeout
	since, heard := time.Since(k.pinged), c.in.reads.Load() != k.reads
	switch {
	case k.suspended:
		k.timer.Reset(interval)
	case k.waiting && !heard && since >= timeout:
		k.mu.Unlock()
		c.end(&Error{Cause: ErrNoPong})
		return
	case k.waiting && !heard:
		k.timer.Reset(min(interval, timeout-since))
	case k.waiting && since < interval:
		k.waiting = false
		k.timer.Reset(interval - since)
	default:
		k.waiting = true
		k.reads = c.in.reads.Load()
		k.pings++
		k.pinged = time.Now()
		k.sentAt = k.pinged
		k.timer.Reset(min(interval, timeout)) // with a longer timeout, to ping again if something arrived
		payload := strconv.AppendUint(nil, k.pings, 10)
		k.mu.Unlock()
		// An error is no news: either the peer is heard, or the timer ends the session.
		c.frames.control(websocket.PingMessage, payload, c.limits.WriteTimeout)
		return
	}
	k.mu.Unlock()
}

// ponged measures the round trip of the latest ping, and plans the next.
func (k *keepalive) ponged(c *Conn, payload string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if n, err := strconv.ParseUint(payload, 10, 64); err == nil && n == k.pings && !k.sentAt.IsZero() {
		trip := time.Since(k.sentAt)
		c.trip.Store(int64(trip))
		k.sentAt = time.Time{}
		if k.waiting && !k.stopped {
			k.waiting = false
			k.timer.Reset(max(c.limits.PingInterval-trip, 0))
		}
	}
}

// pong replies to a ping from a goroutine of its own, since the reader must not wait for
// a write. Of several pings that wait the latest gets a reply, as RFC 6455 permits.
func (k *keepalive) pong(c *Conn, payload string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.next, k.queued = payload, true
	if k.ponging || k.stopped {
		return
	}
	k.ponging = true
	c.others.Go(func() {
		for {
			k.mu.Lock()
			if !k.queued || k.stopped {
				k.ponging = false
				k.mu.Unlock()
				return
			}
			payload := k.next
			k.queued = false
			k.mu.Unlock()
			c.frames.control(websocket.PongMessage, []byte(payload), c.limits.WriteTimeout)
		}
	})
}
