package emit

import (
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/gotype"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// codecs writes, for each type, the public methods and the two that do the work.
func (g *generator) codecs(f *jen.File) {
	g.codecPrelude(f)
	for _, s := range g.api.Structs {
		g.publicCodec(f, s.Name, gotype.Sent(s.Unions), false)
		g.structDecode(f, s)
		g.structEncode(f, s)
	}
	for _, n := range g.api.Named {
		g.namedCodec(f, n)
	}
	for _, u := range g.api.Unions {
		g.unionDecode(f, u)
		g.unionEncode(f, u)
	}
}

// codecPrelude declares what the public methods share.
func (g *generator) codecPrelude(f *jen.File) {
	f.Comment("// Does this not compile? Then this package and jsonwire do not fit: generate the package again, with the vlgen of the\n// version of the module that go.mod requires.")
	f.Const().Id("_").Op("=").Add(g.run("Generation1"))
	f.Line()
	f.Comment("// codec is what the types of this package can do.")
	f.Type().Id("codec").Interface(
		jen.Id("decode").Params(jen.Op("*").Add(g.run("Reader"))),
		jen.Id("encode").Params(jen.Op("*").Add(g.run("Writer"))),
	)
	f.Line()
	f.Func().Id("marshal").Params(jen.Id("e").Id("codec")).Params(jen.Index().Byte(), jen.Error()).Add(oneLine(
		jen.Return(g.run("Marshal").Call(jen.Id("e"), jen.Id("codec").Dot("encode")))))
	f.Line()
	if g.appends() {
		f.Func().Id("appendJSON").Params(jen.Id("dst").Index().Byte(), jen.Id("e").Id("codec")).Params(jen.Index().Byte(), jen.Error()).Add(oneLine(
			jen.Return(g.run("Append").Call(jen.Id("dst"), jen.Id("e"), jen.Id("codec").Dot("encode")))))
		f.Line()
	}
	f.Func().Id("unmarshal").Params(jen.Id("data").Index().Byte(), jen.Id("e").Id("codec")).Error().Add(oneLine(
		jen.Return(g.run("Unmarshal").Call(jen.Id("data"), jen.Id("e"), jen.Id("codec").Dot("decode")))))
	f.Line()
	f.Comment("// unmarshalAny is unmarshal for types that null is a value of.")
	f.Func().Id("unmarshalAny").Params(jen.Id("data").Index().Byte(), jen.Id("e").Id("codec")).Error().Add(oneLine(
		jen.Return(g.run("UnmarshalAny").Call(jen.Id("data"), jen.Id("e"), jen.Id("codec").Dot("decode")))))
	f.Line()
}

// appends reports whether any type has a method AppendJSON.
func (g *generator) appends() bool {
	return slices.ContainsFunc(g.api.Structs, func(s *model.Struct) bool { return gotype.Sent(s.Unions) }) ||
		slices.ContainsFunc(g.api.Unions, func(u *model.Union) bool { return u.Root && u.Send })
}

// publicCodec writes the methods that users call. Receivers are values where
// encoding/json would not find a pointer's method.
func (g *generator) publicCodec(f *jen.File, name string, appends, takesNull bool) {
	if appends {
		f.Comment("// AppendJSON appends the JSON of e to dst; on an error it returns dst as it was.")
		f.Func().Params(jen.Id("e").Op("*").Id(name)).Id("AppendJSON").Params(jen.Id("dst").Index().Byte()).Params(jen.Index().Byte(), jen.Error()).Add(oneLine(
			jen.Return(jen.Id("appendJSON").Call(jen.Id("dst"), jen.Id("e")))))
	}
	f.Comment("// MarshalJSON implements [json.Marshaler].")
	f.Func().Params(jen.Id("e").Id(name)).Id("MarshalJSON").Params().Params(jen.Index().Byte(), jen.Error()).Add(oneLine(
		jen.Return(jen.Id("marshal").Call(jen.Op("&").Id("e")))))
	f.Comment("// UnmarshalJSON implements [json.Unmarshaler]. It replaces e as a whole.")
	call := jen.Id("unmarshal").Call(jen.Id("b"), jen.Id("e"))
	if takesNull {
		call = jen.Id("unmarshalAny").Call(jen.Id("b"), jen.Id("e"))
	}
	f.Func().Params(jen.Id("e").Op("*").Id(name)).Id("UnmarshalJSON").Params(jen.Id("b").Index().Byte()).Error().Add(oneLine(jen.Return(call)))
	f.Line()
}

// numbered lists the fields in the order of their numbers: the required ones
// first, and the constants, if there are some, before all.
func numbered(s *model.Struct) (fields []*model.Field, required []string) {
	fields = slices.Clone(s.Fields)
	rank := func(p *model.Field) int {
		switch {
		case p.IsConst():
			return 0
		case p.Required:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(fields, func(a, b *model.Field) int { return rank(a) - rank(b) })
	for _, p := range fields {
		if p.Required {
			required = append(required, p.Wire)
		}
	}
	return fields, required
}

// tagOf is the constant that the codec treats as the struct's tag: the first
// one. Others are ordinary members.
func tagOf(s *model.Struct) *model.Field {
	if i := slices.IndexFunc(s.Fields, (*model.Field).IsConst); i >= 0 {
		return s.Fields[i]
	}
	return nil
}

func (g *generator) structDecode(f *jen.File, s *model.Struct) {
	fields, required := numbered(s)
	begin, args := "Object", []jen.Code{jen.Op("&").Id("e").Dot("Extra")}
	tag := tagOf(s)
	if tag != nil {
		constants := slices.DeleteFunc(slices.Clone(fields), func(p *model.Field) bool { return !p.IsConst() })
		begin, args = "Tagged", append(args, jen.Lit(tag.Wire), jen.Lit(tag.Const), jen.Lit(len(constants)))
	}
	args = append(args, jen.Lit(len(required)), jen.Lit(strings.Join(required, ",")))
	loop := jen.For(jen.Id("o").Op(":=").Id("r").Dot(begin).Call(args...), jen.Id("o").Dot("Next").Call(), jen.Empty())
	empty := jen.Op("*").Id("e").Op("=").Id(s.Name).Values()
	f.Func().Params(jen.Id("e").Op("*").Id(s.Name)).Id("decode").Params(g.reader()).Block(empty, loop.BlockFunc(func(b *jen.Group) {
		if len(fields) == 0 || len(fields) == 1 && tag != nil {
			return
		}
		b.Switch(jen.String().Call(jen.Id("o").Dot("Key").Call())).BlockFunc(func(b *jen.Group) {
			for i, p := range fields {
				if p == tag {
					continue
				}
				b.Case(jen.Lit(p.Wire)).Block(g.readField(i, p))
				for _, a := range p.Aliases {
					b.Case(jen.Lit(a)).Block(jen.Id("o").Dot("Alias").Call(jen.Lit(i), fieldPtr(p)))
				}
			}
		})
	}))
	f.Line()
	if buf, id := g.reusable(s); buf != nil {
		g.structReuse(f, s, buf, id)
	}
}

func fieldPtr(p *model.Field) *jen.Statement { return jen.Op("&").Id("e").Dot(p.Name) }

var scalarMethods = [...]string{
	model.String: "String", model.Int: "Int", model.Int64: "Int64", model.Float: "Float", model.Bool: "Bool",
	model.Bytes: "Bytes", model.Time: "Time", model.UnixTime: "UnixTime", model.Raw: "Raw",
}

// readField is the call that reads one member.
func (g *generator) readField(i int, p *model.Field) *jen.Statement {
	method := func(name string) *jen.Statement {
		return jen.Id("o").Dot(name).Call(jen.Lit(i), fieldPtr(p))
	}
	function := func(name string, args ...jen.Code) *jen.Statement {
		return g.run(name).Call(append([]jen.Code{jen.Id("o"), jen.Lit(i), fieldPtr(p)}, args...)...)
	}
	scalar, isScalar := p.Type.(model.Scalar)
	switch form := gotype.FormOf(p); form {
	case gotype.Constant:
		return jen.Id("o").Dot("Const").Call(jen.Lit(i), jen.Lit(p.Const))
	case gotype.Nullable:
		return function("ReadNullable", g.decoder(p.Type))
	case gotype.NullUnion:
		u := p.Type.(*model.Union)
		return function("ReadNullUnion", g.decoder(u))
	case gotype.Value, gotype.Zeroable:
		switch t := p.Type.(type) {
		case model.Scalar:
			if p.Known != nil {
				return jen.Id("o").Dot("Enum").Call(jen.Lit(i), jen.Parens(jen.Op("*").String()).Call(fieldPtr(p)))
			}
			return method(scalarMethods[t])
		case *model.Enum:
			return jen.Id("o").Dot("Enum").Call(jen.Lit(i), jen.Parens(jen.Op("*").String()).Call(fieldPtr(p)))
		case *model.List:
			return function("ReadList", g.decoder(t.Elem))
		case *model.Map:
			return function("ReadMap", g.decoder(t.Elem))
		case *model.Named:
			if t.Type == model.Raw {
				return function("ReadRaw")
			}
		}
		return function("Read", g.decoder(p.Type))
	case gotype.Pointer:
		if len(p.Aliases) > 0 {
			args := []jen.Code{jen.Lit(i), fieldPtr(p)}
			for _, a := range p.Aliases {
				args = append(args, jen.Lit(a))
			}
			return jen.Id("o").Dot("Aliased").Call(args...)
		}
		if isScalar {
			return method("Opt" + scalarMethods[scalar])
		}
		return function("ReadPointer", g.decoder(p.Type))
	}
	panic(p.Wire)
}

// decoder is the function that reads one value of a type.
func (g *generator) decoder(t model.Type) jen.Code {
	literal := func(call string, elem model.Type) jen.Code {
		return jen.Func().Params(jen.Id("v").Op("*").Add(g.goType(t)), g.reader()).Block(
			g.run(call).Call(jen.Id("v"), jen.Id("r"), g.decoder(elem)))
	}
	switch t := t.(type) {
	case model.Scalar:
		return g.run(elementName(t))
	case *model.Enum:
		return g.run("String")
	case *model.Struct:
		return jen.Parens(jen.Op("*").Id(t.Name)).Dot("decode")
	case *model.Named:
		return jen.Parens(jen.Op("*").Id(t.Name)).Dot("decode")
	case *model.Union:
		return jen.Id("decode" + t.Name)
	case *model.List:
		return literal("List", t.Elem)
	case *model.Map:
		return literal("Map", t.Elem)
	}
	panic(t)
}

// isEvent reports whether a struct is a variant of an entry point.
func isEvent(s *model.Struct) bool {
	return slices.ContainsFunc(s.Unions, func(u *model.Union) bool { return u.Root })
}

// reusable returns the byte string and the optional base string of an entry
// point's variant, whose memory the next event can use. Only variants with a
// byte string are worth it.
func (g *generator) reusable(s *model.Struct) (buf, id *model.Field) {
	if !isEvent(s) {
		return nil, nil
	}
	for _, p := range s.Fields {
		switch {
		case p.Type == model.Bytes && gotype.FormOf(p) != gotype.Nullable && buf == nil:
			buf = p
		case p.Type == model.String && gotype.FormOf(p) == gotype.Pointer && id == nil:
			id = p
		}
	}
	return buf, id
}

func (g *generator) structReuse(f *jen.File, s *model.Struct, buf, id *model.Field) {
	idExpr := jen.Nil()
	if id != nil {
		idExpr = jen.Id("e").Dot(id.Name)
	}
	f.Func().Params(jen.Id("e").Op("*").Id(s.Name)).Id("reuse").Params(g.reader()).Block(
		jen.Id("r").Dot("Spare").Call(jen.Id("e").Dot(buf.Name), idExpr),
	)
	f.Line()
}

func (g *generator) unionDecode(f *jen.File, u *model.Union) {
	f.Func().Id("decode"+u.Name).Params(jen.Id("v").Op("*").Id(u.Name), g.reader()).BlockFunc(func(b *jen.Group) {
		if u.Null {
			b.If(jen.Id("r").Dot("Null").Call()).Block(
				jen.Op("*").Id("v").Op("=").Id("Null"+u.Name).Values(),
				jen.Return(),
			)
		}
		if u.Key != "" {
			b.Add(g.tagSwitch(u.Key, tagCases(u), func(b *jen.Group, t model.Type) { g.newMember(b, u, t) }))
			b.Parens(jen.Op("*").Id("v")).Dot("decode").Call(jen.Id("r"))
			return
		}
		b.Id("at").Op(":=").Id("r").Dot("Mark").Call()
		g.kindSwitch(b, u)
		b.If(jen.Id("r").Dot("Refit").Call(jen.Id("at"))).BlockFunc(func(b *jen.Group) { readNew(b, "Unknown"+u.Name) })
	})
	f.Line()
}

// tagCase is one case of a switch over tags.
type tagCase struct {
	tags []string
	typ  model.Type
}

func tagCases(u *model.Union) []tagCase {
	var cases []tagCase
	for _, v := range u.Variants {
		if n := len(cases); n > 0 && cases[n-1].typ == v.Type {
			cases[n-1].tags = append(cases[n-1].tags, v.Tag)
			continue
		}
		cases = append(cases, tagCase{[]string{v.Tag}, v.Type})
	}
	return cases
}

// tagSwitch chooses a case by the tag of the object that comes next; the default
// is the nil type.
func (g *generator) tagSwitch(key string, cases []tagCase, body func(*jen.Group, model.Type)) *jen.Statement {
	return jen.Switch(jen.String().Call(jen.Id("r").Dot("Tag").Call(jen.Lit(key)))).BlockFunc(func(b *jen.Group) {
		for _, c := range cases {
			tags := make([]jen.Code, len(c.tags))
			for i, t := range c.tags {
				tags[i] = jen.Lit(t)
			}
			b.Case(tags...).BlockFunc(func(b *jen.Group) { body(b, c.typ) })
		}
		b.Default().BlockFunc(func(b *jen.Group) { body(b, nil) })
	})
}

// newMember makes a variant of a tagged union, which is decoded behind the
// switch; nil is unknown. A nested union is decoded here.
func (g *generator) newMember(b *jen.Group, u *model.Union, t model.Type) {
	variant := jen.Op("*").Id("v").Op("=")
	switch t := t.(type) {
	case nil:
		b.Add(variant).New(jen.Id("Unknown" + u.Name))
	case *model.Struct:
		if buf, _ := g.reusable(t); u.Root && buf != nil {
			b.Add(variant).Add(g.run("Reusable").Call(jen.Id("r"), jen.Parens(jen.Op("*").Id(t.Name)).Dot("reuse")))
			return
		}
		b.Add(variant).New(jen.Id(t.Name))
	default:
		g.readMember(b, t)
		b.Return()
	}
}

// readMember reads one alternative of an untagged union; for nil, none.
func (g *generator) readMember(b *jen.Group, t model.Type) {
	switch t := t.(type) {
	case nil:
		b.Id("r").Dot("Misfit").Call()
	case *model.Struct:
		readNew(b, t.Name)
	default:
		b.Var().Id("m").Add(g.goType(t))
		b.Add(g.decodeInto(t, jen.Op("&").Id("m")))
		b.Op("*").Id("v").Op("=").Id("m")
	}
}

func readNew(b *jen.Group, name string) {
	b.Id("m").Op(":=").New(jen.Id(name))
	b.Id("m").Dot("decode").Call(jen.Id("r"))
	b.Op("*").Id("v").Op("=").Id("m")
}

// decodeInto calls the decoder of a declared type on a pointer.
func (g *generator) decodeInto(t model.Type, dst jen.Code) *jen.Statement {
	if n, ok := t.(*model.Named); ok {
		return jen.Parens(jen.Op("*").Id(n.Name)).Dot("decode").Call(dst, jen.Id("r"))
	}
	return jen.Add(g.decoder(t)).Call(dst, jen.Id("r"))
}

var kindBytes = [...]rune{model.KindString: '"', model.KindNumber: '0', model.KindBool: 't', model.KindArray: '[', model.KindObject: '{'}

func (g *generator) kindSwitch(b *jen.Group, u *model.Union) {
	var objects []tagCase
	var open model.Type // the object member without tags
	b.Switch(jen.Id("r").Dot("Kind").Call()).BlockFunc(func(b *jen.Group) {
		for _, m := range u.Members {
			switch {
			case m.Kind == model.KindObject && len(m.Tags) > 0:
				objects = append(objects, tagCase{m.Tags, m.Type})
				continue
			case m.Kind == model.KindObject:
				open = m.Type
				continue
			}
			kinds := []jen.Code{jen.LitRune(kindBytes[m.Kind])}
			if m.Kind == model.KindBool {
				kinds = append(kinds, jen.LitRune('f'))
			}
			b.Case(kinds...).BlockFunc(func(b *jen.Group) { g.readMember(b, m.Type) })
		}
		switch {
		case len(objects) > 0:
			b.Case(jen.LitRune('{')).Block(g.tagSwitch(u.ObjectKey, objects, func(b *jen.Group, t model.Type) {
				if t == nil {
					t = open
				}
				g.readMember(b, t)
			}))
		case open != nil:
			b.Case(jen.LitRune('{')).BlockFunc(func(b *jen.Group) { g.readMember(b, open) })
		}
		b.Default().BlockFunc(func(b *jen.Group) { g.readMember(b, nil) })
	})
}

// namedCodec gives a named type its element codec, and the JSON methods that
// encoding/json would not find out by itself.
func (g *generator) namedCodec(f *jen.File, n *model.Named) {
	switch n.Type.(type) {
	case *model.List, *model.Map:
		g.publicCodec(f, n.Name, false, n.Type == model.Raw)
	case model.Scalar:
		if n.Type == model.Raw || n.Type == model.Bytes || n.Type == model.Time || n.Type == model.UnixTime {
			g.publicCodec(f, n.Name, false, n.Type == model.Raw)
		}
	}
	call := func(decode bool) *jen.Statement {
		name, fn, arg, elem := "", g.decoder, jen.Id("r"), n.Type
		if !decode {
			fn, arg = g.encoder, jen.Id("w")
		}
		switch t := n.Type.(type) {
		case *model.List:
			name, elem = "List", t.Elem
		case *model.Map:
			name, elem = "Map", t.Elem
		}
		ptr := jen.Id("e")
		if !decode {
			ptr = jen.Op("&").Id("e")
		}
		if underlying := (n.Type == model.Time || n.Type == model.UnixTime || name != ""); underlying {
			ptr = jen.Parens(jen.Op("*").Add(g.goType(n.Type))).Call(ptr)
		}
		if name == "" {
			return jen.Add(fn(elem)).Call(ptr, arg)
		}
		if !decode {
			name = "Put" + name
		}
		return g.run(name).Call(ptr, arg, fn(elem))
	}
	f.Func().Params(jen.Id("e").Op("*").Id(n.Name)).Id("decode").Params(g.reader()).Add(oneLine(call(true)))
	f.Line()
	f.Func().Params(jen.Id("e").Id(n.Name)).Id("encode").Params(g.writer()).Add(oneLine(call(false)))
	f.Line()
}

// elementName is the element codec of a scalar: one serves both integers.
func elementName(t model.Scalar) string {
	if t == model.Int64 {
		t = model.Int
	}
	return scalarMethods[t]
}
