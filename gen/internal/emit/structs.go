package emit

import (
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/gotype"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// models declares what every package has, the named types, and the structs that
// are not events.
func (g *generator) models(f *jen.File) {
	g.prelude(f)
	for _, n := range g.api.Named {
		g.namedDecl(f, n)
	}
	for _, s := range g.api.Structs {
		if home(s) == "" {
			g.structDecl(f, s)
		}
	}
}

// prelude declares the version, and gives the shared types their names in this package.
func (g *generator) prelude(f *jen.File) {
	doc(f, "APIVersion is the version of the API that these types describe.")
	f.Const().Id("APIVersion").Op("=").Lit(g.api.Version)
	f.Line()
	if gotype.HasNullable(g.api) {
		g.nullable(f)
	}
	g.alias(f, "Extra", "Extra holds what the JSON of a struct said that its Go fields cannot: unknown members,\nnulls, values that do not fit. It is written back when the struct is encoded.")
	g.alias(f, "DecodeError", "DecodeError tells why JSON could not be decoded, and where.")
	g.alias(f, "EncodeError", "EncodeError tells why a value cannot be encoded, and where.")
	if gotype.HasValidate(g.api) {
		g.alias(f, "ValidationError", "ValidationError lists every violation that a Validate method found.")
		g.alias(f, "Violation", "Violation is one value that the service would refuse.")
	}
}

// alias gives a type of the runtime its name in this package.
func (g *generator) alias(f *jen.File, name, text string) {
	doc(f, "%s", text)
	f.Type().Id(name).Op("=").Add(g.run(name))
	f.Line()
}

func (g *generator) nullable(f *jen.File) {
	t, result := jen.Types(jen.Id("T").Any()), jen.Id("Nullable").Types(jen.Id("T"))
	doc(f, "Nullable is a value, null, or absent, for properties where null means something.\nThe zero value is absent; make one with [NullableOf] or [NullOf].")
	f.Type().Id("Nullable").Add(t).Op("=").Add(g.run("Nullable")).Types(jen.Id("T"))
	f.Line()
	doc(f, "NullableOf returns a Nullable with a value.")
	f.Func().Id("NullableOf").Add(t).Params(param("v", jen.Id("T"))).Add(result, returns(g.run("NullableOf").Call(jen.Id("v"))))
	f.Line()
	doc(f, "NullOf returns a Nullable that is sent as null.")
	f.Func().Id("NullOf").Add(t).Params().Add(result, returns(g.run("NullOf").Types(jen.Id("T")).Call()))
	f.Line()
}

func (g *generator) structDecl(f *jen.File, s *model.Struct) {
	g.declDoc(f, &s.Decl, constSentence(s))
	f.Type().Id(s.Name).StructFunc(func(d *jen.Group) {
		for _, p := range s.Fields {
			if !p.IsConst() {
				fieldDoc(d, p)
				d.Id(p.Name).Add(g.fieldType(p)).Tag(map[string]string{"json": jsonTag(p)})
			}
		}
		d.Id("Extra").Id("Extra").Tag(map[string]string{"json": "-"})
	})
	f.Line()
	g.knownConsts(f, s)
}

// jsonTag names the property for readers of the code; the codec does not use it.
func jsonTag(p *model.Field) string {
	if p.Required && !p.Nullable {
		return p.Wire
	}
	return p.Wire + ",omitzero"
}

// knownConsts declares the documented values of optional constants, each with
// the first struct that has it.
func (g *generator) knownConsts(f *jen.File, s *model.Struct) {
	for _, p := range s.Fields {
		if p.Known == nil {
			continue
		}
		holders := g.holders(p.Known)
		if holders[0] != s {
			continue
		}
		place := s.Name + "." + p.Name
		if len(holders) > 1 {
			place = p.Name + " in each type that refers to it"
		}
		doc(f, "%s is the documented value of %s.", p.Known.Name, place)
		f.Const().Id(p.Known.Name).Op("=").Lit(p.Known.Wire)
		f.Line()
	}
}

// holders lists the structs with an optional constant.
func (g *generator) holders(known *model.Value) []*model.Struct {
	return slices.DeleteFunc(slices.Clone(g.api.Structs), func(s *model.Struct) bool {
		return !slices.ContainsFunc(s.Fields, func(p *model.Field) bool { return p.Known == known })
	})
}

// namedDecl declares a name for a scalar, a list, a map or raw JSON. Its codec
// methods have value receivers where a union may hold the value.
func (g *generator) namedDecl(f *jen.File, n *model.Named) {
	g.declDoc(f, &n.Decl, strings.Join(boundFacts(n.Bounds, n.Doc), " "))
	f.Type().Id(n.Name).Add(g.goType(n.Type))
	f.Line()
	g.seal(f, of(n.Name), n.Unions...)
}
