package voicelive

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"runtime/pprof"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// P5: Close returns within its timeout whatever the peer and other goroutines do, any
// number of times at once.
func TestCloseReturnsInTimeInEveryState(t *testing.T) {
	flood := func(p *peer) {
		for p.text("%s", warning("x")) == nil {
			time.Sleep(time.Millisecond)
		}
	}
	for name, tt := range map[string]struct {
		service func(*peer)
		prepare func(*Session)
		most    time.Duration
	}{
		"the peer answers":          {service: (*peer).drain, most: 0},
		"the peer does not read":    {service: func(*peer) { time.Sleep(time.Hour) }, most: 3 * time.Second},
		"the peer does not answer":  {service: func(p *peer) { io.Copy(io.Discard, p.conn) }, most: 3 * time.Second},
		"the peer talks on":         {service: flood, most: 3 * time.Second},
		"the session has ended":     {service: func(p *peer) { p.close(1011, "") }, prepare: func(s *Session) { <-s.Done() }, most: 0},
		"the end is being answered": {service: func(p *peer) { p.close(1011, ""); time.Sleep(time.Hour) }, most: 3 * time.Second},
		"a write is blocked": {
			service: func(p *peer) { p.next(); time.Sleep(time.Hour) },
			prepare: func(s *Session) { go s.AppendInputAudioBuffer(context.Background(), make([]byte, 1<<20)) },
			most:    3 * time.Second,
		},
		"sends wait for their turn": {
			service: func(*peer) { time.Sleep(time.Hour) },
			prepare: func(s *Session) {
				for range 10 {
					go s.ClearInputAudioBuffer(context.Background())
				}
			},
			most: 3 * time.Second,
		},
		"a receive waits": {
			service: (*peer).drain,
			prepare: func(s *Session) { s.Recv(context.Background()); go s.Recv(context.Background()) },
			most:    0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, stop := serve(t, nil, tt.service)
				if tt.prepare != nil {
					tt.prepare(s)
				}
				synctest.Wait()
				began := time.Now()
				var wg sync.WaitGroup
				for range 64 {
					wg.Go(func() {
						if err := s.Close(); err != nil {
							t.Error(err)
						}
						if took := time.Since(began); took > tt.most {
							t.Errorf("Close took %v, want at most %v", took, tt.most)
						}
					})
				}
				wg.Wait()
				<-s.Done()
				<-s.read
				stop()
			})
		})
	}
}

// P6, P1: connecting ends with its context, at whatever moment, and leaves nothing behind.
func TestConnectsThatAreCancelledLeaveNothing(t *testing.T) {
	const connects, atOnce = 2000, 64
	label := pprof.Labels("connects", "1")
	pprof.Do(t.Context(), label, func(context.Context) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		var service, clients sync.WaitGroup
		service.Go(func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				service.Go(func() {
					defer conn.Close()
					<-time.After(time.Duration(rand.IntN(3e6)))
					if p, err := accept(conn); err == nil {
						<-time.After(time.Duration(rand.IntN(3e6)))
						p.text(createdEvent)
						p.drain()
					}
				})
			}
		})
		c := testClient(t, testOptions(func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
		}))
		next := make(chan struct{}, connects)
		for range connects {
			next <- struct{}{}
		}
		close(next)
		for range atOnce {
			clients.Go(func() {
				for range next {
					ctx, cancel := context.WithTimeout(context.Background(), time.Duration(rand.IntN(10e6)))
					s, err := c.Connect(ctx, nil)
					switch {
					case err == nil:
						s.Close()
					case !errors.Is(err, context.DeadlineExceeded):
						t.Errorf("got %v", err)
					}
					cancel()
				}
			})
		}
		clients.Wait()
		l.Close()
		service.Wait()
	})
	noGoroutines(t, "connects")
}
