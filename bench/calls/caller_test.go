package main

import (
	"testing"
	"time"
)

// A caller hears packets in order, and tells audio from silence.
func TestWhatACallerHears(t *testing.T) {
	quiet := make([]byte, 160)
	for i := range quiet {
		quiet[i] = silence
	}
	p, err := newPeer(job{Network: "sip"})
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	p.measuring.Store(true)
	at := time.Unix(1000, 0)
	play := func(c *peerCall, packet []byte) error { return p.playRTP(c, at, packet) }
	packet := func(k int, audio []byte) []byte { return appendRTP(nil, k, audio) }
	delta := p.replies.sound(2, 0)

	c := &peerCall{number: 2}
	for k, audio := range [][]byte{quiet, delta[:160], delta[160:320], quiet, delta[320:480]} {
		if err := play(c, packet(65534+k, audio)); err != nil {
			t.Errorf("packet %d: %v", k, err)
		}
		at = at.Add(packetTime)
	}
	if got := p.played.Load(); got != 480 || p.wrong.Load() != 0 || p.out.Max() != 0 {
		t.Errorf("%d bytes came, %d packets wrong, %v late, want 480, none and not at all", got, p.wrong.Load(), p.out.Max())
	}
	at = at.Add(3 * time.Millisecond)
	if err := play(c, packet(65539, delta[:160])); err != nil {
		t.Error(err)
	}
	if p.wrong.Load() != 1 || p.out.Max() != 3*time.Millisecond {
		t.Errorf("%d packets wrong, %v late, want 1 and 3ms", p.wrong.Load(), p.out.Max())
	}
	for name, bad := range map[string][]byte{
		"lost before it": packet(65541, quiet),
		"twice":          packet(65539, quiet),
		"no RTP":         []byte("no RTP at all"),
		"A-law":          append([]byte{0x80, 8}, packet(65540, quiet)[2:]...),
		"no audio":       packet(65540, nil),
	} {
		if play(c, bad) == nil {
			t.Errorf("%s, and nobody sees it", name)
		}
	}
}
