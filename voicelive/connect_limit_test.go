package voicelive

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// In no minute more than the limit begin, whoever gives up meanwhile, and nobody waits longer than necessary.
func TestConnectLimit(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 1))
			l := newConnectLimit(1 + rng.IntN(5))
			var mu sync.Mutex
			var begun []time.Time
			var all sync.WaitGroup
			for range 60 {
				patience := time.Duration(rng.IntN(300)) * time.Second
				synctest.Wait()
				predicted := l.delay(l.waiting)
				all.Go(func() {
					began := time.Now()
					ctx, cancel := context.WithTimeout(t.Context(), patience)
					defer cancel()
					err := l.wait(ctx)
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil:
						begun = append(begun, time.Now())
						if d := time.Since(began); d > predicted {
							t.Errorf("seed %d: waited for %v, was to wait for %v", seed, d, predicted)
						}
					case !errors.Is(err, context.DeadlineExceeded):
						t.Error(err)
					}
				})
				time.Sleep(time.Duration(rng.IntN(20)) * time.Second)
			}
			all.Wait()
			for i := l.n; i < len(begun); i++ {
				if d := begun[i].Sub(begun[i-l.n]); d < connectWindow {
					t.Errorf("seed %d: %d connections within %v; limit %d", seed, l.n+1, d, l.n)
				}
			}
			if !slices.IsSortedFunc(begun, time.Time.Compare) || len(begun) < 10 {
				t.Errorf("seed %d: %d connections: %v", seed, len(begun), begun)
			}
			time.Sleep(2 * connectWindow)
			if d := l.delay(0); d != 0 || len(l.begun) != 0 || l.waiting != 0 {
				t.Errorf("seed %d: after a pause a connection waits for %v, %d are remembered, and %d wait", seed, d, len(l.begun), l.waiting)
			}
		})
	}
}

func TestConnectTellsThatItWaitedForItsTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		opts := testOptions(func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("no route") })
		opts.Limits.ConnectsPerMinute = 1
		client := testClient(t, opts)
		client.Connect(t.Context(), nil)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := client.Connect(ctx, nil)
		if !errors.Is(err, context.DeadlineExceeded) || Retryable(err) || !strings.Contains(err.Error(), "ConnectsPerMinute is 1") {
			t.Errorf("got %v", err)
		}
	})
}
