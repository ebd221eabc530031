package api_test

import (
	"flag"
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
	list := exec.Command("go", "list", "-f", "{{.Name}} {{.ImportPath}} {{.Dir}}", "./...")
	list.Dir = "../.."
	list.Env = append(os.Environ(), "GOWORK=off")
	listed, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	goldens := map[string]string{}
	for line := range strings.Lines(string(listed)) {
		fields := strings.Fields(line)
		name, path, dir := fields[0], fields[1], fields[2]
		if name == "main" || name == "voicelive" || name == "templates" || strings.Contains(path+"/", "/internal/") {
			continue
		}
		goldens[path] = filepath.Join(dir, "testdata", "api.txt")
	}
	if len(goldens) < 10 {
		t.Errorf("only %d packages", len(goldens))
	}
	api.Check(t, *update, goldens)
}
