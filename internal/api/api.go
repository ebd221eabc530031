// Package api holds the exported names of packages against a file, so that every change of them shows in a diff. It is for
// tests.
package api

import (
	"fmt"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/internal/golden"
)

// Check holds the exported names of packages against files, or writes the files if update is set. Goldens has the file of each
// import path, which the module of the working directory must know.
func Check(t *testing.T, update bool, goldens map[string]string) {
	t.Helper()
	imp := importer.ForCompiler(token.NewFileSet(), "gc", exportData(t, slices.Sorted(maps.Keys(goldens))))
	for path, file := range goldens {
		pkg, err := imp.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		golden.Check(t, update, file, "package "+path+"\n\n"+strings.Join(exported(pkg), "\n")+"\n")
	}
}

// exportData returns what the compiler wrote about packages and those that they import.
func exportData(t *testing.T, paths []string) importer.Lookup {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list", "-deps", "-export", "-f", "{{.ImportPath}} {{.Export}}"}, paths...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[path] = file
	}
	return func(path string) (io.ReadCloser, error) {
		if files[path] == "" {
			return nil, fmt.Errorf("go list says nothing of %s", path)
		}
		return os.Open(files[path])
	}
}

// exported lists what a package exports, one line a name, field or method.
func exported(pkg *types.Package) []string {
	var lines []string
	qualify := types.RelativeTo(pkg)
	for _, name := range pkg.Scope().Names() {
		obj := pkg.Scope().Lookup(name)
		if !obj.Exported() {
			continue
		}
		typeName, isType := obj.(*types.TypeName)
		if !isType || typeName.IsAlias() {
			lines = append(lines, types.ObjectString(obj, qualify))
			continue
		}
		named := obj.Type().(*types.Named)
		switch u := named.Underlying().(type) {
		case *types.Struct:
			lines = append(lines, "type "+name+" struct")
			for f := range u.Fields() {
				if f.Exported() {
					lines = append(lines, "type "+name+" field "+f.Name()+" "+types.TypeString(f.Type(), qualify))
				}
			}
		case *types.Interface:
			lines = append(lines, "type "+name+" interface")
			for m := range u.Methods() {
				if m.Exported() {
					lines = append(lines, "type "+name+" method "+m.Name()+strings.TrimPrefix(types.TypeString(m.Type(), qualify), "func"))
				}
			}
			continue
		default:
			lines = append(lines, "type "+name+" "+types.TypeString(u, qualify))
		}
		for m := range named.Methods() {
			if m.Exported() {
				lines = append(lines, types.ObjectString(m, qualify))
			}
		}
	}
	slices.Sort(lines)
	return lines
}
