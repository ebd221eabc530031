package jsonwire

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
)

func TestFloatsAreWrittenAsEncodingJSONWritesThem(t *testing.T) {
	check := func(f float64) {
		t.Helper()
		want, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		if got := appendFloat(nil, f); string(got) != string(want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for _, f := range []float64{0, math.Copysign(0, -1), -0.5, 1e-7, 1e9, 1e21, math.MaxFloat64, math.SmallestNonzeroFloat64} {
		check(f)
	}
	for n := range 20_000 {
		check(float64(n) / 1000)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 50_000 {
		f := float64(random.Int64N(1e12)) / 1000
		check(f)
		check(math.Nextafter(f, 0))
		check(math.Nextafter(f, 1e12))
		check(math.Float64frombits(random.Uint64() &^ (1 << 62)))
	}
}
