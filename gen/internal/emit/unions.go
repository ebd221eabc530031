package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/gotype"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/name"
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
		if u.Key != "" {
			d.Comment("// " + name.TagMethod(u) + " returns the " + oneLine(u.Key) + " on the wire.")
			d.Id(name.TagMethod(u)).Params().Add(g.tagType(u))
		}
		for _, p := range u.Base {
			d.Comment("// " + name.Getter(p) + " returns the " + oneLine(p.Wire) + " on the wire, zero if it is absent.")
			d.Id(name.Getter(p)).Params().Add(g.getterType(p))
		}
		if u.Root {
			d.Qual("encoding/json", "Marshaler")
		}
		if u.Root && u.Send {
			d.Comment("// AppendJSON appends the JSON of the value to dst; on an error it returns dst as it was.")
			d.Id("AppendJSON").Params(jen.Id("dst").Index().Byte()).Params(jen.Index().Byte(), jen.Error())
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

// tagType is the Go type of a union's tag.
func (g *generator) tagType(u *model.Union) *jen.Statement {
	if u.KeyEnum != nil {
		return jen.Id(u.KeyEnum.Name)
	}
	return jen.String()
}

func (g *generator) unionUnmarshal(f *jen.File, u *model.Union) {
	fn := "Unmarshal" + u.Name
	finish := func() []jen.Code {
		return []jen.Code{
			jen.Id("decode"+u.Name).Call(jen.Op("&").Id("v"), jen.Id("r")),
			jen.If(jen.Id("err").Op(":=").Id("r").Dot("Close").Call(jen.Lit(u.Name)), jen.Id("err").Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Id("err"))),
			jen.Return(jen.Id("v"), jen.Nil()),
		}
	}
	result := func() *jen.Statement { return jen.Params(jen.Id("v").Id(u.Name), jen.Id("err").Error()) }
	f.Comment("// " + fn + " decodes any " + u.Name + ". An error is a [*DecodeError]. The result does not alias data.")
	sig := f.Func().Id(fn).Params(jen.Id("data").Index().Byte()).Add(result())
	if !u.Root {
		sig.Block(jen.Return(g.run("UnmarshalUnion").Call(jen.Id("data"), jen.Lit(u.Name), jen.Id("decode"+u.Name))))
		f.Line()
		return
	}
	// Spelled out, because a generic function would have to allocate the result.
	sig.Block(append([]jen.Code{jen.Id("r").Op(":=").Add(g.run("NewReader")).Call(jen.Id("data"))}, finish()...)...)
	f.Line()
	if !u.Receive {
		return
	}
	f.Comment("// " + fn + "Into is " + fn + " for hot loops: if the value has the type of reuse and carries binary\n// data, it is decoded into the memory of reuse: the struct, its buffer up to the capacity, and what its optional\n// strings point to. Copies of the struct that share them see the change. Any other value is new. A nil reuse is fine.")
	f.Func().Id(fn+"Into").Params(jen.Id("data").Index().Byte(), jen.Id("reuse").Id(u.Name)).Add(result()).Block(append([]jen.Code{
		jen.Id("r").Op(":=").Add(g.run("NewReader")).Call(jen.Id("data")),
		jen.Id("r").Dot("Reuse").Call(jen.Id("reuse")),
	}, finish()...)...)
	f.Line()
}

func (g *generator) unionUnknown(f *jen.File, u *model.Union) {
	id := "Unknown" + u.Name
	recv := func() *jen.Statement { return jen.Params(jen.Id("e").Op("*").Id(id)) }
	f.Comment("// " + id + " is any other " + u.Name + ". It is ordinary traffic, and is sent as it was received.")
	f.Type().Id(id).Struct(
		jen.Id("Tag").String().Comment("// the discriminator in Raw; empty if there is none"),
		jen.Id("Raw").Qual("encoding/json", "RawMessage").Comment("// the whole value, and all that is sent"),
	)
	f.Line()
	done := map[string]bool{}
	for _, p := range model.Above([]*model.Union{u}) {
		if p.Key != "" && !done[name.TagMethod(p)] {
			done[name.TagMethod(p)] = true
			g.unknownTag(f, recv(), u, p)
		}
		for _, b := range p.Base {
			if !done[name.Getter(b)] {
				done[name.Getter(b)] = true
				g.unknownGetter(f, recv(), b)
			}
		}
	}
	g.publicCodec(f, id, gotype.Sent([]*model.Union{u}), true)
	if gotype.Sent([]*model.Union{u}) {
		f.Comment("// Validate checks that Raw is an object with the Tag, if that is set: nothing else is known about the value.")
		f.Func().Add(recv()).Id("Validate").Params().Error().Add(line(jen.Return(
			g.run("ValidateRaw").Call(jen.Lit(id), jen.Lit(u.Key+u.ObjectKey), jen.Id("e").Dot("Tag"), jen.Id("e").Dot("Raw")))))
	}
	f.Line()
	g.seal(f, jen.Op("*").Id(id), []*model.Union{u})
	f.Func().Add(recv()).Id("decode").Params(g.reader()).Add(line(
		jen.List(jen.Id("e").Dot("Tag"), jen.Id("e").Dot("Raw")).Op("=").Id("r").Dot("Unknown").Call(jen.Lit(u.Key + u.ObjectKey))))
	f.Func().Add(recv()).Id("encode").Params(g.writer()).Add(line(g.run("PutUnknown").Call(jen.Id("e").Dot("Raw"), jen.Id("w"))))
	f.Line()
}

