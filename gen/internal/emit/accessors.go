package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/gotype"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/name"
)

// accessor is a method that a union asks of its values: it returns the tag of the
// union, or a property of its base.
type accessor struct {
	name string
	tag  *model.Union // nil for a property
	base *model.Field // nil for a tag
}

// ownAccessors are those of a union itself.
func ownAccessors(u *model.Union) []accessor {
	var all []accessor
	if u.Key != "" {
		all = append(all, accessor{name: name.TagMethod(u), tag: u})
	}
	for _, p := range u.Base {
		all = append(all, accessor{name: name.Getter(p), base: p})
	}
	return all
}

// accessors are those of unions and of the unions above them, each name once.
func accessors(unions ...*model.Union) []accessor {
	var all []accessor
	seen := map[string]bool{}
	for _, u := range model.Above(unions) {
		for _, a := range ownAccessors(u) {
			if !seen[a.name] {
				seen[a.name] = true
				all = append(all, a)
			}
		}
	}
	return all
}

func (a accessor) doc() string {
	if a.tag != nil {
		return "// " + a.name + " returns the " + printable(a.tag.Key) + " on the wire."
	}
	return "// " + a.name + " returns the " + printable(a.base.Wire) + " on the wire, zero if it is absent."
}

// result is the Go type that an accessor returns: for a property the value, or a
// pointer to a struct.
func (g *generator) result(a accessor) *jen.Statement {
	if a.tag != nil {
		if a.tag.KeyEnum != nil {
			return jen.Id(a.tag.KeyEnum.Name)
		}
		return jen.String()
	}
	switch gotype.FormOf(a.base) {
	case gotype.Nullable:
		return jen.Id("Nullable").Types(g.goType(a.base.Type))
	case gotype.Constant:
		return jen.String()
	}
	if _, ok := a.base.Type.(*model.Struct); ok {
		return jen.Op("*").Add(g.goType(a.base.Type))
	}
	return g.goType(a.base.Type)
}

// structAccessor returns a constant or a field of a struct. The struct may have
// declared the property of the base again, or lack it.
func (g *generator) structAccessor(f *jen.File, s *model.Struct, a accessor) {
	if a.tag != nil {
		f.Comment(a.doc())
		method(f, ofPtr(s.Name), a.name).Add(g.result(a), returns(jen.Lit(tagIn(s, a.tag.Key))))
		return
	}
	for _, p := range s.Fields {
		if p.Wire == a.base.Wire {
			f.Comment(a.doc())
			method(f, onPtr(s.Name), a.name).Add(g.result(a), returns(g.fieldValue(p)))
		}
	}
}

// tagIn is the constant of a struct for the key of a union.
func tagIn(s *model.Struct, key string) string {
	for _, p := range s.Fields {
		if p.Wire == key && p.IsConst() {
			return p.Const
		}
	}
	return ""
}

func (g *generator) fieldValue(p *model.Field) *jen.Statement {
	_, isStruct := p.Type.(*model.Struct)
	switch form := gotype.FormOf(p); {
	case form == gotype.Constant:
		return jen.Lit(p.Const)
	case form == gotype.Pointer && !isStruct:
		return g.run("Deref").Call(self(p.Name))
	case form == gotype.Value && isStruct:
		return addr(self(p.Name))
	}
	return self(p.Name)
}

// unknownAccessor reads the raw JSON of an unknown value; the tag of its own
// union is in Tag.
func (g *generator) unknownAccessor(f *jen.File, u *model.Union, a accessor) {
	f.Comment(a.doc())
	m := method(f, onPtr("Unknown"+u.Name), a.name)
	switch {
	case a.tag == u:
		m.Add(g.result(a), returns(g.result(a).Call(self("Tag"))))
	case a.tag != nil:
		m.Params(param("v", g.result(a))).Block(g.peek(a.tag.Key, addr(jen.Id("v")), g.run("String")), jen.Return(jen.Id("v")))
	default:
		m.Params(param("v", g.result(a))).Block(g.peekProperty(a.base)...)
	}
}

// peek reads a member of the raw JSON.
func (g *generator) peek(wire string, dst, decode jen.Code) *jen.Statement {
	return g.run("PeekMember").Call(self("Raw"), jen.Lit(wire), dst, decode)
}

// peekProperty is the body of the accessor of a property. Its result is v.
func (g *generator) peekProperty(p *model.Field) []jen.Code {
	v, decode := jen.Id("v"), g.decoder(p.Type)
	_, isStruct := p.Type.(*model.Struct)
	switch {
	case gotype.FormOf(p) == gotype.Nullable:
		return []jen.Code{
			jen.Var().Id("t").Add(g.goType(p.Type)),
			jen.If(g.peek(p.Wire, addr(jen.Id("t")), decode)).Block(jen.Id("v").Op("=").Add(call("NullableOf", jen.Id("t")))),
			jen.Return(v),
		}
	case isStruct:
		return []jen.Code{jen.Id("v").Op("=").New(g.goType(p.Type)), g.peek(p.Wire, v, decode), jen.Return(v)}
	}
	return []jen.Code{g.peek(p.Wire, addr(v), decode), jen.Return(v)}
}

// nullAccessor returns the zero value.
func (g *generator) nullAccessor(f *jen.File, u *model.Union, a accessor) {
	m := func() *jen.Statement { return method(f, of("Null"+u.Name), a.name) }
	if a.tag != nil {
		doc(f, "%s returns the empty string.", a.name)
		m().Add(g.result(a), returns(jen.Lit("")))
		return
	}
	doc(f, "%s returns the zero value.", a.name)
	m().Params(param("v", g.result(a))).Add(returns(jen.Id("v")))
}
