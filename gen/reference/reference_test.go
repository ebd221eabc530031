package reference_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/go-voicelive/voicelive-go/gen"
	"github.com/go-voicelive/voicelive-go/gen/internal/golden"
	"github.com/go-voicelive/voicelive-go/gen/internal/product"
	"github.com/go-voicelive/voicelive-go/gen/reference"
)

// documented is the input that make generate uses.
func documented(t testing.TB) reference.DocsInput {
	return reference.DocsInput{
		Input:   product.Input(t),
		Guide:   new(product.Read(t, "spec/guide.yaml")),
		Known:   new(product.Read(t, "docs/"+reference.KnownVersions)),
		Formats: reference.Formats[:],
	}
}

func docs(t testing.TB, in reference.DocsInput) []gen.File {
	t.Helper()
	res, err := reference.Docs(in)
	if err != nil {
		t.Fatal(err)
	}
	return res.Files
}

func TestTheDocumentationIsUpToDate(t *testing.T) {
	diff, err := gen.Check("../../docs", docs(t, documented(t)))
	if err != nil {
		t.Fatal(err)
	}
	if diff != "" {
		t.Errorf("run make generate:\n%.4000s", diff)
	}
}

func TestDocumentationDoesNotDependOnTheOrderOfDefinitions(t *testing.T) {
	want := product.Texts(docs(t, documented(t)))
	for seed := range uint64(3) {
		in := documented(t)
		in.Spec.Data = product.Shuffled(t, in.Spec.Data, seed)
		if diff := cmp.Diff(want, product.Texts(docs(t, in))); diff != "" {
			t.Fatalf("with definitions shuffled (seed %d):\n%.2000s", seed, diff)
		}
	}
}

// TestLinksLeadSomewhere follows every link between the pages, to its anchor.
func TestLinksLeadSomewhere(t *testing.T) {
	anchors, links := map[string]bool{}, 0
	files := docs(t, documented(t))
	for _, f := range files {
		anchors[f.Name] = true
		for _, id := range regexp.MustCompile(`<a id="([^"]*)"></a>`).FindAllStringSubmatch(string(f.Data), -1) {
			address := f.Name + "#" + id[1]
			if anchors[address] {
				t.Errorf("%s occurs twice", address)
			}
			anchors[address] = true
		}
	}
	for _, f := range files {
		if path.Ext(f.Name) != ".md" {
			continue
		}
		for _, link := range regexp.MustCompile(`\]\(([^()]*)\)`).FindAllStringSubmatch(string(f.Data), -1) {
			to, err := url.Parse(link[1])
			if err != nil || to.IsAbs() {
				continue
			}
			links++
			address := f.Name
			if to.Path != "" {
				address = path.Join(path.Dir(f.Name), to.Path)
			}
			if to.Fragment != "" {
				address += "#" + to.Fragment
			}
			if !anchors[address] {
				t.Errorf("%s: nothing is at %s", f.Name, link[1])
			}
		}
	}
	if links < 500 {
		t.Errorf("only %d links", links)
	}
}

// TestEveryTypeHasOnePlace checks that the areas of the guide leave no type out
// and show none twice.
func TestEveryTypeHasOnePlace(t *testing.T) {
	res, err := gen.Dump(product.Input(t))
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]int{}
	for _, f := range docs(t, documented(t)) {
		for _, id := range regexp.MustCompile(`<a id="([^"]*)"></a>`).FindAllStringSubmatch(string(f.Data), -1) {
			places[id[1]]++
		}
	}
	for _, decl := range regexp.MustCompile(`(?m)^(?:enum|struct|union|named) (\S+)`).FindAllStringSubmatch(res.Dump, -1) {
		if places[decl[1]] != 1 {
			t.Errorf("%s is at %d places", decl[1], places[decl[1]])
		}
	}
}

// TestDocsGoldens documents the documents of testdata/docs; the files that an
// archive names are compared.
func TestDocsGoldens(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, ar *txtar.Archive) map[string]string {
		res, err := reference.Docs(archived(func(name string) string { return golden.File(ar, name) }))
		got := map[string]string{"diagnostics": ""}
		if err != nil {
			got["diagnostics"] = err.Error() + "\n"
		}
		for name, text := range product.Texts(res.Files) {
			if golden.File(ar, name) != "" {
				got[name] = text
			}
		}
		return got
	})
}

// archived is the input that the files of an archive are.
func archived(file func(name string) string) reference.DocsInput {
	source := func(name string) *gen.Source {
		if file(name) == "" {
			return nil
		}
		return &gen.Source{Name: name, Data: []byte(file(name))}
	}
	in := reference.DocsInput{
		Input: gen.Input{Spec: *source("spec.json"), Package: "api"}, Guide: source("guide.yaml"),
		Known: source("known.json"), Formats: reference.Formats[:],
	}
	if other := source("other.json"); other != nil {
		in.Others = []gen.Source{*other}
	}
	return in
}

// TestFixes documents after what the diagnostics tell to do.
func TestFixes(t *testing.T) {
	golden.Fixed(t, "testdata", "diagnostics", func(_ *testing.T, _ *txtar.Archive, file func(string) string) string {
		if _, err := reference.Docs(archived(file)); err != nil {
			return err.Error()
		}
		return ""
	})
}

