package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/gotype"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

func (g *generator) unions(f *jen.File) {
	for _, u := range g.api.Unions {
		g.unionInterface(f, u)
		g.unionUnmarshal(f, u)
		g.unionUnknown(f, u)
		if u.Null {
			g.unionNull(f, u)
		}
	}
	for _, s := range g.api.Structs {
		g.membership(f, s)
	}
}

func (g *generator) unionInterface(f *jen.File, u *model.Union) {
	g.declDoc(f, &u.Decl, unionSentence(u))
	f.Type().Id(u.Name).InterfaceFunc(func(d *jen.Group) {
		for _, p := range u.Parents {
			d.Id(p.Name)
		}
		for _, a := range ownAccessors(u) {
			d.Comment(a.doc())
			d.Id(a.name).Params().Add(g.result(a))
		}
		if u.Root {
			d.Qual("encoding/json", "Marshaler")
		}
		if u.Root && u.Send {
			d.Comment("// AppendJSON appends the JSON of the value to dst; on an error it returns dst as it was.")
			d.Id("AppendJSON").Params(param("dst", byteSlice())).Add(bytesAndError())
			d.Comment("// Validate checks the limits of the specification, and that the value can be encoded. It returns nil or a\n// [*ValidationError].")
			d.Id("Validate").Params().Error()
		}
		d.Id(sealName(u)).Params()
		if u.Key != "" {
			d.Id("decode").Params(jen.Op("*").Add(g.run("Reader")))
		}
		d.Id("encode").Params(jen.Op("*").Add(g.run("Writer")))
	})
	f.Line()
}

func (g *generator) unionUnmarshal(f *jen.File, u *model.Union) {
	fn := "Unmarshal" + u.Name
	data, result := param("data", byteSlice()), jen.Params(param("v", jen.Id(u.Name)), param("err", jen.Error()))
	doc(f, "%s decodes any %s. An error is a [*DecodeError]. The result does not alias data.", fn, u.Name)
	if !u.Root {
		function(f, fn, data).Add(result, jen.Block(
			jen.Return(g.run("UnmarshalUnion").Call(jen.Id("data"), jen.Lit(u.Name), jen.Id("decode"+u.Name)))))
		f.Line()
		return
	}
	// Spelled out, because a generic function would have to allocate the result.
	open := jen.Id("r").Op(":=").Add(g.run("NewReader").Call(jen.Id("data")))
	decode := call("decode"+u.Name, addr(jen.Id("v")), jen.Id("r"))
	done := jen.If(jen.Id("err").Op(":=").Id("r").Dot("Close").Call(jen.Lit(u.Name)), jen.Id("err").Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Id("err")))
	end := jen.Return(jen.Id("v"), jen.Nil())
	function(f, fn, data).Add(result, jen.Block(open, decode, done, end))
	f.Line()
	if !u.Receive {
		return
	}
	doc(f, `%[1]sInto is %[1]s for hot loops: if the value has the type of reuse and carries binary
data, it is decoded into the memory of reuse: the struct, its buffer up to the capacity, and what its optional
strings point to. Copies of the struct that share them see the change. Any other value is new. A nil reuse is fine.`, fn)
	function(f, fn+"Into", data, param("reuse", jen.Id(u.Name))).Add(result, jen.Block(
		open, jen.Id("r").Dot("Reuse").Call(jen.Id("reuse")), decode, done, end))
	f.Line()
}

func (g *generator) unionUnknown(f *jen.File, u *model.Union) {
	id := "Unknown" + u.Name
	key, sent := jen.Lit(u.Key+u.ObjectKey), gotype.Sent([]*model.Union{u})
	doc(f, "%s is any other %s. It is no error, and is sent as it was received.", id, u.Name)
	f.Type().Id(id).Struct(
		jen.Id("Tag").String().Comment("// the discriminator in Raw; empty if there is none"),
		jen.Id("Raw").Qual("encoding/json", "RawMessage").Comment("// the whole value, and all that is sent"),
	)
	f.Line()
	for _, a := range accessors(u) {
		g.unknownAccessor(f, u, a)
	}
	g.publicCodec(f, id, sent, true)
	if sent {
		doc(f, "Validate checks that Raw is an object with the Tag, if that is set: nothing else is known about the value.")
		method(f, onPtr(id), "Validate").Error().Add(returns(g.run("ValidateRaw").Call(jen.Lit(id), key, self("Tag"), self("Raw"))))
	}
	f.Line()
	g.seal(f, ofPtr(id), u)
	method(f, onPtr(id), "decode", g.reader()).Add(oneLine(jen.List(self("Tag"), self("Raw")).Op("=").Id("r").Dot("Unknown").Call(key)))
	method(f, onPtr(id), "encode", g.writer()).Add(oneLine(g.run("PutUnknown").Call(self("Raw"), jen.Id("w"))))
	f.Line()
}

func (g *generator) unionNull(f *jen.File, u *model.Union) {
	id := "Null" + u.Name
	doc(f, "%s is a %s that is null on the wire, which is not the same as an absent one.", id, u.Name)
	f.Type().Id(id).Struct()
	f.Line()
	for _, a := range accessors(u) {
		g.nullAccessor(f, u, a)
	}
	if gotype.Sent([]*model.Union{u}) {
		doc(f, "AppendJSON appends null to dst.")
		method(f, of(id), "AppendJSON", param("dst", byteSlice())).Add(bytesAndError(), returns(jen.Append(jen.Id("dst"), jen.Lit("null").Op("...")), jen.Nil()))
		doc(f, "Validate returns nil.")
		method(f, of(id), "Validate").Error().Add(returns(jen.Nil()))
	}
	doc(f, "MarshalJSON returns null.")
	method(f, of(id), "MarshalJSON").Add(bytesAndError(), returns(byteSlice().Call(jen.Lit("null")), jen.Nil()))
	f.Line()
	g.seal(f, of(id), u)
	if u.Key != "" {
		method(f, of(id), "decode", g.reader()).Block()
	}
	method(f, of(id), "encode", g.writer()).Add(oneLine(jen.Id("w").Dot("Null").Call()))
	f.Line()
}

// seal makes a type a member of unions and of those they are nested in.
func (g *generator) seal(f *jen.File, recv jen.Code, unions ...*model.Union) {
	for _, u := range model.Above(unions) {
		method(f, recv, sealName(u)).Block()
	}
}

// membership gives a struct the methods of its unions.
func (g *generator) membership(f *jen.File, s *model.Struct) {
	if len(s.Unions) == 0 {
		return
	}
	for _, a := range accessors(s.Unions...) {
		g.structAccessor(f, s, a)
	}
	g.seal(f, ofPtr(s.Name), s.Unions...)
	f.Line()
}
