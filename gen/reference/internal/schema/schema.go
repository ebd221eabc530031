// Package schema describes the model as JSON Schema 2020-12.
//
// The schemas take what the service may really send: a tag that is not known,
// an enum value that is not listed, a property that is not described, null for
// what has no value, and what is required but missing from a type that only the
// service sends.
package schema

import (
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/ordered"
)

// Document is the schema of all messages: an object that is a variant of an
// entry point, or of none that is known. It has a definition for each type.
func Document(api *model.API, marker string) []byte {
	b := Builder{Prefix: "#/$defs/"}
	roots := []any{}
	for _, u := range api.Unions {
		if u.Root && len(u.Variants) > 0 {
			roots = append(roots, ordered.Object{{Name: "if", Value: tagged(u.Key, tags(u))}, {Name: "then", Value: b.Ref(u)}})
		}
	}
	doc := ordered.Object{
		{Name: "$comment", Value: marker},
		{Name: "$schema", Value: "https://json-schema.org/draft/2020-12/schema"},
		{Name: "title", Value: api.Title + " " + api.Version},
	}
	if len(roots) > 0 {
		doc = doc.Set("type", "object").Set("allOf", roots)
	}
	return append([]byte(ordered.Text(doc.Set("$defs", b.Definitions(api)))), '\n')
}

// Builder makes the schema of each type.
type Builder struct {
	Prefix string // of a reference to a definition
	// Bare is set if a reference must stand alone, as in drafts before 2019-09.
	Bare bool
	// Key makes the name of a definition from a wire name; nil leaves it as it is.
	Key func(wire string) string
}

// Definitions are the schemas of all declarations by wire name.
func (b Builder) Definitions(api *model.API) ordered.Object {
	defs := ordered.Object{}
	for _, t := range api.Types() {
		defs = defs.Set(b.key(t), b.definition(t))
	}
	return defs
}

func (b Builder) key(t model.Type) string {
	wire := model.DeclOf(t).Wire
	if b.Key != nil {
		return b.Key(wire)
	}
	return wire
}

// Ref is a reference to the schema of a declaration.
func (b Builder) Ref(t model.Type) ordered.Object {
	name := strings.NewReplacer("~", "~0", "/", "~1", "%", "%25", " ", "%20").Replace(b.key(t))
	return ordered.Object{{Name: "$ref", Value: b.Prefix + name}}
}

func (b Builder) definition(t model.Type) ordered.Object {
	d := model.DeclOf(t)
	s := ordered.Object{}
	if doc := strings.TrimSpace(d.Doc); doc != "" {
		s = s.Set("description", doc)
	}
	switch t := t.(type) {
	case *model.Struct:
		return append(s, b.object(t)...)
	case *model.Union:
		return append(s, b.union(t)...)
	case *model.Enum:
		return append(s, b.enum(t)...)
	case *model.Named:
		return append(append(s, b.schemaOf(t.Type)...), bounds(t.Bounds, t.Type)...)
	}
	return s
}

// enum takes any string; the known values are beside it, so that tools that
// complete them find them.
func (b Builder) enum(e *model.Enum) ordered.Object {
	values := []any{}
	for _, v := range e.Values {
		values = append(values, v.Wire)
	}
	return ordered.Object{{Name: "anyOf", Value: []any{
		ordered.Object{{Name: "enum", Value: values}},
		ordered.Object{{Name: "type", Value: "string"}},
	}}}
}

// object describes a struct. One that only the service sends may lack what is
// required of it, but not its tags: they decide what it is.
func (b Builder) object(s *model.Struct) ordered.Object {
	properties, required := ordered.Object{}, []any{}
	for _, f := range s.Fields {
		properties = properties.Set(f.Wire, b.property(f, s.Receive))
		for _, a := range f.Aliases {
			properties = properties.Set(a, b.property(f, s.Receive))
		}
		if f.Required && (f.Tag || s.Send) && len(f.Aliases) == 0 {
			required = append(required, f.Wire)
		}
	}
	o := ordered.Object{{Name: "type", Value: "object"}}
	if len(properties) > 0 {
		o = o.Set("properties", properties)
	}
	if len(required) > 0 {
		o = o.Set("required", required)
	}
	return o
}

// property describes one; received tells that it may be null where the
// specification does not say so.
func (b Builder) property(f *model.Field, received bool) ordered.Object {
	p := ordered.Object{}
	if doc := strings.TrimSpace(f.Doc); doc != "" {
		p = p.Set("description", doc)
	}
	if f.IsConst() && (f.Tag || !received) {
		return p.Set("const", f.Const)
	}
	value := append(b.schemaOf(f.Type), bounds(f.Bounds, f.Type)...)
	if f.IsConst() {
		value = ordered.Object{{Name: "type", Value: "string"}}
	}
	if f.Format != "" && f.Type == model.String {
		value = value.Set("format", f.Format)
	}
	if f.Nullable || received && f.Type != model.Raw {
		value = orNull(value)
	} else if b.Bare && value.Get("$ref") != nil && len(p)+len(f.Default) > 0 {
		value = ordered.Object{{Name: "allOf", Value: []any{value}}}
	}
	p = append(p, value...)
	if f.Default != "" {
		if v, err := ordered.Parse([]byte(f.Default)); err == nil {
			p = p.Set("default", v)
		}
	}
	if f.ReadOnly {
		p = p.Set("readOnly", true)
	}
	return p
}

// orNull is a schema that takes null too.
func orNull(s ordered.Object) ordered.Object {
	if t, ok := s.Get("type").(string); ok && s[0].Name == "type" {
		s[0].Value = []any{t, "null"}
		return s
	}
	return ordered.Object{{Name: "anyOf", Value: []any{s, ordered.Object{{Name: "type", Value: "null"}}}}}
}

// schemaOf is the schema of a type where it is used.
func (b Builder) schemaOf(t model.Type) ordered.Object {
	typed := func(name string) ordered.Object { return ordered.Object{{Name: "type", Value: name}} }
	switch t := t.(type) {
	case model.Scalar:
		switch t {
		case model.Int, model.Int64, model.UnixTime:
			return typed("integer")
		case model.Float:
			return typed("number")
		case model.Bool:
			return typed("boolean")
		case model.Bytes:
			return typed("string").Set("contentEncoding", "base64")
		case model.Time:
			return typed("string").Set("format", "date-time")
		case model.Raw:
			return ordered.Object{}
		}
		return typed("string")
	case *model.List:
		return typed("array").Set("items", b.schemaOf(t.Elem))
	case *model.Map:
		return typed("object").Set("additionalProperties", b.schemaOf(t.Elem))
	}
	return b.Ref(t)
}

func bounds(b model.Bounds, t model.Type) ordered.Object {
	s := ordered.Object{}
	number := func(v *float64, exclusive bool, name, exclusiveName string) {
		switch {
		case v == nil:
		case exclusive:
			s = s.Set(exclusiveName, *v)
		default:
			s = s.Set(name, *v)
		}
	}
	number(b.Minimum, b.ExclusiveMinimum, "minimum", "exclusiveMinimum")
	number(b.Maximum, b.ExclusiveMaximum, "maximum", "exclusiveMaximum")
	count := func(v *int64, name string) {
		if v != nil {
			s = s.Set(name, *v)
		}
	}
	count(b.MinLength, "minLength")
	count(b.MaxLength, "maxLength")
	count(b.MinItems, "minItems")
	count(b.MaxItems, "maxItems")
	if b.Pattern != "" && t == model.String {
		s = s.Set("pattern", b.Pattern)
	}
	return s
}
