//go:build !race

package acs_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs/acstest"
)

// A wire is the connection of a call that costs nothing: what it sends is prepared, what it gets is dropped.
type wire struct {
	net.Conn
	rest   []byte        // to send before packets
	packet []byte        // to send for ever
	at     int           // in packet
	block  chan struct{} // if not nil, packets are sent when it has values
	closed atomic.Bool   // a close frame came
}

func newWire(rate int) *wire {
	return &wire{
		rest:   masked(wstest.Fin|wstest.Text, []byte(acstest.Metadata(rate))),
		packet: masked(wstest.Fin|wstest.Text, []byte(acstest.Audio(time.Now(), bytes.Repeat([]byte{1, 2}, rate/50)))),
	}
}

func (w *wire) Read(p []byte) (n int, err error) {
	switch {
	case w.closed.Load():
		return 0, io.EOF
	case len(w.rest) > 0:
		n = copy(p, w.rest)
		w.rest = w.rest[n:]
		return n, nil
	case w.at == 0 && w.block != nil:
		if _, ok := <-w.block; !ok {
			return 0, net.ErrClosed
		}
	}
	n = copy(p, w.packet[w.at:])
	w.at = (w.at + n) % len(w.packet)
	return n, nil
}

func (w *wire) Write(p []byte) (int, error) {
	if p[0] == wstest.Fin|wstest.Close {
		w.closed.Store(true)
	}
	return len(p), nil
}

func (w *wire) Close() error                     { return nil }
func (w *wire) SetDeadline(time.Time) error      { return nil }
func (w *wire) SetReadDeadline(time.Time) error  { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }

// hijacked is the response of a request whose connection is a wire.
type hijacked struct {
	*httptest.ResponseRecorder
	wire *wire
}

func (h hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.wire, bufio.NewReadWriter(bufio.NewReaderSize(h.wire, 4096), bufio.NewWriterSize(h.wire, 4096)), nil
}

// serve lets a handler serve a call on a wire.
func serve(h *acs.Handler, w *wire) {
	r := httptest.NewRequest(http.MethodGet, "/media", nil)
	for name, value := range map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
	} {
		r.Header.Set(name, value)
	}
	h.ServeHTTP(hijacked{httptest.NewRecorder(), w}, r)
}

func TestACallAllocatesNothingForAudio(t *testing.T) {
	for _, rate := range []int{16000, 24000} {
		h := &acs.Handler{AllowAnyone: true, Serve: func(ctx context.Context, call *acs.Call) error {
			delta := make([]byte, rate/5) // 100 ms
			if allocs := testing.AllocsPerRun(1000, func() {
				if in, err := call.Receive(ctx); len(in.Audio) != rate/25 || err != nil {
					t.Fatal(len(in.Audio), err)
				}
			}); allocs != 0 {
				t.Errorf("%d Hz: %v allocations for a packet", rate, allocs)
			}
			if allocs := testing.AllocsPerRun(100, func() { // a delta, the audio of the next and their end
				for range 5 {
					if err := call.Play(ctx, delta); err != nil {
						t.Fatal(err)
					}
				}
				call.Position()
				if err := call.Clear(ctx); err != nil {
					t.Fatal(err)
				}
			}); allocs != 0 {
				t.Errorf("%d Hz: %v allocations for audio that is played and cleared", rate, allocs)
			}
			return nil
		}}
		serve(h, newWire(rate))
	}
}

func TestTheMemoryOfCalls(t *testing.T) {
	const calls = 500
	var begun, ended sync.WaitGroup
	begun.Add(calls)
	stop := make(chan struct{})
	h := &acs.Handler{AllowAnyone: true, Serve: func(ctx context.Context, call *acs.Call) error {
		for range 10 {
			if _, err := call.Receive(ctx); err != nil {
				t.Error(err)
			}
		}
		if err := call.Play(ctx, make([]byte, 4800)); err != nil {
			t.Error(err)
		}
		begun.Done()
		_, err := call.Receive(ctx) // waits
		<-stop
		return err
	}}
	before := memory()
	wires := make([]*wire, calls)
	for i := range wires {
		wires[i] = newWire(24000)
		wires[i].block = make(chan struct{}, 10)
		for range 10 {
			wires[i].block <- struct{}{}
		}
		ended.Go(func() { serve(h, wires[i]) })
	}
	begun.Wait()
	each := (memory() - before) / calls
	for _, w := range wires {
		close(w.block)
	}
	close(stop)
	ended.Wait()
	t.Logf("%d bytes for a call", each)
	if each > 48<<10 {
		t.Errorf("%d bytes for a call, more than 48 KiB", each)
	}
}

// memory returns how much memory is used, with stacks.
func memory() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackInuse)
}
