package apidiff

import (
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/exp/apidiff"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/txtar"

	"github.com/go-voicelive/voicelive-go/gen"
	"github.com/go-voicelive/voicelive-go/gen/evolve"
)

var documents = flag.String("documents", "", "further documents to compare pairwise with the specification, separated by commas")

// TestVerdicts generates both packages of each pair and compares what breaks code
// according to vlgen diff with what does according to apidiff. They must name the
// same identifiers, except that a constant with another value, which apidiff calls
// incompatible, is "care": such code compiles.
func TestVerdicts(t *testing.T) {
	imports := dependencies(t)
	for name, p := range pairs(t) {
		t.Run(name, func(t *testing.T) {
			old, now := compile(t, p.Old, imports), compile(t, p.New, imports)
			r, _, err := evolve.Diff(p)
			if err != nil {
				t.Fatal(err)
			}
			breaking, care := map[string]string{}, map[string]string{}
			for _, c := range r.Changes {
				line := c.Rule.ID + " " + c.Type + "." + c.Member
				level, _ := c.GoLevel()
				for _, id := range append([]string{c.Go}, c.Also...) {
					switch level.String() {
					case "breaking":
						breaking[id] = line
					case "care":
						care[id] = line
					}
				}
			}
			told := map[string]bool{}
			for _, c := range apidiff.Changes(old, now).Changes {
				if c.Compatible {
					continue
				}
				about := identifier(c.Message)
				id := covers(breaking, about)
				if id == "" && strings.Contains(c.Message, "value changed") {
					id = covers(care, about)
				}
				if before, _, ok := strings.Cut(after(c.Message, "changed from "), " to "); id == "" && ok {
					for _, word := range words.FindAllString(before, -1) {
						id = covers(breaking, word) // a type with another name
					}
				}
				if id == "" && nullables[about] {
					id = withoutNullable(breaking)
				}
				if id == "" {
					t.Errorf("apidiff: %s; vlgen diff says nothing of %s", c.Message, about)
				}
				told[id] = true
			}
			for id, change := range breaking {
				if !told[id] && !strings.Contains(id, ".") {
					t.Errorf("vlgen diff: %s breaks %s; apidiff sees nothing", change, id)
				}
				if !told[id] && strings.Contains(id, ".") && !anyBelow(told, id) {
					t.Errorf("vlgen diff: %s breaks %s; apidiff sees nothing", change, id)
				}
			}
		})
	}
}

// nullables are declared where a property is nullable: they go with the last one.
var nullables = map[string]bool{"Nullable": true, "NullableOf": true, "NullOf": true}

// withoutNullable returns a property that is not nullable any more.
func withoutNullable(breaking map[string]string) string {
	for id, line := range breaking {
		if strings.HasPrefix(line, "field-not-nullable ") {
			return id
		}
	}
	return ""
}

// covers returns the identifier of a change that explains a message of apidiff: its
// own, that of the type it is derived from or belongs to.
func covers(changes map[string]string, about string) string {
	owner, _, _ := strings.Cut(about, ".")
	for _, id := range []string{about, owner} {
		if changes[id] != "" {
			return id
		}
	}
	for id := range changes {
		plain, _, isMember := strings.Cut(id, ".")
		switch {
		case !isMember && (owner == "Unmarshal"+id || owner == "Unmarshal"+id+"Into" || owner == "Unknown"+id || owner == "Null"+id):
			return id
		case !isMember && strings.HasPrefix(owner, id): // a constant of an enum
			return id
		case isMember && (owner == "Unknown"+plain || owner == "Null"+plain) && strings.HasSuffix(about, id[len(plain):]):
			return id
		case isMember && strings.HasSuffix(id, ".Get"+after(id, ".Get")) && strings.HasSuffix(about, ".Get"+after(id, ".Get")):
			return id
		case isMember && strings.HasPrefix(owner, plain): // the constant of an optional constant
			return id
		}
	}
	return ""
}

func after(s, sep string) string {
	_, rest, _ := strings.Cut(s, sep)
	return rest
}

