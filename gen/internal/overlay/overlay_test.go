package overlay

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/golden"
)

// TestApply runs each golden twice: as an archive says, and with UnusedWarn,
// whose output goes to files of their own if it differs.
func TestApply(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, ar *txtar.Archive) map[string]string {
		spec, overlay := golden.File(ar, "spec.json"), golden.File(ar, "overlay.yaml")
		want, result := apply(t, spec, overlay, Options{})
		got := map[string]string{"want": want, "want.json": result, "unused-warn": "", "unused-warn.json": ""}
		if want, result := apply(t, spec, overlay, Options{UnusedWarn: true}); want != got["want"] {
			got["unused-warn"], got["unused-warn.json"] = want, result
		}
		return got
	})
}

// TestFixes applies the overlays after what the diagnostics tell to do.
func TestFixes(t *testing.T) {
	golden.Fixed(t, "testdata", "want", func(t *testing.T, _ *txtar.Archive, file func(string) string) string {
		diagnostics, _ := apply(t, file("spec.json"), file("overlay.yaml"), Options{})
		return diagnostics
	})
}

func TestEveryDiagnosticHasAGolden(t *testing.T) { golden.Diagnostics(t, "testdata") }

const minimal = `{"swagger": "2.0", "info": {"title": "Test", "version": "1"}, "definitions": {"A": {"type": "object", "required": ["a"], "maximum": 1.5}}}`

// apply returns the diagnostics of all stages and the overlaid document, which
// is empty if the overlay cannot be read.
func apply(t *testing.T, spec, overlay string, opts Options) (diagnostics, result string) {
	t.Helper()
	if spec == "" {
		spec = minimal
	}
	var diags diag.List
	doc := document.Parse("spec.json", []byte(spec), &diags)
	if doc == nil {
		t.Fatal(diags.String())
	}
	o := Parse("overlay.yaml", []byte(overlay), &diags)
	if (o == nil) != diags.Failed() {
		t.Fatalf("Parse returned an overlay: %t, with diagnostics %q", o != nil, diags.String())
	}
	if o == nil {
		return diags.String(), ""
	}
	o.Apply(doc, opts, &diags)
	if !diags.Failed() {
		doc.Link(&diags)
	}
	definitions := cmp.Or(document.Get(doc.Root, "definitions"), doc.Root)
	var out bytes.Buffer
	if err := json.Indent(&out, document.AppendJSON(nil, definitions), "", "  "); err != nil {
		t.Fatal(err)
	}
	return diags.String(), out.String() + "\n"
}

func TestNotesSurviveStrictMode(t *testing.T) {
	var diags diag.List
	diags.Notef(diag.Location{File: "a"}, "", "only a note")
	diags.Strict()
	if diags.Failed() {
		t.Error("strict mode turned a note into an error")
	}
}

func TestPanicOfThePathLibraryIsADiagnostic(t *testing.T) {
	var diags diag.List
	doc := document.Parse("spec.json", []byte(minimal), &diags)
	o := Overlay{file: "overlay.yaml", actions: []action{{target: "$", path: nil}}}
	o.Apply(doc, Options{}, &diags)
	if !strings.Contains(diags.String(), `the target "$" is not a JSONPath: it is too odd`) {
		t.Errorf("got %q", diags.String())
	}
}

func FuzzApply(f *testing.F) {
	for _, target := range []string{"$", "$..*", "$.definitions[?@.type=='object']", "$[", "$[?(", "$[?length(@)>1]", "$[?match(@,", "$.a[1:2:0]", "$[?!@]", "$['a'"} {
		f.Add(target, "{}")
	}
	f.Add("$.definitions", "{A: &x [0x10, .5, 2020-01-01, ~, !!binary aGk=, .inf, *x], <<: {b: 1}}")
	f.Fuzz(func(t *testing.T, target, value string) {
		quoted, _ := json.Marshal(target)
		apply(t, "", "overlay: 1.0.0\ninfo: {title: t, version: \"1\"}\nactions:\n- target: "+string(quoted)+
			"\n  description: d\n  update: "+value+"\n- target: "+string(quoted)+"\n  description: d\n  remove: true\n", Options{})
	})
}
