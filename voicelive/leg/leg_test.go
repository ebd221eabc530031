package leg_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func receive(t testing.TB, l leg.Leg) leg.Input {
	t.Helper()
	in, err := l.Receive(t.Context())
	ok(t, err)
	in.Audio = bytes.Clone(in.Audio)
	return in
}

func TestAPipeDeliversInOrder(t *testing.T) {
	a, b := leg.NewPipe(leg.MuLaw)
	ctx := t.Context()
	ok(t, a.Play(ctx, []byte("one")))
	ok(t, a.PlayMarked(ctx, nil, "first"))
	ok(t, a.Skip(ctx, time.Second))
	ok(t, a.PressKey(ctx, '5'))
	ok(t, a.Play(ctx, []byte("two")))
	ok(t, a.PlayMarked(ctx, nil, "second"))
	ok(t, a.HangUp(ctx, "bye"))

	want := []leg.Input{{Audio: []byte("one")}, {Gap: time.Second}, {Digit: '5'}, {Audio: []byte("two")}}
	for _, want := range want {
		if diff := cmp.Diff(want, receive(t, b)); diff != "" {
			t.Errorf("input (-want +got):\n%s", diff)
		}
	}
	if _, err := b.Receive(ctx); err != io.EOF {
		t.Errorf("after hanging up: error %v, want io.EOF", err)
	}
	for _, mark := range []string{"first", "second"} {
		if diff := cmp.Diff(leg.Input{Mark: mark}, receive(t, a)); diff != "" {
			t.Errorf("mark (-want +got):\n%s", diff)
		}
	}
	if got := b.Reason(); got != "bye" {
		t.Errorf("reason %q", got)
	}
}

func TestAPipeTellsWhatWasHeard(t *testing.T) {
	a, b := leg.NewPipe(leg.MuLaw)
	ctx := t.Context()
	for _, mark := range []string{"first", "second"} {
		ok(t, a.Play(ctx, make([]byte, 800))) // 100 ms
		ok(t, a.PlayMarked(ctx, nil, mark))
	}
	ok(t, a.PressKey(ctx, '#'))
	receive(t, b)
	if got, want := a.Position(), 100*time.Millisecond; got != want {
		t.Errorf("position %v, want %v", got, want)
	}
	ok(t, a.Clear(ctx))
	// What was not received is gone, keys are not.
	if diff := cmp.Diff(leg.Input{Digit: '#'}, receive(t, b)); diff != "" {
		t.Errorf("after Clear (-want +got):\n%s", diff)
	}
	for _, mark := range []string{"first", "second"} {
		if diff := cmp.Diff(leg.Input{Mark: mark, Cleared: true}, receive(t, a)); diff != "" {
			t.Errorf("mark (-want +got):\n%s", diff)
		}
	}
	if got, want := a.Position(), 100*time.Millisecond; got != want {
		t.Errorf("position after Clear %v, want %v", got, want)
	}
}

func TestAPipeThatIsHungUp(t *testing.T) {
	a, b := leg.NewPipe(leg.PCM24kHz)
	ctx := t.Context()
	ok(t, b.HangUp(ctx, "first"))
	ok(t, a.HangUp(ctx, "second"))
	if got := a.Reason(); got != "first" {
		t.Errorf("reason %q, want that of the first HangUp", got)
	}
	for name, err := range map[string]error{
		"Play": a.Play(ctx, []byte{1, 2}), "PlayMarked": a.PlayMarked(ctx, nil, "x"), "Skip": b.Skip(ctx, 1), "PressKey": b.PressKey(ctx, '1'),
	} {
		if !errors.Is(err, leg.ErrHungUp) {
			t.Errorf("%s: error %v, want %v", name, err, leg.ErrHungUp)
		}
	}
	if _, err := a.Receive(ctx); err != io.EOF {
		t.Errorf("Receive: error %v, want io.EOF", err)
	}
}

