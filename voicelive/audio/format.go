package audio

import (
	"fmt"
	"math"
	"time"
)

// An Encoding is the encoding of a sample.
type Encoding string

// The encodings that this package reads and writes.
const (
	PCM16 Encoding = "pcm16" // 16-bit signed little-endian, 2 bytes a sample
	MuLaw Encoding = "mulaw" // G.711 µ-law, 1 byte a sample
	ALaw  Encoding = "alaw"  // G.711 A-law, 1 byte a sample
)

// A Format describes a stream of audio. Its zero value is no format.
type Format struct {
	Encoding Encoding
	Rate     int // samples of a channel per second, Hz
	Channels int // interleaved
}

// maxRate and maxChannels bound what a header may claim.
const (
	maxRate     = 768_000
	maxChannels = 64
)

// Validate returns an error if f describes no audio.
func (f Format) Validate() error {
	switch {
	case f.Encoding.sampleBytes() == 0:
		return fmt.Errorf("audio: unknown encoding %q", string(f.Encoding))
	case f.Rate < 1 || f.Rate > maxRate:
		return fmt.Errorf("audio: a rate of %d Hz is not between 1 and %d", f.Rate, maxRate)
	case f.Channels < 1 || f.Channels > maxChannels:
		return fmt.Errorf("audio: %d channels are not between 1 and %d", f.Channels, maxChannels)
	}
	return nil
}

func (e Encoding) sampleBytes() int {
	switch e {
	case PCM16:
		return 2
	case MuLaw, ALaw:
		return 1
	}
	return 0
}

// SampleBytes returns the size of one sample of all channels in bytes, or 0 if f
// has no known encoding.
func (f Format) SampleBytes() int { return f.Encoding.sampleBytes() * f.Channels }

// Bytes returns the size in bytes of audio that lasts d, in whole samples,
// rounded down; 0 if d is negative, and the largest int if that many bytes do not fit.
func (f Format) Bytes(d time.Duration) int {
	if d <= 0 {
		return 0
	}
	rate := time.Duration(f.Rate)
	samples := int64(d/time.Second*rate + d%time.Second*rate/time.Second)
	return int(min(samples*int64(f.SampleBytes()), math.MaxInt))
}

// Duration returns how long n bytes of audio last. It is 0 for a format that is
// not valid.
func (f Format) Duration(n int) time.Duration {
	size := f.SampleBytes()
	if size == 0 || f.Rate == 0 {
		return 0
	}
	samples, rate := time.Duration(n/size), time.Duration(f.Rate)
	return samples/rate*time.Second + samples%rate*time.Second/rate
}

// AppendSilence appends n bytes of silence: 0 for PCM, and the code of a zero
// sample for G.711.
func (f Format) AppendSilence(dst []byte, n int) []byte {
	var code byte
	switch f.Encoding {
	case MuLaw:
		code = 0xFF
	case ALaw:
		code = 0xD5
	}
	for range n {
		dst = append(dst, code)
	}
	return dst
}

// String returns f as text, such as "pcm16, 24000 Hz, mono".
func (f Format) String() string {
	channels := fmt.Sprintf("%d channels", f.Channels)
	switch f.Channels {
	case 1:
		channels = "mono"
	case 2:
		channels = "stereo"
	}
	return fmt.Sprintf("%s, %d Hz, %s", string(f.Encoding), f.Rate, channels)
}
