//go:build !race

package voicelive

import (
	"context"
	"encoding/binary"
	"net"
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

// A countingConn counts writes, and the frames in them.
type countingConn struct {
	net.Conn
	writes, frames int
}

func (c *countingConn) Write(p []byte) (int, error) {
	c.writes++
	for rest := p; len(rest) > 0; c.frames++ {
		n := int(rest[1] &^ maskBit)
		head := 6
		if n == 126 {
			n, head = int(binary.BigEndian.Uint16(rest[2:])), 8
		}
		rest = rest[head+n:]
	}
	return len(p), nil
}

func (c *countingConn) SetWriteDeadline(time.Time) error { return nil }

// sender is a session that sends to conn, and reads nothing.
func sender(t testing.TB, conn net.Conn) *Session {
	return newSession(testClient(t, testOptions(nil)), &handshake{conn: &wireConn{Conn: conn, done: true}}, "")
}

func TestAnAppendIsOneFrameAndOneWriteWithoutAllocation(t *testing.T) {
	for _, n := range []int{1, 960, 4800, 9600, 12_000} {
		conn := &countingConn{}
		s := sender(t, conn)
		e := &ClientEventInputAudioBufferAppend{Audio: make([]byte, n)}
		send := func() {
			if err := s.Send(context.Background(), e); err != nil {
				t.Fatal(err)
			}
		}
		send()
		if conn.writes != 1 || conn.frames != 1 {
			t.Errorf("%d bytes: %d writes of %d frames", n, conn.writes, conn.frames)
		}
		if got := testing.AllocsPerRun(1000, send); got != 0 {
			t.Errorf("%d bytes: %v allocations", n, got)
		}
	}
}

// Receiving, before the event is decoded, takes at most one allocation of 64 bytes.
func TestReceivingTakesNextToNoMemory(t *testing.T) {
	for _, n := range []int{100, 6_500, 100_000} {
		frame := text(warningOf("a", n))
		wanted := make(chan struct{})
		s, stop := serve(t, nil, func(p *peer) {
			for range wanted {
				if _, err := p.conn.Write(frame); err != nil {
					t.Error(err)
					break
				}
			}
			p.drain()
		})
		recv(t, s)
		undecoded := func([]byte) (ServerEvent, error) { return nil, nil }
		receive := func(rounds int) {
			for range rounds {
				wanted <- struct{}{}
				if _, err := s.receive(context.Background(), undecoded); err != nil {
					t.Fatal(err)
				}
			}
		}
		const rounds = 2000
		allocated(func() { receive(rounds) }) // fills the pools
		allocs, size := allocated(func() { receive(rounds) })
		// Goroutines that wait take some, too, and each processor has a pool.
		if allocs > rounds+rounds/10 || size > 64*rounds+uint64(2*runtime.GOMAXPROCS(0)*n) {
			t.Errorf("%d events of %d bytes: %d allocations of %d bytes", rounds, n, allocs, size)
		}
		close(wanted)
		stop()
	}
}

// A large message is not copied from buffer to buffer as it grows.
func TestALargeMessageTakesItsSize(t *testing.T) {
	const n = 30 << 20
	for name, tt := range map[string]struct {
		frames [][]byte
		most   uint64
	}{
		"one frame":  {together(text(warningOf("a", n))), n + 1<<20},
		"480 frames": {together(fragmentsOf(0x01, warningOf("a", n), 64<<10)...), 4 * n},
	} {
		start := make(chan struct{})
		s, stop := serve(t, nil, func(p *peer) {
			<-start
			p.conn.Write(tt.frames[0])
			p.drain()
		})
		recv(t, s)
		_, size := allocated(func() {
			close(start)
			if _, err := s.receive(context.Background(), func([]byte) (ServerEvent, error) { return nil, nil }); err != nil {
				t.Error(err)
			}
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
	l := Limits{QueueEvents: 1, QueueBytes: 1 << 20}
	q := newQueue(&l)
	m, other := &message{data: make([]byte, 0, 100)}, &message{data: make([]byte, 0, 100)}
	q.put(m)
	asked, taken := make(chan struct{}), make(chan struct{})
	defer close(asked)
	go func() {
		for range asked {
			q.take()
			taken <- struct{}{}
		}
	}()
	late := func() {
		asked <- struct{}{}
		if !q.wait(other, time.Minute, nil, nil) {
			t.Error("no room")
		}
		<-taken
		m, other = other, m
	}
	if got := testing.AllocsPerRun(1000, late); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
