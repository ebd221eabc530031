//go:build !race

package ws

import (
	"context"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// Receiving takes at most one allocation of 64 bytes.
func TestReceivingTakesNextToNoMemory(t *testing.T) {
	for _, n := range []int{100, 6_500, 100_000} {
		frame := text(messageOf("a", n))
		wanted := make(chan struct{})
		c, stop := serve(t, nil, func(p *wstest.Peer) {
			for range wanted {
				if _, err := p.Conn.Write(frame); err != nil {
					t.Error(err)
					break
				}
			}
			p.Drain()
		})
		receive := func(rounds int) {
			for range rounds {
				wanted <- struct{}{}
				m, err := c.Next(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				m.Release()
			}
		}
		const rounds = 2000
		allocated(func() { receive(rounds) }) // fills the pools
		allocs, size := allocated(func() { receive(rounds) })
		// Goroutines that wait take some, too, and each processor has a pool.
		if allocs > rounds+rounds/10 || size > 64*rounds+uint64(2*runtime.GOMAXPROCS(0)*n) {
			t.Errorf("%d messages of %d bytes: %d allocations of %d bytes", rounds, n, allocs, size)
		}
		close(wanted)
		stop()
	}
}

// A large message is hardly copied from buffer to buffer as it grows.
func TestALargeMessageTakesItsSize(t *testing.T) {
	const n = 30 << 20
	for name, tt := range map[string]struct {
		frames [][]byte
		most   uint64
	}{
		"one frame":  {together(text(messageOf("a", n))), n + n/6}, // memory follows what has come
		"480 frames": {together(fragmentsOf(0x01, messageOf("a", n), 64<<10)...), 4 * n},
	} {
		start := make(chan struct{})
		c, stop := serve(t, nil, func(p *wstest.Peer) {
			<-start
			p.Conn.Write(tt.frames[0])
			p.Drain()
		})
		_, size := allocated(func() {
			close(start)
			m, err := c.Next(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			m.Release()
		})
		if size > tt.most {
			t.Errorf("%s: %d bytes for a message of %d, want at most %d", name, size, n, tt.most)
		}
		stop()
	}
}

// allocated counts what is allocated meanwhile, in all goroutines. No garbage is
// collected, which would empty the pools.
func allocated(f func()) (n, bytes uint64) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs, after.TotalAlloc - before.TotalAlloc
}

// A consumer that is always late costs no memory for each event.
func TestWaitingForRoomTakesNextToNoMemory(t *testing.T) {
	q := newQueue(&Limits{QueueEvents: 1, QueueBytes: 1 << 20})
	q.put(newMessage(100))
	asked, taken := make(chan struct{}), make(chan *Message)
	defer close(asked)
	go func() {
		for range asked {
			taken <- q.take()
		}
	}()
	late := func() {
		asked <- struct{}{}
		if !q.awaitRoom(time.Minute, nil, nil) {
			t.Error("no room")
		}
		q.put(<-taken)
	}
	if got := testing.AllocsPerRun(1000, late); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
