package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var play = flag.String("play", "", "`files` with documents of other versions, separated by commas, that the project takes to the end")

// TestAnotherVersion takes a document of another version, makes the edits that
// the report asks for and no others, and expects a project that is up to date,
// compiles, and has a simulator that works.
//
// The version of testdata/later.json lacks what an API may lack, and has new
// events. It comes from the document in spec/, so that it changes with it.
func TestAnotherVersion(t *testing.T) {
	t.Run("later", func(t *testing.T) {
		p := newProject(t)
		p.takeToTheEnd(write(t, filepath.Join(t.TempDir(), "later.json"), later(t)))
		p.sh("go build ./voicelive/... && go test -vet=all ./voicelive/voicelivetest -update")
	})
	for _, file := range strings.FieldsFunc(*play, func(r rune) bool { return r == ',' }) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			p := newProject(t)
			p.takeToTheEnd(file)
			p.withoutFeatures()
			p.sh("go run ./cmd/vlgen versions && make check && go build ./... && go vet ./... && go -C examples vet ./... && go -C bench vet ./... && "+
				"go test ./voicelive ./internal/api -run TestExportedAPI -update && go test ./voicelive/voicelivetest -run TestEveryServerEvent -update && make test",
				"GOFLAGS="+os.Getenv("GOFLAGS"))
		})
	}
}

// takeToTheEnd runs vlgen spec and makes the edits that its report asks for,
// until it asks for none. What uses a type that an API may lack is in files of
// its own, so files are deleted once, and nothing misses them.
func (p *project) takeToTheEnd(from string) {
	p.Helper()
	before, err := filepath.Abs("../../spec")
	if err != nil {
		p.Fatal(err)
	}
	// The race detector takes ten times the time to check types. What the copy was made of is still the same, and compiled.
	p.run("../..", "go", "build", "-buildvcs=false", "-ldflags=-s", "-o", filepath.Join(p.tools, "vlgen"), "./cmd/vlgen")
	p.Chdir(p.dir)
	var deleted []string
	for range 5 {
		code, out := p.try("vlgen spec -from '" + from + "' -before '" + before + "' -report spec-report.md")
		if code == exitOK {
			p.Logf("deleted %q\n%s", deleted, p.text("spec-report.md"))
			p.sh("vlgen check -strict && vlgen docs -check -strict")
			return
		}
		files := named(out)
		if code != exitDrift || deleted != nil && files != nil || !p.edit(out, files) {
			p.Fatalf("exit %d, after %q were deleted:\n%s", code, deleted, out)
		}
		deleted = append(deleted, files...)
		from = "spec/voicelive.json"
	}
	p.Fatal("the report asks for edits again and again")
}

// withoutFeatures removes from the README the features that its test does not find.
func (p *project) withoutFeatures() {
	p.Helper()
	_, out := p.try("go test ./internal/readme -run TestFeaturesExist", "GOFLAGS="+os.Getenv("GOFLAGS"))
	readme := p.text("README.md")
	for _, m := range regexp.MustCompile(`there is no (\S+)`).FindAllStringSubmatch(out, -1) {
		readme = regexp.MustCompile(`(?m)^\|.*`+regexp.QuoteMeta(m[1])+`.*\n`).ReplaceAllString(readme, "")
	}
	write(p.T, "README.md", readme)
}

var (
	overlayLine = regexp.MustCompile(`spec/overlay\.yaml:(\d+):`)
	moreLines   = regexp.MustCompile(`the actions at lines ([\d, ]+) are skipped`)
	guideLine   = regexp.MustCompile(`spec/guide\.yaml:(\d+):`)
	handWritten = regexp.MustCompile(`(?s)\nHand-written files that do not compile any more:\n\n(.*?)\n\n`)
)

// named returns the hand-written files that a report names, with their tests.
func named(report string) (files []string) {
	if m := handWritten.FindStringSubmatch(report); m != nil {
		for line := range strings.Lines(m[1]) {
			names, _, _ := strings.Cut(line, ": ")
			files = append(files, strings.Split(strings.TrimSpace(names), ", ")...)
		}
	}
	return files
}

// edit removes the actions and the lines of the guide that a report names, and
// files. It reports false if there are none.
func (p *project) edit(report string, files []string) bool {
	p.Helper()
	var actions, guide []int
	for _, m := range slices.Concat(overlayLine.FindAllStringSubmatch(report, -1), moreLines.FindAllStringSubmatch(report, -1)) {
		actions = append(actions, numbers(m[1])...)
	}
	for _, m := range guideLine.FindAllStringSubmatch(report, -1) {
		guide = append(guide, numbers(m[1])...)
	}
	p.cut("spec/overlay.yaml", actions)
	p.cut("spec/guide.yaml", guide)
	for _, f := range files {
		if err := os.Remove(f); err != nil {
			p.Fatal(err)
		}
	}
	return len(actions)+len(guide)+len(files) > 0
}

