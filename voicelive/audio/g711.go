package audio

import "math/bits"

// AppendMuLaw appends 16-bit PCM as G.711 µ-law, one byte a sample. A last odd
// byte is ignored.
func AppendMuLaw(dst, pcm []byte) []byte {
	for ; len(pcm) >= 2; pcm = pcm[2:] {
		dst = append(dst, encodeMuLaw(sample(pcm)))
	}
	return dst
}

// AppendALaw appends 16-bit PCM as G.711 A-law, one byte a sample. A last odd
// byte is ignored.
func AppendALaw(dst, pcm []byte) []byte {
	for ; len(pcm) >= 2; pcm = pcm[2:] {
		dst = append(dst, encodeALaw(sample(pcm)))
	}
	return dst
}

// AppendPCMOfMuLaw appends G.711 µ-law as 16-bit PCM, two bytes a sample.
func AppendPCMOfMuLaw(dst, codes []byte) []byte {
	for _, code := range codes {
		dst = appendSample(dst, muLawSamples[code])
	}
	return dst
}

// AppendPCMOfALaw appends G.711 A-law as 16-bit PCM, two bytes a sample.
func AppendPCMOfALaw(dst, codes []byte) []byte {
	for _, code := range codes {
		dst = appendSample(dst, aLawSamples[code])
	}
	return dst
}

func sample(pcm []byte) int16 { return int16(pcm[0]) | int16(pcm[1])<<8 }

func appendSample(dst []byte, s int16) []byte { return append(dst, byte(s), byte(s>>8)) }

// Both laws divide the magnitude of a sample into eight segments of sixteen equal
// steps; each segment is twice as wide as the one below. A code is a sign, the
// number of the segment, and the step in it.

// muLawBias shifts the segments of µ-law so that they begin at powers of two, in
// units of a 14-bit sample.
const muLawBias = 33

func encodeMuLaw(s int16) byte {
	magnitude, sign := int(s)>>2, byte(0x80)
	if s < 0 {
		magnitude, sign = int(^s)>>2, 0
	}
	magnitude = min(magnitude+muLawBias, 0x1FFF)
	segment := bits.Len(uint(magnitude)) - 6
	step := magnitude >> (segment + 1) & 0x0F
	return sign | byte(7-segment)<<4 | byte(0x0F-step)
}

func encodeALaw(s int16) byte {
	magnitude, sign := int(s)>>4, byte(0x80)
	if s < 0 {
		magnitude, sign = int(^s)>>4, 0
	}
	segment := max(bits.Len(uint(magnitude))-4, 0)
	step := magnitude & 0x0F
	if segment > 1 {
		step = magnitude >> (segment - 1) & 0x0F
	}
	return (sign | byte(segment)<<4 | byte(step)) ^ 0x55
}

var muLawSamples, aLawSamples = decodeTable(decodeMuLaw), decodeTable(decodeALaw)

func decodeTable(decode func(byte) int16) (table [256]int16) {
	for code := range table {
		table[code] = decode(byte(code))
	}
	return table
}

func decodeMuLaw(code byte) int16 {
	segment, step := 7-int(code>>4&7), 0x0F-int(code&0x0F)
	magnitude := (2*step+muLawBias)<<segment - muLawBias
	if code&0x80 == 0 {
		magnitude = -magnitude
	}
	return int16(magnitude << 2)
}

func decodeALaw(code byte) int16 {
	code ^= 0x55
	segment, step := int(code>>4&7), int(code&0x0F)
	magnitude := 2*step + 1
	if segment > 0 {
		magnitude = (magnitude + 32) << (segment - 1)
	}
	if code&0x80 == 0 {
		magnitude = -magnitude
	}
	return int16(magnitude << 3)
}
