package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// unionDecode writes the function that finds out which member a value is, and
// decodes it.
func (g *generator) unionDecode(f *jen.File, u *model.Union) {
	function(f, "decode"+u.Name, param("v", jen.Op("*").Id(u.Name)), g.reader()).BlockFunc(func(b *jen.Group) {
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
