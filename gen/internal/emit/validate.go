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
		doc(f, "limited is what has limits.")
		f.Type().Id("limited").Interface(jen.Id("codec"), jen.Id("validate").Params(jen.Op("*").Add(g.run("Validator"))))
		f.Line()
		function(f, "validate", param("e", jen.Id("limited"))).Error().Add(returns(
			g.run("Validate").Call(jen.Id("e"), jen.Id("limited").Dot("validate"), jen.Id("limited").Dot("encode"))))
		f.Line()
	}
	if slices.ContainsFunc(g.api.Structs, func(s *model.Struct) bool { return !g.checked[s] && gotype.Validates(s) }) {
		doc(f, "validateJSON is validate for what has no limits.")
		function(f, "validateJSON", param("e", jen.Id("codec"))).Error().Add(returns(
			g.run("Validate").Call(jen.Id("e"), jen.Nil(), jen.Id("codec").Dot("encode"))))
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

func (g *generator) structValidate(f *jen.File, s *model.Struct) {
	if !g.checked[s] {
		doc(f, "Validate checks that e can be encoded: the specification sets no limits.")
		method(f, onPtr(s.Name), "Validate").Error().Add(returns(call("validateJSON", jen.Id("e"))))
		f.Line()
		return
	}
	doc(f, "Validate checks the limits of the specification, and that e can be encoded. It returns nil or a [*ValidationError].")
	method(f, onPtr(s.Name), "Validate").Error().Add(returns(call("validate", jen.Id("e"))))
	f.Line()
	method(f, onPtr(s.Name), "validate", g.checker()).BlockFunc(func(b *jen.Group) {
		for _, p := range s.Fields {
			for _, c := range g.checks(p) {
				b.Add(c)
			}
		}
	})
	f.Line()
}

func (g *generator) namedValidate(f *jen.File, n *model.Named) {
	method(f, on(n.Name), "validate", g.checker()).BlockFunc(func(b *jen.Group) {
		for _, l := range gotype.Limits(n.Type, n.Bounds, false) {
			b.Add(g.limitCheck(l, jen.Lit(""), jen.Id("e"), addr(jen.Id("e"))))
		}
		if gotype.CheckedElem(g.checked, n.Type) {
			b.Add(g.check(jen.Lit(""), n.Type, jen.Id("e"), addr(jen.Id("e"))))
		}
	})
	f.Line()
}

// check is the call that checks what is inside of a value, given also as a pointer.
func (g *generator) check(name jen.Code, t model.Type, v, ptr jen.Code) *jen.Statement {
	switch t := t.(type) {
	case *model.List:
		return g.run("CheckList").Call(jen.Id("c"), name, v, g.validator(t.Elem))
	case *model.Map:
		return g.run("CheckMap").Call(jen.Id("c"), name, v, g.validator(t.Elem))
	}
	return g.run("CheckMember").Call(jen.Id("c"), name, ptr, g.validator(t))
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
	limited := jen.Interface(jen.Id("validate").Params(jen.Op("*").Add(g.run("Validator"))))
	member := jen.List(jen.Id("m"), jen.Id("ok")).Op(":=").Parens(jen.Op("*").Id("v")).Assert(limited)
	function(f, "validate"+u.Name, param("v", jen.Op("*").Id(u.Name)), g.checker()).Block(
		jen.If(member, jen.Id("ok")).Block(jen.Id("m").Dot("validate").Call(jen.Id("c"))),
	)
	f.Line()
}

// checks are the statements that check one field.
func (g *generator) checks(p *model.Field) []jen.Code {
	var all []jen.Code
	name, v, ptr := jen.Lit(p.Wire), self(p.Name), valuePtr(p)
	if set := requiredExpr(p); set != nil {
		all = append(all, jen.Id("c").Dot("Required").Call(self("Extra"), name, set))
	}
	for _, l := range gotype.FieldLimits(p) {
		check := g.limitCheck(l, name, v, ptr)
		if l.Items && gotype.FormOf(p) == gotype.Zeroable {
			check = jen.If(self(p.Name).Op("!=").Nil()).Block(check)
		}
		all = append(all, check)
	}
	if g.checked[p.Type] || gotype.CheckedElem(g.checked, p.Type) {
		if gotype.FormOf(p) == gotype.Nullable {
			v = g.run("Deref").Call(ptr)
		}
		all = append(all, g.check(name, p.Type, v, ptr))
	}
	return all
}

// valuePtr is a pointer to the value of a field, nil if there is none.
func valuePtr(p *model.Field) *jen.Statement {
	switch gotype.FormOf(p) {
	case gotype.Pointer:
		return self(p.Name)
	case gotype.Nullable:
		return self(p.Name).Dot("Ptr").Call()
	}
	return addr(self(p.Name))
}

// floatLit writes a limit as people do: 2000, not 2e+06.
func floatLit(f float64) *jen.Statement {
	if f == float64(int(f)) {
		return jen.Lit(int(f))
	}
	return jen.Lit(f)
}

// requiredExpr tells whether a required field is set; nil if that cannot be told.
func requiredExpr(p *model.Field) *jen.Statement {
	v := self(p.Name)
	switch gotype.EmptinessOf(p) {
	case gotype.EmptyString:
		return v.Op("!=").Lit("")
	case gotype.EmptyBytes:
		return jen.Len(v).Op(">").Lit(0)
	case gotype.IsZero:
		return jen.Op("!").Add(v).Dot("IsZero").Call()
	case gotype.Nil:
		return v.Op("!=").Nil()
	}
	return nil
}
