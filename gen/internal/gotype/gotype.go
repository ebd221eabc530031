// Package gotype says what Go code sees of the model: the type of a field, the
// limits that it can break, the declarations that have a method Validate. The
// emitter writes it, and a comparison judges how it changes.
package gotype

import (
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// Form is how a field holds its value.
type Form int

// The forms.
const (
	Constant  Form = iota // no field: the codec writes it
	Value                 // T, always there
	Zeroable              // T, whose zero value is absent
	Pointer               // *T, nil is absent
	Nullable              // Nullable[T]
	NullUnion             // a union with a null variant
)

// FormOf is the form of a field.
func FormOf(f *model.Field) Form {
	_, isUnion := f.Type.(*model.Union)
	switch {
	case f.IsConst():
		return Constant
	case f.Nullable && isUnion:
		return NullUnion
	case f.Nullable:
		return Nullable
	case f.Required:
		return Value
	case f.Known != nil || Nilable(f.Type):
		return Zeroable
	default:
		return Pointer
	}
}

// Nilable reports whether the zero value of the Go type is no value.
func Nilable(t model.Type) bool {
	switch t := t.(type) {
	case model.Scalar:
		return t == model.Bytes || t == model.Raw
	case *model.Named:
		_, isEnum := t.Type.(*model.Enum)
		return !isEnum && Nilable(t.Type)
	case *model.Struct:
		return false
	}
	return true
}

// Of is the Go type of a value that is there, as a file that imports time and
// encoding/json writes it.
func Of(t model.Type) string {
	switch t := t.(type) {
	case model.Scalar:
		return [...]string{"string", "int", "int64", "float64", "bool", "[]byte", "time.Time", "time.Time", "json.RawMessage"}[t]
	case *model.List:
		return "[]" + Of(t.Elem)
	case *model.Map:
		return "map[string]" + Of(t.Elem)
	}
	return model.DeclOf(t).Name
}

// Field is the Go type of a field, empty for a constant, which has none.
func Field(f *model.Field) string {
	switch FormOf(f) {
	case Constant:
		return ""
	case Nullable:
		return "Nullable[" + Of(f.Type) + "]"
	case Pointer:
		return "*" + Of(f.Type)
	}
	return Of(f.Type)
}

// Getter is what the method of a union for a common property returns.
func Getter(f *model.Field) string {
	switch _, isStruct := f.Type.(*model.Struct); {
	case f.IsConst():
		return "string"
	case f.Nullable:
		return Field(f)
	case isStruct:
		return "*" + Of(f.Type)
	}
	return Of(f.Type)
}

// Parameter is the Go type of a parameter of a method that sends an event: a struct is
// passed by pointer.
func Parameter(f *model.Field) string {
	if _, isStruct := f.Type.(*model.Struct); isStruct && FormOf(f) == Value {
		return "*" + Field(f)
	}
	return Field(f)
}

// Printers are the methods of a type that holds secrets, by which package fmt and
// log/slog print it without them. It is never written to.
var Printers = [...]string{"String", "GoString", "LogValue", "Format"}

// PrintMethods are the printers of a struct: those that are not the name of a field.
func PrintMethods(s *model.Struct) []string {
	return slices.DeleteFunc(slices.Clone(Printers[:]), func(m string) bool {
		return slices.ContainsFunc(s.Fields, func(f *model.Field) bool { return f.Name == m })
	})
}
