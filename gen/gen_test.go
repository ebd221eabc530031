package gen_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildtag"
	"golang.org/x/tools/go/analysis/passes/directive"
	"golang.org/x/tools/txtar"

	"github.com/go-voicelive/voicelive-go/gen"
	"github.com/go-voicelive/voicelive-go/gen/internal/golden"
	"github.com/go-voicelive/voicelive-go/gen/internal/product"
)

func generate(t testing.TB, in gen.Input) gen.Result {
	t.Helper()
	res, err := gen.Generate(in)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

var generated struct {
	sync.Once
	files []gen.File
}

// productFiles are the files of the product, which tests may read.
func productFiles(t *testing.T) []gen.File {
	t.Helper()
	generated.Do(func() { generated.files = generate(t, product.Input(t)).Files })
	return generated.files
}

func TestThePackageIsUpToDate(t *testing.T) {
	diff, err := gen.Check("../voicelive", productFiles(t))
	if err != nil {
		t.Fatal(err)
	}
	if diff != "" {
		t.Errorf("run make generate:\n%.4000s", diff)
	}
}

func TestOutputDoesNotDependOnOrderOrProcessors(t *testing.T) {
	want := productFiles(t)
	for seed, processors := range []int{1, 2, 7} {
		in := product.Input(t)
		in.Spec.Data = product.Shuffled(t, in.Spec.Data, uint64(seed))
		old := runtime.GOMAXPROCS(processors)
		got := generate(t, in).Files
		runtime.GOMAXPROCS(old)
		if diff := cmp.Diff(product.Texts(want), product.Texts(got)); diff != "" {
			t.Fatalf("with definitions shuffled (seed %d) and GOMAXPROCS %d:\n%.2000s", seed, processors, diff)
		}
	}
}

// TestGoldens generates from the documents of testdata. Each must type-check, together
// with hand.go if the archive has one; the files that an archive names are compared.
func TestGoldens(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, ar *txtar.Archive) map[string]string {
		in := gen.Input{Spec: gen.Source{Name: "spec.json", Data: []byte(golden.File(ar, "spec.json"))}, Package: "api"}
		if text := golden.File(ar, "overlay.yaml"); text != "" {
			in.Overlay = &gen.Source{Name: "overlay.yaml", Data: []byte(text)}
		}
		res, err := gen.Generate(in)
		got := map[string]string{"diagnostics": strings.Join(res.Notes, "\n")}
		if err != nil {
			got["diagnostics"] = err.Error()
		}
		if got["diagnostics"] != "" {
			got["diagnostics"] += "\n"
		}
		typeCheck(t, res.Files, golden.File(ar, "hand.go"))
		for name, text := range product.Texts(res.Files) {
			if golden.File(ar, name) != "" {
				got[name] = text
			}
		}
		return got
	})
}

// TestWhatResolvesCompiles generates from the documents in the goldens of resolve.
func TestWhatResolvesCompiles(t *testing.T) {
	paths, err := filepath.Glob("internal/resolve/testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("%v, %d goldens", err, len(paths))
	}
	for _, path := range paths {
		ar, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if golden.File(ar, "want.model") == "" {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			spec := gen.Source{Name: "spec.json", Data: []byte(golden.File(ar, "spec.json"))}
			typeCheck(t, generate(t, gen.Input{Spec: spec, Package: "api"}).Files, golden.File(ar, "hand.go"))
		})
	}
}

// runtimeImporter reads what the compiler exports of the runtime and of the packages of
// the standard library that it needs, once for all tests.
var runtimeImporter = sync.OnceValue(func() types.Importer {
	list := exec.Command("go", "list", "-deps", "-export", "-f", "{{.ImportPath}}={{.Export}}", gen.Runtime, "log/slog")
	out, err := list.Output()
	if err != nil {
		panic(err)
	}
	exports := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		exports[path] = file
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
})

var checking sync.Mutex // the importer is not safe for concurrent use

// typeCheck compiles files in memory, and checks that they hold nothing but
// what vlgen declares: no init, no blank declarations, no directives, no other
// imports than the standard library and the runtime.
func typeCheck(t *testing.T, files []gen.File, byHand ...string) {
	t.Helper()
	fset := token.NewFileSet()
	var parsed []*ast.File
	for _, source := range byHand {
		if source == "" {
			continue
		}
		file, err := parser.ParseFile(fset, "hand.go", source, 0)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, file)
	}
	for _, f := range files {
		file, err := parser.ParseFile(fset, f.Name, f.Data, parser.ParseComments)
		if err != nil {
			t.Fatalf("%s does not parse: %v", f.Name, err)
		}
		parsed = append(parsed, file)
		inspect(t, file)
		if first, _, _ := strings.Cut(string(f.Data), "\n"); !strings.HasPrefix(first, "// Code generated by vlgen from ") || !strings.HasSuffix(first, "; DO NOT EDIT.") {
			t.Errorf("%s starts with %q", f.Name, first)
		}
	}
	vetComments(t, fset, parsed)
	checking.Lock()
	defer checking.Unlock()
	config := types.Config{Importer: runtimeImporter(), Error: func(err error) { t.Error(err) }}
	config.Check("api", fset, parsed, nil)
}

// vetComments runs the parts of go vet that look for directives in comments.
func vetComments(t *testing.T, fset *token.FileSet, files []*ast.File) {
	for _, a := range []*analysis.Analyzer{buildtag.Analyzer, directive.Analyzer} {
		_, err := a.Run(&analysis.Pass{Analyzer: a, Fset: fset, Files: files, Report: func(d analysis.Diagnostic) {
			t.Errorf("go vet: %s: %s", fset.Position(d.Pos), d.Message)
		}})
		if err != nil {
			t.Error(err)
		}
	}
}