func TestAPipeIsBounded(t *testing.T) {
	a, _ := leg.NewPipe(leg.PCM24kHz)
	minute := make([]byte, leg.PCM24kHz.Bytes(time.Minute))
	for range 20 {
		if err := a.Play(t.Context(), minute); err != nil {
			return
		}
	}
	t.Error("20 minutes of audio wait in memory")
}

func TestReceivingEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := leg.NewPipe(leg.PCM24kHz)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := a.Receive(ctx); err != context.DeadlineExceeded {
			t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
		}
		ok(t, b.Play(t.Context(), []byte{1, 2}))
		if got := receive(t, a); !bytes.Equal(got.Audio, []byte{1, 2}) {
			t.Errorf("a receive that was cancelled lost audio: %v", got)
		}
	})
}

func TestAPipeAllocatesNothing(t *testing.T) {
	a, b := leg.NewPipe(leg.PCM24kHz)
	packet, ctx := make([]byte, 960), t.Context()
	n := testing.AllocsPerRun(100, func() {
		if a.Play(ctx, packet) != nil {
			t.Error("not played")
		}
		if _, err := b.Receive(ctx); err != nil {
			t.Error(err)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations for a packet", n)
	}
}

func wav(t testing.TB, f audio.Format, sound []byte) *bytes.Buffer {
	t.Helper()
	var file bytes.Buffer
	w, err := audio.NewWriter(&file, f)
	ok(t, err)
	_, err = w.Write(sound)
	ok(t, err)
	ok(t, w.Close())
	return &file
}

// pattern is audio of which no two bytes that are near each other are alike.
func pattern(n int, start byte) []byte {
	sound := make([]byte, n)
	for i := range sound {
		sound[i] = start + byte(i%100)
	}
	return sound
}

func TestFilesInRealTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		input, reply := pattern(8*100, 1), pattern(8*200, 101)
		var record bytes.Buffer
		l, err := leg.NewFiles(wav(t, leg.MuLaw, input), &record, &leg.FilesOptions{Tail: 400 * time.Millisecond})
		ok(t, err)
		began, heard := time.Now(), []byte(nil)
		for n := 1; ; n++ {
			in, err := l.Receive(t.Context())
			if err == io.EOF {
				break
			}
			ok(t, err)
			heard = append(heard, in.Audio...)
			if got, want := time.Since(began), time.Duration(n)*leg.Packet; got != want {
				t.Fatalf("packet %d came after %v, want %v", n, got, want)
			}
			switch n {
			case 6: // the reply begins at 120 ms
				ok(t, l.Play(t.Context(), reply))
			case 11: // of which 100 ms are heard
				ok(t, l.Clear(t.Context()))
			}
		}
		want := append(bytes.Clone(input), leg.MuLaw.AppendSilence(nil, 8*400)...)
		if !bytes.Equal(heard, want) {
			t.Errorf("%d bytes were received, want the file and %d bytes of silence", len(heard), 8*400)
		}
		position, is := leg.As[leg.Positioner](l)
		if got := position.Position(); !is || got != 100*time.Millisecond {
			t.Errorf("position %v, want 100 ms", got)
		}
		r, err := audio.NewReader(&record)
		ok(t, err)
		got, err := io.ReadAll(r)
		ok(t, err)
		recording := leg.MuLaw.AppendSilence(nil, 8*120)
		recording = append(recording, reply[:800]...)
		recording = leg.MuLaw.AppendSilence(recording, 8*280)
		if !bytes.Equal(got, recording) {
			t.Errorf("the recording has %d bytes, want %d: silence, 100 ms of the reply, silence", len(got), len(recording))
		}
		if err := l.Play(t.Context(), reply); err != leg.ErrHungUp {
			t.Errorf("playing behind the end: error %v, want %v", err, leg.ErrHungUp)
		}
	})
}

