package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/gotype"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

func (g *generator) structEncode(f *jen.File, s *model.Struct) {
	f.Func().Params(jen.Id("e").Op("*").Id(s.Name)).Id("encode").Params(g.writer()).BlockFunc(func(b *jen.Group) {
		tag := tagOf(s)
		if tag == nil {
			b.Id("o").Op(":=").Id("w").Dot("Object").Call(jen.Id("e").Dot("Extra"))
		} else {
			b.Id("o").Op(":=").Id("w").Dot("Tagged").Call(jen.Id("e").Dot("Extra"), jen.Lit(tag.Wire), jen.Lit(tag.Const))
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

// writeField is the call that writes one member.
func (g *generator) writeField(p *model.Field) *jen.Statement {
	field := jen.Id("e").Dot(p.Name)
	method := func(name string) *jen.Statement { return jen.Id("o").Dot(name).Call(jen.Lit(p.Wire), field) }
	enum := func(name string) *jen.Statement {
		return jen.Id("o").Dot(name).Call(jen.Lit(p.Wire), jen.String().Call(field))
	}
	function := func(name string, v jen.Code, args ...jen.Code) *jen.Statement {
		return g.run(name).Call(append([]jen.Code{jen.Id("o"), jen.Lit(p.Wire), v}, args...)...)
	}
	opt := ""
	form := gotype.FormOf(p)
	if form == gotype.Zeroable || form == gotype.Pointer {
		opt = "Opt"
	}
	scalar, isScalar := p.Type.(model.Scalar)
	switch form {
	case gotype.Constant:
		return jen.Id("o").Dot("Const").Call(jen.Lit(p.Wire), jen.Lit(p.Const))
	case gotype.Nullable:
		return function("WriteNullable", field, g.encoder(p.Type))
	case gotype.NullUnion:
		return function("WriteUnion", fieldPtr(p), g.encoder(p.Type))
	case gotype.Pointer:
		if len(p.Aliases) > 0 {
			args := []jen.Code{jen.Lit(p.Wire), field}
			for _, a := range p.Aliases {
				args = append(args, jen.Lit(a))
			}
			return jen.Id("o").Dot("Alias").Call(args...)
		}
		if isScalar {
			return method(opt + scalarMethods[scalar])
		}
		return function("WritePointer", field, g.encoder(p.Type))
	}
	switch t := p.Type.(type) {
	case model.Scalar:
		switch {
		case p.Known != nil:
			return enum("OptEnum")
		case t == model.Raw:
			return function("Write"+opt+"Raw", field)
		}
		return method(opt + scalarMethods[t])
	case *model.Enum:
		return enum(opt + "Enum")
	case *model.List:
		return function("Write"+opt+"List", field, g.encoder(t.Elem))
	case *model.Map:
		return function("Write"+opt+"Map", field, g.encoder(t.Elem))
	case *model.Named:
		if gotype.Nilable(t) && form == gotype.Zeroable {
			if t.Type == model.Raw {
				return function("WriteOptRaw", field)
			}
			return jen.If(field.Clone().Op("!=").Nil()).Block(function("Write", fieldPtr(p), g.encoder(t)))
		}
		if t.Type == model.Raw {
			return function("WriteRaw", field)
		}
	case *model.Union:
		if form == gotype.Zeroable {
			return function("WriteUnion", fieldPtr(p), g.encoder(t))
		}
	}
	return function("Write", fieldPtr(p), g.encoder(p.Type))
}

// encoder is the function that writes one value of a type.
func (g *generator) encoder(t model.Type) jen.Code {
	literal := func(call string, elem model.Type) jen.Code {
		return jen.Func().Params(jen.Id("v").Op("*").Add(g.goType(t)), g.writer()).Block(
			g.run(call).Call(jen.Id("v"), jen.Id("w"), g.encoder(elem)))
	}
	switch t := t.(type) {
	case model.Scalar:
		return g.run("Put" + elementName(t))
	case *model.Enum:
		return g.run("PutString")
	case *model.Struct:
		return jen.Parens(jen.Op("*").Id(t.Name)).Dot("encode")
	case *model.Named:
		return jen.Parens(jen.Op("*").Id(t.Name)).Dot("encode")
	case *model.Union:
		return jen.Id("encode" + t.Name)
	case *model.List:
		return literal("PutList", t.Elem)
	case *model.Map:
		return literal("PutMap", t.Elem)
	}
	panic(t)
}

// unionEncode writes a union, null for nil.
func (g *generator) unionEncode(f *jen.File, u *model.Union) {
	f.Func().Id("encode"+u.Name).Params(jen.Id("v").Op("*").Id(u.Name), g.writer()).Block(
		jen.If(jen.Op("*").Id("v").Op("==").Nil()).Block(
			jen.Id("w").Dot("Null").Call(),
			jen.Return(),
		),
		jen.Parens(jen.Op("*").Id("v")).Dot("encode").Call(jen.Id("w")),
	)
	f.Line()
}