// unknownTag is the tag accessor of an unknown value: of its own union from Tag,
// of one that it is nested in from the raw value.
func (g *generator) unknownTag(f *jen.File, recv jen.Code, u, of *model.Union) {
	f.Comment("// " + name.TagMethod(of) + " returns the " + oneLine(of.Key) + " on the wire.")
	if u == of {
		f.Func().Add(recv).Id(name.TagMethod(of)).Params().Add(g.tagType(of)).Add(line(jen.Return(g.tagType(of).Call(jen.Id("e").Dot("Tag")))))
		return
	}
	f.Func().Add(recv).Id(name.TagMethod(of)).Params().Params(jen.Id("v").Add(g.tagType(of))).BlockFunc(func(b *jen.Group) {
		b.Add(g.run("PeekMember").Call(jen.Id("e").Dot("Raw"), jen.Lit(of.Key), jen.Op("&").Id("v"), g.run("String")))
		b.Return(jen.Id("v"))
	})
}

func (g *generator) unknownGetter(f *jen.File, recv jen.Code, p *model.Field) {
	f.Comment("// " + name.Getter(p) + " returns the " + oneLine(p.Wire) + " on the wire, zero if it is absent.")
	f.Func().Add(recv).Id(name.Getter(p)).Params().Params(jen.Id("v").Add(g.getterType(p))).BlockFunc(func(b *jen.Group) {
		decode, dst := g.decoder(p.Type), jen.Op("&").Id("v")
		if _, ok := p.Type.(*model.Struct); ok && gotype.FormOf(p) != gotype.Nullable {
			b.Id("v").Op("=").New(g.goType(p.Type))
			dst = jen.Id("v")
		} else if gotype.FormOf(p) == gotype.Nullable {
			b.Var().Id("t").Add(g.goType(p.Type))
			b.If(g.run("PeekMember").Call(jen.Id("e").Dot("Raw"), jen.Lit(p.Wire), jen.Op("&").Id("t"), decode)).Block(jen.Id("v").Op("=").Id("NullableOf").Call(jen.Id("t")))
			b.Return(jen.Id("v"))
			return
		}
		b.Add(g.run("PeekMember").Call(jen.Id("e").Dot("Raw"), jen.Lit(p.Wire), dst, decode))
		b.Return(jen.Id("v"))
	})
}

// getterType is what a base accessor returns: the value, a pointer for structs.
func (g *generator) getterType(p *model.Field) *jen.Statement {
	switch gotype.FormOf(p) {
	case gotype.Nullable:
		return jen.Id("Nullable").Types(g.goType(p.Type))
	case gotype.Constant:
		return jen.String()
	}
	if _, ok := p.Type.(*model.Struct); ok {
		return jen.Op("*").Add(g.goType(p.Type))
	}
	return g.goType(p.Type)
}

