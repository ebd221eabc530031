package document

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/golden"
)

func TestDiagnostics(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, ar *txtar.Archive) map[string]string {
		setLimits(t, ar)
		var diags diag.List
		doc := Parse("spec.json", []byte(golden.File(ar, "spec.json")), &diags)
		if (doc == nil) != diags.Failed() {
			t.Errorf("Parse returned a document: %t, with diagnostics %q", doc != nil, diags.String())
		}
		if doc != nil && (doc.Link(&diags) == nil) != diags.Failed() {
			t.Errorf("Link disagrees with its diagnostics %q", diags.String())
		}
		return map[string]string{"want": diags.String()}
	})
}

// setLimits applies the limits that an archive states.
func setLimits(t *testing.T, ar *txtar.Archive) {
	t.Helper()
	before := limits
	t.Cleanup(func() { limits = before })
	if text := golden.File(ar, "limits"); text != "" {
		if _, err := fmt.Sscan(text, &limits.types, &limits.members, &limits.depth, &limits.parents); err != nil {
			t.Fatal(err)
		}
	}
}

// TestFixes links the documents after what the diagnostics tell to do.
func TestFixes(t *testing.T) {
	golden.Fixed(t, "testdata", "want", func(t *testing.T, ar *txtar.Archive, file func(string) string) string {
		setLimits(t, ar)
		var diags diag.List
		if doc := Parse("spec.json", []byte(file("spec.json")), &diags); doc != nil {
			doc.Link(&diags)
		}
		return diags.String()
	})
}

func TestEveryDiagnosticHasAGolden(t *testing.T) { golden.Diagnostics(t, "testdata") }

const specFile = "../../../spec/voicelive.json"

func TestSpecLinksInOrderAndInPlace(t *testing.T) {
	data, err := os.ReadFile(specFile)
	if err != nil {
		t.Fatal(err)
	}
	var diags diag.List
	doc := Parse(specFile, data, &diags)
	if diags.Failed() {
		t.Fatal(diags.String())
	}
	linked := doc.Link(&diags)
	if diags.Failed() {
		t.Fatal(diags.String())
	}
	if got, want := len(linked.Definitions), len(Get(doc.Root, "definitions").Content)/2; got != want || want == 0 {
		t.Errorf("got %d definitions, want %d", got, want)
	}
	lines := strings.Split(string(data), "\n")
	for _, def := range linked.Definitions {
		for key, value := range Members(Get(def.Node, "properties")) {
			if !strings.HasPrefix(lines[key.Line-1][key.Column-1:], `"`+key.Value+`":`) {
				t.Errorf("property %s is not at %v", key.Value, doc.At(key, def.Pointer))
			}
			if lines[value.Line-1][value.Column-1] != '{' {
				t.Errorf("the value of %s is not at %v", key.Value, doc.At(value, def.Pointer))
			}
		}
	}
}

func TestAppendJSONIsTheSameJSON(t *testing.T) {
	const text = `{"a":[1,-0.5e+3,9007199254740993,true,false,null,{}],"\"\\\u0000\n\t":"\u00e9\u2028<&>\ud83d\ude00","":[]}`
	var r reader
	r.data, r.line = []byte(text), 1
	r.dec = json.NewDecoder(strings.NewReader(text))
	r.dec.UseNumber()
	got := AppendJSON(nil, r.document())
	if want := mustCompact(t, text); mustCompact(t, string(got)) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func mustCompact(t *testing.T, text string) string {
	var v any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestDeepSchemasAreRefused(t *testing.T) {
	const depth = MaxDepth - 3
	deep := strings.Repeat(`{"items":`, depth) + `{}` + strings.Repeat(`}`, depth)
	var diags diag.List
	doc := Parse("deep.json", []byte(`{"swagger":"2.0","info":{"title":"t","version":"1"},"definitions":{"A":`+deep+`}}`), &diags)
	if diags.Failed() {
		t.Fatal(diags.String())
	}
	if linked := doc.Link(&diags); linked != nil || !strings.Contains(diags.String(), "schemas nest deeper than 32 levels") {
		t.Fatalf("got %v and %q", linked, diags.String())
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{``, `{}`, `[]`, `{"swagger":"2.0"}`, `{"a"::1}`, `{"a":1,}`, `{"swagger":"2.0"}{}`, `{"a":1 "b"}`, "\ufeff{}", "{\"\xff\":0}",
		`{"swagger":"2.0","info":{"title":"t","version":"1"},"definitions":{"A":{"$ref":"#/definitions/A"},"B":{"type":"array","items":[{}],"maximum":1e999}}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var diags diag.List
		doc := Parse("spec.json", data, &diags)
		if (doc == nil) != diags.Failed() {
			t.Fatalf("Parse returned a document: %t, with diagnostics %q", doc != nil, diags.String())
		}
		if doc == nil {
			return
		}
		if !json.Valid(data) {
			t.Fatalf("accepted %q, which is not JSON", data)
		}
		if got, want := mustCompact(t, string(AppendJSON(nil, doc.Root))), mustCompact(t, string(data)); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
		if (doc.Link(&diags) == nil) != diags.Failed() {
			t.Fatalf("Link disagrees with its diagnostics %q", diags.String())
		}
	})
}

func BenchmarkParse(b *testing.B) {
	data, err := os.ReadFile(specFile)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		Parse(specFile, data, new(diag.List))
	}
}

func BenchmarkLink(b *testing.B) {
	data, err := os.ReadFile(specFile)
	if err != nil {
		b.Fatal(err)
	}
	doc := Parse(specFile, data, new(diag.List))
	for b.Loop() {
		doc.Link(new(diag.List))
	}
}
