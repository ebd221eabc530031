package voicelive_test

import (
	"bytes"
	"flag"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "accept the exported API as it is")

// TestExportedAPI makes every change of the exported API show in a diff.
func TestExportedAPI(t *testing.T) {
	paths := []string{"github.com/go-voicelive/voicelive-go/voicelive", "github.com/go-voicelive/voicelive-go/voicelive/jsonwire"}
	imp := importer.ForCompiler(token.NewFileSet(), "gc", exportData(t, paths))
	var b bytes.Buffer
	for _, path := range paths {
		pkg, err := imp.Import(path)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString("package " + path + "\n\n")
		for _, line := range exported(pkg) {
			b.WriteString(line + "\n")
		}
		b.WriteString("\n")
	}
	const golden = "testdata/api.txt"
	if *update {
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Errorf("the exported API differs from %s (-was +is); go test ./voicelive -update accepts it:\n%s", golden, diff)
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
	return func(path string) (io.ReadCloser, error) { return os.Open(files[path]) }
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
