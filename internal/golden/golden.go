// Package golden holds what a test has made against a file. It is for tests.
package golden

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Check fails the test if the file does not have the text, or writes it if update is set.
func Check(t testing.TB, update bool, path, text string) {
	t.Helper()
	if update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	was, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(was), "\n"), strings.Split(text, "\n")); diff != "" {
		t.Errorf("%s is not current (-file +now); go test -run '^%s$' -update accepts it:\n%s", path, t.Name(), diff)
	}
}
