package device

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// ms returns n milliseconds of sound, each byte of it b.
func ms(n int, b byte) []byte {
	return bytes.Repeat([]byte{b}, leg.PCM24kHz.Bytes(time.Duration(n)*time.Millisecond))
}

// A device asks for periods, of any size, while others play and clear.
func TestSpeakerPlaysWhatWasNotCleared(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		s := newSpeaker(leg.PCM24kHz)
		var want []byte // waits
		handed, before := 0, 0
		for range 300 {
			switch r.IntN(8) {
			case 0, 1, 2:
				sound := make([]byte, r.IntN(1500))
				for i := range sound {
					sound[i] = byte(1 + r.IntN(255))
				}
				if err := s.play(sound); err != nil {
					t.Fatal(err)
				}
				want = append(want, sound...)
				clear(sound) // it is not retained
			case 3:
				s.clear()
				want = nil
				if got := s.position(); got != handed {
					t.Fatalf("seed %d: position %d after clear, of %d bytes", seed, got, handed)
				}
			default:
				period := bytes.Repeat([]byte{0xAA}, 2*(1+r.IntN(500)))
				s.fill(period)
				n := min(len(period), len(want)&^1)
				if !bytes.Equal(period[:n], want[:n]) || !bytes.Equal(period[n:], make([]byte, len(period)-n)) {
					t.Fatalf("seed %d: the device got other audio than was played, or no silence after it", seed)
				}
				want = want[n:]
				handed += n
			}
			now := s.position()
			if now < before || now > handed {
				t.Fatalf("seed %d: position %d after %d, of %d bytes", seed, now, before, handed)
			}
			before = now
		}
		s.clear()
		if s.first != nil || s.last != nil || s.waiting != 0 {
			t.Fatalf("seed %d: something waits after clear", seed)
		}
	}
}

func TestPositionIsBehindTheBuffer(t *testing.T) {
	s := newSpeaker(leg.PCM24kHz)
	s.play(ms(25, 1))
	period := ms(10, 0)
	for call, want := range []int{0, 0, 0, 10, 20, 25, 25} {
		s.fill(period)
		if got := leg.PCM24kHz.Duration(s.position()); got != time.Duration(want)*time.Millisecond {
			t.Errorf("position %v after period %d, want %d ms", got, call, want)
		}
	}
}

func TestUnderruns(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(s *speaker, silence func(ms int))
		want int
	}{
		{"before the first sound", func(s *speaker, silence func(int)) { silence(100); s.play(ms(20, 1)); silence(20) }, 0},
		{"in time", func(s *speaker, silence func(int)) { s.play(ms(20, 1)); silence(10); s.play(ms(20, 1)); silence(30) }, 0},
		{"within sound", func(s *speaker, silence func(int)) { s.play(ms(20, 1)); silence(40); s.play(ms(20, 1)); silence(40) }, 1},
		{"less than a period", func(s *speaker, silence func(int)) { s.play(ms(15, 1)); silence(20); s.play(ms(20, 1)); silence(20) }, 1},
		{"after a pause", func(s *speaker, silence func(int)) { s.play(ms(20, 1)); silence(520); s.play(ms(20, 1)); silence(20) }, 0},
		{"after clear", func(s *speaker, silence func(int)) {
			s.play(ms(20, 1))
			silence(10)
			s.clear()
			silence(40)
			s.play(ms(20, 1))
			silence(20)
		}, 0},
	} {
		s := newSpeaker(leg.PCM24kHz)
		period := ms(10, 0)
		tt.do(s, func(ms int) {
			for range ms / 10 {
				s.fill(period)
			}
		})
		if got := s.gaps(); got != tt.want {
			t.Errorf("%s: %d underruns, want %d", tt.name, got, tt.want)
		}
	}
}

func TestSpeakerIsBounded(t *testing.T) {
	s := newSpeaker(leg.PCM24kHz)
	if err := s.play(make([]byte, maxQueue)); err != nil {
		t.Fatal(err)
	}
	if err := s.play(make([]byte, 1)); err == nil {
		t.Error("the queue took more than it may")
	}
	s.fill(ms(10, 0))
	if err := s.play(make([]byte, 1)); err != nil {
		t.Error(err)
	}
}

func TestCallbacksDoNotAllocate(t *testing.T) {
	s, m := newSpeaker(leg.PCM24kHz), newMicrophone(leg.PCM24kHz.Bytes(backlog))
	for range 1000 {
		s.play(ms(7, 1))
	}
	period := ms(10, 0)
	if n := testing.AllocsPerRun(600, func() { s.fill(period); m.put(period) }); n != 0 {
		t.Errorf("%v allocations for a period", n)
	}
}
