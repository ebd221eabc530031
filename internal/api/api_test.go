package api_test

import (
	"flag"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/internal/api"
)

var update = flag.Bool("update", false, "accept the exported API as it is")

// The file of each package lies beside it. That of voicelive is held by a test of its own, which a new specification names.
func TestExportedAPI(t *testing.T) {
	goldens := map[string]string{}
	for _, p := range public(t) {
		if p.name != "voicelive" {
			goldens[p.path] = filepath.Join(p.dir, "testdata", "api.txt")
		}
	}
	if len(goldens) < 10 {
		t.Errorf("only %d packages", len(goldens))
	}
	api.Check(t, *update, goldens)
}

// TestPackageDocs holds the comment of each package, of the modules beside this one too, to the section that says what a
// user may rely on.
func TestPackageDocs(t *testing.T) {
	dirs := []string{"../../voicelive/device", "../../voicelive/otelvoicelive", "../../voicelive/telephony/sip"}
	for _, p := range public(t) {
		dirs = append(dirs, p.dir)
	}
	for _, dir := range dirs {
		comment := ""
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, error %v", dir, len(files), err)
		}
		for _, file := range files {
			f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.PackageClauseOnly|parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(file, "_test.go") {
				comment += f.Doc.Text()
			}
		}
		if !strings.HasPrefix(comment, "Package ") || !strings.Contains(comment, "\n# Stability and concurrency\n") {
			t.Errorf("%s has no comment with the section Stability and concurrency", dir)
		}
	}
}

type pkg struct{ name, path, dir string }

// public returns the packages of the module that others may import.
func public(t *testing.T) (packages []pkg) {
	t.Helper()
	list := exec.Command("go", "list", "-f", "{{.Name}} {{.ImportPath}} {{.Dir}}", "./...")
	list.Dir = "../.."
	list.Env = append(os.Environ(), "GOWORK=off")
	listed, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(listed)) {
		fields := strings.Fields(line)
		p := pkg{fields[0], fields[1], fields[2]}
		if p.name != "main" && p.name != "templates" && !strings.Contains(p.path+"/", "/internal/") {
			packages = append(packages, p)
		}
	}
	return packages
}
