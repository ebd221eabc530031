package sip

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"

	"github.com/pion/rtp"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// ErrNoMedia is the error of Receive when no RTP has come for Options.MediaTimeout.
var ErrNoMedia = errors.New("sip: no RTP comes")

// A side that holds the call need not send. It is taken for gone after this many times the timeout.
const silentTimeouts = 10

// packetConn is the socket of a call, a *net.UDPConn.
type packetConn interface {
	ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error)
	WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error)
	SetReadDeadline(time.Time) error
	Close() error
}

// A media sends and receives the RTP of a call. It drops what it receives until it is started, and sends
// nothing: an INVITE that nobody confirms must not make it send to the address that was given.
type media struct {
	conn    packetConn
	timeout time.Duration
	format  audio.Format

	mu      sync.Mutex
	in      *receiver
	out     *sender
	started bool
	named   netip.AddrPort // where packets come from, as the other side says
	trusted netip.Addr     // the signalling address, whose packets are taken, too
	peer    netip.AddrPort // where packets go
	fixed   bool           // packets come from peer
	silent  bool           // the other side need not send
	heard   time.Time      // the latest packet
	err     error          // why it ended

	ready chan struct{} // has an element if there may be inputs
	ended chan struct{}
	buf   []byte // of the input that Receive returned
}

func newMedia(conn packetConn, timeout time.Duration) *media {
	return &media{conn: conn, timeout: timeout, ready: make(chan struct{}, 1), ended: make(chan struct{})}
}

// start begins to send and to receive, with what was agreed.
func (m *media) start(a agreement, trusted netip.Addr) {
	var random [10]byte
	rand.Read(random[:])
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.started || m.err != nil {
		return
	}
	m.started, m.format, m.heard = true, a.format, time.Now()
	m.in = newReceiver(a.format, a.audio, a.digits)
	m.out = newSender(a.format, a.audio, binary.BigEndian.Uint32(random[:]), binary.BigEndian.Uint32(random[4:]), binary.BigEndian.Uint16(random[8:]))
	m.trusted = trusted
	m.follow(a)
	go m.send()
	go m.receive()
}

// change follows a new agreement. The format stays.
func (m *media) change(a agreement) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.started {
		m.follow(a)
	}
}

func (m *media) follow(a agreement) {
	if a.address.Addr().IsUnspecified() { // the old way to hold a call
		a.address = m.named
	}
	if a.address != m.named {
		m.named, m.peer, m.fixed = a.address, a.address, false
	}
	m.in.audio, m.in.digits, m.out.header.PayloadType = a.audio, a.digits, a.audio
	m.in.held, m.out.held, m.silent = a.held, a.held, a.silent
}

// admits reports whether a packet may be the other side's: it comes from the address that was named, or, as long as
// none has come from there, from one port of the host that was named or of the signalling, as behind a NAT.
func (m *media) admits(from netip.AddrPort) bool {
	switch {
	case from == m.named, from == m.peer:
	case m.fixed || from.Addr() != m.named.Addr() && from.Addr() != m.trusted:
		return false
	}
	m.peer, m.fixed = from, true
	return true
}

// send sends packets when they are due.
func (m *media) send() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-m.ended:
			return
		case <-timer.C:
		}
		for m.sendNext() {
		}
		m.mu.Lock()
		due := m.out.due
		m.mu.Unlock()
		timer.Reset(time.Until(due))
	}
}

// sendNext sends the packet that is due, and reports whether there was one.
func (m *media) sendNext() bool {
	m.mu.Lock()
	packet, to := m.out.next(time.Now()), m.peer
	m.mu.Unlock()
	if packet == nil {
		return false
	}
	m.conn.WriteToUDPAddrPort(packet, to) // a packet that cannot be sent is lost like others
	return true
}

// receive reads packets until the media end.
func (m *media) receive() {
	buf := make([]byte, 2048)
	var p rtp.Packet
	for {
		m.conn.SetReadDeadline(m.wake())
		n, from, err := m.conn.ReadFromUDPAddrPort(buf)
		now := time.Now()
		switch {
		case err == nil:
			if p.Unmarshal(buf[:n]) == nil && p.Version == 2 {
				m.take(now, netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), &p)
			}
		case errors.Is(err, os.ErrDeadlineExceeded):
		case errors.Is(err, net.ErrClosed):
			return
		default:
			m.end(fmt.Errorf("sip: reading RTP: %w", err))
			return
		}
		if !m.check(now) {
			return
		}
	}
}

// wake returns when something must be done though no packet comes.
func (m *media) wake() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	silent := m.heard.Add(m.patience())
	if due := m.in.due(); !due.IsZero() && due.Before(silent) {
		return due
	}
	return silent
}

func (m *media) patience() time.Duration {
	if m.silent {
		return m.timeout * silentTimeouts
	}
	return m.timeout
}

func (m *media) take(now time.Time, from netip.AddrPort, p *rtp.Packet) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.admits(from) {
		m.heard = now
		m.in.push(now, p)
	}
}

// check gives up packets that are late, wakes Receive, and reports whether the other side is there.
func (m *media) check(now time.Time) bool {
	m.mu.Lock()
	m.in.expire(now)
	waiting := m.in.size > 0
	gone := !now.Before(m.heard.Add(m.patience()))
	m.mu.Unlock()
	if waiting {
		select {
		case m.ready <- struct{}{}:
		default:
		}
	}
	if gone {
		m.end(ErrNoMedia)
	}
	return !gone
}

// Receive waits for the next packet of audio, or a key. The error is io.EOF after either side has hung up, and
// [ErrNoMedia] when no RTP comes.
func (m *media) Receive(ctx context.Context) (leg.Input, error) {
	for {
		m.mu.Lock()
		in, ok := leg.Input{}, false
		if m.in != nil {
			in, ok = m.in.pop(m.buf)
		}
		err := m.err
		m.mu.Unlock()
		switch {
		case ok:
			if in.Audio != nil {
				m.buf = in.Audio
			}
			return in, nil
		case ctx.Err() != nil:
			return leg.Input{}, ctx.Err()
		case err != nil:
			return leg.Input{}, err
		}
		select {
		case <-m.ready:
		case <-m.ended:
		case <-ctx.Done():
			return leg.Input{}, ctx.Err()
		}
	}
}

// Play queues audio in the law of the call, which is not retained; the clock of the packets takes it. It is an error if
// 16 MiB wait already, and [leg.ErrHungUp] after the end.
func (m *media) Play(ctx context.Context, audio []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil || m.out == nil {
		return leg.ErrHungUp
	}
	return m.out.play(audio)
}

// Clear drops the audio that has not been sent.
func (m *media) Clear(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.out != nil {
		m.out.clear()
	}
	return nil
}

// Position returns how much of the audio has been sent, which counts as heard.
func (m *media) Position() time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.out == nil {
		return 0
	}
	return m.out.position()
}

// lastSent returns when the latest audio was sent that was played.
func (m *media) lastSent() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.out == nil {
		return time.Time{}
	}
	return m.out.last
}

// end ends the media. Receive returns err when it has returned what came before, io.EOF if err is nil.
func (m *media) end(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return
	}
	if m.err = err; err == nil {
		m.err = io.EOF
	}
	close(m.ended)
	m.conn.Close()
}
