//go:build !race

package ws

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

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
