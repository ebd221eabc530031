package audio

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// eachPair runs a test for every pair of rates.
func eachPair[T testing.TB](t T, run func(t T, from, to int), sub func(name string, f func(T)) bool) {
	for _, from := range rates {
		for _, to := range rates {
			sub(fmt.Sprintf("%d to %d", from, to), func(t T) { run(t, from, to) })
		}
	}
}

func resampler(t testing.TB, from, to int) *Resampler {
	t.Helper()
	r, err := NewResampler(from, to)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// tone is amplitude * sin, from a phase that is no multiple of a sample.
//
//go:norace
func tone(rate, n int, hz, amplitude float64) []byte {
	var pcm []byte
	for i := range n {
		pcm = appendSample(pcm, int16(math.Round(amplitude*math.Sin(2*math.Pi*hz*float64(i)/float64(rate)+0.3))))
	}
	return pcm
}

func noise(seed uint64, n int) []byte {
	rnd, pcm := rand.New(rand.NewPCG(seed, 1)), make([]byte, n)
	for i := range pcm {
		pcm[i] = byte(rnd.Uint32())
	}
	return pcm
}

// amplitudeAt measures one frequency, under a window that hides all others.
//
//go:norace
func amplitudeAt(pcm []byte, rate int, hz float64) float64 {
	n := len(pcm) / 2
	var re, im, weight float64
	for i := range n {
		x := 2 * math.Pi * float64(i) / float64(n)
		w := 0.35875 - 0.48829*math.Cos(x) + 0.14128*math.Cos(2*x) - 0.01168*math.Cos(3*x)
		a := 2 * math.Pi * hz * float64(i) / float64(rate)
		s := float64(sample(pcm[2*i:]))
		re, im, weight = re+w*s*math.Cos(a), im+w*s*math.Sin(a), weight+w
	}
	return 2 * math.Hypot(re, im) / weight
}

// settled is a tone after the filter has settled.
func settled(t testing.TB, from, to int, hz, amplitude float64) []byte {
	const n = 4096
	r := resampler(t, from, to)
	pcm := r.Append(nil, tone(from, from*(n+n/4)/min(from, to), hz, amplitude))
	return pcm[len(pcm)-2*n:]
}

func TestResamplerKeepsTheBand(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to int) {
		nyquist := float64(min(from, to)) / 2
		for i := range 10 {
			hz := nyquist * (0.005 + 0.895*float64(i)/9)
			got := DBFS(amplitudeAt(settled(t, from, to, hz, 16000), to, hz) / 16000)
			if math.Abs(got) > 0.1 {
				t.Errorf("%.0f Hz is changed by %.3f dB", hz, got)
			}
		}
	}, t.Run)
}

// TestResamplerSuppressesAliases: where the rate falls, what lies above the band
// comes back as an alias.
func TestResamplerSuppressesAliases(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to int) {
		nyquist := float64(to) / 2
		for i := range 12 {
			hz := nyquist * (1.1 + 0.14*float64(i)*float64(i))
			if hz >= float64(from)/2 {
				break
			}
			alias := math.Abs(hz - float64(to)*math.Round(hz/float64(to)))
			got := DBFS(amplitudeAt(settled(t, from, to, hz, 32000), to, alias) / 32000)
			if got > -80 {
				t.Errorf("%.0f Hz comes back at %.0f Hz with %.1f dB", hz, alias, got)
			}
		}
	}, t.Run)
}

// TestResamplerSuppressesImages: where the rate rises, the band comes back mirrored
// around the multiples of the input's rate.
func TestResamplerSuppressesImages(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to int) {
		for _, part := range []float64{0.05, 0.33, 0.62, 0.9} {
			hz := part * float64(from) / 2
			pcm := settled(t, from, to, hz, 32000)
			for k := 1; k <= 6; k++ {
				for _, image := range []float64{float64(k*from) - hz, float64(k*from) + hz} {
					if image >= float64(to)/2 {
						continue
					}
					if got := DBFS(amplitudeAt(pcm, to, image) / 32000); got > -80 {
						t.Errorf("%.0f Hz has an image at %.0f Hz with %.1f dB", hz, image, got)
					}
				}
			}
		}
	}, t.Run)
}

// TestResamplerSuppressesASweep: all that a sweep through the stop band leaves.
func TestResamplerSuppressesASweep(t *testing.T) {
	for _, pair := range [][2]int{{24000, 8000}, {48000, 8000}, {44100, 16000}, {48000, 24000}} {
		from, to := pair[0], pair[1]
		low, high := 1.1*float64(to)/2, 0.999*float64(from)/2
		n := 2 * from
		var pcm []byte
		for i := range n {
			x := float64(i) / float64(from)
			hz := low + (high-low)*x/2/2 // the phase is the integral
			pcm = appendSample(pcm, int16(math.Round(32000*math.Sin(2*math.Pi*hz*x))))
		}
		out := resampler(t, from, to).Append(nil, pcm)
		skip := to / 20 * 2 // the abrupt begin of the sweep is in the band
		if got := DBFS(LevelOf(out[skip:]).RMS / LevelOf(pcm).RMS); got > -80 {
			t.Errorf("%d to %d: a sweep from %.0f to %.0f Hz leaves %.1f dB", from, to, low, high, got)
		}
	}
}