// anyBelow reports whether apidiff told of the type that a member belongs to.
func anyBelow(told map[string]bool, id string) bool {
	owner, _, _ := strings.Cut(id, ".")
	return told[owner]
}

var words = regexp.MustCompile(`[A-Za-z_0-9]+`)

var leading = regexp.MustCompile(`^\(?\*?([A-Za-z_0-9]+)\)?(\.[A-Za-z_0-9]+)?`)

// identifier is what a message of apidiff is about: "T", "T.Field" or "T.Method".
func identifier(message string) string {
	m := leading.FindStringSubmatch(message)
	return m[1] + m[2]
}

// compile generates a package and checks its types.
func compile(t *testing.T, in gen.Input, imports map[string]*types.Package) *types.Package {
	t.Helper()
	res, err := gen.Generate(in)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, f := range append(res.Files, handWritten(res.Files)...) {
		file, err := parser.ParseFile(fset, f.Name, f.Data, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	config := types.Config{Importer: importer(imports)}
	p, err := config.Check("example.com/api", fset, files, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// handWritten is what the methods that send events need.
func handWritten(files []gen.File) []gen.File {
	for _, f := range files {
		if f.Name == "helpers.gen.go" {
			return []gen.File{{Name: "session.go", Data: []byte(`package api

import "context"

type Session struct{}

func (*Session) Send(context.Context, ClientEvent) error { return nil }
`)}}
		}
	}
	return nil
}

type importer map[string]*types.Package

func (i importer) Import(path string) (*types.Package, error) {
	if p := i[path]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("generated code imports %s", path)
}

// dependencies are the packages that generated code may import.
func dependencies(t *testing.T) map[string]*types.Package {
	loaded, err := packages.Load(&packages.Config{Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps},
		"context", "encoding/json", "fmt", "log/slog", "slices", "time", gen.Runtime)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*types.Package{}
	for _, p := range loaded {
		for _, e := range p.Errors {
			t.Fatal(e)
		}
		all[p.PkgPath] = p.Types
	}
	return all
}

// pairs are the documents of the goldens of vlgen diff, the specification beside
// mutations of itself, and beside the documents of the flag.
func pairs(t *testing.T) map[string]evolve.DiffInput {
	t.Helper()
	all := map[string]evolve.DiffInput{}
	goldens, err := filepath.Glob("../evolve/testdata/*.txtar")
	if err != nil || len(goldens) == 0 {
		t.Fatal(len(goldens), err)
	}
	for _, path := range goldens {
		ar, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		data := map[string][]byte{}
		for _, f := range ar.Files {
			data[f.Name] = f.Data
		}
		input := func(name string) gen.Input {
			return gen.Input{Spec: gen.Source{Name: name, Data: data[name]}, Package: "api"}
		}
		all[strings.TrimSuffix(filepath.Base(path), ".txtar")] = evolve.DiffInput{Old: input("old.json"), New: input("new.json")}
	}
	spec := real(t, "../../spec/voicelive.json")
	for name, mutate := range mutations {
		all["real/"+name] = evolve.DiffInput{Old: spec, New: mutated(t, spec, mutate)}
	}
	for path := range strings.SplitSeq(*documents, ",") {
		if path != "" {
			other := real(t, path)
			all["real/to "+filepath.Base(path)] = evolve.DiffInput{Old: spec, New: other}
			all["real/from "+filepath.Base(path)] = evolve.DiffInput{Old: other, New: spec}
		}
	}
	return all
}

func real(t *testing.T, path string) gen.Input {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := os.ReadFile("../../spec/overlay.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return gen.Input{
		Spec:    gen.Source{Name: path, Data: data},
		Overlay: &gen.Source{Name: "overlay.yaml", Data: overlay}, UnusedOverlay: true, Package: "api",
	}
}

func mutated(t *testing.T, in gen.Input, mutate func(definitions map[string]any)) gen.Input {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(in.Spec.Data, &doc); err != nil {
		t.Fatal(err)
	}
	mutate(doc["definitions"].(map[string]any))
	data, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	in.Spec = gen.Source{Name: "mutated.json", Data: data}
	return in
}
