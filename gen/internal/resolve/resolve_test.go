package resolve_test

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/golden"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/resolve"
)

// load resolves a document. What the earlier stages refuse is returned too, so
// that a golden cannot pass by accident.
func load(file string, data []byte) (*model.API, *diag.List) {
	diags := new(diag.List)
	doc := document.Parse(file, data, diags)
	if diags.Failed() {
		return nil, diags
	}
	linked := doc.Link(diags)
	if diags.Failed() {
		return nil, diags
	}
	return resolve.Resolve(linked, diags), diags
}

// prose lists what Dump leaves out.
func prose(api *model.API) string {
	var b strings.Builder
	add := func(path, doc string) {
		if doc != "" {
			b.WriteString(path + ": " + strings.ReplaceAll(doc, "\n", `\n`) + "\n")
		}
	}
	for _, e := range api.Enums {
		add(e.Wire, e.Doc)
		for _, v := range e.Values {
			add(e.Wire+" "+v.Wire, v.Doc)
		}
	}
	for _, s := range api.Structs {
		add(s.Wire, s.Doc)
		for _, f := range s.Fields {
			add(s.Wire+" "+f.Wire, f.Doc)
		}
	}
	for _, u := range api.Unions {
		add(u.Wire, u.Doc)
		for _, f := range u.Base {
			add(u.Wire+" "+f.Wire, f.Doc)
		}
	}
	for _, n := range api.Named {
		add(n.Wire, n.Doc)
	}
	return b.String()
}

// TestGolden resolves the spec.json of each archive. An archive states in
// want.diags every diagnostic; in want.model the model, if there is no error;
// and in want.prose the descriptions, where they are the point.
func TestGolden(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, ar *txtar.Archive) map[string]string {
		api, diags := load("spec.json", []byte(golden.File(ar, "spec.json")))
		got := map[string]string{"want.diags": diags.String(), "want.model": "", "want.prose": ""}
		if !diags.Failed() {
			got["want.model"] = api.Dump()
			if slices.ContainsFunc(ar.Files, func(f txtar.File) bool { return f.Name == "want.prose" }) {
				got["want.prose"] = prose(api)
			}
		}
		return got
	})
}

// TestFixes resolves the documents after what the diagnostics tell to do.
func TestFixes(t *testing.T) {
	golden.Fixed(t, "testdata", "want.diags", func(_ *testing.T, _ *txtar.Archive, file func(string) string) string {
		_, diags := load("spec.json", []byte(file("spec.json")))
		return diags.String()
	})
}

func TestEveryDiagnosticHasAGolden(t *testing.T) { golden.Diagnostics(t, "testdata") }

// TestTagsOfTheUpstreamDocument finds each definition that has a tag among the
// variants.
func TestTagsOfTheUpstreamDocument(t *testing.T) {
	spec := readSpec(t)
	api, diags := load("voicelive.json", spec)
	if diags.Failed() {
		t.Fatal(diags)
	}
	var doc struct {
		Definitions map[string]struct {
			Tag string `json:"x-ms-discriminator-value"`
		}
	}
	if err := json.Unmarshal(spec, &doc); err != nil {
		t.Fatal(err)
	}
	tags := map[string]string{}
	for _, u := range api.Unions {
		for _, v := range u.Variants {
			tags[model.DeclOf(v.Type).Wire] = v.Tag
		}
	}
	for name, d := range doc.Definitions {
		if tags[name] != d.Tag {
			t.Errorf("%s has the tag %q, want %q", name, tags[name], d.Tag)
		}
	}
}

// TestOrderOfDefinitions shuffles the definitions of the upstream document and
// of every golden.
func TestOrderOfDefinitions(t *testing.T) {
	specs := map[string][]byte{"voicelive.json": readSpec(t)}
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		specs[file] = archive.Files[0].Data
	}
	for file, spec := range specs {
		api, diags := load(file, spec)
		if diags.Failed() {
			continue // TestGolden knows which ones may
		}
		for seed := range uint64(3) {
			shuffled, _ := load(file, shuffle(t, spec, rand.New(rand.NewPCG(seed, 0))))
			if diff := cmp.Diff(api.Dump()+prose(api), shuffled.Dump()+prose(shuffled)); diff != "" {
				t.Errorf("%s, seed %d: got is +\n%s", file, seed, diff)
			}
		}
	}
}

// shuffle reorders the definitions and leaves everything below as it is.
func shuffle(t testing.TB, data []byte, random *rand.Rand) []byte {
	var top, definitions map[string]json.RawMessage
	if err := json.Unmarshal(data, &top); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(top["definitions"], &definitions); err != nil {
		t.Fatal(err)
	}
	names := slices.Sorted(maps.Keys(definitions))
	random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	var members []string
	for _, name := range names {
		key, _ := json.Marshal(name)
		members = append(members, string(key)+":"+string(definitions[name]))
	}
	top["definitions"] = json.RawMessage("{" + strings.Join(members, ",") + "}")
	shuffled, err := json.Marshal(top)
	if err != nil {
		t.Fatal(err)
	}
	return shuffled
}

