package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

func (g *generator) enums(f *jen.File) {
	for _, e := range g.api.Enums {
		g.enumType(f, e)
		g.enumConsts(f, e)
		g.enumMethods(f, e)
	}
}

func (g *generator) enumType(f *jen.File, e *model.Enum) {
	g.declDoc(f, &e.Decl, "Any other string is a value as well.")
	f.Type().Id(e.Name).String()
	f.Line()
}

func (g *generator) enumConsts(f *jen.File, e *model.Enum) {
	doc(f, "The values of %s that are known.", e.Name)
	f.Const().DefsFunc(func(d *jen.Group) {
		for _, v := range e.Values {
			valueDoc(d, v)
			d.Id(v.Name).Id(e.Name).Op("=").Lit(v.Wire)
		}
	})
	f.Line()
}

func (g *generator) enumMethods(f *jen.File, e *model.Enum) {
	names := make([]string, len(e.Values))
	for i, v := range e.Values {
		names[i] = v.Name
	}
	doc(f, "Values returns the known values, in the order of the specification.")
	method(f, of(e.Name), "Values").Index().Id(e.Name).Add(returns(jen.Index().Id(e.Name).Values(goNames(names))))
	f.Line()
	doc(f, "Known reports whether e is one of the known values.")
	method(f, on(e.Name), "Known").Bool().Add(returns(g.run("Known").Call(jen.Id("e"), self("Values").Call())))
	f.Line()
	g.seal(f, of(e.Name), e.Unions...)
	if len(e.Unions) > 0 {
		method(f, on(e.Name), "encode", g.writer()).Add(oneLine(g.run("PutString").Call(addr(jen.Id("e")), jen.Id("w"))))
		f.Line()
	}
}

// sealName is the method that only members of a union have.
func sealName(u *model.Union) string { return "is" + u.Name }