// BenchmarkDocs shows what all of the documentation costs beside the package,
// which is made of the same documents.
func BenchmarkDocs(b *testing.B) {
	in := documented(b)
	b.Run("package", func(b *testing.B) {
		for b.Loop() {
			if _, err := gen.Generate(in.Input); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("docs", func(b *testing.B) {
		for b.Loop() {
			docs(b, in)
		}
	})
}

// TestVersionsAccumulate checks that a known version stays known when a later
// document becomes the product.
func TestVersionsAccumulate(t *testing.T) {
	version := func(v, property string) gen.Source {
		return gen.Source{Name: "spec.json", Data: fmt.Appendf(nil, `{"swagger": "2.0", "info": {"title": "T", "version": %q}, "paths": {}, "definitions": {
			"Thing": {"type": "object", "properties": {"name": {"type": "string"}, %q: {"type": "string"}}}}}`, v, property)}
	}
	known := func(in reference.DocsInput) *gen.Source {
		for _, f := range docs(t, in) {
			if f.Name == reference.KnownVersions {
				return &gen.Source{Name: f.Name, Data: f.Data}
			}
		}
		t.Fatal("there is no " + reference.KnownVersions)
		return nil
	}
	in := reference.DocsInput{Input: gen.Input{Spec: version("2", "b"), Package: "api"}, Others: []gen.Source{version("1", "a")}, Formats: []reference.Format{reference.Markdown}}
	in = reference.DocsInput{Input: gen.Input{Spec: version("3", "c"), Package: "api"}, Known: known(in), Formats: in.Formats}
	want := `{
  "$comment": "Code generated by vlgen from spec.json 3; DO NOT EDIT.",
  "versions": ["1", "2", "3"],
  "types": {"Thing": {"111": ["", "name"], "100": ["a"], "010": ["b"], "001": ["c"]}}
}
`
	if diff := cmp.Diff(string(known(in).Data), want); diff != "" {
		t.Errorf("got is -\n%s", diff)
	}
}

// TestHostileTextStaysText documents the documents of testdata: whatever they
// hold, the JSON is valid and the pages have no HTML but ours.
func TestHostileTextStaysText(t *testing.T) {
	ours := regexp.MustCompile("(?s)```.*?```|`[^`\n]*`|^<!-- Code generated by vlgen from [^<>]*; DO NOT EDIT\\. -->|<a id=\"[^\"<>]*\"></a>|<br>")
	golden.Run(t, "../testdata", func(t *testing.T, ar *txtar.Archive) map[string]string {
		in := reference.DocsInput{Input: gen.Input{Spec: gen.Source{Name: "spec.json", Data: []byte(golden.File(ar, "spec.json"))}, Package: "api"}, Formats: reference.Formats[:]}
		res, err := reference.Docs(in)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := gen.Check(t.TempDir(), res.Files); err != nil {
			t.Error(err)
		}
		for _, f := range res.Files {
			if path.Ext(f.Name) == ".json" && !json.Valid(f.Data) {
				t.Errorf("%s is not JSON", f.Name)
			}
			if rest := ours.ReplaceAllString(string(f.Data), ""); path.Ext(f.Name) == ".md" && strings.ContainsAny(rest, "<>\u202e\x00") {
				t.Errorf("%s holds HTML or control characters:\n%s", f.Name, rest)
			}
		}
		return nil
	})
}

// TestDocumentationOfWhatIsRecursiveEnds, and stays small.
func TestDocumentationOfWhatIsRecursiveEnds(t *testing.T) {
	var tower strings.Builder // each level has two of the one below
	for i := range 24 {
		fmt.Fprintf(&tower, `, "T%d": {"type": "object", "required": ["a", "b"], "properties": {"a": {"$ref": "#/definitions/T%[2]d"}, "b": {"$ref": "#/definitions/T%[2]d"}}}`, i, i+1)
	}
	spec := `{"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {}, "definitions": {
		"Lists": {"type": "array", "items": {"$ref": "#/definitions/Lists"}},
		"Filled": {"type": "array", "minItems": 1, "items": {"$ref": "#/definitions/Filled"}},
		"Maps": {"type": "object", "additionalProperties": {"$ref": "#/definitions/Maps"}},
		"Node": {"type": "object", "properties": {"lists": {"$ref": "#/definitions/Lists"}, "maps": {"$ref": "#/definitions/Maps"}, "next": {"$ref": "#/definitions/Node"}, "all": {"type": "array", "items": {"$ref": "#/definitions/Node"}}}},
		"Expr": {"type": "object", "discriminator": "kind", "required": ["kind"], "properties": {"kind": {"type": "string"}}},
		"And": {"allOf": [{"$ref": "#/definitions/Expr"}], "required": ["left", "right"], "properties": {"left": {"$ref": "#/definitions/Expr"}, "right": {"$ref": "#/definitions/Expr"}}},
		"Huge": {"type": "object", "properties": {"text": {"type": "string", "minLength": 9223372036854775807}, "list": {"type": "array", "items": {"type": "string"}, "minItems": 2000000000}, "été": {"type": "string", "maxLength": 1}}}` +
		tower.String() + `, "T24": {"type": "object"}}}`
	res, err := reference.Docs(reference.DocsInput{Input: gen.Input{Spec: gen.Source{Name: "spec.json", Data: []byte(spec)}, Package: "api"}, Formats: reference.Formats[:]})
	if err != nil {
		t.Fatal(err)
	}
	size := 0
	for name, text := range product.Texts(res.Files) {
		size += len(text)
		if !utf8.ValidString(text) || strings.ContainsRune(text, utf8.RuneError) {
			t.Errorf("%s holds half a character", name)
		}
	}
	if size > 4<<20 {
		t.Errorf("the documentation takes %d bytes", size)
	}
}
