package voicelivetest

import (
	"slices"
	"time"
)

// law is how samples become bytes.
type law int

const (
	linear law = iota // 16 bits, little-endian
	ulaw
	alaw
)

// format is a form of audio. Channels are interleaved.
type format struct {
	law      law
	rate     int // in Hz
	channels int
}

// frame is the number of bytes of one sample of every channel.
func (f format) frame() int {
	if f.law == linear {
		return 2 * f.channels
	}
	return f.channels
}

// duration is how long n bytes play.
func (f format) duration(n int) time.Duration {
	return time.Duration(n/f.frame()) * time.Second / time.Duration(f.rate)
}

// size is how many bytes play for d, in whole frames.
func (f format) size(d time.Duration) int {
	return int(d*time.Duration(f.rate)/time.Second) * f.frame()
}

// The loops over samples are not instrumented: under the race detector they would take most of the time of a test. What
// they read and write belongs to the goroutine that serves the session.

// energy is the mean square of the samples of the first channel.
//
//go:norace
func (f format) energy(audio []byte) float64 {
	var sum int64
	step := f.frame()
	for i := 0; i+step <= len(audio); i += step {
		var v int64
		switch f.law {
		case ulaw:
			v = int64(ulawSamples[audio[i]])
		case alaw:
			v = int64(alawSamples[audio[i]])
		default:
			v = int64(int16(uint16(audio[i]) | uint16(audio[i+1])<<8))
		}
		sum += v * v
	}
	return float64(sum) / float64(max(len(audio)/step, 1))
}

// decode appends the samples of the first channel.
//
//go:norace
func (f format) decode(dst []int16, audio []byte) []int16 {
	dst = slices.Grow(dst, len(audio)/f.frame())
	for step := f.frame(); len(audio) >= step; audio = audio[step:] {
		switch f.law {
		case ulaw:
			dst = append(dst, ulawSamples[audio[0]])
		case alaw:
			dst = append(dst, alawSamples[audio[0]])
		default:
			dst = append(dst, int16(uint16(audio[0])|uint16(audio[1])<<8))
		}
	}
	return dst
}

// encode appends samples of one channel.
//
//go:norace
func (f format) encode(dst []byte, samples []int16) []byte {
	dst = slices.Grow(dst, len(samples)*f.frame())
	for _, v := range samples {
		switch f.law {
		case ulaw:
			dst = append(dst, ulawEncode(v))
		case alaw:
			dst = append(dst, alawEncode(v))
		default:
			dst = append(dst, byte(v), byte(v>>8))
		}
	}
	return dst
}
