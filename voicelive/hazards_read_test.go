package voicelive

import (
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// P8: a peer that is gone without a word is noticed in time, whatever can still be sent.
func TestAHalfOpenConnectionIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, func(p *peer) { io.Copy(io.Discard, p.conn) })
		defer stop()
		began := time.Now()
		time.Sleep(50 * time.Millisecond) // no event at the moment at which a timer fires
		sent := make(chan int)
		go func() {
			n := 0
			for s.AppendInputAudioBuffer(t.Context(), make([]byte, 4800)) == nil {
				n++
				time.Sleep(100 * time.Millisecond)
			}
			sent <- n
		}()
		<-s.Done()
		took := time.Since(began)
		if e, ok := errors.AsType[*SessionError](s.Err()); !ok || e.Kind != KindKeepAlive {
			t.Errorf("got %v", s.Err())
		}
		if n := <-sent; took != 30*time.Second || n < 300 {
			t.Errorf("noticed after %v and %d events", took, n)
		}
	})
}

// The library panics when it is read a thousand times after an error.
func TestReceivingOnAfterTheEndIsHarmless(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, func(p *peer) { p.frame(0x83, nil); p.drain() })
		defer stop()
		recv(t, s)
		_, first := s.Recv(t.Context())
		if _, ok := errors.AsType[*SessionError](first); !ok {
			t.Fatalf("got %v", first)
		}
		for range 2000 {
			if ev, err := s.Recv(t.Context()); ev != nil || err != first {
				t.Fatalf("got %v, %v", ev, err)
			}
		}
	})
}

// P9: what waits for the consumer is bounded in bytes, and the peer waits too.
func TestTheQueueIsBoundedInBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size, n, limit = 10_000, 1000, 1 << 20
		written := 0
		s, stop := serve(t, func(o *ClientOptions) { o.Limits.QueueBytes = limit }, func(p *peer) {
			for range n {
				if p.frame(0x81, warningOf("a", size)) != nil {
					return
				}
				written++
			}
			p.drain()
		})
		defer stop()
		synctest.Wait()
		if high := s.Stats().QueueHighBytes; high > limit || high < limit/2 || written > limit/size+2 {
			t.Errorf("%d bytes wait, of %d events", high, written)
		}
		recv(t, s)
		for range n {
			recv(t, s)
		}
		if s.Err() != nil {
			t.Error(s.Err())
		}
	})
}

func TestAResetIsOfTheNetwork(t *testing.T) {
	s, stop := serveOver(t, loopback, nil, func(p *peer) { p.conn.(*net.TCPConn).SetLinger(0) })
	defer stop()
	<-s.Done()
	if e, ok := errors.AsType[*SessionError](s.Err()); !ok || e.Kind != KindNetwork || !e.Retryable() {
		t.Errorf("got %v", s.Err())
	}
}
