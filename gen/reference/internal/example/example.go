// Package example makes example values of types: what a reader sees in the
// reference, and what the schemas and the codec are tested with. The same model
// gives the same values.
package example

import (
	"strings"
	"unicode/utf8"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/ordered"
)

// Maker makes values. Known are values to use, by the name of a type, by
// Type.property, or by the name of a property; it may be nil. An optional
// property whose value is nil is left out of every example.
type Maker struct {
	Known map[string]any

	bare   bool // nothing but what is required, on any level
	left   *int // how many values may still be made
	nested int  // in how many others the value is
}

// Typical is a value with all properties, and in the objects below its own
// children nothing but what is required.
func (m Maker) Typical(t model.Type) any {
	left := most
	m.left = &left
	return m.value(t, model.Bounds{}, "", 0)
}

// Minimal is a value with the required properties only.
func (m Maker) Minimal(t model.Type) any {
	m.bare = true
	return m.Typical(t)
}

const (
	minimal = 2  // the depth from which on objects have required properties only
	deepest = 12 // the depth at which lists are empty: a list may hold its own parent

	// Examples of what is recursive or enormous end here, and need not be valid.
	most    = 1_000 // values
	nesting = 60    // values around a value
	longest = 1_000 // characters that a string is filled up to
	items   = 100   // elements that a list is filled up to
)

// value is an example of a type, for a property of the given wire name.
func (m Maker) value(t model.Type, b model.Bounds, wire string, depth int) any {
	if d := model.DeclOf(t); d != nil {
		if v, ok := m.Known[d.Wire]; ok {
			return v
		}
	}
	*m.left--
	if m.nested++; m.nested > nesting || *m.left < 0 {
		return nil
	}
	switch t := t.(type) {
	case model.Scalar:
		return scalar(t, b, "", wire)
	case *model.Enum:
		return t.Values[0].Wire
	case *model.Named:
		return m.value(t.Type, t.Bounds, wire, depth)
	case *model.List:
		return m.list(t, b, wire, depth)
	case *model.Map:
		if depth > deepest {
			return ordered.Object{}
		}
		return ordered.Object{{Name: "key", Value: m.value(t.Elem, model.Bounds{}, "value", depth)}}
	case *model.Struct:
		return m.object(t, depth)
	case *model.Union:
		if t.Key == "" {
			return m.value(t.Members[0].Type, model.Bounds{}, wire, depth)
		}
		if len(t.Variants) == 0 || depth > 2*deepest {
			return ordered.Object{{Name: t.Key, Value: "unknown"}}
		}
		return m.value(t.TypicalVariants()[0].Type, model.Bounds{}, wire, depth)
	}
	return nil
}

func (m Maker) list(t *model.List, b model.Bounds, wire string, depth int) any {
	n := int64(1)
	if b.MinItems != nil {
		n = min(*b.MinItems, items)
	} else if depth > deepest || b.MaxItems != nil && *b.MaxItems == 0 {
		n = 0
	}
	list := []any{}
	for range n {
		list = append(list, m.value(t.Elem, model.Bounds{}, wire, depth))
	}
	return list
}

// object is an example of a struct. If nothing is required of it, one deep in
// another has the properties that are not objects: {} tells a reader nothing.
func (m Maker) object(s *model.Struct, depth int) any {
	required := false
	for _, f := range s.Fields {
		required = required || f.Required
	}
	o := ordered.Object{}
	for _, f := range s.Fields {
		if !f.Required && (m.bare || m.leftOut(s, f) || depth >= minimal && (required || !plain(f.Type))) {
			continue
		}
		o = o.Set(f.Wire, m.field(s, f, depth+1))
	}
	return o
}

// leftOut reports whether the known value of a property is null, which stands
// for none.
func (m Maker) leftOut(s *model.Struct, f *model.Field) bool {
	v, ok := m.Known[s.Wire+"."+f.Wire]
	return ok && v == nil
}

func (m Maker) field(s *model.Struct, f *model.Field, depth int) any {
	if f.IsConst() {
		return f.Const
	}
	if v, ok := m.Known[s.Wire+"."+f.Wire]; ok {
		return v
	}
	if v, ok := m.Known[f.Wire]; ok && fits(f.Type, v) {
		return v
	}
	if f.Known != nil {
		return f.Known.Wire
	}
	if v, err := ordered.Parse([]byte(f.Default)); err == nil && fits(f.Type, v) {
		return v
	}
	if t, ok := f.Type.(model.Scalar); ok {
		return scalar(t, f.Bounds, f.Format, f.Wire)
	}
	return m.value(f.Type, f.Bounds, f.Wire, depth)
}

// scalar is an example within the bounds.
func scalar(t model.Scalar, b model.Bounds, format, wire string) any {
	switch t {
	case model.Int, model.Int64:
		return int64(within(b, 1, 1))
	case model.Float:
		return within(b, 0.5, 0.25)
	case model.Bool:
		return true
	case model.Bytes:
		return "AAECAw=="
	case model.Time:
		return "2026-01-31T12:00:00Z"
	case model.UnixTime:
		return int64(1790000000)
	case model.Raw:
		return ordered.Object{}
	}
	return text(b, format, wire)
}

// within moves a number between the bounds, away from those that are exclusive.
func within(b model.Bounds, n, step float64) float64 {
	if b.Minimum != nil && (n < *b.Minimum || b.ExclusiveMinimum && n == *b.Minimum) {
		n = *b.Minimum
		if b.ExclusiveMinimum {
			n += step
		}
	}
	if b.Maximum != nil && (n > *b.Maximum || b.ExclusiveMaximum && n == *b.Maximum) {
		n = *b.Maximum
		if b.ExclusiveMaximum {
			n -= step
		}
	}
	return n
}

// formats are examples of strings that have one.
var formats = map[string]string{
	"uri":       "https://example.org/file",
	"uuid":      "7d7b3f1c-0b6f-4f65-9d0f-5a1c8c1f0e11",
	"duration":  "PT1.5S",
	"date":      "2026-01-31",
	"date-time": "2026-01-31T12:00:00Z",
	"email":     "somebody@example.org",
}

// text is an example of a string: an identifier for what is called one, else
// the words of its name.
func text(b model.Bounds, format, wire string) string {
	s, ok := formats[format]
	if !ok {
		s = strings.ReplaceAll(wire, "_", " ")
		if of, isID := strings.CutSuffix("_"+wire, "_id"); isID {
			s = strings.Trim(of+"_1", "_")
		}
	}
	if s == "" || s == "1" {
		s = "id_1"
	}
	n := int64(utf8.RuneCountInString(s))
	if b.MinLength != nil && n < min(*b.MinLength, longest) {
		s += strings.Repeat("x", int(min(*b.MinLength, longest)-n))
	}
	if b.MaxLength != nil && n > *b.MaxLength {
		s = string([]rune(s)[:max(*b.MaxLength, 0)])
	}
	return s
}
