package voicelivetest

import (
	"encoding/binary"
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

// decode appends the samples of the first channel.
func (f format) decode(dst []int16, audio []byte) []int16 {
	for step := f.frame(); len(audio) >= step; audio = audio[step:] {
		switch f.law {
		case ulaw:
			dst = append(dst, ulawDecode(audio[0]))
		case alaw:
			dst = append(dst, alawDecode(audio[0]))
		default:
			dst = append(dst, int16(binary.LittleEndian.Uint16(audio)))
		}
	}
	return dst
}

// encode appends samples of one channel.
func (f format) encode(dst []byte, samples []int16) []byte {
	for _, v := range samples {
		switch f.law {
		case ulaw:
			dst = append(dst, ulawEncode(v))
		case alaw:
			dst = append(dst, alawEncode(v))
		default:
			dst = binary.LittleEndian.AppendUint16(dst, uint16(v))
		}
	}
	return dst
}