func TestFilesAsFastAsPossible(t *testing.T) {
	var record bytes.Buffer
	input := pattern(8*50, 1)
	l, err := leg.NewFiles(wav(t, leg.MuLaw, input), &record, &leg.FilesOptions{Fast: true, Tail: -1})
	ok(t, err)
	var heard []byte
	for {
		in, err := l.Receive(t.Context())
		if err == io.EOF {
			break
		}
		ok(t, err)
		heard = append(heard, in.Audio...)
		ok(t, l.Play(t.Context(), in.Audio))
	}
	if want := leg.MuLaw.AppendSilence(bytes.Clone(input), 80); !bytes.Equal(heard, want) {
		t.Errorf("%d bytes were received, want %d in whole packets", len(heard), len(want))
	}
	r, err := audio.NewReader(&record)
	ok(t, err)
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, heard) {
		t.Errorf("error %v, the recording has %d bytes, want %d", err, len(got), len(heard))
	}
}

func TestHangingUpEndsFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, err := leg.NewFiles(wav(t, leg.PCM24kHz, make([]byte, 1<<20)), nil, nil)
		ok(t, err)
		time.AfterFunc(10*time.Millisecond, func() {
			if err := l.HangUp(t.Context(), ""); err != nil {
				t.Error(err)
			}
		})
		if _, err := l.Receive(t.Context()); err != io.EOF {
			t.Errorf("error %v, want io.EOF", err)
		}
		ok(t, l.HangUp(t.Context(), ""))
	})
}

// full is a disk that takes n bytes.
type full struct{ n int }

var errFull = errors.New("the disk is full")

