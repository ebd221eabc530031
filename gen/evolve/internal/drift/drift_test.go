package drift

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/golden"
)

// changes stands for what vlgen diff says.
type changes string

func (c changes) Empty() bool      { return c == "" }
func (c changes) Summary() string  { return "summary of the diff" }
func (c changes) Breaks() []string { return []string{"a break"} }
func (c changes) Text() string     { return "diff as text: " + string(c) + "\n" }
func (c changes) Markdown() string { return "diff as Markdown: " + string(c) + "\n" }
func (c changes) JSON() []byte     { return fmt.Appendf(nil, "{%q: %q}", "diff", string(c)) }

// TestReports has archives with two documents, and what else a report is about
// in files named after its fields, a line each.
func TestReports(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, ar *txtar.Archive) map[string]string {
		checked, upstream := parse(t, golden.File(ar, "checked.json")), parse(t, golden.File(ar, "upstream.json"))
		r := &Report{
			Checked:  Document{"spec.json", VersionOf(checked)},
			Upstream: Document{"https://example.com/spec.json", VersionOf(upstream)},
			Places:   document.Differences(checked.Root, upstream.Root),
			Problems: lines(ar, "problems"),
		}
		if len(r.Problems) == 0 {
			r.API = changes(strings.TrimSpace(golden.File(ar, "api")))
		}
		for _, line := range lines(ar, "newer") {
			name, from, _ := strings.Cut(line, " ")
			r.Newer = append(r.Newer, Version{name, from})
		}
		text := r.JSON()
		if !json.Valid(text) {
			t.Errorf("not JSON: %s", text)
		}
		taken := &Taken{From: "new.json", Version: r.Upstream.Version, Report: r, Actions: 9, NotApplied: len(lines(ar, "wrong")), Wrong: lines(ar, "wrong"), HandWritten: lines(ar, "hand-written"),
			Unnecessary: lines(ar, "unnecessary"), Problems: r.Problems, NotGenerated: lines(ar, "not-generated"), Written: lines(ar, "written")}
		return map[string]string{
			"drift.txt": r.Text(), "drift.md": r.Markdown(), "drift.json": string(text),
			"spec.txt": taken.Text(), "spec.md": taken.Markdown(),
		}
	})
}

func lines(ar *txtar.Archive, name string) []string {
	return strings.FieldsFunc(golden.File(ar, name), func(r rune) bool { return r == '\n' })
}

func parse(t *testing.T, text string) *document.Document {
	t.Helper()
	var diags diag.List
	doc := document.Parse("spec.json", []byte(text), &diags)
	if doc == nil {
		t.Fatal(diags.String())
	}
	return doc
}

func TestPeopleGetTheFirstPlaces(t *testing.T) {
	r := &Report{API: changes("")}
	for i := range maxPlaces + 7 {
		r.Places = append(r.Places, document.Difference{Pointer: fmt.Sprintf("/p%d", i), After: parse(t, `{"swagger": "2.0"}`).Root})
	}
	for _, text := range []string{r.Text(), r.Markdown()} {
		if !strings.Contains(text, "/p199: ") || strings.Contains(text, "/p200: ") || !strings.Contains(text, "and 7 more, which -format json lists") {
			t.Error(text)
		}
	}
	if text := string(r.JSON()); !strings.Contains(text, "/p206") {
		t.Error(text)
	}
}
