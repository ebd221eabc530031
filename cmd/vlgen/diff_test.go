package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	oneDoc = `{"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {}, "definitions": {"A": {"type": "object", "properties": {"p": {"type": "string"}}}}}`
	twoDoc = `{"swagger": "2.0", "info": {"title": "t", "version": "2"}, "paths": {}, "definitions": {"A": {"type": "object", "properties": {"p": {"type": "string"}, "q": {"type": "string"}}}}}`
)

// vlgenDiff runs vlgen diff with what stands for -; the overlay and the guide are those
// of another API.
func vlgenDiff(stdin string, args ...string) (code int, stdout, stderr string) {
	var out, errs strings.Builder
	code = run(append([]string{"diff", "-overlay", "", "-guide", ""}, args...), streams{strings.NewReader(stdin), &out, &errs})
	return code, out.String(), errs.String()
}

func TestDiff(t *testing.T) {
	dir := t.TempDir()
	path := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return p
	}
	one, two, bad := path("one.json", oneDoc), path("two.json", twoDoc), path("bad.json", `{"openapi": "3.0.0"}`)
	for name, test := range map[string]struct {
		stdin  string
		args   []string
		code   int
		stdout string // is part of it
		stderr string
	}{
		"equal":               {"", []string{"-fail-on", "any", one, one}, exitOK, "describe the same API", ""},
		"text":                {"", []string{one, two}, exitOK, "2 changes from 1 to 2", ""},
		"markdown":            {"", []string{"-format", "markdown", one, two}, exitOK, "* `A.q`: an optional property is new: string", ""},
		"any":                 {"", []string{"-fail-on", "any", one, two}, exitDrift, "A.q: an optional property is new", ""},
		"not breaking":        {"", []string{"-fail-on", "breaking", one, two}, exitOK, "", ""},
		"breaking":            {"", []string{"-fail-on", "breaking", two, one}, exitDrift, "Go breaking: A.Q", ""},
		"standard input, old": {oneDoc, []string{"-", two}, exitOK, "2 changes", ""},
		"standard input, new": {twoDoc, []string{one, "-"}, exitOK, "2 changes", ""},
		"rules":               {"", []string{"-rules"}, exitOK, "| `event-added` |", ""},
		"help":                {"", []string{"-h"}, exitOK, "", "vlgen diff [flags] OLD NEW"},
		"not swagger":         {"", []string{one, bad}, exitDrift, "", "bad.json"},
		"one document":        {"", []string{one}, exitUsage, "", "compares two documents, not 1"},
		"two inputs":          {"", []string{"-", "-"}, exitUsage, "", "only one of the documents"},
		"no such file":        {"", []string{one, filepath.Join(dir, "none.json")}, exitUsage, "", "none.json"},
		"unknown format":      {"", []string{"-format", "html", one, two}, exitUsage, "", `invalid value "html" for flag -format: want text, markdown or json`},
		"unknown failure":     {"", []string{"-fail-on", "wire", one, two}, exitUsage, "", `invalid value "wire" for flag -fail-on: want breaking or any`},
		"rules of documents":  {"", []string{"-rules", one}, exitUsage, "", "-rules takes no documents"},
		"unknown flag":        {"", []string{"-x"}, exitUsage, "", "flag provided but not defined"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := vlgenDiff(test.stdin, test.args...)
			if code != test.code || !strings.Contains(stdout, test.stdout) || !strings.Contains(stderr, test.stderr) || test.stderr == "" && stderr != "" {
				t.Errorf("exit code %d, want %d\n%s%s", code, test.code, stdout, stderr)
			}
		})
	}
	var report struct {
		Summary  string
		Breaking bool
		Changes  []struct{ Rule, Type, Member string }
	}
	_, stdout, _ := vlgenDiff("", "-format", "json", one, two)
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || report.Breaking || len(report.Changes) != 2 || report.Changes[1].Member != "q" {
		t.Errorf("got %+v, %v", report, err)
	}
}

// TestDiffOfTheSpecification groups by the pages of the reference.
func TestDiffOfTheSpecification(t *testing.T) {
	t.Chdir("../..")
	data, err := os.ReadFile("spec/voicelive.json")
	if err != nil {
		t.Fatal(err)
	}
	const was, is = `"silence_duration_ms"`, `"silence_ms"`
	var out, errs strings.Builder
	code := run([]string{"diff", "-fail-on", "breaking", "spec/voicelive.json", "-"}, streams{strings.NewReader(strings.ReplaceAll(string(data), was, is)), &out, &errs})
	if code != exitDrift || !strings.Contains(out.String(), "\nTurn detection\n") || !strings.Contains(out.String(), "ServerVad.silence_ms") {
		t.Errorf("exit code %d\n%s%s", code, out.String(), errs.String())
	}
}
