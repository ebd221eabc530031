package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/gotype"
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
	}
	return jen.Id(model.DeclOf(t).Name)
}

func scalarType(s model.Scalar) *jen.Statement {
	switch text := gotype.Of(s); text {
	case "time.Time":
		return jen.Qual("time", "Time")
	case "json.RawMessage":
		return jen.Qual("encoding/json", "RawMessage")
	default:
		return jen.Id(text)
	}
}

func (g *generator) fieldType(f *model.Field) *jen.Statement {
	switch gotype.FormOf(f) {
	case gotype.Pointer:
		return jen.Op("*").Add(g.goType(f.Type))
	case gotype.Nullable:
		return jen.Id("Nullable").Types(g.goType(f.Type))
	default:
		return g.goType(f.Type)
	}
}
