package voicelive

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// P9: whatever the peer sends to a consumer that stalls, a session takes no more memory
// than its queue, one message, and 4 MiB.
func TestMemoryIsBounded(t *testing.T) {
	const queued = 8 << 20
	var enough atomic.Bool // no virtual time passes for a peer that never waits
	flood := func(message []byte) func(*peer) {
		frame := text(message)
		return func(p *peer) {
			for !enough.Load() {
				if _, err := p.conn.Write(frame); err != nil {
					return
				}
			}
		}
	}
	for name, tt := range map[string]struct {
		service func(*peer)
		message int // bytes
		end     ErrorKind
	}{
		"events of 1 MiB":          {service: flood(warningOf("x", 1<<20)), message: 1 << 20},
		"events of 60 bytes":       {service: flood(warning("x")), message: 4 << 10},
		"events of 5,000 bytes":    {service: flood(warningOf("x", 5000)), message: 16 << 10},
		"messages without content": {service: flood(nil), message: 4 << 10},
		"an event of 30 MiB":       {service: flood(warningOf("x", 30<<20)), message: 30 << 20},
		"10^6 fragments of a byte": {service: fragments(1_000_000, 1), message: 2_000_000},
		"fragments of 40 MB":       {service: fragments(1_000_000, 40), message: 64 << 20, end: KindTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				enough.Store(false)
				s, stop := serve(t, nil, tt.service)
				var before, after runtime.MemStats
				if tt.end != "" {
					<-s.Done()
				}
				synctest.Wait()
				runtime.GC()
				runtime.ReadMemStats(&after)
				if high := s.Stats().QueueHighBytes; high > queued+tt.message {
					t.Errorf("%d bytes waited for the consumer", high)
				}
				e, _ := errors.AsType[*SessionError](s.Err())
				if e == nil && tt.end != "" || e != nil && e.Kind != tt.end {
					t.Errorf("the session ended with %v", s.Err())
				}
				enough.Store(true)
				stop()
				for range s.Events(context.Background()) {
				}
				runtime.GC()
				runtime.ReadMemStats(&before) // that is, without what the session held
				runtime.KeepAlive(s)
				if held := int(after.HeapAlloc) - int(before.HeapAlloc); held > queued+tt.message+4<<20 {
					t.Errorf("the session held %d bytes", held)
				}
			})
		})
	}
}

// fragments is an event in n frames, or as many as are taken.
func fragments(n, size int) func(*peer) {
	return func(p *peer) {
		many := bytes.Repeat(frameOf(0x00, bytes.Repeat([]byte("x"), size)), 10_000)
		p.frame(0x01, []byte(`{"type":"of.tomorrow","content":"`))
		for sent := 0; sent < n; sent += 10_000 {
			if _, err := p.conn.Write(many); err != nil {
				return
			}
		}
		p.frame(0x80, []byte(`"}`))
		p.drain()
	}
}
