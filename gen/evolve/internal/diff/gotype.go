package diff

import (
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// goField is the Go type of a field as the emitter declares it, empty for a
// constant, which has none.
func goField(f *model.Field) string {
	t := goType(f.Type)
	_, isUnion := f.Type.(*model.Union)
	switch {
	case f.IsConst():
		return ""
	case f.Nullable && !isUnion:
		return "Nullable[" + t + "]"
	case f.Required, isUnion, f.Known != nil, nilable(f.Type):
		return t
	}
	return "*" + t
}

// goGetter is what the method of a union for a common property returns.
func goGetter(f *model.Field) string {
	t := goField(f)
	switch _, isStruct := f.Type.(*model.Struct); {
	case f.IsConst():
		return "string"
	case f.Nullable:
		return t
	case isStruct:
		return "*" + goType(f.Type)
	}
	return goType(f.Type)
}

func goType(t model.Type) string {
	switch t := t.(type) {
	case model.Scalar:
		return [...]string{"string", "int", "int64", "float64", "bool", "[]byte", "time.Time", "time.Time", "json.RawMessage"}[t]
	case *model.List:
		return "[]" + goType(t.Elem)
	case *model.Map:
		return "map[string]" + goType(t.Elem)
	}
	return model.DeclOf(t).Name
}

// nilable reports whether the zero value of the Go type is no value.
func nilable(t model.Type) bool {
	switch t := t.(type) {
	case model.Scalar:
		return t == model.Bytes || t == model.Raw
	case *model.Named:
		_, isEnum := t.Type.(*model.Enum)
		return !isEnum && nilable(t.Type)
	case *model.Struct:
		return false
	}
	return true
}

// jsonKind is what kind of JSON a type is, as far as a reader must know it.
func jsonKind(t model.Type) string { return kindWithin(t, 8) }

// kindWithin is jsonKind to a number of levels: a list may be one of itself.
func kindWithin(t model.Type, levels int) string {
	if levels == 0 {
		return "…"
	}
	switch t := t.(type) {
	case model.Scalar:
		return [...]string{"string", "integer", "integer", "number", "boolean", "string", "string", "integer", "any JSON"}[t]
	case *model.List:
		return "array of " + kindWithin(t.Elem, levels-1)
	case *model.Map:
		return "map of " + kindWithin(t.Elem, levels-1)
	case *model.Enum:
		return "string"
	case *model.Named:
		return kindWithin(t.Type, levels)
	}
	return model.DeclOf(t).Wire
}
