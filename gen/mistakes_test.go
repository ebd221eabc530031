//go:build !race

package gen_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/gen"
	"github.com/go-voicelive/voicelive-go/gen/internal/product"
)

// TestMistakesAreDiagnosticsNeverPanics cuts and changes the real document. The race
// detector would take ten times the time, and other tests generate with it.
func TestMistakesAreDiagnosticsNeverPanics(t *testing.T) {
	in := product.Input(t)
	in.UnusedOverlay = true
	r := rand.New(rand.NewPCG(1, 2))
	spec := in.Spec.Data
	for i := range 60 {
		data := bytes.Clone(spec)
		if i%2 == 0 {
			data = data[:r.IntN(len(data))]
		} else {
			for range 1 + r.IntN(20) {
				data[r.IntN(len(data))] = `{}[]":,0x `[r.IntN(10)]
			}
		}
		in.Spec.Data = data
		if _, err := gen.Generate(in); err != nil && !strings.Contains(err.Error(), ".json") && !strings.Contains(err.Error(), ".yaml") {
			t.Errorf("an error without a position: %.200v", err)
		}
	}
}
