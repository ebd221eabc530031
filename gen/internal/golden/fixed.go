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
// done. An archive whose file said is not empty has a file in fixed/ for each one that
// changes, or a fix.json, which changes the definitions of its spec.json as RFC 7386
// merges JSON. f gets the files after that by their names, and must have nothing to say.
func Fixed(t *testing.T, dir, said string, f func(t *testing.T, ar *txtar.Archive, file func(name string) string) string) {
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
			fixed := fixes(t, ar)
			if len(fixed) == 0 {
				t.Fatal("the archive has neither fix.json nor a file in fixed/")
			}
			got := f(t, ar, func(name string) string {
				if text, ok := fixed[name]; ok {
					return text
				}
				return File(ar, name)
			})
			if got != "" {
				t.Errorf("after the fix:\n%s", got)
			}
		})
	}
}

// fixes are the files that a fix changes, by name.
func fixes(t *testing.T, ar *txtar.Archive) map[string]string {
	fixed := map[string]string{}
	for _, f := range ar.Files {
		if name, ok := strings.CutPrefix(f.Name, "fixed/"); ok {
			fixed[name] = string(f.Data)
		}
	}
	if patch := decode(t, File(ar, "fix.json")); len(patch) > 0 {
		spec, err := json.Marshal(merge(decode(t, File(ar, "spec.json")), map[string]any{"definitions": patch}))
		if err != nil {
			t.Fatal(err)
		}
		fixed["spec.json"] = string(spec)
	}
	return fixed
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
