package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// goType is the Go type of a value that is there.
func (g *generator) goType(t model.Type) *jen.Statement {
	switch t := t.(type) {
	case model.Scalar:
		return scalarType(t)
	case *model.List:
		return jen.Index().Add(g.goType(t.Elem))
	case *model.Map:
		return jen.Map(jen.String()).Add(g.goType(t.Elem))
	case *model.Enum:
		return jen.Id(t.Name)
	case *model.Struct:
		return jen.Id(t.Name)
	case *model.Union:
		return jen.Id(t.Name)
	case *model.Named:
		return jen.Id(t.Name)
	}
	panic(t)
}

func scalarType(s model.Scalar) *jen.Statement {
	switch s {
	case model.String:
		return jen.String()
	case model.Int:
		return jen.Int()
	case model.Int64:
		return jen.Int64()
	case model.Float:
		return jen.Float64()
	case model.Bool:
		return jen.Bool()
	case model.Bytes:
		return jen.Index().Byte()
	case model.Time, model.UnixTime:
		return jen.Qual("time", "Time")
	case model.Raw:
		return jen.Qual("encoding/json", "RawMessage")
	}
	panic(s)
}

// form is how a field holds its value.
type form int

const (
	constant  form = iota // no field: the codec writes it
	value                 // T, always there
	zeroable              // T, whose zero value is absent
	pointer               // *T, nil is absent
	nullable              // Nullable[T]
	nullUnion             // a union with a null variant
)

func formOf(f *model.Field) form {
	_, isUnion := f.Type.(*model.Union)
	switch {
	case f.IsConst():
		return constant
	case f.Nullable && isUnion:
		return nullUnion
	case f.Nullable:
		return nullable
	case f.Required:
		return value
	case f.Known != nil || nilable(f.Type):
		return zeroable
	default:
		return pointer
	}
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

func (g *generator) fieldType(f *model.Field) *jen.Statement {
	switch formOf(f) {
	case pointer:
		return jen.Op("*").Add(g.goType(f.Type))
	case nullable:
		return jen.Id("Nullable").Types(g.goType(f.Type))
	default:
		return g.goType(f.Type)
	}
}