func readSpec(t *testing.T) []byte {
	data, err := os.ReadFile("../../../spec/voicelive.json")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func BenchmarkResolve(b *testing.B) {
	data, err := os.ReadFile("../../../spec/voicelive.json")
	if err != nil {
		b.Fatal(err)
	}
	diags := new(diag.List)
	linked := document.Parse("voicelive.json", data, diags).Link(diags)
	for b.Loop() {
		resolve.Resolve(linked, new(diag.List))
	}
}

// FuzzResolve splices the schemas of all goldens into each other: bytes mutated
// at random would hardly ever get past Parse and Link. Whatever comes out must
// resolve or be refused, never panic, in any order of the definitions.
func FuzzResolve(f *testing.F) {
	pool := definitionsOfGoldens(f)
	for seed := range uint64(300) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		spec := splice(pool, rand.New(rand.NewPCG(seed, 0)))
		api, diags := load("spec.json", spec)
		if diags.Failed() {
			return
		}
		again, _ := load("spec.json", shuffle(t, spec, rand.New(rand.NewPCG(seed, 1))))
		if diff := cmp.Diff(api.Dump(), again.Dump()); diff != "" {
			t.Errorf("shuffled: got is +\n%s\n%s", diff, spec)
		}
	})
}

// TestSplicedSpecsReachResolve keeps FuzzResolve honest: most of what it builds
// must get past Link, and some of it must be free of errors.
func TestSplicedSpecsReachResolve(t *testing.T) {
	pool := definitionsOfGoldens(t)
	linked, clean := 0, 0
	for seed := range uint64(300) {
		diags := new(diag.List)
		doc := document.Parse("spec.json", splice(pool, rand.New(rand.NewPCG(seed, 0))), diags)
		if diags.Failed() {
			t.Fatal(diags)
		}
		l := doc.Link(diags)
		if diags.Failed() {
			continue
		}
		linked++
		if resolve.Resolve(l, diags); !diags.Failed() {
			clean++
		}
	}
	if linked < 150 || clean < 15 {
		t.Errorf("got %d of 300 past Link and %d without errors, want at least 150 and 15", linked, clean)
	}
}

// definitionsOfGoldens returns every definition of testdata, sorted by its text.
func definitionsOfGoldens(t testing.TB) []map[string]any {
	texts := map[string]bool{}
	files, _ := filepath.Glob("testdata/*.txtar")
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var spec struct{ Definitions map[string]json.RawMessage }
		if err := json.Unmarshal(archive.Files[0].Data, &spec); err != nil {
			t.Fatal(err)
		}
		for _, d := range spec.Definitions {
			texts[string(d)] = true
		}
	}
	var pool []map[string]any
	for _, text := range slices.Sorted(maps.Keys(texts)) {
		var d map[string]any
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			t.Fatal(err)
		}
		pool = append(pool, d)
	}
	return pool
}

// splice builds a document of a few definitions from the pool, some with
// keywords of others, whose references all lead somewhere.
func splice(pool []map[string]any, random *rand.Rand) []byte {
	names := []string{"A", "B", "C", "D", "E", "F", "G"}[:2+random.IntN(6)]
	definitions := map[string]any{}
	for _, name := range names {
		d := maps.Clone(pool[random.IntN(len(pool))])
		for range random.IntN(3) {
			other := pool[random.IntN(len(pool))]
			if keys := slices.Sorted(maps.Keys(other)); len(keys) > 0 {
				key := keys[random.IntN(len(keys))]
				d[key] = other[key]
			}
		}
		definitions[name] = redirect(d, names, random)
	}
	spec, _ := json.Marshal(map[string]any{
		"swagger": "2.0", "info": map[string]any{"title": "Test", "version": "1"}, "paths": map[string]any{}, "definitions": definitions,
	})
	return spec
}

// redirect copies a value and points every $ref in it at one of the names.
func redirect(v any, names []string, random *rand.Rand) any {
	switch v := v.(type) {
	case map[string]any:
		to := map[string]any{}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			to[key] = redirect(v[key], names, random)
			if _, isRef := v[key].(string); isRef && key == "$ref" {
				to[key] = "#/definitions/" + names[random.IntN(len(names))]
			}
		}
		return to
	case []any:
		to := make([]any, len(v))
		for i := range v {
			to[i] = redirect(v[i], names, random)
		}
		return to
	}
	return v
}
