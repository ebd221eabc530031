package audio

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func pcm(samples ...int16) (b []byte) {
	for _, s := range samples {
		b = appendSample(b, s)
	}
	return b
}

func TestChannels(t *testing.T) {
	for _, test := range []struct {
		name      string
		got, want []byte
	}{
		{"stereo", AppendStereo(nil, pcm(1, 2), pcm(-1, -2)), pcm(1, -1, 2, -2)},
		{"stereo with a shorter left", AppendStereo(nil, pcm(1), pcm(-1, -2)), pcm(1, -1, 0, -2)},
		{"stereo with a shorter right", AppendStereo(nil, pcm(1, 2), nil), pcm(1, 0, 2, 0)},
		{"stereo with half a sample", AppendStereo(nil, append(pcm(1), 9), pcm(-1)), pcm(1, -1)},
		{"mono", AppendMono(nil, pcm(math.MaxInt16, math.MaxInt16, -3, 5, 1), 2), pcm(math.MaxInt16, 1)},
		{"mono of mono", AppendMono(nil, pcm(4, 5), 1), pcm(4, 5)},
		{"mono of nothing", AppendMono(nil, pcm(4, 5), 0), nil},
		{"the right channel", AppendChannel(nil, pcm(1, 2, 3, 4), 2, 1), pcm(2, 4)},
		{"a channel that is not there", AppendChannel(nil, pcm(1, 2, 3, 4), 2, 2), nil},
		{"a channel below 0", AppendChannel(nil, pcm(1, 2), 1, -1), nil},
	} {
		if diff := cmp.Diff(test.want, test.got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestLevels(t *testing.T) {
	for _, test := range []struct {
		name string
		pcm  []byte
		want Level
	}{
		{"nothing", nil, Level{}},
		{"silence", make([]byte, 100), Level{}},
		{"full scale", pcm(math.MinInt16, math.MinInt16), Level{1, 1}},
		{"half", pcm(1<<14, -1<<14), Level{0.5, 0.5}},
		{"a pulse", pcm(0, 0, 0, -1<<14), Level{0.5, 0.25}},
		{"a sine", tone(8000, 8000, 100, 1<<14), Level{0.5, 0.5 / math.Sqrt2}},
	} {
		if diff := cmp.Diff(test.want, LevelOf(test.pcm), cmpopts.EquateApprox(0, 1e-3)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	if got := DBFS(0.1); math.Abs(got+20) > 1e-9 {
		t.Errorf("0.1 is %v dBFS, want -20", got)
	}
	if got := DBFS(0); !math.IsInf(got, -1) {
		t.Errorf("0 is %v dBFS, want negative infinity", got)
	}
}

func TestBytesAndDurations(t *testing.T) {
	f := Format{PCM16, 24000, 2}
	if got := f.Bytes(20 * time.Millisecond); got != 1920 {
		t.Errorf("20 ms are %d bytes, want 1920", got)
	}
	if got := f.Bytes(-time.Hour); got != 0 {
		t.Errorf("a negative duration has %d bytes", got)
	}
	if got := (Format{PCM16, 44100, 1}).Bytes(100_000 * time.Hour); got != int(min(2*44100*int64(360_000_000), math.MaxInt)) {
		t.Errorf("100,000 hours are %d bytes", got)
	}
	if got := (Format{}).Duration(100); got != 0 {
		t.Errorf("no format: %v", got)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		f := Format{PCM16, rates[rnd.IntN(len(rates))], 1 + rnd.IntN(2)}
		n := rnd.IntN(1<<20) * f.SampleBytes()
		got := f.Bytes(f.Duration(n) + time.Nanosecond) // Duration rounds down
		if got != n {
			t.Fatalf("%v: %d bytes last %v, which are %d bytes", f, n, f.Duration(n), got)
		}
	}
}

func TestSilenceIsSilent(t *testing.T) {
	for _, e := range []Encoding{PCM16, MuLaw, ALaw} {
		silence := Format{e, 8000, 1}.AppendSilence(nil, 160)
		switch e {
		case MuLaw:
			silence = AppendPCMOfMuLaw(nil, silence)
		case ALaw:
			silence = AppendPCMOfALaw(nil, silence)
		}
		if l := LevelOf(silence); l.Peak > 8./32768 { // A-law has no code for 0
			t.Errorf("%s: silence has the peak %v", e, l.Peak)
		}
	}
}

func TestFormatsAreValidated(t *testing.T) {
	for _, f := range []Format{{}, {"opus", 48000, 1}, {PCM16, 0, 1}, {PCM16, -1, 1}, {PCM16, 8000, 0}, {PCM16, 8000, 65}, {MuLaw, 1 << 30, 1}} {
		if f.Validate() == nil {
			t.Errorf("%v is valid", f)
		}
	}
	for _, f := range wavFormats {
		if err := f.Validate(); err != nil {
			t.Error(err)
		}
	}
	if got, want := wavFormats[3].String(), "alaw, 8000 Hz, stereo"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestConversionsAllocateNothing(t *testing.T) {
	in, buf := noise(1, 960), make([]byte, 0, 4096)
	for name, convert := range map[string]func(){
		"AppendMuLaw":      func() { buf = AppendMuLaw(buf[:0], in) },
		"AppendALaw":       func() { buf = AppendALaw(buf[:0], in) },
		"AppendPCMOfMuLaw": func() { buf = AppendPCMOfMuLaw(buf[:0], in) },
		"AppendPCMOfALaw":  func() { buf = AppendPCMOfALaw(buf[:0], in) },
		"AppendStereo":     func() { buf = AppendStereo(buf[:0], in, in) },
		"AppendMono":       func() { buf = AppendMono(buf[:0], in, 2) },
		"LevelOf":          func() { LevelOf(in) },
	} {
		if n := testing.AllocsPerRun(100, convert); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
