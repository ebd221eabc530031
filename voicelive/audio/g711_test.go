package audio

import (
	"math"
	"testing"
)

// A quantizer of G.711 as the tables 1a and 2a of the recommendation give it: the
// end of each segment and the width of its intervals, in units of the uniform
// code (13 bits for A-law, 14 bits for µ-law).
type quantizer struct {
	unit     int   // of the uniform code, in units of a 16-bit sample
	ends     []int // decision values at the ends of the segments
	steps    []int // intervals in each segment
	firstOne bool  // the first interval has half of the width of its segment's others
}

var (
	muLawTable = quantizer{unit: 4, ends: []int{31, 95, 223, 479, 991, 2015, 4063, 8159}, steps: []int{16, 16, 16, 16, 16, 16, 16, 16}, firstOne: true}
	aLawTable  = quantizer{unit: 8, ends: []int{64, 128, 256, 512, 1024, 2048, 4096}, steps: []int{32, 16, 16, 16, 16, 16, 16}}
)

// intervals returns the decision values and the quantized value of each of the 128
// intervals of a sign, smallest first.
func (q quantizer) intervals() (from, to, value []int) {
	begin := 0
	for i, end := range q.ends {
		width := (end - begin) / q.steps[i]
		if i == 0 && q.firstOne {
			from, to, value = append(from, 0), append(to, 1), append(value, 0)
			begin, width = 1, 2
			for x := begin; x < end; x += width {
				from, to, value = append(from, x), append(to, x+width), append(value, x+width/2)
			}
			begin = end
			continue
		}
		for x := begin; x < end; x += width {
			from, to, value = append(from, x), append(to, x+width), append(value, x+width/2)
		}
		begin = end
	}
	return from, to, value
}

func TestG711IsThatOfTheTables(t *testing.T) {
	for _, law := range []struct {
		name   string
		table  quantizer
		encode func(int16) byte
		decode func(byte) int16
		code   func(interval int) byte // of a positive sample
	}{
		{"µ-law", muLawTable, encodeMuLaw, decodeMuLaw, func(i int) byte { return byte(0xFF - i) }},
		{"A-law", aLawTable, encodeALaw, decodeALaw, func(i int) byte { return byte(0x80+i) ^ 0x55 }},
	} {
		t.Run(law.name, func(t *testing.T) {
			from, to, value := law.table.intervals()
			if len(from) != 128 {
				t.Fatalf("the table has %d intervals, not 128", len(from))
			}
			for i := range from {
				code := law.code(i)
				if got, want := law.decode(code), int16(value[i]*law.table.unit); got != want {
					t.Errorf("code %#02x decodes to %d, want %d", code, got, want)
				}
				if got, want := law.decode(code^0x80), int16(-value[i]*law.table.unit); got != want {
					t.Errorf("code %#02x decodes to %d, want %d", code^0x80, got, want)
				}
			}
			interval := 0
			for s := 0; s <= math.MaxInt16; s++ {
				for interval < 127 && s >= to[interval]*law.table.unit {
					interval++
				}
				if got, want := law.encode(int16(s)), law.code(interval); got != want {
					t.Fatalf("sample %d has code %#02x, want %#02x", s, got, want)
				}
				// A negative sample is the one's complement of the positive one, so
				// that both signs have 128 intervals over all of int16.
				if got, want := law.encode(int16(^s)), law.code(interval)^0x80; got != want {
					t.Fatalf("sample %d has code %#02x, want %#02x", ^s, got, want)
				}
			}
		})
	}
}

func TestG711CodesAreStable(t *testing.T) {
	var codes []byte
	for code := range 256 {
		codes = append(codes, byte(code))
	}
	for name, again := range map[string][]byte{
		"A-law": AppendALaw(nil, AppendPCMOfALaw(nil, codes)),
		"µ-law": AppendMuLaw(nil, AppendPCMOfMuLaw(nil, codes)),
	} {
		for code := range codes {
			if name == "µ-law" && code == 0x7F {
				continue // the negative zero is the sample 0, which is positive
			}
			if again[code] != byte(code) {
				t.Errorf("%s: code %#02x becomes %#02x", name, code, again[code])
			}
		}
	}
}
