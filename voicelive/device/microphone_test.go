package device

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// Bytes count, so that a packet tells how many are missing before it.
func TestMicrophoneKeepsTheNewest(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		m := newMicrophone(100)
		put, taken, lost := 0, 0, 0
		for range 300 {
			if r.IntN(2) == 0 {
				period := make([]byte, 2*r.IntN(120))
				for i := range period {
					period[i] = byte(put + i)
				}
				put += len(period)
				m.put(period)
				continue
			}
			packet := make([]byte, 2*(1+r.IntN(20)))
			gap, ok := m.take(packet)
			if !ok {
				continue
			}
			taken, lost = taken+gap, lost+gap
			for i, b := range packet {
				if b != byte(taken+i) {
					t.Fatalf("seed %d: byte %d is another one", seed, taken+i)
				}
			}
			taken += len(packet)
		}
		if waiting := put - taken - m.gap; waiting != m.n || waiting > 100 || m.overwritten() != lost+m.gap {
			t.Fatalf("seed %d: %d bytes wait, %d were lost; want %d and %d", seed, m.n, m.overwritten(), waiting, lost+m.gap)
		}
	}
}

// still is a device without a sound system, whose callbacks the test calls.
func still() *Device {
	return &Device{
		format: leg.PCM24kHz, speaker: newSpeaker(leg.PCM24kHz), microphone: newMicrophone(len(ms(40, 0))), packet: ms(20, 0),
		failed: make(chan struct{}), ended: make(chan struct{}), close: func() {},
	}
}

func TestReceiveTellsWhatWasLost(t *testing.T) {
	d := still()
	for i := range byte(7) {
		d.microphone.put(ms(10, i))
	}
	in, err := d.Receive(t.Context())
	if err != nil || in.Gap != 30*time.Millisecond || !bytes.Equal(in.Audio, append(ms(10, 3), ms(10, 4)...)) {
		t.Errorf("gap %v, %d bytes, %v", in.Gap, len(in.Audio), err)
	}
	if in, err = d.Receive(t.Context()); err != nil || in.Gap != 0 {
		t.Errorf("gap %v, %v", in.Gap, err)
	}
	if got := d.Stats().Lost; got != 30*time.Millisecond {
		t.Errorf("%v lost", got)
	}
}

func TestTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := still()
	if _, err := d.Receive(ctx); err != context.Canceled {
		t.Errorf("cancelled: %v", err)
	}
	if err := d.Play(ctx, ms(10, 1)); err != context.Canceled || d.speaker.waiting != 0 {
		t.Errorf("cancelled: %v", err)
	}
	d.stopped()
	d.stopped() // both devices
	if _, err := d.Receive(t.Context()); !errors.Is(err, errStopped) {
		t.Errorf("stopped: %v", err)
	}
	if err := d.Play(t.Context(), ms(10, 1)); !errors.Is(err, errStopped) {
		t.Errorf("stopped: %v", err)
	}
	d.HangUp(t.Context(), "")
	d.HangUp(t.Context(), "")
	if _, err := d.Receive(t.Context()); err != io.EOF {
		t.Errorf("hung up: %v", err)
	}
	if err := d.Clear(t.Context()); err != leg.ErrHungUp {
		t.Errorf("hung up: %v", err)
	}
}

func TestFormats(t *testing.T) {
	for _, f := range []audio.Format{
		leg.MuLaw, leg.ALaw,
		{Encoding: audio.PCM16, Rate: 24000, Channels: 2},
		{Encoding: audio.PCM16, Rate: 4000, Channels: 1},
	} {
		if _, err := Open(&Options{Format: f, Null: true}); err == nil {
			t.Errorf("%v was taken", f)
		}
	}
}