func TestResamplerIgnoresHowInputIsCut(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to int) {
		in := noise(uint64(from+to), 12_001)
		r := resampler(t, from, to)
		whole := r.Flush(r.Append(nil, in))
		rnd := rand.New(rand.NewPCG(uint64(from), uint64(to)))
		for range 8 {
			var pieces []byte
			for rest := in; len(rest) > 0; {
				n := min(rnd.IntN(1+rnd.IntN(2000)), len(rest))
				pieces = r.Append(pieces, rest[:n])
				rest = rest[n:]
			}
			if pieces = r.Flush(pieces); !bytes.Equal(pieces, whole) {
				t.Fatal("the output depends on how the input is cut")
			}
		}
	}, t.Run)
}

// TestResamplerHasTheSameBitsEverywhere runs on each architecture that CI has.
func TestResamplerHasTheSameBitsEverywhere(t *testing.T) {
	h := fnv.New64a()
	for _, from := range rates {
		for _, to := range rates {
			r := resampler(t, from, to)
			h.Write(r.Flush(r.Append(nil, noise(7, 4_000))))
		}
	}
	if got, want := h.Sum64(), uint64(0x3e618dac981e73ed); got != want {
		t.Errorf("the output has the hash %#x, want %#x", got, want)
	}
}

// TestResamplerIsLateByItsDelay measures the delay by the phase of a tone.
func TestResamplerIsLateByItsDelay(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to int) {
		const hz = 440
		r := resampler(t, from, to)
		out := r.Append(nil, tone(from, from, hz, 20000))
		late := tone(to, len(out)/2, hz, 20000)
		phase := func(pcm []byte) float64 {
			var re, im float64
			for i := to / 10; i < to/10+to/2; i++ { // 220 periods
				a := 2 * math.Pi * hz * float64(i) / float64(to)
				s := float64(sample(pcm[2*i:]))
				re, im = re+s*math.Cos(a), im+s*math.Sin(a)
			}
			return math.Atan2(im, re)
		}
		turns := (phase(out) - phase(late)) / (2 * math.Pi)
		if turns < -0.01 {
			turns++
		}
		if turns > 0.99 {
			turns--
		}
		got := time.Duration(math.Mod(turns+8, 1) / hz * float64(time.Second))
		if turns < 0 {
			got = 0
		}
		want := r.Delay() % (time.Second / hz)
		if diff := (got - want).Abs(); diff > 5*time.Microsecond {
			t.Errorf("the output is late by %v, Delay says %v (both modulo a period)", got, want)
		}
	}, t.Run)
}

func TestFlushEndsAStream(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to int) {
		r := resampler(t, from, to)
		in := tone(from, from/4, 300, 20000)
		first := r.Flush(r.Append(nil, in))
		second := r.Flush(r.Append(nil, append(in, 1))) // half a sample is dropped
		if !bytes.Equal(first, second) {
			t.Error("a stream after Flush is not that of a new Resampler")
		}
		got := time.Duration(len(first)/2) * time.Second / time.Duration(to)
		want := 250*time.Millisecond + 2*r.Delay()
		if diff := (got - want).Abs(); diff > time.Second/4000 {
			t.Errorf("250 ms become %v, want %v", got, want)
		}
	}, t.Run)
}

func TestResamplerClips(t *testing.T) {
	var square []byte
	for i := range 8000 {
		s := int16(math.MaxInt16)
		if i/8%2 == 1 {
			s = math.MinInt16
		}
		square = appendSample(square, s)
	}
	out := resampler(t, 8000, 24000).Append(nil, square)
	for i := 2; i+2 <= len(out); i += 2 {
		if step := int(sample(out[i:])) - int(sample(out[i-2:])); step > 40000 || step < -40000 {
			t.Fatalf("sample %d: a step of %d in a signal without high frequencies: it wrapped around", i/2, step)
		}
	}
}

func TestResamplerRefusesOtherRates(t *testing.T) {
	for _, pair := range [][2]int{{0, 8000}, {8000, 22050}, {-8000, 8000}, {8000, math.MaxInt}} {
		if _, err := NewResampler(pair[0], pair[1]); err == nil {
			t.Errorf("no error for %v", pair)
		}
	}
}

func TestResamplerAllocatesNothing(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to int) {
		r := resampler(t, from, to)
		in := tone(from, from/50, 440, 10000)
		out := make([]byte, 0, 4*to/50)
		if n := testing.AllocsPerRun(100, func() { out = r.Append(out[:0], in) }); n != 0 {
			t.Errorf("%v allocations for 20 ms", n)
		}
	}, t.Run)
}

// BenchmarkResampler reports how much faster than real time 20 ms are converted.
func BenchmarkResampler(b *testing.B) {
	eachPair(b, func(b *testing.B, from, to int) {
		r := resampler(b, from, to)
		in := tone(from, from/50, 440, 10000)
		out := make([]byte, 0, 4*to/50)
		b.ReportAllocs()
		for b.Loop() {
			out = r.Append(out[:0], in)
		}
		b.ReportMetric(20e6*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "x-real-time")
	}, b.Run)
}
