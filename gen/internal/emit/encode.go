package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

func (g *generator) structEncode(f *jen.File, s *model.Struct) {
	method(f, onPtr(s.Name), "encode", g.writer()).BlockFunc(func(b *jen.Group) {
		tag := tagOf(s)
		if tag == nil {
			b.Id("o").Op(":=").Id("w").Dot("Object").Call(self("Extra"))
		} else {
			b.Id("o").Op(":=").Id("w").Dot("Tagged").Call(self("Extra"), jen.Lit(tag.Wire), jen.Lit(tag.Const))
		}
		for _, p := range s.Fields {
			if p != tag {
				b.Add(g.writeField(p))
			}
		}
		b.Id("o").Dot("Close").Call()
	})
	f.Line()
}

// unionEncode writes a union, null for nil.
func (g *generator) unionEncode(f *jen.File, u *model.Union) {
	function(f, "encode"+u.Name, param("v", jen.Op("*").Id(u.Name)), g.writer()).Block(
		jen.If(jen.Op("*").Id("v").Op("==").Nil()).Block(
			jen.Id("w").Dot("Null").Call(),
			jen.Return(),
		),
		jen.Parens(jen.Op("*").Id("v")).Dot("encode").Call(jen.Id("w")),
	)
	f.Line()
}
