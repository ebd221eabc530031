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
	doc(f, "Does this not compile? Then this package and jsonwire do not fit: generate the package again, with the vlgen of the\nversion of the module that go.mod requires.")
	f.Const().Id("_").Op("=").Add(g.run("Generation1"))
	f.Line()
	doc(f, "codec is what the types of this package can do.")
	f.Type().Id("codec").Interface(
		jen.Id("decode").Params(jen.Op("*").Add(g.run("Reader"))),
		jen.Id("encode").Params(jen.Op("*").Add(g.run("Writer"))),
	)
	f.Line()
	e, data := param("e", jen.Id("codec")), param("data", byteSlice())
	decode, encode := jen.Id("codec").Dot("decode"), jen.Id("codec").Dot("encode")
	function(f, "marshal", e).Add(bytesAndError(), returns(g.run("Marshal").Call(jen.Id("e"), encode)))
	f.Line()
	if g.appends() {
		function(f, "appendJSON", param("dst", byteSlice()), e).Add(bytesAndError(), returns(g.run("Append").Call(jen.Id("dst"), jen.Id("e"), encode)))
		f.Line()
	}
	function(f, "unmarshal", data, e).Error().Add(returns(g.run("Unmarshal").Call(jen.Id("data"), jen.Id("e"), decode)))
	f.Line()
	doc(f, "unmarshalAny is unmarshal for types that null is a value of.")
	function(f, "unmarshalAny", data, e).Error().Add(returns(g.run("UnmarshalAny").Call(jen.Id("data"), jen.Id("e"), decode)))
	f.Line()
	doc(f, "emptied empties what e points to, unless data is null, which changes nothing.")
	ptr := jen.Op("*").Id("T")
	f.Func().Id("emptied").Types(jen.Id("T").Any()).Params(param("e", ptr), data).Add(ptr).Block(
		jen.If(jen.String().Call(jen.Id("data")).Op("!=").Lit("null")).Block(jen.Op("*").Id("e").Op("=").Op("*").New(jen.Id("T"))),
		jen.Return(jen.Id("e")),
	)
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
		doc(f, "AppendJSON appends the JSON of e to dst; on an error it returns dst as it was.")
		method(f, onPtr(name), "AppendJSON", param("dst", byteSlice())).Add(bytesAndError(), returns(call("appendJSON", jen.Id("dst"), jen.Id("e"))))
	}
	doc(f, "MarshalJSON implements [json.Marshaler].")
	method(f, on(name), "MarshalJSON").Add(bytesAndError(), returns(call("marshal", addr(jen.Id("e")))))
	unmarshal := call("unmarshal", jen.Id("b"), call("emptied", jen.Id("e"), jen.Id("b")))
	if takesNull {
		unmarshal = call("unmarshalAny", jen.Id("b"), jen.Id("e"))
	}
	doc(f, "UnmarshalJSON implements [json.Unmarshaler]. It replaces e as a whole.")
	method(f, onPtr(name), "UnmarshalJSON", param("b", byteSlice())).Error().Add(returns(unmarshal))
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
	begin, args := "Object", []jen.Code{addr(self("Extra"))}
	tag := tagOf(s)
	if tag != nil {
		constants := slices.DeleteFunc(slices.Clone(fields), func(p *model.Field) bool { return !p.IsConst() })
		begin, args = "Tagged", append(args, jen.Lit(tag.Wire), jen.Lit(tag.Const), jen.Lit(len(constants)))
	}
	args = append(args, jen.Lit(len(required)), jen.Lit(strings.Join(required, ",")))
	object := jen.Id("o").Op(":=").Id("r").Dot(begin).Call(args...)
	next := jen.Id("o").Dot("Next").Call()
	loop := jen.For(jen.Id("key").Op(":=").Add(next), jen.Id("key").Op("!=").Nil(), jen.Id("key").Op("=").Add(next))
	method(f, onPtr(s.Name), "decode", g.reader()).Block(object, loop.BlockFunc(func(b *jen.Group) {
		if len(fields) == 0 || len(fields) == 1 && tag != nil {
			return
		}
		b.Switch(jen.String().Call(jen.Id("key"))).BlockFunc(func(b *jen.Group) {
			for i, p := range fields {
				if p == tag {
					continue
				}
				b.Case(jen.Lit(p.Wire)).Block(g.readField(i, p))
				for _, a := range p.Aliases {
					b.Case(jen.Lit(a)).Block(jen.Id("o").Dot("Alias").Call(jen.Lit(i), addr(self(p.Name))))
				}
			}
		})
	}))
	f.Line()
	if buf, id := g.reusable(s); buf != nil {
		g.structReuse(f, s, buf, id)
	}
}

var scalarMethods = [...]string{
	model.String: "String", model.Int: "Int", model.Int64: "Int64", model.Float: "Float", model.Bool: "Bool",
	model.Bytes: "Bytes", model.Time: "Time", model.UnixTime: "UnixTime", model.Raw: "Raw",
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
		idExpr = self(id.Name)
	}
	method(f, onPtr(s.Name), "reuse", g.reader()).Block(
		jen.Id("r").Dot("Spare").Call(self(buf.Name), idExpr),
		jen.Op("*").Id("e").Op("=").Id(s.Name).Values(),
	)
	f.Line()
}

// namedCodec gives a named type its element codec, and the JSON methods that
// encoding/json would not find out by itself.
func (g *generator) namedCodec(f *jen.File, n *model.Named) {
	scalar, isScalar := n.Type.(model.Scalar)
	if elemOf(n.Type) != nil || isScalar && slices.Contains([]model.Scalar{model.Raw, model.Bytes, model.Time, model.UnixTime}, scalar) {
		g.publicCodec(f, n.Name, false, n.Type == model.Raw)
	}
	method(f, onPtr(n.Name), "decode", g.reader()).Add(oneLine(g.namedCall(decoding, n, jen.Id("e"))))
	f.Line()
	method(f, on(n.Name), "encode", g.writer()).Add(oneLine(g.namedCall(encoding, n, addr(jen.Id("e")))))
	f.Line()
}

// namedCall does an operation with the value of a name, given as a pointer, as
// with one of the type that it is a name for.
func (g *generator) namedCall(op operation, n *model.Named, ptr *jen.Statement) *jen.Statement {
	list := map[bool]string{true: "List", false: "Map"}
	elem := elemOf(n.Type)
	if n.Type == model.Time || n.Type == model.UnixTime || elem != nil {
		ptr = jen.Parens(jen.Op("*").Add(g.goType(n.Type))).Call(ptr)
	}
	if elem == nil {
		return jen.Add(g.function(op, n.Type)).Call(ptr, jen.Id(op.param))
	}
	_, isList := n.Type.(*model.List)
	return g.run(op.prefix+list[isList]).Call(ptr, jen.Id(op.param), g.function(op, elem))
}
