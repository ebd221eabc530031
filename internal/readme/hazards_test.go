package readme_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestHazardsNameWhatExists holds the table of hazards to the files and tests that it names.
func TestHazardsNameWhatExists(t *testing.T) {
	table, err := os.ReadFile("../../docs/hazards.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := declaredTests(t)
	rows := regexp.MustCompile(`(?m)^\| (\d+) \|[^|]*\|([^|]*)\|([^|]*)\|$`).FindAllStringSubmatch(string(table), -1)
	if len(rows) == 0 {
		t.Fatal("the table has no rows")
	}
	for _, row := range rows {
		for _, file := range regexp.MustCompile(`[a-z_.]+\.go`).FindAllString(row[2], -1) {
			if !exists("../../voicelive/"+file) && !exists("../../voicelive/internal/ws/"+file) {
				t.Errorf("hazard %s: there is no %s", row[1], file)
			}
		}
		for test := range strings.SplitSeq(row[3], ",") {
			name, _, _ := strings.Cut(strings.TrimSpace(test), "/")
			if !tests["Test"+name] && !tests[name] {
				t.Errorf("hazard %s: there is no test %s", row[1], name)
			}
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(filepath.FromSlash(path))
	return err == nil
}

// declaredTests are the tests and fuzz tests of voicelive and the socket.
func declaredTests(t *testing.T) map[string]bool {
	t.Helper()
	tests := map[string]bool{}
	for _, folder := range []string{"../../voicelive", "../../voicelive/internal/ws"} {
		files, err := filepath.Glob(folder + "/*_test.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, found := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)`).FindAllSubmatch(source, -1) {
				tests[string(found[1])] = true
			}
		}
	}
	return tests
}
