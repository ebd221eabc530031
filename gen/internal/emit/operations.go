package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// operation is what generated code does with a value: it decodes, encodes or
// validates it. Each declared type has a function for each, which calls those of
// the types inside.
type operation struct {
	name   string // of the method of a type; a union has a function, whose name starts with it
	param  string // what is passed beside the value
	typ    string // the type of that, in the runtime
	prefix string // of the runtime's functions for scalars, lists and maps
	// onList tells that the runtime's function for lists and maps takes the
	// parameter first, the place in the path, and the value itself.
	onList bool
}

var (
	decoding   = operation{name: "decode", param: "r", typ: "Reader"}
	encoding   = operation{name: "encode", param: "w", typ: "Writer", prefix: "Put"}
	validating = operation{name: "validate", param: "c", typ: "Validator", prefix: "Check", onList: true}
)

// parameter is what the functions of an operation take beside the value.
func (g *generator) parameter(op operation) *jen.Statement {
	return jen.Id(op.param).Op("*").Add(g.run(op.typ))
}

func (g *generator) reader() *jen.Statement  { return g.parameter(decoding) }
func (g *generator) writer() *jen.Statement  { return g.parameter(encoding) }
func (g *generator) checker() *jen.Statement { return g.parameter(validating) }

func (g *generator) decoder(t model.Type) jen.Code   { return g.function(decoding, t) }
func (g *generator) encoder(t model.Type) jen.Code   { return g.function(encoding, t) }
func (g *generator) validator(t model.Type) jen.Code { return g.function(validating, t) }

// function is the function that does an operation with one value of a type.
func (g *generator) function(op operation, t model.Type) jen.Code {
	switch t := t.(type) {
	case model.Scalar:
		return g.run(op.prefix + elementName(t))
	case *model.Enum:
		return g.run(op.prefix + "String")
	case *model.Union:
		return jen.Id(op.name + t.Name)
	case *model.List:
		return g.literal(op, "List", t, t.Elem)
	case *model.Map:
		return g.literal(op, "Map", t, t.Elem)
	}
	return jen.Parens(jen.Op("*").Id(model.DeclOf(t).Name)).Dot(op.name)
}

// literal is the function for a list or a map.
func (g *generator) literal(op operation, name string, t, elem model.Type) jen.Code {
	v, param := jen.Id("v"), jen.Id(op.param)
	args := []jen.Code{v, param}
	if op.onList {
		args = []jen.Code{param, jen.Lit(""), jen.Op("*").Add(v)}
	}
	return jen.Func().Params(jen.Id("v").Op("*").Add(g.goType(t)), g.parameter(op)).Block(
		g.run(op.prefix + name).Call(append(args, g.function(op, elem))...))
}

// elementName is the element codec of a scalar: one serves both integers.
func elementName(t model.Scalar) string {
	if t == model.Int64 {
		t = model.Int
	}
	return scalarMethods[t]
}
