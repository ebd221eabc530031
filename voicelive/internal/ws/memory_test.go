//go:build !race

package ws

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"runtime"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
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
	for name, tt := range map[string]struct {
		size, frame int
		most        uint64
	}{
		"one frame":              {30 << 20, 30<<20 + 1, 35 << 20}, // memory follows what has come
		"480 frames":             {30 << 20, 64 << 10, 120 << 20},
		"600 frames of odd size": {3 << 20, 5300, 12 << 20},
	} {
		frames := slices.Concat(fragmentsOf(0x01, messageOf("a", tt.size), tt.frame)...)
		start := make(chan struct{})
		c, stop := serve(t, nil, func(p *wstest.Peer) {
			<-start
			p.Conn.Write(frames)
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
			t.Errorf("%s: %d bytes for a message of %d, want at most %d", name, size, tt.size, tt.most)
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

// Whatever the peer sends to a consumer that stalls, a connection takes no more memory
// than its queue, one message, and 4 MiB.
func TestMemoryIsBounded(t *testing.T) {
	const queued = 8 << 20
	var enough atomic.Bool // no virtual time passes for a peer that never waits
	flood := func(message []byte) func(*wstest.Peer) {
		frame := text(message)
		return func(p *wstest.Peer) {
			for !enough.Load() {
				if _, err := p.Conn.Write(frame); err != nil {
					return
				}
			}
		}
	}
	for name, tt := range map[string]struct {
		service func(*wstest.Peer)
		message int // bytes
		end     error
	}{
		"events of 1 MiB":          {service: flood(messageOf("x", 1<<20)), message: 1 << 20},
		"events of 60 bytes":       {service: flood(message("x")), message: 4 << 10},
		"events of 5,000 bytes":    {service: flood(messageOf("x", 5000)), message: 16 << 10},
		"messages without content": {service: flood(nil), message: 4 << 10},
		"an event of 30 MiB":       {service: flood(messageOf("x", 30<<20)), message: 30 << 20},
		"10^6 fragments of a byte": {service: fragments(1_000_000, 1), message: 2_000_000},
		"30 MiB in fragments":      {service: fragments(30<<20/(16<<10), 16<<10), message: 30 << 20},
		"32 MiB announced":         {service: announcing, message: 0},
		"fragments of 40 MB":       {service: fragments(1_000_000, 40), message: 64 << 20, end: ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				enough.Store(false)
				c, stop := serve(t, nil, tt.service)
				var before, after runtime.MemStats
				if tt.end != nil {
					<-c.Done()
				}
				synctest.Wait()
				runtime.GC()
				runtime.ReadMemStats(&after)
				if _, _, high := c.Queued(); high > queued+tt.message {
					t.Errorf("%d bytes waited for the consumer", high)
				}
				if err := c.Err(); err == nil && tt.end != nil || err != nil && !errors.Is(err, tt.end) {
					t.Errorf("the connection ended with %v", err)
				}
				enough.Store(true)
				stop()
				for err := error(nil); err == nil; {
					_, err = c.Next(context.Background())
				}
				runtime.GC()
				runtime.ReadMemStats(&before) // that is, without what the connection held
				runtime.KeepAlive(c)
				if held := int(after.HeapAlloc) - int(before.HeapAlloc); held > queued+tt.message+4<<20 {
					t.Errorf("the connection held %d bytes", held)
				}
			})
		})
	}
}

// fragments is an event in n frames, or as many as are taken.
func fragments(n, size int) func(*wstest.Peer) {
	return func(p *wstest.Peer) {
		batch := min(n, 10_000)
		many := bytes.Repeat(wstest.Frame(0x00, bytes.Repeat([]byte("x"), size)), batch)
		p.Frame(0x01, []byte(`{"text":"`))
		for sent := 0; sent < n; sent += batch {
			if _, err := p.Conn.Write(many); err != nil {
				return
			}
		}
		p.Frame(0x80, []byte(`"}`))
		p.Drain()
	}
}

// announcing sends a few bytes of a frame of 32 MiB.
func announcing(p *wstest.Peer) {
	p.Conn.Write(append(wstest.AppendHeader(nil, 0x81, 32<<20), make([]byte, 5000)...))
	p.Drain()
}

// The header of a frame takes no memory, whatever the limit.
func TestAnAnnouncementTakesNoMemory(t *testing.T) {
	for _, tt := range []struct {
		announced uint64
		limit     int64
	}{{32 << 20, 32 << 20}, {1 << 39, 1 << 40}, {1 << 50, math.MaxInt64}, {1<<63 - 1, math.MaxInt64}} {
		synctest.Test(t, func(t *testing.T) {
			c, stop := serve(t, func(config *Config) { config.Limits.ReceiveBytes = tt.limit }, func(p *wstest.Peer) {
				p.Conn.Write(binary.BigEndian.AppendUint64([]byte{0x81, 127}, tt.announced))
				p.Conn.Write(make([]byte, 20_000))
				p.Drain()
			})
			defer stop()
			_, size := allocated(synctest.Wait)
			if size > 256<<10 {
				t.Errorf("%d bytes are allocated for %d announced", size, tt.announced)
			}
			if err := c.Err(); err != nil {
				t.Errorf("got %v", err)
			}
		})
	}
}
