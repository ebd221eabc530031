// Package golden runs the txtar goldens of a package: archives that hold the
// input of a stage beside the output that is expected of it.
package golden

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the goldens in testdata")

// Run calls f with each archive of a folder. What f returns by file name must
// be what the archive holds under that name; a file that neither has is empty.
// With -update the archive is rewritten instead.
func Run(t *testing.T, dir string, f func(t *testing.T, ar *txtar.Archive) map[string]string) {
	t.Helper()
	for _, path := range archives(t, dir) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			got := f(t, ar)
			if *update {
				rewrite(t, path, ar, got)
				return
			}
			for name, text := range got {
				if diff := cmp.Diff(text, File(ar, name)); diff != "" {
					t.Errorf("%s: got (-) differs from want (+), -update accepts it:\n%s", name, diff)
				}
			}
		})
	}
}

// File returns the content of an archive's file, empty if there is none.
func File(ar *txtar.Archive, name string) string {
	i := slices.IndexFunc(ar.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		return ""
	}
	return string(ar.Files[i].Data)
}

// Diagnostics checks that every message with which the package in the current
// folder calls Errorf, Warnf or Notef of a diag.List, or errorf of its own,
// occurs in some golden.
func Diagnostics(t *testing.T, dir string) {
	t.Helper()
	var all strings.Builder
	for _, path := range archives(t, dir) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	verb := regexp.MustCompile(`%[a-z0-9]*[a-z]`)
	for at, format := range formats(t) {
		literal := regexp.QuoteMeta(format)
		if !regexp.MustCompile(verb.ReplaceAllString(literal, ".*")).MatchString(all.String()) {
			t.Errorf("%s: no golden has the message %q", at, format)
		}
	}
}

// formats returns the format strings of the package's diagnostics by position.
func formats(t *testing.T) map[string]string {
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found, fset := map[string]string{}, token.NewFileSet()
	for _, source := range sources {
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, source, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && reports(call) {
				at := fset.Position(call.Pos()).String()
				if forwarded, ok := call.Args[2].(*ast.Ident); ok && forwarded.Name == "format" {
					return true // its callers have the message
				}
				literal, ok := call.Args[2].(*ast.BasicLit)
				if !ok {
					t.Errorf("%s: the message is not a string literal", at)
					return true
				}
				found[at], _ = strconv.Unquote(literal.Value)
			}
			return true
		})
	}
	if len(found) == 0 {
		t.Error("the package reports no diagnostics")
	}
	return found
}

// reports tells a call of diag.List from one of fmt.Errorf, which has its
// format first.
func reports(call *ast.CallExpr) bool {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) < 3 || !slices.Contains([]string{"Errorf", "errorf", "Warnf", "Notef"}, f.Sel.Name) {
		return false
	}
	x, ok := f.X.(*ast.Ident)
	return !ok || x.Name != "fmt"
}

func archives(t *testing.T, dir string) []string {
	paths, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Fatalf("no goldens in %s", dir)
	}
	return paths
}

func rewrite(t *testing.T, path string, ar *txtar.Archive, got map[string]string) {
	ar.Files = slices.DeleteFunc(ar.Files, func(f txtar.File) bool { _, ok := got[f.Name]; return ok })
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name, text := range got {
			if text != "" && !yield(name) {
				return
			}
		}
	}) {
		ar.Files = append(ar.Files, txtar.File{Name: name, Data: []byte(got[name])})
	}
	if err := os.WriteFile(path, txtar.Format(ar), 0o644); err != nil {
		t.Fatal(err)
	}
}
