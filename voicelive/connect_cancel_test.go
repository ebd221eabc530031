package voicelive

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"runtime/pprof"
	"sync"
	"testing"
	"time"
)

// Connecting ends with its context, at whatever moment, and leaves nothing behind.
func TestConnectsThatAreCancelledLeaveNothing(t *testing.T) {
	const atOnce = 64
	connects := 2 * *rounds
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
						p.Drain()
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
