package audio

import (
	"fmt"
	"math"
	"slices"
	"sync"
	"time"
)

// A Resampler converts a mono stream of 16-bit PCM from one sample rate to another
// with a polyphase filter. Its output depends on its input alone, not on how the
// input was cut into pieces, and is the same on every architecture.
//
// With N the lower one of the two Nyquist frequencies: up to 0.9 N the gain is that
// of the input within 0.1 dB, and what lies above 1.1 N is weaker by at least 80 dB,
// as are images. The output is late by [Resampler.Delay]; it is not trimmed.
//
// A Resampler belongs to one goroutine at a time.
type Resampler struct {
	filter *filter

	history []float32 // samples of the input that later output needs, oldest first
	phase   int       // of the next output sample; its first sample is history[0]
	odd     []byte    // of half a sample
}

// rates are those that a Resampler converts between.
var rates = []int{8000, 16000, 24000, 44100, 48000}

// NewResampler returns a Resampler between two of the rates 8000, 16000, 24000,
// 44100 and 48000 Hz. If the rates are equal it passes samples through unchanged.
func NewResampler(from, to int) (*Resampler, error) {
	for _, rate := range []int{from, to} {
		if !slices.Contains(rates, rate) {
			return nil, fmt.Errorf("audio: no resampling for %d Hz, only for %v", rate, rates)
		}
	}
	r := &Resampler{filter: filterFor(from, to), odd: make([]byte, 0, 2)}
	r.Reset()
	return r, nil
}

// Delay returns the delay of the output after the input. It is less than 4 ms, and 0 for equal rates.
func (r *Resampler) Delay() time.Duration { return r.filter.delay }

// Append appends the output that pcm and the input before determine. A last odd byte is
// kept for the next call. pcm is not retained, and must not overlap the part of
// dst between its length and its capacity. Nothing is allocated if dst has room.
func (r *Resampler) Append(dst, pcm []byte) []byte {
	if len(r.odd) == 1 && len(pcm) > 0 {
		r.odd = append(r.odd, pcm[0])
		dst = r.append(dst, r.odd)
		r.odd, pcm = r.odd[:0], pcm[1:]
	}
	dst = r.append(dst, pcm)
	if len(pcm)%2 == 1 {
		r.odd = append(r.odd, pcm[len(pcm)-1])
	}
	return dst
}

// block bounds the history: so many samples are filtered at a time.
const block = 1024

func (r *Resampler) append(dst, pcm []byte) []byte {
	if r.filter.identity() {
		return append(dst, pcm[:len(pcm)&^1]...)
	}
	for len(pcm) >= 2 {
		n := min(len(pcm)/2, block)
		for i := range n {
			r.history = append(r.history, float32(sample(pcm[2*i:])))
		}
		pcm = pcm[2*n:]
		dst = r.drain(dst)
	}
	return dst
}

// drain appends the output whose input is complete, and forgets the input that no
// further output needs.
func (r *Resampler) drain(dst []byte) []byte {
	f, first, phase := r.filter, 0, r.phase
	for first+f.taps <= len(r.history) {
		dst = appendSample(dst, round(dot(f.phases[phase*f.taps:][:f.taps], r.history[first:])))
		for phase += f.down; phase >= f.up; phase -= f.up {
			first++
		}
	}
	r.phase = phase
	kept := copy(r.history, r.history[first:])
	r.history = r.history[:kept]
	return dst
}

// Flush appends the rest of the output, as if silence followed the input, and resets r
// for another stream. The rest lasts twice the delay. Half a sample is dropped.
func (r *Resampler) Flush(dst []byte) []byte {
	if !r.filter.identity() {
		var silence [2 * block]byte
		for n := r.filter.taps - 1; n > 0; n -= block {
			dst = r.append(dst, silence[:2*min(n, block)])
		}
	}
	r.Reset()
	return dst
}

// Reset forgets the input so far. The next output is that of a new Resampler.
func (r *Resampler) Reset() {
	f := r.filter
	if r.history == nil {
		r.history = make([]float32, 0, f.taps+block+f.down)
	}
	r.history = r.history[:max(f.taps-1, 0)]
	clear(r.history)
	r.phase, r.odd = 0, r.odd[:0]
}

