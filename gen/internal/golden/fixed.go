package golden

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// Fixed checks that what the diagnostics of a folder's goldens tell to do can be
// done. An archive whose file said is not empty has a fix.json, which changes the
// definitions of its spec.json as RFC 7386 merges JSON; of the result, f must
// have nothing to say.
func Fixed(t *testing.T, dir, said string, f func(spec []byte) string) {
	t.Helper()
	for _, path := range archives(t, dir) {
		ar, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if File(ar, said) == "" {
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			patch, spec := decode(t, File(ar, "fix.json")), decode(t, File(ar, "spec.json"))
			if len(patch) == 0 {
				t.Fatal("the archive has no fix.json")
			}
			fixed, err := json.Marshal(merge(spec, map[string]any{"definitions": patch}))
			if err != nil {
				t.Fatal(err)
			}
			if got := f(fixed); got != "" {
				t.Errorf("after the fix:\n%s", got)
			}
		})
	}
}

func decode(t *testing.T, text string) map[string]any {
	object := map[string]any{}
	if text == "" {
		return object
	}
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	if err := d.Decode(&object); err != nil {
		t.Fatal(err)
	}
	return object
}

// merge applies a patch, of which null removes a member.
func merge(object, patch map[string]any) map[string]any {
	for name, value := range patch {
		inner, isObject := value.(map[string]any)
		old, _ := object[name].(map[string]any)
		switch {
		case value == nil:
			delete(object, name)
		case isObject && old != nil:
			object[name] = merge(old, inner)
		default:
			object[name] = value
		}
	}
	return object
}
