package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/internal/golden"
)

var update = flag.Bool("update", false, "rewrite testdata")

const goodSpec = `{"swagger": "2.0", "info": {"title": "T", "version": "1"}, "paths": {}, "definitions": {
  "Thing": {"type": "object", "properties": {"name": {"type": "string"}}}}}`

// vlgen runs the command and returns its exit code and output.
func vlgen(stdin string, args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = run(args, streams{strings.NewReader(stdin), &out, &errs})
	return code, out.String(), errs.String()
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestGenerateThenCheckThenDrift(t *testing.T) {
	dir := t.TempDir()
	spec := write(t, filepath.Join(dir, "spec.json"), goodSpec)
	out := filepath.Join(dir, "api")
	args := []string{"-spec", spec, "-overlay", "", "-out", out, "-package", "api", "-strict"}

	code, stdout, stderr := vlgen("", args...)
	if code != exitOK || stderr != "" || stdout != "codec.gen.go\nmodels.gen.go\n" {
		t.Fatalf("generate: exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	if code, stdout, stderr = vlgen("", args...); code != exitOK || stdout+stderr != "" {
		t.Errorf("generate again: exit %d, %q %q", code, stdout, stderr)
	}
	if code, stdout, stderr = vlgen("", append([]string{"check"}, args...)...); code != exitOK || stdout+stderr != "" {
		t.Errorf("check: exit %d, %q %q", code, stdout, stderr)
	}

	write(t, spec, strings.ReplaceAll(goodSpec, `"name"`, `"title"`))
	code, stdout, stderr = vlgen("", append([]string{"check"}, args...)...)
	if code != exitDrift || !strings.Contains(stdout, "\n-\tName ") || !strings.Contains(stdout, "\n+\tTitle ") || !strings.Contains(stderr, "not up to date") {
		t.Errorf("check after a change: exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
}

func TestStandardInput(t *testing.T) {
	code, stdout, stderr := vlgen(goodSpec, "dump", "-spec", "-", "-overlay", "")
	if code != exitOK || !strings.Contains(stdout, "struct Thing") || stderr != "" {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	code, _, stderr = vlgen("[]", "dump", "-spec", "-", "-overlay", "")
	if code != exitDrift || !strings.HasPrefix(stderr, "<stdin>:1:1: ") {
		t.Errorf("exit %d, stderr %q", code, stderr)
	}
}

func TestMistakesInTheInputExitWith1(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "api")
	spec := write(t, filepath.Join(dir, "spec.json"), `{"swagger": "2.0", "info": {"title": "T", "version": "1"}, "definitions": {
  "A": {"type": "object", "properties": {"b": {"$ref": "#/definitions/B"}, "c": {}}},
  "E": {"type": "string", "enum": [""]}}}`)
	for _, c := range []struct {
		name, want string
		args       []string
	}{
		{"dangling reference", "spec.json:2:", nil},
		{"strict makes warnings errors", "spec.json:2:", []string{"-strict"}},
	} {
		code, stdout, stderr := vlgen("", append([]string{"-spec", spec, "-overlay", "", "-out", out}, c.args...)...)
		if code != exitDrift || stdout != "" || !strings.Contains(stderr, c.want) || !strings.Contains(stderr, "/definitions/A/properties/b") {
			t.Errorf("%s: exit %d, stdout %q, stderr %q", c.name, code, stdout, stderr)
		}
		if _, err := os.Stat(out); !os.IsNotExist(err) {
			t.Errorf("%s: something was written", c.name)
		}
	}
}

func TestUnusedOverlayActions(t *testing.T) {
	dir := t.TempDir()
	spec := write(t, filepath.Join(dir, "spec.json"), goodSpec)
	overlay := write(t, filepath.Join(dir, "overlay.yaml"), `overlay: 1.0.0
info: {title: T, version: "1"}
actions:
  - target: $.definitions.Missing
    description: A test.
    update: {type: string}
`)
	args := []string{"dump", "-spec", spec, "-overlay", overlay, "-strict"}
	if code, _, stderr := vlgen("", args...); code != exitDrift || !strings.Contains(stderr, "overlay.yaml:4:") {
		t.Errorf("exit %d, stderr %q", code, stderr)
	}
	if code, stdout, stderr := vlgen("", append(args, "-unused-overlay=warn")...); code != exitOK || !strings.Contains(stderr, "note:") || stdout == "" {
		t.Errorf("with -unused-overlay=warn: exit %d, stderr %q", code, stderr)
	}
}

func TestAFileOfSomebodyElseIsNotOverwritten(t *testing.T) {
	dir := t.TempDir()
	spec := write(t, filepath.Join(dir, "spec.json"), goodSpec)
	mine := write(t, filepath.Join(dir, "codec.gen.go"), "package api // mine\n")
	code, _, stderr := vlgen("", "-spec", spec, "-overlay", "", "-out", dir, "-package", "api")
	if code != exitDrift || !strings.Contains(stderr, "codec.gen.go") {
		t.Errorf("exit %d, stderr %q", code, stderr)
	}
	if text, _ := os.ReadFile(mine); string(text) != "package api // mine\n" {
		t.Error("the file was overwritten")
	}
	if _, err := os.Stat(filepath.Join(dir, "models.gen.go")); !os.IsNotExist(err) {
		t.Error("another file was written all the same")
	}
}

func TestUsage(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
	}{
		"help":            {[]string{"-h"}, exitOK},
		"help of check":   {[]string{"check", "-help"}, exitOK},
		"help for diff":   {[]string{"help", "diff"}, exitOK},
		"help for none":   {[]string{"help", "frobnicate"}, exitUsage},
		"unknown command": {[]string{"frobnicate"}, exitUsage},
		"unknown flag":    {[]string{"-frobnicate"}, exitUsage},
		"argument":        {[]string{"generate", "spec.json"}, exitUsage},
		"missing spec":    {[]string{"-spec", "/does/not/exist.json"}, exitUsage},
		"missing overlay": {[]string{"dump", "-spec", "-", "-overlay", "/does/not/exist.yaml"}, exitUsage},
		"bad unused":      {[]string{"-unused-overlay=maybe"}, exitUsage},
		"bad package":     {[]string{"-package", "a-b"}, exitUsage},
		"keyword package": {[]string{"-package", "func"}, exitUsage},
		"a program":       {[]string{"-package", "main"}, exitUsage},
		"predeclared":     {[]string{"-package", "string"}, exitUsage},
		"builtin":         {[]string{"-package", "len"}, exitUsage},
		"no limit":        {[]string{"-limit", "0"}, exitUsage},
		"documentation":   {[]string{"-package", "documentation"}, exitUsage},
		"command help":    {[]string{"help"}, exitOK},
	} {
		code, stdout, stderr := vlgen("", c.args...)
		if code != c.code || stdout != "" || stderr == "" {
			t.Errorf("%s: exit %d, want %d; stdout %q, stderr %q", name, code, c.code, stdout, stderr)
		}
	}
}

// TestHelp holds the help of vlgen and of each command to testdata/help.txt; -update
// rewrites it.
func TestHelp(t *testing.T) {
	_, _, got := vlgen("", "help")
	for _, c := range commands {
		code, stdout, stderr := vlgen("", "help", c.name)
		if _, _, same := vlgen("", c.name, "-h"); code != exitOK || stdout != "" || same != stderr {
			t.Errorf("vlgen help %s: exit %d, stdout %q; vlgen %s -h says\n%s", c.name, code, stdout, c.name, same)
		}
		got += "\n-- " + c.name + " --\n\n" + stderr
	}
	golden.Check(t, *update, "testdata/help.txt", got)
}

// TestOutsideOfTheRepository has neither spec/ nor go.mod, and takes the defaults.
func TestOutsideOfTheRepository(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "one.json", goodSpec)
	write(t, "two.json", strings.Replace(goodSpec, `"name"`, `"title"`, 1))
	for _, c := range []struct {
		args []string
		code int
		want string // is part of what it prints
	}{
		{[]string{"-spec", "one.json", "-out", "api", "-package", "api"}, exitOK, "models.gen.go"},
		{[]string{"check", "-spec", "one.json", "-out", "api", "-package", "api"}, exitOK, ""},
		{[]string{"dump", "-spec", "one.json"}, exitOK, "struct Thing"},
		{[]string{"docs", "-spec", "one.json"}, exitOK, "reference.md"},
		{[]string{"diff", "one.json", "two.json"}, exitOK, "Thing.title"},
		{[]string{"drift", "-spec", "one.json", "-upstream", "two.json"}, exitDrift, "Thing.title"},
		{[]string{"spec", "-spec", "one.json", "-from", "two.json"}, exitOK, "one.json"},
		{nil, exitUsage, "name the document with -spec"},
		{[]string{"diff", "-overlay", "overlay.yaml", "one.json", "two.json"}, exitUsage, "overlay.yaml: no such file"},
		{[]string{"docs", "-spec", "one.json", "-guide", "spec/guide.yaml"}, exitUsage, "guide.yaml: no such file"},
	} {
		code, stdout, stderr := vlgen("", c.args...)
		if code != c.code || !strings.Contains(stdout+stderr, c.want) {
			t.Errorf("vlgen %s: exit %d, want %d with %q\n%s%s", strings.Join(c.args, " "), code, c.code, c.want, stdout, stderr)
		}
	}
}

// endless is an input without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, strings.Repeat(" ", len(p))), nil }

func TestEndlessInputIsRefused(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "one.json", goodSpec)
	for _, args := range [][]string{{"generate", "-spec", "-"}, {"check", "-spec", "-"}, {"dump", "-spec", "-"}, {"docs", "-spec", "-"}, {"diff", "-", "one.json"}, {"diff", "one.json", "-"}} {
		var stdout, stderr strings.Builder
		code := run(append(args[:1:1], append([]string{"-limit", "100000"}, args[1:]...)...), streams{endless{}, &stdout, &stderr})
		if code != exitUsage || stdout.Len() > 0 || stderr.String() != "vlgen: standard input: larger than the limit of 100000 bytes\n" {
			t.Errorf("%v: exit %d, %s%s", args, code, &stdout, &stderr)
		}
	}
}
