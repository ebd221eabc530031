package sip

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

var (
	peerRTP   = netip.MustParseAddrPort("192.0.2.1:4000")
	signaling = netip.MustParseAddr("192.0.2.7")
)

type datagram struct {
	at   time.Duration
	addr netip.AddrPort
	data []byte
}

// A network is a packetConn in memory, whose time is that of the bubble.
type network struct {
	begin time.Time
	in    chan datagram
	ended chan struct{}

	mu       sync.Mutex
	deadline time.Time
	sent     []datagram
}

func newNetwork() *network {
	return &network{begin: time.Now(), in: make(chan datagram, 1000), ended: make(chan struct{})}
}

func (n *network) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	n.mu.Lock()
	timer := time.NewTimer(time.Until(n.deadline))
	n.mu.Unlock()
	defer timer.Stop()
	select {
	case d := <-n.in:
		return copy(b, d.data), d.addr, nil
	case <-timer.C:
		return 0, netip.AddrPort{}, os.ErrDeadlineExceeded
	case <-n.ended:
		return 0, netip.AddrPort{}, net.ErrClosed
	}
}

func (n *network) WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sent = append(n.sent, datagram{time.Since(n.begin), to, bytes.Clone(b)})
	return len(b), nil
}

func (n *network) SetReadDeadline(t time.Time) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.deadline = t
	return nil
}

func (n *network) Close() error { close(n.ended); return nil }

func (n *network) bring(from netip.AddrPort, packet int) {
	b, err := voice(packet).Marshal()
	if err != nil {
		panic(err)
	}
	n.in <- datagram{addr: from, data: b}
}

func (n *network) written() []datagram {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.sent)
}

// inMedia runs a test with media that have begun.
func inMedia(t *testing.T, test func(t *testing.T, n *network, m *media)) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork()
		m := newMedia(n, 30*time.Second)
		m.start(agreement{address: peerRTP, format: leg.MuLaw, audio: pcmu, digits: 101}, signaling)
		test(t, n, m)
		m.end(nil)
		synctest.Wait()
	})
}

// An hour of packets leaves on time, to the nanosecond.
func TestAnHourIsPaced(t *testing.T) {
	inMedia(t, func(t *testing.T, n *network, m *media) {
		for i := range 360 {
			n.bring(peerRTP, i)
			time.Sleep(10 * time.Second)
		}
		synctest.Wait()
		sent := n.written()
		if want := 3600*50 + 1; len(sent) != want {
			t.Fatalf("%d packets in an hour, want %d", len(sent), want)
		}
		for i, d := range sent {
			if d.at != time.Duration(i)*20*ms || d.addr != peerRTP {
				t.Fatalf("packet %d left at %v to %v", i, d.at, d.addr)
			}
		}
	})
}

func TestPlayAndClear(t *testing.T) {
	inMedia(t, func(t *testing.T, n *network, m *media) {
		time.Sleep(10 * ms)
		m.Play(t.Context(), bytes.Repeat([]byte{9}, 8000))
		time.Sleep(200 * ms)
		if got := m.Position(); got != 200*ms {
			t.Errorf("Position() = %v, want 200ms", got)
		}
		m.Clear(t.Context())
		time.Sleep(time.Second)
		if got := m.Position(); got != 200*ms {
			t.Errorf("Position() after Clear = %v, want 200ms", got)
		}
		heard := 0
		for _, d := range n.written() {
			heard += bytes.Count(d.data[12:], []byte{9})
		}
		if heard != 1600 {
			t.Errorf("%d bytes of the audio were sent, want 1600", heard)
		}
	})
}

// Packets come from the address that was named, or from a host that was; the first of these is kept. Others
// reach nothing.
func TestStrangersAreNotHeard(t *testing.T) {
	address := netip.MustParseAddrPort
	for _, test := range []struct {
		name    string
		from    []string
		heard   string
		replies string // where packets go at the end
	}{
		{"the address that was named", []string{"192.0.2.1:4000"}, "0", "192.0.2.1:4000"},
		{"a stranger", []string{"198.51.100.1:4000", "192.0.2.1:4000", "198.51.100.1:4000"}, "1", "192.0.2.1:4000"},
		{"another port of its host", []string{"192.0.2.1:5000", "192.0.2.1:5000"}, "0 1", "192.0.2.1:5000"},
		{"the signalling address", []string{"192.0.2.7:7000", "192.0.2.7:7001", "192.0.2.7:7000"}, "0 (20ms) 2", "192.0.2.7:7000"},
		{"the address that was named, after another", []string{"192.0.2.1:5000", "192.0.2.1:4000"}, "0 1", "192.0.2.1:4000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			inMedia(t, func(t *testing.T, n *network, m *media) {
				l := &line{}
				for i, from := range test.from {
					n.bring(address(from), i)
					time.Sleep(20 * ms)
				}
				time.Sleep(time.Second)
				m.mu.Lock()
				l.r = m.in
				l.pop()
				m.mu.Unlock()
				if got := l.String(); got != test.heard {
					t.Errorf("heard %s, want %s", got, test.heard)
				}
				sent := n.written()
				if got := sent[len(sent)-1].addr; got != address(test.replies) {
					t.Errorf("packets go to %v, want %s", got, test.replies)
				}
			})
		})
	}
}

