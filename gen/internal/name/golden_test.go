package name_test

import (
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/golden"
	"github.com/go-voicelive/voicelive-go/gen/internal/name"
	"github.com/go-voicelive/voicelive-go/gen/internal/resolve"
)

// assign returns what naming a document reports.
func assign(t *testing.T, spec []byte) string {
	diags := new(diag.List)
	linked := document.Parse("spec.json", spec, diags).Link(diags)
	if diags.Failed() {
		t.Fatal(diags)
	}
	api := resolve.Resolve(linked, diags)
	if diags.Failed() {
		t.Fatal(diags)
	}
	name.Assign(api, diags)
	return diags.String()
}

func TestGoldens(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, ar *txtar.Archive) map[string]string {
		return map[string]string{"want.diags": assign(t, []byte(golden.File(ar, "spec.json")))}
	})
}

// TestFixes names the documents after what the diagnostics tell to do.
func TestFixes(t *testing.T) {
	golden.Fixed(t, "testdata", "want.diags", func(t *testing.T, _ *txtar.Archive, file func(string) string) string {
		return assign(t, []byte(file("spec.json")))
	})
}

func TestEveryDiagnosticHasAGolden(t *testing.T) { golden.Diagnostics(t, "testdata") }
