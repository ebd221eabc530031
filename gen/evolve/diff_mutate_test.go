//go:build !race

package evolve

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/go-voicelive/voicelive-go/gen/internal/golden"
	"github.com/go-voicelive/voicelive-go/gen/internal/guide"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/pipeline"
)

// TestDiffSeesEveryChange mutates documents at random. Whatever makes the models
// differ is reported, nothing else is, and the way back is reported too. The race
// detector would take ten times the time, and finds nothing where nothing is at once.
func TestDiffSeesEveryChange(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal(len(paths), err)
	}
	spec, err := os.ReadFile("../../spec/voicelive.json")
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := os.ReadFile("../../spec/overlay.yaml")
	if err != nil {
		t.Fatal(err)
	}
	product := pipeline.Input{Spec: pipeline.Source{Name: "spec.json", Data: spec}, Overlay: &pipeline.Source{Name: "overlay.yaml", Data: overlay}, UnusedOverlay: true, Package: "voicelive"}
	compared := seeChanges(t, product, 30)
	if compared < 10 {
		t.Errorf("only %d of 30 mutants of the product are documents", compared)
	}
	compared = 0
	for _, path := range paths {
		ar, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		compared += seeChanges(t, pipeline.Input{Spec: pipeline.Source{Name: "spec.json", Data: []byte(golden.File(ar, "old.json"))}, Package: "zoo"}, 20)
	}
	if all := len(paths) * 20; compared < all/4 {
		t.Errorf("only %d of %d mutants are documents", compared, all)
	}
}

// seeChanges compares in with n mutants of it, and returns how many could be.
func seeChanges(t *testing.T, in pipeline.Input, n int) (compared int) {
	t.Helper()
	before, err := pipeline.Load(in)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(n) {
		r := rand.New(rand.NewPCG(seed, 4))
		var doc map[string]any
		if err := json.Unmarshal(in.Spec.Data, &doc); err != nil {
			t.Fatal(err)
		}
		var did []string
		for range 1 + r.IntN(3) {
			did = append(did, mutate(r, doc["definitions"].(map[string]any)))
		}
		mutant, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		other := in
		other.Spec.Data = mutant
		after, err := pipeline.Load(other)
		if err != nil {
			continue // the mutant is no document
		}
		compared++
		there := compare(DiffInput{Old: in, New: other}, before.API, after.API, &guide.Guide{})
		back := compare(DiffInput{Old: other, New: in}, after.API, before.API, &guide.Guide{})
		same := everything(before.API) == everything(after.API)
		if there.Empty() != same || back.Empty() != same {
			t.Errorf("seed %d: %s\nthe models are equal: %v; reported there: %v; reported back: %v\n%s%s", seed, strings.Join(did, ", "),
				same, !there.Empty(), !back.Empty(), there.Text(), firstDifference(everything(before.API), everything(after.API)))
		}
		if d := cmp.Diff(judged(there, false), judged(back, true)); d != "" {
			t.Errorf("seed %d: %s\nthere and back (-there +back):\n%s", seed, strings.Join(did, ", "), d)
		}
		if self := compare(DiffInput{Old: other, New: other}, after.API, after.API, &guide.Guide{}); !self.Empty() {
			t.Errorf("seed %d: the mutant differs from itself:\n%s", seed, self.Text())
		}
	}
	return compared
}

// pinned says where a Go name comes from, not what it is.
var pinned = regexp.MustCompile(` pin [^ )\n]+`)

// everything is all of a model in an order that says nothing: the dump, and the
// prose that it leaves out.
func everything(api *model.API) string {
	lines := strings.Split(pinned.ReplaceAllString(api.Dump(), ""), "\n")
	section := ""
	for i, line := range lines {
		if line != "" && line[0] != '\t' {
			section = line
		}
		lines[i] = section + line
	}
	for _, t := range api.Types() {
		d := model.DeclOf(t)
		lines = append(lines, fmt.Sprintf("doc %s %q", d.Wire, d.Doc))
		switch t := t.(type) {
		case *model.Struct:
			for _, f := range t.Fields {
				lines = append(lines, fmt.Sprintf("doc %s.%s %q", d.Wire, f.Wire, f.Doc))
			}
		case *model.Enum:
			for _, v := range t.Values {
				lines = append(lines, fmt.Sprintf("doc %s=%s %q", d.Wire, v.Wire, v.Doc))
			}
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func firstDifference(a, b string) string {
	before, after := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(before), len(after)) {
		if before[i] != after[i] {
			return "-" + before[i] + "\n+" + after[i]
		}
	}
	return "one has more lines"
}

// clone copies v, which may be put below itself.
func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		c := map[string]any{}
		for k, e := range v {
			c[k] = clone(e)
		}
		return c
	case []any:
		c := make([]any, len(v))
		for i, e := range v {
			c[i] = clone(e)
		}
		return c
	}
	return v
}

// mutate changes one thing below v, and says what.
func mutate(r *rand.Rand, v any) string {
	var objects []map[string]any
	var lists []func() string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			objects = append(objects, v)
			for _, k := range slices.Sorted(maps.Keys(v)) {
				if l, ok := v[k].([]any); ok && len(l) > 0 {
					lists = append(lists, func() string {
						i := r.IntN(len(l))
						switch r.IntN(3) {
						case 0:
							v[k] = slices.Delete(slices.Clone(l), i, i+1)
							return fmt.Sprintf("drop %s[%d]", k, i)
						case 1:
							v[k] = append(slices.Clone(l), "fresh")
							return "append to " + k
						}
						v[k] = append(slices.Clone(l[i:]), l[:i]...)
						return fmt.Sprintf("rotate %s by %d", k, i)
					})
				}
				walk(v[k])
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		}
	}
	walk(v)
	if len(lists) > 0 && r.IntN(3) == 0 {
		return lists[r.IntN(len(lists))]()
	}
	o := objects[r.IntN(len(objects))]
	keys := slices.Sorted(maps.Keys(o))
	if len(keys) == 0 {
		o["description"] = "fresh"
		return "describe something empty"
	}
	k := keys[r.IntN(len(keys))]
	from := objects[r.IntN(len(objects))]
	switch r.IntN(6) {
	case 0:
		delete(o, k)
		return "delete " + k
	case 1:
		o[k+"_fresh"] = o[k]
		delete(o, k)
		return "rename " + k
	case 2:
		if other, ok := from[k]; ok {
			o[k] = clone(other)
			return "another " + k
		}
		fallthrough
	case 3:
		word := []any{"x-nullable", true, "readOnly", true, "maxLength", 3, "minimum", 1, "maximum", 9, "pattern", "^a", "default", "a", "description", "fresh", "minItems", 1, "format", "byte", "enum", []any{"a"}}
		i := 2 * r.IntN(len(word)/2)
		o[word[i].(string)] = word[i+1]
		return "set " + word[i].(string)
	}
	switch value := o[k].(type) {
	case string:
		o[k] = value + "x"
		if r.IntN(2) == 0 && k == "type" {
			o[k] = []string{"string", "integer", "number", "boolean"}[r.IntN(4)]
		}
		return "spell " + k
	case bool:
		o[k] = !value
		return "flip " + k
	case float64:
		o[k] = value + 1
		return "count " + k
	}
	delete(o, k)
	return "delete " + k
}