// Bytes that are no RTP do no harm, and do not keep a call alive.
func TestGarbageIsNotHeard(t *testing.T) {
	inMedia(t, func(t *testing.T, n *network, m *media) {
		for i := range 200 {
			n.in <- datagram{addr: peerRTP, data: bytes.Repeat([]byte{byte(i)}, i)[:i*i%(i+1)]}
			n.in <- datagram{addr: peerRTP, data: []byte{0x9f, 0, 0, 0}} // an extension that is cut off
			time.Sleep(100 * ms)
		}
		n.bring(peerRTP, 1)
		in, err := m.Receive(t.Context())
		if err != nil || !bytes.Equal(in.Audio, voice(1).Payload) {
			t.Errorf("Receive: %v, %v", in, err)
		}
	})
}

func TestACallWithoutMediaEnds(t *testing.T) {
	for _, test := range []struct {
		name string
		hold bool
		want time.Duration
	}{{"in a call", false, 35 * time.Second}, {"while it is held", true, 305 * time.Second}} {
		t.Run(test.name, func(t *testing.T) {
			inMedia(t, func(t *testing.T, n *network, m *media) {
				began := time.Now()
				time.Sleep(5 * time.Second)
				n.bring(peerRTP, 0)
				m.Receive(t.Context())
				if test.hold {
					m.change(agreement{address: peerRTP, format: leg.MuLaw, digits: noPayload, held: true, silent: true})
				}
				_, err := m.Receive(t.Context())
				if took := time.Since(began); err != ErrNoMedia || took != test.want {
					t.Errorf("Receive: %v after %v, want %v after %v", err, took, ErrNoMedia, test.want)
				}
				if err := m.Play(t.Context(), []byte{1}); err != leg.ErrHungUp {
					t.Errorf("Play: %v, want ErrHungUp", err)
				}
			})
		})
	}
}

// In steady state the socket takes no memory, either.
func TestReadingTakesNoMemory(t *testing.T) {
	conn, peer := stranger(t), stranger(t)
	m := newMedia(conn, limit)
	m.start(agreement{address: addrPort(peer.LocalAddr()), format: leg.MuLaw, audio: pcmu, digits: noPayload}, loopback.Addr())
	defer m.end(nil)
	packet, err := voice(0).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	ctx, to := soon(t), addrPort(conn.LocalAddr())
	step := func() {
		binary.BigEndian.PutUint16(packet[2:], binary.BigEndian.Uint16(packet[2:])+1)
		if _, err := peer.WriteToUDPAddrPort(packet, to); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Receive(ctx); err != nil {
			t.Fatal(err)
		}
	}
	step()
	if allocs := testing.AllocsPerRun(200, step); allocs != 0 {
		t.Errorf("%v allocations a packet", allocs)
	}
}

func TestReceiveEndsWithItsContext(t *testing.T) {
	inMedia(t, func(t *testing.T, n *network, m *media) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := m.Receive(ctx); err != context.DeadlineExceeded {
			t.Errorf("Receive: %v", err)
		}
		n.bring(peerRTP, 0)
		time.Sleep(time.Second)
		m.end(nil)
		if in, err := m.Receive(t.Context()); err != nil || in.Audio == nil {
			t.Errorf("Receive after the end, of what came before: %v, %v", in, err)
		}
		if _, err := m.Receive(t.Context()); err != io.EOF {
			t.Errorf("Receive after the end: %v, want EOF", err)
		}
		if _, err := m.Receive(ctx); err != context.DeadlineExceeded { // that came first
			t.Errorf("Receive after both ends: %v", err)
		}
	})
}

// Audio waits while the other side holds the call.
func TestHold(t *testing.T) {
	inMedia(t, func(t *testing.T, n *network, m *media) {
		held := agreement{address: netip.MustParseAddrPort("0.0.0.0:4000"), format: leg.MuLaw, digits: noPayload, held: true, silent: true}
		m.Play(t.Context(), make([]byte, 1600))
		time.Sleep(90 * ms)
		m.change(held)
		before := fmt.Sprint(m.Position(), len(n.written()))
		time.Sleep(time.Minute)
		if after := fmt.Sprint(m.Position(), len(n.written())); after != before {
			t.Errorf("position and packets are %s after a minute, want %s", after, before)
		}
		m.change(agreement{address: peerRTP, format: leg.MuLaw, digits: noPayload})
		time.Sleep(200 * ms)
		if got := m.Position(); got != 200*ms {
			t.Errorf("Position() = %v, want 200ms", got)
		}
	})
}
