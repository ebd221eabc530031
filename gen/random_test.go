package gen_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/gen"
)

// TestRandomDocuments generates a package from a random document, and sends
// random values of all its definitions through the codec: none may change, and each
// must fit the fields of its type.
func TestRandomDocuments(t *testing.T) {
	for seed := range uint64(2) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			d := newRandomDocument(seed)
			spec, err := json.Marshal(object{"swagger": "2.0", "info": object{"title": "Random", "version": "1"}, "paths": object{}, "definitions": d.definitions})
			if err != nil {
				t.Fatal(err)
			}
			files := generate(t, gen.Input{Spec: gen.Source{Name: "spec.json", Data: spec}, Package: "api"}).Files
			if out, err := runBeside(t, append(files, gen.File{Name: "random_test.go", Data: d.test()})); err != nil {
				t.Errorf("%v\n%s\n%s", err, out, spec)
			}
		})
	}
}

// runBeside tests a package that exists nowhere but in an overlay of the build:
// a folder of this module, so that it can import the runtime.
func runBeside(t *testing.T, files []gen.File) (string, error) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir, replace := t.TempDir(), map[string]string{}
	for _, f := range files {
		at := filepath.Join(dir, f.Name)
		if err := os.WriteFile(at, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(here, "testdata", f.Name)] = at
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(at, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "test", "-vet=all", "-count=1", "-overlay", at, "./testdata").CombinedOutput()
	return string(out), err
}

type object = map[string]any

// randomDocument makes definitions and values of them. A definition refers only
// to earlier ones.
type randomDocument struct {
	*rand.Rand
	definitions object
	names       []string            // of the definitions, in the order of their making
	variants    map[string][]string // of a base
}

func newRandomDocument(seed uint64) *randomDocument {
	d := &randomDocument{Rand: rand.New(rand.NewPCG(seed, 5)), definitions: object{}, variants: map[string][]string{}}
	for i := range 24 {
		name := fmt.Sprintf("D%d", i)
		schema := pick(d, d.objectSchema, d.objectSchema, d.enum, d.scalar, d.list, d.wrapped, d.composed)()
		if d.IntN(6) == 0 {
			d.base(name)
			continue
		}
		d.add(name, schema)
	}
	all := object{}
	for _, name := range d.names {
		all[strings.ToLower(name)] = ref(name)
	}
	d.add("All", object{"type": "object", "properties": all})
	return d
}

func (d *randomDocument) add(name string, schema object) {
	d.definitions[name] = schema
	d.names = append(d.names, name)
}

// base adds a union of two variants.
func (d *randomDocument) base(name string) {
	key := object{"type": "string"}
	d.decorate(key)
	for i := range 2 {
		variant := fmt.Sprintf("%sV%d", name, i)
		d.definitions[variant] = object{
			"allOf":      []any{ref(name)},
			"properties": object{"own": d.schema()}, "x-ms-discriminator-value": strings.ToLower(variant),
		}
		d.variants[name] = append(d.variants[name], variant)
	}
	d.add(name, object{"type": "object", "discriminator": "kind", "required": []any{"kind"},
		"properties": object{"kind": key, "shared": d.scalar()}})
}

func pick[T any](d *randomDocument, from ...T) T { return from[d.IntN(len(from))] }

func ref(name string) object { return object{"$ref": "#/definitions/" + name} }

// schema is one that can stand anywhere.
func (d *randomDocument) schema() object {
	return pick(d, d.scalar, d.scalar, d.enum, d.list, d.mapping, d.wrapped, d.reference, d.reference)()
}

func (d *randomDocument) reference() object {
	if len(d.names) == 0 {
		return d.scalar()
	}
	return ref(pick(d, d.names...))
}

func (d *randomDocument) scalar() object {
	s := object{"type": pick(d, "string", "integer", "number", "boolean")}
	switch s["type"] {
	case "string":
		if format := pick(d, "", "byte", "date-time", "uri"); format != "" {
			s["format"] = format
		}
	case "integer":
		if d.IntN(2) == 0 {
			s["format"] = "int64"
		}
	}
	d.decorate(s)
	return s
}

// decorate adds what changes nothing on the wire.
func (d *randomDocument) decorate(s object) {
	for range d.IntN(3) {
		switch d.IntN(5) {
		case 0:
			s["minimum"], s["maximum"] = 9, 3
		case 1:
			s["maxLength"] = d.IntN(3)
		case 2:
			s["default"] = pick[any](d, 5, "x", nil, []any{}, true)
		case 3:
			s["description"] = "It says */ nothing.\n\n\t`much`"
		case 4:
			s["maxItems"] = 1
		}
	}
}

func (d *randomDocument) enum() object {
	values := []any{"alpha", "beta"}
	s := object{"type": "string"}
	switch d.IntN(6) {
	case 0:
		values = append(values, "")
	case 1:
		values = []any{"only"}
	case 2:
		values = []any{nil, "alpha", ""}
	case 3:
		s, values = object{"type": "integer"}, []any{1, 2, nil}
	case 4:
		delete(s, "type")
	}
	if d.IntN(3) == 0 {
		s["x-ms-enum"] = object{"modelAsString": d.IntN(2) == 0}
	}
	s["enum"] = values
	d.decorate(s)
	return s
}

func (d *randomDocument) list() object {
	s := object{"type": "array", "items": d.schema()}
	if d.IntN(6) == 0 {
		delete(s, "items")
	}
	return s
}

func (d *randomDocument) mapping() object {
	return object{"type": "object", "additionalProperties": d.schema()}
}

