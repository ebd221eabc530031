package emit

import (
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/gotype"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// validators writes Validate for what is sent.
func (g *generator) validators(f *jen.File) {
	if len(g.checked) > 0 {
		f.Comment("// limited is what has limits.")
		f.Type().Id("limited").Interface(jen.Id("codec"), jen.Id("validate").Params(jen.Op("*").Add(g.run("Validator"))))
		f.Line()
		f.Func().Id("validate").Params(jen.Id("e").Id("limited")).Error().Add(oneLine(jen.Return(g.run("Validate").Call(jen.Id("e"), jen.Id("limited").Dot("validate"), jen.Id("limited").Dot("encode")))))
		f.Line()
	}
	if slices.ContainsFunc(g.api.Structs, func(s *model.Struct) bool { return !g.checked[s] && gotype.Validates(s) }) {
		f.Comment("// validateJSON is validate for what has no limits.")
		f.Func().Id("validateJSON").Params(jen.Id("e").Id("codec")).Error().Add(oneLine(jen.Return(g.run("Validate").Call(jen.Id("e"), jen.Nil(), jen.Id("codec").Dot("encode")))))
		f.Line()
	}
	for _, s := range g.api.Structs {
		if g.checked[s] || gotype.Validates(s) {
			g.structValidate(f, s)
		}
	}
	for _, n := range g.api.Named {
		if g.checked[n] {
			g.namedValidate(f, n)
		}
	}
	for _, u := range g.api.Unions {
		if g.checked[u] {
			g.unionValidate(f, u)
		}
	}
}

func (g *generator) checker() *jen.Statement { return jen.Id("c").Op("*").Add(g.run("Validator")) }

func (g *generator) structValidate(f *jen.File, s *model.Struct) {
	recv := func() *jen.Statement { return jen.Params(jen.Id("e").Op("*").Id(s.Name)) }
	if !g.checked[s] {
		f.Comment("// Validate checks that e can be encoded: the specification sets no limits.")
		f.Func().Add(recv()).Id("Validate").Params().Error().Add(oneLine(jen.Return(jen.Id("validateJSON").Call(jen.Id("e")))))
		f.Line()
		return
	}
	f.Comment("// Validate checks the limits of the specification, and that e can be encoded. It returns nil or a [*ValidationError].")
	f.Func().Add(recv()).Id("Validate").Params().Error().Add(oneLine(jen.Return(jen.Id("validate").Call(jen.Id("e")))))
	f.Line()
	f.Func().Add(recv()).Id("validate").Params(g.checker()).BlockFunc(func(b *jen.Group) {
		for _, p := range s.Fields {
			for _, c := range g.checks(p) {
				b.Add(c)
			}
		}
	})
	f.Line()
}

func (g *generator) namedValidate(f *jen.File, n *model.Named) {
	f.Func().Params(jen.Id("e").Id(n.Name)).Id("validate").Params(g.checker()).BlockFunc(func(b *jen.Group) {
		for _, l := range gotype.Limits(n.Type, n.Bounds, false) {
			b.Add(g.limitCheck(l, jen.Lit(""), jen.Id("e"), jen.Op("&").Id("e")))
		}
		if !gotype.CheckedElem(g.checked, n.Type) {
			return
		}
		switch t := n.Type.(type) {
		case *model.List:
			b.Add(g.run("CheckList").Call(jen.Id("c"), jen.Lit(""), jen.Id("e"), g.validator(t.Elem)))
		case *model.Map:
			b.Add(g.run("CheckMap").Call(jen.Id("c"), jen.Lit(""), jen.Id("e"), g.validator(t.Elem)))
		}
	})
	f.Line()
}

// limitCheck is the call that checks one limit of a value, given also as a pointer.
func (g *generator) limitCheck(l gotype.Limit, name, v, ptr jen.Code) *jen.Statement {
	switch {
	case l.Items:
		return jen.Id("c").Dot(l.Func).Call(name, jen.Len(v), jen.Lit(l.N))
	case l.Length:
		return g.run(l.Func).Call(jen.Id("c"), name, ptr, jen.Lit(l.N))
	}
	return g.run(l.Func).Call(jen.Id("c"), name, ptr, floatLit(l.Number))
}

// unionValidate checks whatever member a union holds; those without checks have
// no validate method.
func (g *generator) unionValidate(f *jen.File, u *model.Union) {
	f.Func().Id("validate"+u.Name).Params(jen.Id("v").Op("*").Id(u.Name), g.checker()).Block(
		jen.If(jen.List(jen.Id("m"), jen.Id("ok")).Op(":=").Parens(jen.Op("*").Id("v")).Assert(jen.Interface(jen.Id("validate").Params(jen.Op("*").Add(g.run("Validator"))))), jen.Id("ok")).Block(
			jen.Id("m").Dot("validate").Call(jen.Id("c")),
		),
	)
	f.Line()
}

// checks are the statements that check one field.
func (g *generator) checks(p *model.Field) []jen.Code {
	var cs []jen.Code
	add := func(c ...jen.Code) { cs = append(cs, c...) }
	name := jen.Lit(p.Wire)
	field := func() *jen.Statement { return jen.Id("e").Dot(p.Name) }
	form := gotype.FormOf(p)
	if set := requiredExpr(p, field); set != nil {
		add(jen.Id("c").Dot("Required").Call(jen.Id("e").Dot("Extra"), name, set))
	}
	ptr := func() *jen.Statement { // to the value, nil if there is none
		switch form {
		case gotype.Pointer:
			return field()
		case gotype.Nullable:
			return field().Dot("Ptr").Call()
		}
		return jen.Op("&").Add(field())
	}
	for _, l := range gotype.FieldLimits(p) {
		check := g.limitCheck(l, name, field(), ptr())
		if l.Items && form == gotype.Zeroable {
			check = jen.If(field().Op("!=").Nil()).Block(check)
		}
		add(check)
	}
	if !g.checked[p.Type] && !gotype.CheckedElem(g.checked, p.Type) {
		return cs
	}
	whole := field()
	if form == gotype.Nullable {
		whole = g.run("Deref").Call(ptr())
	}
	switch t := p.Type.(type) {
	case *model.List:
		add(g.run("CheckList").Call(jen.Id("c"), name, whole, g.validator(t.Elem)))
	case *model.Map:
		add(g.run("CheckMap").Call(jen.Id("c"), name, whole, g.validator(t.Elem)))
	default:
		add(g.run("CheckMember").Call(jen.Id("c"), name, ptr(), g.validator(t)))
	}
	return cs
}

// floatLit writes a limit as people do: 2000, not 2e+06.
func floatLit(f float64) *jen.Statement {
	if f == float64(int(f)) {
		return jen.Lit(int(f))
	}
	return jen.Lit(f)
}

// requiredExpr tells whether a required field is set; nil if that cannot be told.
func requiredExpr(p *model.Field, field func() *jen.Statement) *jen.Statement {
	switch gotype.EmptinessOf(p) {
	case gotype.EmptyString:
		return field().Op("!=").Lit("")
	case gotype.EmptyBytes:
		return jen.Len(field()).Op(">").Lit(0)
	case gotype.IsZero:
		return jen.Op("!").Add(field()).Dot("IsZero").Call()
	case gotype.Nil:
		return field().Op("!=").Nil()
	}
	return nil
}

// validator is the function that checks one value of a type.
func (g *generator) validator(t model.Type) jen.Code {
	literal := func(call string, elem model.Type) jen.Code {
		return jen.Func().Params(jen.Id("v").Op("*").Add(g.goType(t)), g.checker()).Block(
			g.run(call).Call(jen.Id("c"), jen.Lit(""), jen.Op("*").Id("v"), g.validator(elem)))
	}
	switch t := t.(type) {
	case *model.Struct:
		return jen.Parens(jen.Op("*").Id(t.Name)).Dot("validate")
	case *model.Named:
		return jen.Parens(jen.Op("*").Id(t.Name)).Dot("validate")
	case *model.Union:
		return jen.Id("validate" + t.Name)
	case *model.List:
		return literal("CheckList", t.Elem)
	case *model.Map:
		return literal("CheckMap", t.Elem)
	}
	panic(t)
}
