package gen_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/gen"
	"github.com/go-voicelive/voicelive-go/gen/internal/product"
)

// TestAPackageThatDoesNotFitTheRuntimeDoesNotCompile checks a generated package
// against the runtime without the constant that names its generation.
func TestAPackageThatDoesNotFitTheRuntimeDoesNotCompile(t *testing.T) {
	checking.Lock()
	defer checking.Unlock()
	fset := token.NewFileSet()
	var files []*ast.File
	for _, f := range productFiles(t) {
		if f.Name == "helpers.gen.go" {
			continue // methods of a type that is written by hand
		}
		file, err := parser.ParseFile(fset, f.Name, f.Data, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	var errs []types.Error
	config := types.Config{Importer: otherGeneration{t, fset}, Error: func(err error) { errs = append(errs, err.(types.Error)) }}
	config.Check("voicelive", fset, files, nil)
	if len(errs) != 1 || errs[0].Msg != "undefined: jsonwire.Generation1" {
		t.Fatalf("got %v, want one error, of the constant", errs)
	}
	for _, file := range files {
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Pos() <= errs[0].Pos && errs[0].Pos < g.End() {
				if text := strings.ReplaceAll(g.Doc.Text(), "\n", " "); strings.Contains(text, "generate the package again") {
					return
				}
			}
		}
	}
	t.Error("no comment beside the error tells what to do")
}

// otherGeneration imports the runtime without its constant Generation1, and
// everything else as it is.
type otherGeneration struct {
	t    *testing.T
	fset *token.FileSet
}

func (g otherGeneration) Import(path string) (*types.Package, error) {
	if path != gen.Runtime {
		return runtimeImporter().Import(path)
	}
	paths, err := filepath.Glob(filepath.Join(product.Root(g.t), "voicelive/jsonwire/*.go"))
	if err != nil {
		g.t.Fatal(err)
	}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			g.t.Fatal(err)
		}
		file, err := parser.ParseFile(g.fset, path, bytes.ReplaceAll(text, []byte("const Generation1 "), []byte("const Generation0 ")), 0)
		if err != nil {
			g.t.Fatal(err)
		}
		files = append(files, file)
	}
	return (&types.Config{Importer: runtimeImporter()}).Check(path, g.fset, files, nil)
}
