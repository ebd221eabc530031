package voicelivetest_test

import (
	"math"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestG711(t *testing.T) {
	for _, law := range []struct {
		name   string
		encode func(int16) byte
		decode func(byte) int16
		known  map[int16]byte // from the tables of G.711, at 16 bits
		step   float64        // of the quietest segment
	}{
		{"µ-law", voicelivetest.UlawEncode, voicelivetest.UlawDecode, map[int16]byte{0: 0xFF, math.MaxInt16: 0x80, math.MinInt16: 0x00}, 8},
		{"A-law", voicelivetest.AlawEncode, voicelivetest.AlawDecode, map[int16]byte{0: 0xD5, -1: 0x55, math.MaxInt16: 0xAA, math.MinInt16: 0x2A}, 16},
	} {
		for sample, want := range law.known {
			if got := law.encode(sample); got != want {
				t.Errorf("%s: %d is %#x, want %#x", law.name, sample, got, want)
			}
		}
		for b := range 256 {
			if v := law.decode(byte(b)); law.decode(law.encode(v)) != v {
				t.Errorf("%s: %#x is %d, which becomes %d", law.name, b, v, law.decode(law.encode(v)))
			}
		}
		for v := math.MinInt16; v <= math.MaxInt16; v++ {
			off := math.Abs(float64(law.decode(law.encode(int16(v)))) - float64(v))
			if most := max(law.step, math.Abs(float64(v))/16); off > most {
				t.Fatalf("%s: %d becomes %d", law.name, v, law.decode(law.encode(int16(v))))
			}
		}
	}
}