// wrapped is an allOf around one type.
func (d *randomDocument) wrapped() object {
	elements := []any{pick(d, d.reference, d.scalar, d.enum, d.list, d.mapping)()}
	if d.IntN(2) == 0 {
		elements = append(elements, object{"description": "Beside."})
	}
	s := object{"allOf": elements}
	d.decorate(s)
	return s
}

// composed is an allOf of two objects.
func (d *randomDocument) composed() object {
	return object{"allOf": []any{d.objectSchema(), object{"type": "object", "properties": object{"more": d.schema()}}}}
}

func (d *randomDocument) objectSchema() object {
	properties, required := object{}, []any{}
	for i := range 1 + d.IntN(5) {
		name := fmt.Sprintf("p%d", i)
		p := d.schema()
		switch _, isRef := p["$ref"]; {
		case d.IntN(4) == 0:
			p["x-nullable"] = true
		case d.IntN(6) == 0 && !isRef && p["type"] != nil:
			p["type"] = []any{p["type"], "null"}
		}
		properties[name] = p
		if d.IntN(3) == 0 {
			required = append(required, name)
		}
	}
	return object{"type": "object", "properties": properties, "required": required}
}

// value is one of a schema, not null.
func (d *randomDocument) value(s object) any {
	if to, ok := s["$ref"].(string); ok {
		name := strings.TrimPrefix(to, "#/definitions/")
		if variants := d.variants[name]; variants != nil {
			return d.variant(name, pick(d, variants...))
		}
		return d.value(d.definitions[name].(object))
	}
	if elements, ok := s["allOf"].([]any); ok {
		return d.valueOfAll(elements)
	}
	if enum, ok := s["enum"].([]any); ok {
		return pick(d, slices.DeleteFunc(slices.Clone(enum), func(v any) bool { return v == nil })...)
	}
	switch typeOf(s) {
	case "integer":
		return d.IntN(2000) - 1000
	case "number":
		return float64(d.IntN(1000)) / 8
	case "boolean":
		return d.IntN(2) == 0
	case "array":
		return d.elements(s)
	case "object":
		return d.members(s)
	}
	switch s["format"] {
	case "byte":
		return pick(d, "", "AAEC", "/+8=")
	case "date-time":
		return pick(d, "2024-02-29T23:59:58Z", "1999-12-31T00:00:00.25+01:00")
	}
	return pick(d, "", "text", "\u2028 \"quoted\" \\")
}

func typeOf(s object) any {
	if types, ok := s["type"].([]any); ok {
		return types[0]
	}
	return s["type"]
}

// valueOfAll is the value of the first element, with the members of the others.
func (d *randomDocument) valueOfAll(elements []any) any {
	value := d.value(elements[0].(object))
	for _, e := range elements[1:] {
		if _, composes := e.(object)["properties"]; composes {
			maps.Copy(value.(object), d.members(e.(object)))
		}
	}
	return value
}

func (d *randomDocument) variant(base, name string) any {
	s := d.definitions[name].(object)
	value := d.members(d.definitions[base].(object))
	maps.Copy(value, d.members(s))
	value["kind"] = s["x-ms-discriminator-value"]
	return value
}

func (d *randomDocument) elements(s object) any {
	items, ok := s["items"].(object)
	if !ok {
		return pick[any](d, []any{}, []any{1, "x", nil, object{"a": []any{}}})
	}
	list := []any{}
	for range d.IntN(3) {
		list = append(list, d.value(items))
	}
	return list
}

func (d *randomDocument) members(s object) object {
	o := object{}
	if free, ok := s["additionalProperties"].(object); ok {
		for i := range d.IntN(3) {
			o[fmt.Sprintf("key %d", i)] = d.value(free)
		}
		return o
	}
	required, _ := s["required"].([]any)
	for _, name := range slices.Sorted(maps.Keys(s["properties"].(object))) {
		p := s["properties"].(object)[name].(object)
		_, isList := p["type"].([]any)
		switch {
		case (isList || p["x-nullable"] == true) && d.IntN(3) == 0:
			o[name] = nil
		case slices.Contains(required, any(name)) || d.IntN(3) > 0:
			o[name] = d.value(p)
		}
	}
	if d.IntN(4) == 0 {
		o["unknown member"] = []any{1, nil}
	}
	return o
}

// test is the Go test of the generated package.
func (d *randomDocument) test() []byte {
	var texts strings.Builder
	for range 60 {
		fmt.Fprintf(&texts, "\t%q,\n", compact(d.value(ref("All"))))
	}
	return []byte(strings.Replace(randomTest, "TEXTS", texts.String(), 1))
}

func compact(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// randomTest is a test inside of the generated package.
const randomTest = `package api

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
)

var texts = []string{
TEXTS}

func TestRandomValues(t *testing.T) {
	for _, text := range texts {
		var v All
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, err := json.Marshal(v)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if !reflect.DeepEqual(parse(t, got), parse(t, []byte(text))) {
			t.Errorf("%s became\n%s", text, got)
		}
		fits(t, reflect.ValueOf(v), text)
	}
}

func parse(t *testing.T, text []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// fits reports values that no field could hold.
func fits(t *testing.T, v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			fits(t, v.Elem(), text)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fits(t, v.Index(i), text)
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			fits(t, v.MapIndex(k), text)
		}
	case reflect.Struct:
		if extra, ok := v.Interface().(Extra); ok {
			if err := extra.Err(); err != nil {
				t.Errorf("%s: %v", text, err)
			}
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fits(t, v.Field(i), text)
			}
		}
	}
}
`