func (f *full) Write(p []byte) (int, error) {
	if f.n -= len(p); f.n < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestARecordingThatFailsIsTold(t *testing.T) {
	l, err := leg.NewFiles(wav(t, leg.PCM24kHz, make([]byte, 9600)), &full{n: 64}, &leg.FilesOptions{Fast: true})
	ok(t, err)
	if err := l.Play(t.Context(), make([]byte, 960)); !errors.Is(err, errFull) {
		t.Errorf("Play: error %v, want %v", err, errFull)
	}
	if _, err := l.Receive(t.Context()); !errors.Is(err, errFull) {
		t.Errorf("Receive: error %v, want %v", err, errFull)
	}
	if err := l.HangUp(t.Context(), ""); !errors.Is(err, errFull) {
		t.Errorf("HangUp: error %v, want %v", err, errFull)
	}
}

func TestFilesThatAreRefused(t *testing.T) {
	stereo := audio.Format{Encoding: audio.PCM16, Rate: 24000, Channels: 2}
	for name, file := range map[string]*bytes.Buffer{"make it mono": wav(t, stereo, nil), "no WAV file": bytes.NewBufferString("this is no sound at all")} {
		if _, err := leg.NewFiles(file, nil, nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("error %v, want one with %q", err, name)
		}
	}
}

func TestConfigure(t *testing.T) {
	for _, f := range []audio.Format{leg.PCM8kHz, leg.PCM16kHz, leg.PCM24kHz, leg.MuLaw, leg.ALaw} {
		var s voicelive.RequestSession
		ok(t, leg.Configure(&s, f))
		if !s.InputAudioFormat.Known() || !s.OutputAudioFormat.Known() || *s.InputAudioSamplingRate != f.Rate {
			t.Errorf("%v: %s at %d Hz in, %s out", f, s.InputAudioFormat, *s.InputAudioSamplingRate, s.OutputAudioFormat)
		}
	}
	var s voicelive.RequestSession
	for _, f := range []audio.Format{leg.PCM48kHz, {}, {Encoding: audio.PCM16, Rate: 24000, Channels: 2}} {
		if err := leg.Configure(&s, f); err == nil {
			t.Errorf("%v: no error", f)
		}
		if s.InputAudioFormat != "" || s.OutputAudioFormat != "" || s.InputAudioSamplingRate != nil {
			t.Errorf("%v: the session was changed", f)
		}
	}
}

func TestConvert(t *testing.T) {
	formats := []audio.Format{leg.PCM8kHz, leg.PCM16kHz, leg.PCM24kHz, leg.PCM48kHz, leg.MuLaw, leg.ALaw}
	for _, own := range formats {
		for _, f := range formats {
			t.Run(own.String()+" as "+f.String(), func(t *testing.T) {
				user, end := leg.NewPipe(own)
				l, err := leg.Convert(end, f)
				ok(t, err)
				if l.Format() != f {
					t.Fatalf("format %v, want %v", l.Format(), f)
				}
				if own == f && l != leg.Leg(end) {
					t.Error("a leg of the right format is wrapped")
				}
				// A second of loud sound, both ways, in packets.
				for range 50 {
					ok(t, user.Play(t.Context(), square(own, leg.Packet)))
					ok(t, l.Play(t.Context(), square(f, leg.Packet)))
				}
				marker, is := leg.As[leg.Marker](l)
				if !is {
					t.Fatal("the marks are gone")
				}
				ok(t, marker.PlayMarked(t.Context(), nil, "end"))
				loud(t, l, f, 50)
				heard := loud(t, user, own, 50)
				ok(t, l.HangUp(t.Context(), ""))
				for {
					in, err := user.Receive(t.Context())
					if err == io.EOF {
						break
					}
					ok(t, err)
					heard += own.Duration(len(in.Audio))
				}
				if heard < time.Second-own.Duration(own.SampleBytes()) || heard > time.Second+10*time.Millisecond {
					t.Errorf("the user heard %v before the mark, want 1 s and the delay of the filter", heard)
				}
				if in := receive(t, l); in.Mark != "end" || in.Cleared {
					t.Errorf("got %+v, want the mark", in)
				}
				position, is := leg.As[leg.Positioner](l)
				if !is || position.Position() < 999*time.Millisecond {
					t.Error("the position is gone")
				}
			})
		}
	}
}

// square is a loud tone of 250 Hz.
func square(f audio.Format, d time.Duration) []byte {
	var pcm []byte
	for i := range f.Rate * int(d/time.Millisecond) / 1000 {
		s := int16(8000)
		if i*500/f.Rate%2 == 1 {
			s = -8000
		}
		pcm = append(pcm, byte(s), byte(s>>8))
	}
	switch f.Encoding {
	case audio.MuLaw:
		return audio.AppendMuLaw(nil, pcm)
	case audio.ALaw:
		return audio.AppendALaw(nil, pcm)
	}
	return pcm
}

// loud receives n packets, which must be loud but for the first, and returns how long they are.
func loud(t *testing.T, l leg.Leg, f audio.Format, n int) (heard time.Duration) {
	t.Helper()
	for i := range n {
		in := receive(t, l)
		pcm := in.Audio
		switch f.Encoding {
		case audio.MuLaw:
			pcm = audio.AppendPCMOfMuLaw(nil, pcm)
		case audio.ALaw:
			pcm = audio.AppendPCMOfALaw(nil, pcm)
		}
		if rms := audio.LevelOf(pcm).RMS; i > 0 && (rms < 0.18 || rms > 0.27) {
			t.Fatalf("packet %d has the level %.3f, want about 0.24", i, rms)
		}
		heard += f.Duration(len(in.Audio))
	}
	return heard
}

func TestConvertRefuses(t *testing.T) {
	_, end := leg.NewPipe(leg.PCM24kHz)
	for _, f := range []audio.Format{{}, {Encoding: audio.PCM16, Rate: 24000, Channels: 2}, {Encoding: audio.PCM16, Rate: 11025, Channels: 1}} {
		if _, err := leg.Convert(end, f); err == nil {
			t.Errorf("%v: no error", f)
		}
	}
}

func TestClearForgetsWhatTheFilterHolds(t *testing.T) {
	user, end := leg.NewPipe(leg.MuLaw)
	l, err := leg.Convert(end, leg.PCM24kHz)
	ok(t, err)
	ok(t, l.Play(t.Context(), square(leg.PCM24kHz, 100*time.Millisecond)))
	ok(t, l.Clear(t.Context()))
	ok(t, l.Play(t.Context(), make([]byte, leg.PCM24kHz.Bytes(100*time.Millisecond))))
	in := receive(t, user)
	if level := audio.LevelOf(audio.AppendPCMOfMuLaw(nil, in.Audio)); level.Peak > 0.001 {
		t.Errorf("silence after Clear has the peak %v", level.Peak)
	}
}
