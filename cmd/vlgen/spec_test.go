package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const specOverlay = `overlay: 1.0.0
info: {title: T, version: "1"}
actions:
  - target: $.definitions.Thing.properties.name
    description: It is a date.
    x-expect: {type: string}
    update: {format: date-time}
`

// otherOverlay is what a maintainer may write instead.
const otherOverlay = `overlay: 1.0.0
info: {title: T, version: "1"}
actions:
  - target: $.definitions.Thing
    description: It has no description.
    update: {description: A thing.}
`

// A tree is a folder with everything that vlgen spec works on, generated.
type tree struct {
	*testing.T
	dir string
}

func newTree(t *testing.T) *tree {
	t.Helper()
	tr := &tree{t, t.TempDir()}
	write(t, tr.path("spec.json"), datedSpec)
	write(t, tr.path("overlay.yaml"), specOverlay)
	write(t, tr.path("guide.yaml"), "terms: {}\n")
	if code, stdout, stderr := tr.take(tr.path("spec.json")); code != exitOK || stderr != "" {
		t.Fatalf("exit %d, stdout %s, stderr %s", code, stdout, stderr)
	}
	return tr
}

func (tr *tree) path(name string) string { return filepath.Join(tr.dir, name) }

func (tr *tree) text(name string) string {
	tr.Helper()
	text, err := os.ReadFile(tr.path(name))
	if err != nil {
		tr.Fatal(err)
	}
	return string(text)
}

func (tr *tree) args(args ...string) []string {
	return append(args, "-spec", tr.path("spec.json"), "-overlay", tr.path("overlay.yaml"), "-package", "api")
}

func (tr *tree) take(from string, more ...string) (code int, stdout, stderr string) {
	tr.Helper()
	args := append(tr.args("spec", "-from", from, "-guide", "", "-out", tr.path("api"), "-docs", tr.path("docs")), more...)
	return vlgen("", args...)
}

// new writes a document beside the tree, with old replaced.
func (tr *tree) new(old, new string) string {
	tr.Helper()
	if !strings.Contains(datedSpec, old) {
		tr.Fatalf("the document has no %s", old)
	}
	return write(tr.T, filepath.Join(tr.TempDir(), "new.json"), strings.ReplaceAll(datedSpec, old, new))
}

// upToDate fails the test unless generate would change nothing.
func (tr *tree) upToDate() {
	tr.Helper()
	if code, stdout, stderr := vlgen("", append(tr.args("check", "-strict"), "-out", tr.path("api"))...); code != exitOK {
		tr.Errorf("check: exit %d\n%s%s", code, stdout, stderr)
	}
}

func expect(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("no %q in\n%s", w, text)
		}
	}
}

func TestANewDocumentIsTaken(t *testing.T) {
	tr := newTree(t)
	code, stdout, stderr := tr.take(tr.new(`"properties": {`, `"properties": {"size": {"type": "integer"}, `), "-report", tr.path("report.md"))
	if code != exitOK || stderr != "" {
		t.Errorf("exit %d, stderr %s", code, stderr)
	}
	expect(t, stdout, "spec.json (2026-04-10) changed, taken from ", "  /definitions/Thing/properties/size: new: ",
		"Overlay: all 1 actions apply and are needed.", filepath.Join("api", "models.gen.go\n"), filepath.Join("docs", "schema.json\n"), "Commit all of it together")
	expect(t, tr.text("report.md"), "**", "```text\n")
	expect(t, tr.text("spec.json"), "\n        \"size\": {\n          \"type\": \"integer\"\n        },\n")
	expect(t, tr.text("api/models.gen.go"), "Size ")
	tr.upToDate()

	code, stdout, _ = tr.take(tr.path("spec.json"))
	if code != exitOK {
		t.Errorf("again: exit %d", code)
	}
	expect(t, stdout, "spec.json (2026-04-10) is as before\n", "Nothing: all of it is up to date.")
}

func TestADocumentComesFromAServer(t *testing.T) {
	tr := newTree(t)
	url := upstream(t, map[string]string{"/stable/2026-04-10/spec.json": strings.Replace(datedSpec, `"T"`, `"U"`, 1)})
	if code, stdout, stderr := tr.take(url + "/{stage}/{version}/spec.json"); code != exitOK || stderr != "" {
		t.Errorf("exit %d, stdout %s, stderr %s", code, stdout, stderr)
	}
	expect(t, tr.text("spec.json"), `"title": "U"`)
}