func numbers(list string) (all []int) {
	for text := range strings.SplitSeq(list, ", ") {
		if n, err := strconv.Atoi(text); err == nil {
			all = append(all, n)
		}
	}
	return all
}

// cut removes lines of a YAML file, each with those that are indented below it.
func (p *project) cut(file string, lines []int) {
	p.Helper()
	var kept []string
	deep := -1 // the indentation of what is removed
	for i, line := range strings.Split(p.text(file), "\n") {
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if deep >= 0 && line != "" && indent <= deep {
			deep = -1
		}
		if slices.Contains(lines, i+1) {
			deep = indent
		}
		if deep < 0 {
			kept = append(kept, line)
		}
	}
	write(p.T, file, strings.Join(kept, "\n"))
}

// later is the document of testdata/later.json: that in spec/ without the
// definitions that are dropped, and with some more.
func later(t *testing.T) string {
	t.Helper()
	var change struct {
		Version     string
		Drop        []string // parts of names, or Type.property
		Definitions object
	}
	var doc object
	for file, to := range map[string]any{"testdata/later.json": &change, "../../spec/voicelive.json": &doc} {
		text, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(text, to)
		}
		if err != nil {
			t.Fatal(file, err)
		}
	}
	definitions := doc.get("definitions").(*object)
	gone := map[string]bool{} // references, and tags
	for _, m := range definitions.members {
		if slices.ContainsFunc(change.Drop, func(part string) bool { return strings.Contains(m.name, part) }) {
			gone["#/definitions/"+m.name] = true
			if tag, ok := m.value.(*object).get("x-ms-discriminator-value").(string); ok {
				gone[tag] = true
			}
		}
	}
	definitions.members = slices.DeleteFunc(definitions.members, func(m member) bool { return gone["#/definitions/"+m.name] })
	without(&doc, gone)
	for _, drop := range change.Drop {
		name, property, _ := strings.Cut(drop, ".")
		if definition, ok := definitions.get(name).(*object); ok && property != "" {
			properties := definition.get("properties").(*object)
			properties.members = slices.DeleteFunc(properties.members, func(m member) bool { return m.name == property })
		}
	}
	definitions.members = append(definitions.members, change.Definitions.members...)
	info := doc.get("info").(*object)
	for i := range info.members {
		if info.members[i].name == "version" {
			info.members[i].value = change.Version
		}
	}
	text, err := json.Marshal(&doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// without removes from a value what refers to something that is gone.
func without(v any, gone map[string]bool) (refers bool) {
	switch v := v.(type) {
	case string:
		return gone[v]
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return without(e, gone) })
	case *object:
		for i, m := range v.members {
			list, isList := m.value.([]any)
			switch {
			case isList:
				v.members[i].value = slices.DeleteFunc(list, func(e any) bool { return without(e, gone) })
			case m.name == "properties":
				schemas := m.value.(*object)
				schemas.members = slices.DeleteFunc(schemas.members, func(p member) bool { return without(p.value, gone) })
			default:
				refers = without(m.value, gone) || refers
			}
		}
	}
	return refers
}

// An object keeps the order of its members, which parameters of helpers have.
type object struct{ members []member }

type member struct {
	name  string
	value any
}

func (o *object) get(name string) any {
	for _, m := range o.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

func (o *object) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	v, err := ordered(d)
	if read, ok := v.(*object); ok {
		*o = *read
	}
	return err
}

// ordered reads a value; objects become *object.
func ordered(d *json.Decoder) (any, error) {
	token, err := d.Token()
	switch token {
	case json.Delim('{'):
		o := &object{}
		for d.More() && err == nil {
			var m member
			if token, err = d.Token(); err == nil {
				m.name = token.(string)
				m.value, err = ordered(d)
			}
			o.members = append(o.members, m)
		}
		d.Token() // the end
		return o, err
	case json.Delim('['):
		list := []any{}
		for d.More() && err == nil {
			var v any
			v, err = ordered(d)
			list = append(list, v)
		}
		d.Token() // the end
		return list, err
	}
	return token, err
}

func (o *object) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, m := range o.members {
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, name...), ':'), value...)
	}
	return append(b, '}'), nil
}