func inspect(t *testing.T, file *ast.File) {
	for _, imp := range file.Imports {
		if path := strings.Trim(imp.Path.Value, `"`); strings.Contains(path, ".") && path != gen.Runtime {
			t.Errorf("imports %s", path)
		}
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && (f.Name.Name == "init" || f.Name.Name == "main") {
			t.Errorf("declares func %s", f.Name.Name)
		}
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
			t.Errorf("declares a package variable")
		}
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "/*") || strings.HasPrefix(c.Text, "//go:") || strings.HasPrefix(c.Text, "//line") || strings.HasPrefix(c.Text, "//export") {
				t.Errorf("holds the comment %.40q", c.Text)
			}
		}
	}
}

// TestTheProductIsWithinItsLimits states how large the generated package may be,
// for each definition of the document.
func TestTheProductIsWithinItsLimits(t *testing.T) {
	const most = 70 // lines
	var doc struct{ Definitions map[string]json.RawMessage }
	if err := json.Unmarshal(product.Input(t).Spec.Data, &doc); err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, f := range productFiles(t) {
		lines += bytes.Count(f.Data, []byte("\n"))
	}
	if n := len(doc.Definitions); lines > most*n {
		t.Errorf("%d generated lines for %d definitions, want at most %d for each", lines, n, most)
	}
}

func TestEveryExportedNameIsDocumented(t *testing.T) {
	fset := token.NewFileSet()
	for _, f := range productFiles(t) {
		file, err := parser.ParseFile(fset, f.Name, f.Data, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil {
					t.Errorf("%s: func %s has no comment", f.Name, d.Name.Name)
				}
			case *ast.GenDecl:
				if d.Tok != token.IMPORT && d.Doc == nil {
					t.Errorf("%s: %s has no comment", f.Name, fset.Position(d.Pos()))
				}
			}
		}
	}
}

func TestDumpIsReadable(t *testing.T) {
	res, err := gen.Dump(product.Input(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"struct ServerEventResponseAudioDelta", "union Voice", "\"message\" -> MessageItem"} {
		if !strings.Contains(res.Dump, want) {
			t.Errorf("the dump lacks %q", want)
		}
	}
}

// TestDumpTellsWhichActionsApplied has an overlay for several versions.
func TestDumpTellsWhichActionsApplied(t *testing.T) {
	in := gen.Input{
		Spec: gen.Source{Name: "spec.json", Data: []byte(`{"swagger": "2.0", "info": {"title": "t", "version": "2026-06-01"}, "paths": {}, "definitions": {"A": {"type": "object"}}}`)},
		Overlay: &gen.Source{Name: "spec/overlay.yaml", Data: []byte(`
overlay: 1.0.0
info: {title: t, version: "1"}
actions:
  - {description: d, target: $.definitions.A, update: {description: Was corrected.}}
  - {description: d, target: $.definitions.A, update: {type: object}}
  - {description: d, target: $.definitions.B, update: {type: object}}
  - {description: d, target: $.definitions.C, x-versions: {since: "2026-07-15"}, update: {type: object}}
`)},
		Package: "p", UnusedOverlay: true,
	}
	res, err := gen.Dump(in)
	if err != nil {
		t.Fatal(err)
	}
	_, got, _ := strings.Cut(res.Dump, "\noverlay ")
	if diff := cmp.Diff(`overlay.yaml
	/actions/0 $.definitions.A applied
	/actions/1 $.definitions.A changed nothing
	/actions/2 $.definitions.B skipped
	/actions/3 $.definitions.C of other versions
`, got); diff != "" {
		t.Error(diff)
	}
	if len(res.Notes) != 1 {
		t.Errorf("got notes %q, want one, of the action that matches nothing", res.Notes)
	}
}

// TestMistakesInAnOverlayAreReported by each command that reads one.
func TestMistakesInAnOverlayAreReported(t *testing.T) {
	spec := gen.Source{Name: "spec.json", Data: []byte(`{"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {}, "definitions": {"A": {"type": "object"}}}`)}
	for name, test := range map[string]struct{ text, want string }{
		"empty":           {"", "overlay.yaml: the overlay is empty (start with overlay: 1.0.0)"},
		"no YAML":         {"a: [", "overlay.yaml:"},
		"no description":  {"overlay: 1.0.0\ninfo: {title: t, version: \"1\"}\nactions:\n  - {target: $.definitions.A, update: {description: x}}\n", "overlay.yaml:4:5: /actions/0: "},
		"a name twice":    {"overlay: 1.0.0\noverlay: 1.0.0\n", `overlay.yaml:2:1: /overlay: the object has a second member "overlay"`},
		"another version": {"overlay: 2.0.0\nactions: {}\n", "overlay.yaml:1:10: /overlay: the overlay version must be 1.0.x"},
	} {
		t.Run(name, func(t *testing.T) {
			in := gen.Input{Spec: spec, Package: "api", Overlay: &gen.Source{Name: "overlay.yaml", Data: []byte(test.text)}}
			_, err := gen.Generate(in)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("generate: got %v, want %s", err, test.want)
			}
			if _, dumped := gen.Dump(in); dumped == nil || dumped.Error() != err.Error() {
				t.Errorf("dump: got %v, want %v", dumped, err)
			}
		})
	}
}
