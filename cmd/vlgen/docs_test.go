package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const eventSpec = `{"swagger": "2.0", "info": {"title": "T", "version": "1"}, "paths": {}, "definitions": {
  "Event": {"type": "object", "discriminator": "type", "required": ["type"], "properties": {"type": {"type": "string"}}},
  "Hello": {"type": "object", "allOf": [{"$ref": "#/definitions/Event"}], "x-ms-discriminator-value": "hello", "properties": {"name": {"type": "string"}}}}}`

func TestDocsThenCheckThenDrift(t *testing.T) {
	dir := t.TempDir()
	spec := write(t, filepath.Join(dir, "spec.json"), eventSpec)
	out := filepath.Join(dir, "docs")
	args := []string{"docs", "-spec", spec, "-overlay", "", "-guide", "", "-out", out, "-package", "api", "-strict"}

	code, stdout, stderr := vlgen("", args...)
	if code != exitOK || stderr != "" || stdout != "asyncapi.json\nreference.md\nreference/Event.md\nschema.json\n" {
		t.Fatalf("docs: exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	if code, stdout, stderr = vlgen("", append(args, "-check")...); code != exitOK || stdout+stderr != "" {
		t.Errorf("check: exit %d, %q %q", code, stdout, stderr)
	}
	write(t, spec, strings.ReplaceAll(eventSpec, `"name"`, `"title"`))
	code, stdout, stderr = vlgen("", append(args, "-check")...)
	if code != exitDrift || !strings.Contains(stdout, "-| `name` ") || !strings.Contains(stdout, "+| `title` ") || !strings.Contains(stderr, "not up to date") {
		t.Errorf("check after a change: exit %d, stdout %q, stderr %q", code, stdout, stderr)
	}
	code, stdout, _ = vlgen("", append(args, "-format", "jsonschema")...)
	if code != exitOK || stdout != "schema.json\n" {
		t.Errorf("one format: exit %d, stdout %q", code, stdout)
	}
}

func TestDocsToStandardOutput(t *testing.T) {
	for _, format := range []string{"asyncapi", "jsonschema"} {
		code, stdout, stderr := vlgen(eventSpec, "docs", "-spec", "-", "-overlay", "", "-guide", "", "-out", "-", "-format", format)
		if code != exitOK || !strings.HasPrefix(stdout, "{\n") || stderr != "" {
			t.Errorf("%s: exit %d, stdout %q, stderr %q", format, code, stdout, stderr)
		}
	}
}

// TestDocsRememberVersions checks that a version is named once, and known from
// then on.
func TestDocsRememberVersions(t *testing.T) {
	dir := t.TempDir()
	spec := write(t, filepath.Join(dir, "spec.json"), strings.Replace(eventSpec, `"version": "1"`, `"version": "2"`, 1))
	versions := filepath.Join(dir, "versions")
	if err := os.Mkdir(versions, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(versions, "1.json"), eventSpec)
	args := []string{"docs", "-spec", spec, "-overlay", "", "-guide", "", "-out", filepath.Join(dir, "docs")}
	if code, _, stderr := vlgen("", append(args, "-versions", versions)...); code != exitOK || stderr != "" {
		t.Fatalf("exit %d, stderr %q", code, stderr)
	}
	if code, stdout, stderr := vlgen("", append(args, "-check")...); code != exitOK || stdout+stderr != "" {
		t.Errorf("without -versions: exit %d, %q %q", code, stdout, stderr)
	}
	page, err := os.ReadFile(filepath.Join(dir, "docs", "reference", "Event.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "since 1") {
		t.Errorf("the page does not say since when there is an event:\n%s", page)
	}
}

func TestDocsUsage(t *testing.T) {
	for want, args := range map[string][]string{
		"want markdown, asyncapi or jsonschema": {"-format", "html"},
		"-out - needs":                          {"-out", "-"},
		"unexpected":                            {"more"},
		"no such file":                          {"-spec", "missing.json"},
		"has no *.json":                         {"-spec", "../../spec/voicelive.json", "-overlay", "", "-guide", "", "-versions", t.TempDir()},
		"missing.yaml":                          {"-spec", "../../spec/voicelive.json", "-overlay", "", "-guide", "missing.yaml"},
		"flag provided":                         {"-frobnicate"},
		"no Go package that can be imported":    {"-package", "a b"},
		"want error or warn":                    {"-unused-overlay", "x"},
		"write the document":                    {"-h"},
	} {
		code, stdout, stderr := vlgen("", append([]string{"docs"}, args...)...)
		if (code != exitUsage && args[0] != "-h") || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%v: exit %d, stdout %q, stderr %q, want %q", args, code, stdout, stderr, want)
		}
	}
}
