package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// validators writes Validate for what is sent.
func (g *generator) validators(f *jen.File) {
	if len(g.checked) > 0 {
		f.Comment("// limited is what has limits.")
		f.Type().Id("limited").Interface(jen.Id("validate").Params(jen.Op("*").Add(g.run("Validator"))))
		f.Line()
		f.Func().Id("validate").Params(jen.Id("e").Id("limited")).Error().Add(line(jen.Return(g.run("Validate").Call(jen.Id("e"), jen.Id("limited").Dot("validate")))))
		f.Line()
	}
	for _, s := range g.api.Structs {
		if g.checked[s] || sent(s.Unions) {
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
		f.Comment("// Validate returns nil: the specification sets no limits.")
		f.Func().Params(jen.Op("*").Id(s.Name)).Id("Validate").Params().Error().Add(line(jen.Return(jen.Nil())))
		f.Line()
		return
	}
	f.Comment("// Validate checks the limits of the specification and returns nil or a [*ValidationError].")
	f.Func().Add(recv()).Id("Validate").Params().Error().Add(line(jen.Return(jen.Id("validate").Call(jen.Id("e")))))
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
	f.Func().Params(jen.Id("v").Id(n.Name)).Id("validate").Params(g.checker()).BlockFunc(func(b *jen.Group) {
		for _, l := range limits(n.Type, n.Bounds, false) {
			b.Add(g.limitCheck(l, jen.Lit(""), jen.Id("v"), jen.Op("&").Id("v")))
		}
		if !g.checkedElem(n.Type) {
			return
		}
		switch t := n.Type.(type) {
		case *model.List:
			b.Add(g.run("CheckList").Call(jen.Id("c"), jen.Lit(""), jen.Id("v"), g.validator(t.Elem)))
		case *model.Map:
			b.Add(g.run("CheckMap").Call(jen.Id("c"), jen.Lit(""), jen.Id("v"), g.validator(t.Elem)))
		}
	})
	f.Line()
}

// limitCheck is the call that checks one limit of a value, given also as a pointer.
func (g *generator) limitCheck(l limit, name, v, ptr jen.Code) *jen.Statement {
	switch {
	case l.items:
		return jen.Id("c").Dot(l.fn).Call(name, jen.Len(v), jen.Lit(l.n))
	case l.length:
		return g.run(l.fn).Call(jen.Id("c"), name, ptr, jen.Lit(l.n))
	}
	return g.run(l.fn).Call(jen.Id("c"), name, ptr, floatLit(l.limit))
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
	form := formOf(p)
	if set := requiredExpr(p, field); set != nil {
		add(jen.Id("c").Dot("Required").Call(jen.Id("e").Dot("Extra"), name, set))
	}
	ptr := func() *jen.Statement { // to the value, nil if there is none
		switch form {
		case pointer:
			return field()
		case nullable:
			return field().Dot("Ptr").Call()
		}
		return jen.Op("&").Add(field())
	}
	for _, l := range fieldLimits(p) {
		check := g.limitCheck(l, name, field(), ptr())
		if l.items && form == zeroable {
			check = jen.If(field().Op("!=").Nil()).Block(check)
		}
		add(check)
	}
	if !g.checked[p.Type] && !g.checkedElem(p.Type) {
		return cs
	}
	whole := field()
	if form == nullable {
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
	switch form := formOf(p); {
	case !p.Required || p.AllowEmpty || form == constant:
		return nil
	case form == nullable:
		return jen.Op("!").Add(field()).Dot("IsZero").Call()
	case form == nullUnion:
		return field().Op("!=").Nil()
	}
	switch t := p.Type.(type) {
	case model.Scalar:
		switch t {
		case model.String:
			return field().Op("!=").Lit("")
		case model.Bytes:
			return jen.Len(field()).Op(">").Lit(0)
		case model.Raw:
			return field().Op("!=").Nil()
		case model.Time, model.UnixTime:
			return jen.Op("!").Add(field()).Dot("IsZero").Call()
		}
		return nil
	case *model.Enum:
		return field().Op("!=").Lit("")
	case *model.Struct:
		return nil
	case *model.Named:
		if !nilable(t) {
			return nil
		}
	}
	return field().Op("!=").Nil()
}

type limit struct {
	fn            string
	n             int
	limit         float64
	items, length bool
}

// fieldLimits are the bounds of a field that its Go type can break.
func fieldLimits(p *model.Field) []limit {
	if _, isList := p.Type.(*model.List); p.Known != nil || p.Nullable && isList {
		return nil
	}
	return limits(p.Type, p.Bounds, p.Required && !p.AllowEmpty)
}

// limits are the bounds that a value of a type can break. One that must not be
// empty needs no other check for that.
func limits(t model.Type, b model.Bounds, notEmpty bool) []limit {
	var ls []limit
	switch t := t.(type) {
	case model.Scalar:
		switch t {
		case model.Int, model.Int64, model.Float:
			number := func(v *float64, exclusive bool, incl, excl string) {
				if v != nil && exclusive {
					incl = excl
				}
				if v != nil {
					ls = append(ls, limit{fn: incl, limit: *v})
				}
			}
			number(b.Minimum, b.ExclusiveMinimum, "Min", "Above")
			number(b.Maximum, b.ExclusiveMaximum, "Max", "Below")
		case model.String:
			if b.MinLength != nil && (*b.MinLength > 1 || *b.MinLength == 1 && !notEmpty) {
				ls = append(ls, limit{fn: "MinLength", n: int(*b.MinLength), length: true})
			}
			if b.MaxLength != nil {
				ls = append(ls, limit{fn: "MaxLength", n: int(*b.MaxLength), length: true})
			}
		}
	case *model.List:
		if b.MinItems != nil {
			ls = append(ls, limit{fn: "MinItems", n: int(*b.MinItems), items: true})
		}
		if b.MaxItems != nil {
			ls = append(ls, limit{fn: "MaxItems", n: int(*b.MaxItems), items: true})
		}
	}
	return ls
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

// checkedElem reports whether the elements of a list or map have checks.
func (g *generator) checkedElem(t model.Type) bool {
	switch t := t.(type) {
	case *model.List:
		return g.checked[t.Elem] || g.checkedElem(t.Elem)
	case *model.Map:
		return g.checked[t.Elem] || g.checkedElem(t.Elem)
	}
	return false
}

// Validated are the wire names of the declarations that have a method Validate.
func Validated(api *model.API) map[string]bool {
	checked, all := checkedTypes(api), map[string]bool{}
	for _, s := range api.Structs {
		all[s.Wire] = checked[s] || sent(s.Unions)
	}
	for _, n := range api.Named {
		all[n.Wire] = checked[n]
	}
	return all
}

// checkedTypes finds the sent types that have a limit somewhere inside.
func checkedTypes(api *model.API) map[model.Type]bool {
	g := &generator{checked: map[model.Type]bool{}}
	has := func(t model.Type) bool { return g.checked[t] || g.checkedElem(t) }
	mark := func(t model.Type, found bool) bool {
		if !found || g.checked[t] {
			return false
		}
		g.checked[t] = true
		return true
	}
	for changed := true; changed; {
		changed = false
		for _, s := range api.Structs {
			found := false
			for _, p := range s.Fields {
				found = found || len(fieldLimits(p)) > 0 || requiredExpr(p, func() *jen.Statement { return jen.Empty() }) != nil || has(p.Type)
			}
			changed = mark(s, s.Send && found) || changed
		}
		for _, n := range api.Named {
			changed = mark(n, n.Send && (has(n.Type) || len(limits(n.Type, n.Bounds, false)) > 0)) || changed
		}
		for _, u := range api.Unions {
			found := false
			for _, v := range u.Variants {
				found = found || has(v.Type)
			}
			for _, m := range u.Members {
				found = found || has(m.Type)
			}
			changed = mark(u, u.Send && found) || changed
		}
	}
	return g.checked
}