// dot returns the scalar product of h and the beginning of x. The order of the
// additions is fixed, and the conversions keep the compiler from fusing a
// multiplication with an addition, which some architectures would round differently.
//
// Its slices belong to one Resampler, whose other methods the race detector watches.
//
//go:norace
func dot(h, x []float32) float32 {
	x = x[:len(h)]
	var a, b, c, d float32
	for len(h) >= 8 && len(x) >= 8 {
		a += float32(h[0] * x[0])
		b += float32(h[1] * x[1])
		c += float32(h[2] * x[2])
		d += float32(h[3] * x[3])
		a += float32(h[4] * x[4])
		b += float32(h[5] * x[5])
		c += float32(h[6] * x[6])
		d += float32(h[7] * x[7])
		h, x = h[8:], x[8:]
	}
	if len(h) >= 4 && len(x) >= 4 {
		a += float32(h[0] * x[0])
		b += float32(h[1] * x[1])
		c += float32(h[2] * x[2])
		d += float32(h[3] * x[3])
	}
	return (a + b) + (c + d)
}

func round(v float32) int16 {
	switch {
	case v >= math.MaxInt16:
		return math.MaxInt16
	case v <= math.MinInt16:
		return math.MinInt16
	case v < 0:
		return int16(v - 0.5)
	}
	return int16(v + 0.5)
}

// A filter is the low-pass of one pair of rates, as up phases of taps coefficients.
type filter struct {
	up, down int
	taps     int // of a phase, a multiple of 4
	phases   []float32
	delay    time.Duration
}

func (f *filter) identity() bool { return f.up == f.down }

var filters sync.Map // of [2]int, the rates, to *filter; those in use, of 25 at most

func filterFor(from, to int) *filter {
	key := [2]int{from, to}
	if f, ok := filters.Load(key); ok {
		return f.(*filter)
	}
	f, _ := filters.LoadOrStore(key, newFilter(from, to))
	return f.(*filter)
}

const (
	attenuation = 88.0 // dB of the stop band, with what rounding to 16 bits takes
	transition  = 0.2  // between the bands, 0.9 N to 1.1 N, in units of N
)

// newFilter designs a windowed sinc with a Kaiser window, at from*up Hz.
func newFilter(from, to int) *filter {
	divisor := gcd(from, to)
	f := &filter{up: to / divisor, down: from / divisor}
	if f.identity() {
		return f
	}
	rate := float64(from * f.up)
	nyquist := float64(min(from, to)) / 2
	width := 2 * math.Pi * transition * nyquist / rate
	f.taps = (int(math.Ceil((attenuation-7.95)/(2.285*width)/float64(f.up))) + 4) &^ 3
	n := f.taps * f.up
	// The last coefficient is 0, so that the middle is one of them and the filter is
	// symmetrical around it.
	middle := float64(n-2) / 2
	beta := 0.1102 * (attenuation - 8.7)
	cutoff := nyquist / rate // in cycles per sample
	prototype := make([]float64, n)
	for i := range n - 1 {
		x := float64(i) - middle
		window := bessel0(beta*math.Sqrt(1-x*x/(middle*middle))) / bessel0(beta)
		prototype[i] = float64(f.up) * 2 * cutoff * sinc(2*cutoff*x) * window
	}
	// Phase p holds every up-th coefficient, the latest sample's first; reversed,
	// since the history is oldest first.
	f.phases = make([]float32, n)
	for p := range f.up {
		for t := range f.taps {
			f.phases[p*f.taps+f.taps-1-t] = float32(prototype[p+t*f.up])
		}
	}
	f.delay = time.Duration(math.Round(middle / rate * float64(time.Second)))
	return f
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(math.Pi*x) / (math.Pi * x)
}

// bessel0 is the modified Bessel function of the first kind and order 0.
func bessel0(x float64) float64 {
	sum, term := 1.0, 1.0
	for k := 1.0; term > 1e-12*sum; k++ {
		term *= (x / (2 * k)) * (x / (2 * k))
		sum += term
	}
	return sum
}
