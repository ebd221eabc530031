package ws

import (
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// A peer that is gone without a word is noticed in time, whatever can still be sent.
func TestAHalfOpenConnectionIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, stop := serve(t, nil, func(p *wstest.Peer) { io.Copy(io.Discard, p.Conn) })
		defer stop()
		began := time.Now()
		time.Sleep(50 * time.Millisecond) // no message at the moment at which a timer fires
		sent := make(chan int)
		go func() {
			n := 0
			for write(t.Context(), c, 4800) == nil {
				n++
				time.Sleep(100 * time.Millisecond)
			}
			sent <- n
		}()
		<-c.Done()
		took := time.Since(began)
		if err := c.Err(); err == nil || err.Cause != ErrNoPong {
			t.Errorf("got %v", err)
		}
		if n := <-sent; took != 30*time.Second || n < 300 {
			t.Errorf("noticed after %v and %d messages", took, n)
		}
	})
}

// Every receive behind the end has the same result.
func TestReceivingOnAfterTheEndIsHarmless(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, stop := serve(t, nil, func(p *wstest.Peer) { p.Frame(0x83, nil); p.Drain() })
		defer stop()
		_, first := c.Next(t.Context())
		if _, ok := errors.AsType[*Error](first); !ok {
			t.Fatalf("got %v", first)
		}
		for range 2000 {
			if m, err := c.Next(t.Context()); m != nil || err != first {
				t.Fatalf("got %v, %v", m, err)
			}
		}
	})
}

// What waits for the consumer is bounded in bytes, and the peer waits too.
func TestTheQueueIsBoundedInBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size, n, limit = 10_000, 1000, 1 << 20
		written := 0
		c, stop := serve(t, func(config *Config) { config.Limits.QueueBytes = limit }, func(p *wstest.Peer) {
			for range n {
				if p.Frame(0x81, messageOf("a", size)) != nil {
					return
				}
				written++
			}
			p.Drain()
		})
		defer stop()
		synctest.Wait()
		if _, _, high := c.Queued(); high > limit || high < limit/2 || written > limit/size+2 {
			t.Errorf("%d bytes wait, of %d messages", high, written)
		}
		for range n {
			next(t, c)
		}
		if c.Err() != nil {
			t.Error(c.Err())
		}
	})
}

func TestAResetIsOfTheNetwork(t *testing.T) {
	c, stop := serveOver(t, loopback(t), nil, func(p *wstest.Peer) { p.Conn.(*net.TCPConn).SetLinger(0) })
	defer stop()
	<-c.Done()
	_, violated := errors.AsType[*ProtocolError](c.Err())
	if err := c.Err(); err == nil || err.Code != 0 || violated {
		t.Errorf("got %v", err)
	}
}
