package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTheReadmeIsTrue runs the program of the README and compares what it prints.
func TestTheReadmeIsTrue(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```go\n(package main.*?)```.*?```text\n(.*?)```").FindSubmatch(readme)
	if blocks == nil {
		t.Fatal("the README has no program followed by its output")
	}
	program := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(program, blocks[1], 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.Command("go", "run", program)
	run.Dir = "../.."
	got, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, got)
	}
	if diff := cmp.Diff(string(blocks[2]), string(got)); diff != "" {
		t.Errorf("the README says (-), the program prints (+):\n%s", diff)
	}
}
