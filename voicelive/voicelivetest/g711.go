package voicelivetest

import "math/bits"

// G.711 keeps a sign, the position of the highest bit and the four bits below it. µ-law sends all bits inverted, A-law
// every other one.

const (
	ulawBias = 0x84
	ulawClip = 32635
	alawFlip = 0x55
)

// ulawSamples and alawSamples are the samples of all bytes.
var ulawSamples, alawSamples = samplesOf(ulawDecode), samplesOf(alawDecode)

func samplesOf(decode func(byte) int16) (samples [256]int16) {
	for b := range samples {
		samples[b] = decode(byte(b))
	}
	return samples
}

//go:norace
func ulawEncode(sample int16) byte {
	v, sign := magnitude(sample)
	v = min(v, ulawClip) + ulawBias
	exponent := bits.Len(uint(v)) - 8
	return ^(sign | byte(exponent)<<4 | byte(v>>(exponent+3))&0x0F)
}

func ulawDecode(b byte) int16 {
	b = ^b
	v := (int(b&0x0F)<<3+ulawBias)<<(b>>4&7) - ulawBias
	return signed(v, b&0x80 != 0)
}

//go:norace
func alawEncode(sample int16) byte {
	sign := byte(0x80) // set for positive samples
	v := int(sample)
	if v < 0 {
		sign, v = 0, ^v
	}
	exponent := max(bits.Len(uint(v))-8, 0)
	shift := max(exponent+3, 4)
	return (sign | byte(exponent)<<4 | byte(v>>shift)&0x0F) ^ alawFlip
}

func alawDecode(b byte) int16 {
	b ^= alawFlip
	v := int(b&0x0F)<<4 + 8
	if exponent := b >> 4 & 7; exponent > 0 {
		v = (v + 0x100) << (exponent - 1)
	}
	return signed(v, b&0x80 == 0)
}

//go:norace
func magnitude(sample int16) (v int, sign byte) {
	if sample < 0 {
		return -int(sample), 0x80
	}
	return int(sample), 0
}

func signed(v int, negative bool) int16 {
	if negative {
		return int16(-v)
	}
	return int16(v)
}
