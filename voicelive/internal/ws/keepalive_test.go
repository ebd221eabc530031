package ws

import (
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// A peer that is gone is noticed in time, for every combination of the limits.
func TestAPeerThatIsGoneIsNoticedInTimeWithAnyLimits(t *testing.T) {
	for _, interval := range []time.Duration{time.Second, 5 * time.Second, 20 * time.Second} {
		for _, timeout := range []time.Duration{time.Second, 7 * time.Second, 10 * time.Second} {
			for messages := range 30 {
				const pause = 990 * time.Millisecond
				synctest.Test(t, func(t *testing.T) {
					limits := func(config *Config) { config.Limits.PingInterval, config.Limits.PongTimeout = interval, timeout }
					c, stop := serve(t, limits, func(p *wstest.Peer) {
						go io.Copy(io.Discard, p.Conn) // pings are not answered, but the peer is heard
						for range messages {
							time.Sleep(pause)
							p.Text(message("x"))
						}
						time.Sleep(time.Hour)
					})
					defer stop()
					began := time.Now()
					<-c.Done()
					if late := time.Since(began) - time.Duration(messages)*pause; late > interval+timeout || late < timeout {
						t.Errorf("interval %v, timeout %v: noticed %v after message %d", interval, timeout, late, messages)
					}
				})
			}
		}
	}
}

// A slow consumer does not keep pings from being answered while the queue has room.
func TestAPongDoesNotWaitForTheConsumer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var waited []time.Duration
		_, stop := serve(t, nil, func(p *wstest.Peer) {
			for range 100 {
				p.Text(message("x"))
				asked := time.Now()
				p.Frame(0x89, nil)
				if first, _, err := p.Next(); err != nil || first != 0x8a {
					t.Errorf("got %#x, %v", first, err)
					return
				}
				waited = append(waited, time.Since(asked))
				time.Sleep(100 * time.Millisecond)
			}
			p.Drain()
		})
		time.Sleep(time.Minute / 2)
		stop()
		if len(waited) != 100 {
			t.Fatalf("%d pongs", len(waited))
		}
		for _, d := range waited {
			if d > 250*time.Millisecond {
				t.Errorf("a pong came after %v", d)
			}
		}
	})
}

// The time for which a full queue keeps the reader from a pong is not that of the network.
func TestARoundTripIsNotTheTimeOfTheConsumer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limits := func(config *Config) { config.Limits.QueueEvents = 1 }
		c, stop := serve(t, limits, func(p *wstest.Peer) {
			for _, messages := range []int{3, 0} {
				_, ping, err := p.Next()
				if err != nil {
					t.Error(err)
					return
				}
				for range messages {
					p.Text(message("x"))
				}
				time.Sleep(time.Second)
				p.Frame(0x8a, ping)
			}
			p.Drain()
		})
		defer stop()
		time.Sleep(25 * time.Second) // the first ping came after 20, and no timer is due now
		for range 3 {
			m, err := c.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			m.Release()
		}
		time.Sleep(2 * time.Second)
		if trip := c.RoundTrip(); trip != 0 {
			t.Errorf("the first round trip took %v; it cannot be known", trip)
		}
		time.Sleep(30 * time.Second) // nothing fills the queue now
		if trip := c.RoundTrip(); trip != time.Second {
			t.Errorf("the second round trip took %v, want 1s", trip)
		}
	})
}
