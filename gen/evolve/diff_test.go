package evolve

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/go-voicelive/voicelive-go/gen/evolve/internal/diff"
	"github.com/go-voicelive/voicelive-go/gen/internal/golden"
	"github.com/go-voicelive/voicelive-go/gen/internal/pipeline"
)

// TestDiff has an archive for each rule, named after it, with two documents. Further ones
// of a rule have a second name after a dot.
func TestDiff(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, ar *txtar.Archive) map[string]string {
		r := diffOf(t, golden.File(ar, "old.json"), golden.File(ar, "new.json"))
		id, _, _ := strings.Cut(strings.TrimPrefix(t.Name(), "TestDiff/"), ".")
		var found struct {
			Changes []struct{ Rule, Form string }
		}
		if err := json.Unmarshal(r.JSON(), &found); err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(found.Changes, func(c struct{ Rule, Form string }) bool { return c.Rule == id || c.Form == id }) {
			t.Errorf("no change is judged by rule %s", id)
		}
		return map[string]string{"diff.txt": r.Text()}
	})
	for _, r := range diff.Rules {
		if _, err := os.Stat(filepath.Join("testdata", r.ID+".txtar")); err != nil {
			t.Errorf("rule %s has no golden: %v", r.ID, err)
		}
	}
}

func diffOf(t *testing.T, before, after string) *DiffReport {
	t.Helper()
	r, _, err := Diff(DiffInput{
		Old: pipeline.Input{Spec: pipeline.Source{Name: "old.json", Data: []byte(before)}, Package: "zoo"},
		New: pipeline.Input{Spec: pipeline.Source{Name: "new.json", Data: []byte(after)}, Package: "zoo"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// opposites are the rules of which one judges the way back of the other.
var opposites = func() map[string]string {
	opposite := map[string]string{}
	for _, pair := range []string{
		"event-added event-removed", "type-added type-removed", "type-sent type-not-sent", "type-received type-not-received",
		"entry-added entry-removed", "field-added-optional field-removed-optional", "field-added-required field-removed-required",
		"field-required field-optional", "field-nullable field-not-nullable", "field-fixed field-free",
		"field-bounds-tighter field-bounds-looser", "value-added value-removed", "variant-added variant-removed", "union-null union-not-null",
		"type-tagged type-untagged", "field-promised field-not-promised",
	} {
		a, b, _ := strings.Cut(pair, " ")
		opposite[a], opposite[b] = b, a
	}
	return opposite
}()

// judged counts the changes of a report by rule, or by the rule of the way back.
func judged(r *DiffReport, back bool) map[string]int {
	n := map[string]int{}
	for _, c := range r.Changes {
		id := c.Rule.ID
		if strings.HasPrefix(id, "go-") {
			continue // they are about what breaks, in one direction
		}
		if back && opposites[id] != "" {
			id = opposites[id]
		}
		n[id]++
	}
	return n
}

// A document does not differ from itself, and swapping two documents swaps what is
// new and what is gone.
func TestDiffIsSymmetric(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal(len(paths), err)
	}
	for _, path := range paths {
		ar, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		before, after := golden.File(ar, "old.json"), golden.File(ar, "new.json")
		if r := diffOf(t, before, before); !r.Empty() || r.Breaking() {
			t.Errorf("%s: a document differs from itself:\n%s", path, r.Text())
		}
		if d := cmp.Diff(judged(diffOf(t, before, after), false), judged(diffOf(t, after, before), true)); d != "" {
			t.Errorf("%s: there and back (-there +back):\n%s", path, d)
		}
	}
}

// TestDiffRulesAreDocumented keeps docs/diff-rules.md equal to the table; write it with
// go run ./cmd/vlgen diff -rules > docs/diff-rules.md.
func TestDiffRulesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/diff-rules.md")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(DiffRules(), string(page)); d != "" {
		t.Errorf("docs/diff-rules.md is stale (-want +got):\n%s", d)
	}
	seen := map[string]bool{}
	for _, r := range diff.Rules {
		if seen[r.ID] || r.What == "" || r.GoWhy == "" {
			t.Errorf("rule %s: twice, or not described", r.ID)
		}
		seen[r.ID] = true
		for _, e := range []diff.Effect{r.Send, r.Receive} {
			if max(e.OldClient, e.NewClient) > diff.Safe && e.Why == "" {
				t.Errorf("rule %s does not say why", r.ID)
			}
		}
	}
}

func TestDiffDoesNotDependOnOrder(t *testing.T) {
	ar, err := txtar.ParseFile("testdata/event-renamed.txtar")
	if err != nil {
		t.Fatal(err)
	}
	before, after := golden.File(ar, "old.json"), golden.File(ar, "new.json")
	want := diffOf(t, before, after).Text()
	for range 20 {
		if d := cmp.Diff(want, diffOf(t, before, after).Text()); d != "" {
			t.Fatal(d)
		}
	}
}

// Hostile names and texts stay on their lines, in each format.
func TestDiffQuotesWhatItRepeats(t *testing.T) {
	const doc = `{"swagger": "2.0", "info": {"title": "t", "version": "1"}, "paths": {}, "definitions": {"A": {"type": "object", "properties": {"p": {"type": "string", "description": %q}}}}}`
	r := diffOf(t, fmt.Sprintf(doc, "one"), fmt.Sprintf(doc, "two\n## <b>*`@x`[y](z)\u202e"))
	for _, text := range []string{r.Text(), r.Markdown()} {
		if strings.Contains(text, "\n##") && strings.Contains(text, "\n## ") || strings.Contains(text, "<b>") && text == r.Markdown() || strings.Contains(text, "\u202e") {
			t.Errorf("got %s", text)
		}
	}
	if !json.Valid(r.JSON()) {
		t.Error("not JSON")
	}
}
