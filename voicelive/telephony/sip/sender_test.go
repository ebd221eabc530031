package sip

import (
	"bytes"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

func parse(t *testing.T, packet []byte) rtp.Packet {
	t.Helper()
	var p rtp.Packet
	if err := p.Unmarshal(packet); err != nil {
		t.Fatal(err)
	}
	return p
}

// Packets are due every 20 ms to the nanosecond, numbered and stamped without a gap, whenever they are asked for.
func TestPacketsAreSentInTime(t *testing.T) {
	s := newSender(leg.ALaw, pcma, 7, 1<<32-160, 65535)
	begin := time.Unix(50, 0)
	sent := 0
	for d := time.Duration(0); d < 10*time.Second; d += 7 * ms {
		for {
			due := s.due
			packet := s.next(begin.Add(d))
			if packet == nil {
				break
			}
			if want := begin.Add(time.Duration(sent) * 20 * ms); sent > 0 && !due.Equal(want) {
				t.Fatalf("packet %d is due at %v, want %v", sent, due, want)
			}
			p := parse(t, packet)
			if p.SequenceNumber != uint16(65535+sent) || p.Timestamp != uint32(1<<32-160+160*sent) || p.SSRC != 7 || p.PayloadType != pcma || p.Marker != (sent == 0) {
				t.Fatalf("packet %d is %v", sent, p.Header)
			}
			sent++
		}
	}
	if sent != 500 {
		t.Errorf("%d packets in 10 s, want 500", sent)
	}
}

func TestAudioIsPlayedAndCleared(t *testing.T) {
	s := newSender(leg.MuLaw, pcmu, 1, 0, 0)
	now := time.Unix(0, 0)
	next := func() []byte {
		defer func() { now = now.Add(20 * ms) }()
		p := parse(t, s.next(now))
		return p.Payload
	}
	silence := bytes.Repeat([]byte{0xff}, frameBytes)
	if got := next(); !bytes.Equal(got, silence) {
		t.Errorf("before any audio came %x", got)
	}
	s.play(bytes.Repeat([]byte{1}, 400))
	for i, want := range [][]byte{
		bytes.Repeat([]byte{1}, 160), bytes.Repeat([]byte{1}, 160), append(bytes.Repeat([]byte{1}, 80), silence[:80]...), silence,
	} {
		if got := next(); !bytes.Equal(got, want) {
			t.Errorf("packet %d is %x, want %x", i, got, want)
		}
	}
	if got := s.position(); got != 50*ms {
		t.Errorf("position() = %v, want 50ms", got)
	}
	s.play(bytes.Repeat([]byte{2}, 1600))
	next()
	s.clear()
	if got := next(); !bytes.Equal(got, silence) {
		t.Errorf("after clear came %x", got)
	}
	if got := s.position(); got != 70*ms {
		t.Errorf("position() = %v, want 70ms", got)
	}
}

// A process that was stopped does not send what it missed, and the timestamps say so.
func TestATimeWithoutSendingIsSkipped(t *testing.T) {
	s := newSender(leg.MuLaw, pcmu, 1, 0, 0)
	now := time.Unix(0, 0)
	s.next(now)
	now = now.Add(5 * time.Second)
	p := parse(t, s.next(now))
	if p.Timestamp != 160*250 || p.SequenceNumber != 1 || !p.Marker {
		t.Errorf("the packet after 5 s is %v", p.Header)
	}
	if s.next(now) != nil {
		t.Error("a second packet is due")
	}
}

func TestHeldAudioWaits(t *testing.T) {
	s := newSender(leg.MuLaw, pcmu, 1, 0, 0)
	now := time.Unix(0, 0)
	s.play(make([]byte, 320))
	s.next(now)
	s.held = true
	for range 100 {
		now = now.Add(20 * ms)
		if s.next(now) != nil {
			t.Fatal("a packet was sent while the call was held")
		}
	}
	if got := s.position(); got != 20*ms {
		t.Errorf("position() = %v, want 20ms", got)
	}
	s.held = false
	p := parse(t, s.next(now.Add(20*ms)))
	if p.Timestamp != 160*101 || p.SequenceNumber != 1 || !p.Marker || s.position() != 40*ms {
		t.Errorf("the packet after the hold is %v, position() = %v", p.Header, s.position())
	}
}

func TestTheQueueIsBounded(t *testing.T) {
	s := newSender(leg.MuLaw, pcmu, 1, 0, 0)
	if err := s.play(make([]byte, maxQueue)); err != nil {
		t.Fatal(err)
	}
	if err := s.play([]byte{1}); err != errQueueFull {
		t.Errorf("play: %v, want %v", err, errQueueFull)
	}
}