func (g *generator) unionNull(f *jen.File, u *model.Union) {
	id := "Null" + u.Name
	f.Comment("// " + id + " is a " + u.Name + " that is null on the wire, which is not the same as an absent one.")
	f.Type().Id(id).Struct()
	f.Line()
	var zero *jen.Statement
	done := map[string]bool{}
	for _, p := range model.Above([]*model.Union{u}) {
		if p.Key != "" && !done[name.TagMethod(p)] {
			done[name.TagMethod(p)] = true
			f.Comment("// " + name.TagMethod(p) + " returns the empty string.")
			f.Func().Params(jen.Id(id)).Id(name.TagMethod(p)).Params().Add(g.tagType(p)).Add(line(jen.Return(jen.Lit(""))))
		}
		for _, b := range p.Base {
			if !done[name.Getter(b)] {
				done[name.Getter(b)] = true
				zero = jen.Params(jen.Id("v").Add(g.getterType(b)))
				f.Comment("// " + name.Getter(b) + " returns the zero value.")
				f.Func().Params(jen.Id(id)).Id(name.Getter(b)).Params().Add(zero).Add(line(jen.Return(jen.Id("v"))))
			}
		}
	}
	if gotype.Sent([]*model.Union{u}) {
		f.Comment("// AppendJSON appends null to dst.")
		f.Func().Params(jen.Id(id)).Id("AppendJSON").Params(jen.Id("dst").Index().Byte()).Params(jen.Index().Byte(), jen.Error()).Add(line(
			jen.Return(jen.Append(jen.Id("dst"), jen.Lit("null").Op("...")), jen.Nil())))
		f.Comment("// Validate returns nil.")
		f.Func().Params(jen.Id(id)).Id("Validate").Params().Error().Add(line(jen.Return(jen.Nil())))
	}
	f.Comment("// MarshalJSON returns null.")
	f.Func().Params(jen.Id(id)).Id("MarshalJSON").Params().Params(jen.Index().Byte(), jen.Error()).Add(line(jen.Return(jen.Index().Byte().Call(jen.Lit("null")), jen.Nil())))
	f.Line()
	g.seal(f, jen.Id(id), []*model.Union{u})
	if u.Key != "" {
		f.Func().Params(jen.Id(id)).Id("decode").Params(g.reader()).Block()
	}
	f.Func().Params(jen.Id(id)).Id("encode").Params(g.writer()).Add(line(jen.Id("w").Dot("Null").Call()))
	f.Line()
}

// seal makes a type a member of unions and of those they are nested in.
func (g *generator) seal(f *jen.File, recv jen.Code, unions []*model.Union) {
	for _, u := range model.Above(unions) {
		f.Func().Params(recv).Id(sealName(u)).Params().Block()
	}
}

// membership gives a struct the methods of its unions.
func (g *generator) membership(f *jen.File, s *model.Struct) {
	all := model.Above(s.Unions)
	if len(all) == 0 {
		return
	}
	done := map[string]bool{}
	for _, u := range all {
		if u.Key != "" && !done[name.TagMethod(u)] {
			done[name.TagMethod(u)] = true
			f.Comment("// " + name.TagMethod(u) + " returns the " + oneLine(u.Key) + " on the wire.")
			f.Func().Params(jen.Op("*").Id(s.Name)).Id(name.TagMethod(u)).Params().Add(g.tagType(u)).Add(line(jen.Return(tagExpr(s, u))))
		}
		for _, b := range u.Base {
			if !done[name.Getter(b)] {
				done[name.Getter(b)] = true
				g.getter(f, s, b)
			}
		}
	}
	g.seal(f, jen.Op("*").Id(s.Name), s.Unions)
	f.Line()
}

// tagExpr is the tag of a struct in a union.
func tagExpr(s *model.Struct, u *model.Union) jen.Code {
	for _, p := range s.Fields {
		if p.Wire == u.Key && p.IsConst() {
			return jen.Lit(p.Const)
		}
	}
	return jen.Lit("")
}

// getter reads a base property of a struct, which may have redeclared it.
func (g *generator) getter(f *jen.File, s *model.Struct, base *model.Field) {
	var own *model.Field
	for _, p := range s.Fields {
		if p.Wire == base.Wire {
			own = p
		}
	}
	if own == nil {
		return
	}
	f.Comment("// " + name.Getter(base) + " returns the " + oneLine(base.Wire) + " on the wire, zero if it is absent.")
	f.Func().Params(jen.Id("e").Op("*").Id(s.Name)).Id(name.Getter(base)).Params().Add(g.getterType(base)).Add(line(jen.Return(g.getterExpr(own))))
}

func (g *generator) getterExpr(own *model.Field) *jen.Statement {
	field := jen.Id("e").Dot(own.Name)
	_, isStruct := own.Type.(*model.Struct)
	switch form := gotype.FormOf(own); {
	case form == gotype.Constant:
		return jen.Lit(own.Const)
	case form == gotype.Pointer && !isStruct:
		return g.run("Deref").Call(field)
	case form == gotype.Value && isStruct:
		return jen.Op("&").Add(field)
	}
	return field
}