func TestOverlayActionsThatTheNewDocumentEnds(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		code           int
		want           []string
	}{
		{"unnecessary", `{"type": "string"}`, `{"type": "string", "format": "date-time"}`, exitOK,
			[]string{"of 1 actions 0 do not apply, and 1 are unnecessary.", "overlay.yaml:4:5: /actions/0: warning: the action on $.definitions.Thing.properties.name changes nothing", "Remove the unnecessary actions"}},
		{"matches nothing", `"name"`, `"title"`, exitDrift,
			[]string{"of 1 actions 1 do not apply, and 0 are unnecessary.", `overlay.yaml:4:5: /actions/0: Thing has no property name in this version: the action is skipped (`, "Judge the actions that do not apply"}},
		{"expects another value", `{"type": "string"}`, `{"type": "integer"}`, exitDrift,
			[]string{"of 1 actions 1 do not apply, and 0 are unnecessary.", `the document has {"type":"integer"} at `, "Judge the actions that do not apply"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tr := newTree(t)
			from := tr.new(c.old, c.new)
			code, stdout, stderr := tr.take(from)
			if code != c.code || stderr != "" {
				t.Errorf("exit %d, stderr %s", code, stderr)
			}
			expect(t, stdout, c.want...)
			expect(t, stdout, "Written:", "make spec FROM="+tr.path("spec.json"))
			if code == exitDrift {
				if code, _, stderr := vlgen("", append(tr.args("check", "-strict"), "-out", tr.path("api"))...); code != exitDrift || !strings.Contains(stderr, "overlay.yaml:4:5") {
					t.Errorf("check passes over the wrong action: exit %d, %s", code, stderr)
				}
			}

			// As the report says: without the action, and once more.
			write(t, tr.path("overlay.yaml"), otherOverlay)
			if code, stdout, stderr = tr.take(tr.path("spec.json")); code != exitOK {
				t.Errorf("exit %d, %s%s", code, stdout, stderr)
			}
			expect(t, stdout, "Overlay: all 1 actions apply and are needed.")
			tr.upToDate()
		})
	}
}

func TestADocumentWithProblemsIsTakenAsFarAsItGoes(t *testing.T) {
	tr := newTree(t)
	before := tr.text("api/models.gen.go")
	code, stdout, stderr := tr.take(tr.new(`"properties": {`, `"properties": {"size": {"$ref": "#/definitions/Missing"}, `))
	if code != exitDrift || stderr != "" {
		t.Errorf("exit %d, stderr %s", code, stderr)
	}
	expect(t, stdout, "cannot be resolved", "spec.json:13:19: /definitions/Thing/properties/size/$ref: ", "NOT brought up to date, because of the problems:\n\n  "+tr.path("api")+"\n  "+tr.path("docs")+"\n", "Solve the problems")
	expect(t, tr.text("spec.json"), "#/definitions/Missing")
	if after := tr.text("api/models.gen.go"); after != before {
		t.Error("the package was changed")
	}

	// A warning: the package can be generated, and still has to be decided.
	code, stdout, _ = tr.take(tr.new(`"properties": {`, `"properties": {"size": {}, `))
	if code != exitDrift || strings.Contains(stdout, "NOT") {
		t.Errorf("exit %d", code)
	}
	expect(t, stdout, "Problems of the new document", "/definitions/Thing/properties/size", "models.gen.go")
}

func TestTheReportComparesWithWhatWasThereBefore(t *testing.T) {
	tr := newTree(t)
	before := t.TempDir()
	write(t, filepath.Join(before, "spec.json"), datedSpec)
	write(t, filepath.Join(before, "overlay.yaml"), specOverlay)
	from := tr.new(`"T"`, `"U"`)
	for range 2 {
		code, stdout, _ := tr.take(from, "-before", before, "-format", "markdown")
		if code != exitOK {
			t.Errorf("exit %d", code)
		}
		expect(t, stdout, `/info/title: "T" became "U"`, "**")
	}
}

func TestWhatIsNoDocumentIsNotTaken(t *testing.T) {
	for name, text := range map[string]string{"a page": "<html>", "another format": `{"openapi": "3.1.0"}`, "nothing": ""} {
		tr := newTree(t)
		before := tr.text("spec.json")
		code, stdout, stderr := tr.take(write(t, filepath.Join(t.TempDir(), "new.json"), text))
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, "new.json:1:") {
			t.Errorf("%s: exit %d, stdout %q, stderr %q", name, code, stdout, stderr)
		}
		if tr.text("spec.json") != before {
			t.Errorf("%s: the document was replaced", name)
		}
	}
}

func TestSpecUsage(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
	}{
		"help":         {[]string{"-h"}, exitOK},
		"unknown flag": {[]string{"-frobnicate"}, exitUsage},
		"argument":     {[]string{"-from", "x", "y"}, exitUsage},
		"bad format":   {[]string{"-from", "x", "-format", "json"}, exitUsage},
		"bad timeout":  {[]string{"-from", "x", "-timeout", "-1s"}, exitUsage},
		"bad package":  {[]string{"-from", "x", "-package", "a-b"}, exitUsage},
		"missing spec": {[]string{"-from", "x", "-spec", "/does/not/exist.json", "-overlay", "", "-guide", ""}, exitUsage},
		"missing from": {[]string{"-from", "/does/not/exist.json", "-spec", "../../spec/voicelive.json", "-overlay", "", "-guide", ""}, exitUsage},
		"not there":    {[]string{"-from", "http://127.0.0.1:1/", "-spec", "../../spec/voicelive.json", "-overlay", "", "-guide", ""}, exitUsage},
	} {
		if code, stdout, stderr := vlgen("", append([]string{"spec"}, c.args...)...); code != c.code || stdout != "" || stderr == "" {
			t.Errorf("%s: exit %d, want %d; stdout %q, stderr %q", name, code, c.code, stdout, stderr)
		}
	}
}
