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
	f.Comment("// The values of " + e.Name + " that are known.")
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
	f.Comment("// Values returns the known values, in the order of the specification.")
	f.Func().Params(jen.Id(e.Name)).Id("Values").Params().Index().Id(e.Name).Add(oneLine(jen.Return(jen.Index().Id(e.Name).Values(goNames(names)))))
	f.Line()
	f.Comment("// Known reports whether e is one of the known values.")
	f.Func().Params(jen.Id("e").Id(e.Name)).Id("Known").Params().Bool().Add(oneLine(jen.Return(g.run("Known").Call(jen.Id("e"), jen.Id("e").Dot("Values").Call()))))
	f.Line()
	for _, u := range model.Above(e.Unions) {
		f.Func().Params(jen.Id(e.Name)).Id(sealName(u)).Params().Block()
	}
	if len(e.Unions) > 0 {
		f.Func().Params(jen.Id("e").Id(e.Name)).Id("encode").Params(g.writer()).Add(oneLine(
			g.run("PutString").Call(jen.Op("&").Id("e"), jen.Id("w")),
		))
		f.Line()
	}
}

// reader and writer are the parameters of codec methods.
func (g *generator) reader() *jen.Statement { return jen.Id("r").Op("*").Add(g.run("Reader")) }
func (g *generator) writer() *jen.Statement { return jen.Id("w").Op("*").Add(g.run("Writer")) }

// sealName is the method that only members of a union have.
func sealName(u *model.Union) string { return "is" + u.Name }
