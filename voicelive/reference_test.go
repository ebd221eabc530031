package voicelive_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// TestEveryExampleOfTheReferenceIsAccepted reads the examples of the generated
// documentation: the codec must take each one, lose nothing of it, and find
// nothing wrong with what is sent.
func TestEveryExampleOfTheReferenceIsAccepted(t *testing.T) {
	types := typesByName()
	shown := map[string]bool{}
	for _, e := range examples(t) {
		typ, ok := types[e.goName]
		if !ok {
			t.Errorf("%s: there is no type %s", e.file, e.goName)
			continue
		}
		shown[e.goName] = true
		v := reflect.New(typ)
		if err := json.Unmarshal(e.text, v.Interface()); err != nil {
			t.Errorf("%s: %s: %v", e.file, e.goName, err)
			continue
		}
		checkFits(t, e, v.Elem())
		got, err := json.Marshal(v.Interface())
		if err != nil {
			t.Errorf("%s: %s: %v", e.file, e.goName, err)
			continue
		}
		if diff := cmp.Diff(parseJSON(t, e.text), parseJSON(t, got)); diff != "" {
			t.Errorf("%s: %s: encode(decode(x)) differs (-x):\n%s", e.file, e.goName, diff)
		}
		if sent, ok := v.Interface().(voicelive.ClientEvent); ok {
			if err := sent.Validate(); err != nil {
				t.Errorf("%s: %s: %v\n%s", e.file, e.goName, err, e.text)
			}
		}
	}
	for name, typ := range types {
		if typ.Kind() == reflect.Struct && !shown[name] {
			t.Errorf("the reference has no example of %s", name)
		}
	}
}

// checkFits reports what a struct could not hold in its fields: the example of
// a type has nothing that the type does not know.
func checkFits(t *testing.T, e docExample, v reflect.Value) {
	if v.Kind() != reflect.Struct {
		return
	}
	extra := v.FieldByName("Extra")
	if extra.IsValid() && !extra.IsZero() {
		t.Errorf("%s: %s: the fields do not hold everything: %v\n%s", e.file, e.goName, extra, e.text)
	}
}

// docExample is one JSON block of the reference and the type that it says it is of.
type docExample struct {
	file, goName string
	text         []byte
}

var jsonBlock = regexp.MustCompile("(?s)```json go=(\\S+) type=\\S+\n(.*?)\n```")

func examples(t *testing.T) (all []docExample) {
	files, err := filepath.Glob("../docs/reference/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		page, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range jsonBlock.FindAllSubmatch(page, -1) {
			all = append(all, docExample{filepath.Base(file), string(block[1]), block[2]})
		}
	}
	if len(all) < 100 {
		t.Fatalf("%d examples in %d pages", len(all), len(files))
	}
	return all
}

// typesByName are the types that documents of the reference may name: all that
// the unions and their variants lead to.
func typesByName() map[string]reflect.Type {
	types := map[string]reflect.Type{}
	for typ, u := range unions {
		collect(types, typ)
		for _, tag := range u.tags {
			for _, role := range tags(voicelive.MessageRole("").Values()) {
				if v, err := u.unmarshal([]byte(`{"` + u.key + `":"` + tag + `","role":"` + role + `"}`)); err == nil && u.key != "role" {
					collect(types, reflect.TypeOf(v))
				}
			}
		}
		for _, scalar := range append(u.scalars, "1", "{}", "[]") {
			if v, err := u.unmarshal([]byte(scalar)); err == nil && v != nil {
				collect(types, reflect.TypeOf(v))
			}
		}
	}
	return types
}

// collect adds a type of the package and those of its fields.
func collect(types map[string]reflect.Type, typ reflect.Type) {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if typ.Name() == "" {
			collect(types, typ.Elem())
			return
		}
	}
	if method, ok := reflect.PointerTo(typ).MethodByName("Ptr"); ok { // Nullable[T]
		collect(types, method.Type.Out(0).Elem())
		return
	}
	if filepath.Base(typ.PkgPath()) != "voicelive" || types[typ.Name()] != nil || typ.Kind() == reflect.Interface ||
		regexp.MustCompile("^(Unknown|Null)").MatchString(typ.Name()) {
		return
	}
	types[typ.Name()] = typ
	switch typ.Kind() {
	case reflect.Struct:
		for i := range typ.NumField() {
			collect(types, typ.Field(i).Type)
		}
	case reflect.Slice, reflect.Map:
		collect(types, typ.Elem())
	}
}
