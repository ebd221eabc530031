package emit

import (
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/comment"
	"github.com/go-voicelive/voicelive-go/gen/internal/gotype"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/name"
)

// senders declares the methods that send one variant each.
func (g *generator) senders(f *jen.File) {
	for _, u := range g.api.Unions {
		if u.Sender == nil {
			continue
		}
		for _, m := range u.Sender.Methods {
			g.sendMethod(f, u, m)
		}
	}
}

// sendMethod declares a method whose parameters are the required properties of the
// event. A struct is passed by pointer, and nil is its zero value.
func (g *generator) sendMethod(f *jen.File, u *model.Union, m *model.Method) {
	s := u.Sender
	recv := strings.ToLower(s.Type[:1])
	params := []jen.Code{jen.Id("ctx").Qual("context", "Context")}
	fields := jen.Dict{}
	taken := []string{"ctx", recv, "context", "jsonwire"}
	var optional []string
	for _, p := range m.Event.Fields {
		if !p.Required && !slices.ContainsFunc(u.Base, func(b *model.Field) bool { return b.Wire == p.Wire }) {
			optional = append(optional, printable(p.Wire))
		}
	}
	for _, p := range m.Parameters() {
		param := name.Parameter(p, taken...)
		taken = append(taken, param)
		typ, val := g.fieldType(p), jen.Id(param)
		if _, ok := p.Type.(*model.Struct); ok && gotype.FormOf(p) == gotype.Value {
			typ, val = jen.Op("*").Add(typ), g.run("Deref").Call(jen.Id(param))
		}
		params = append(params, jen.Id(param).Add(typ))
		fields[jen.Id(p.Name)] = val
	}
	f.Comment(comment.Doc(width, sendDoc(s, m, optional)))
	method(f, jen.Params(jen.Id(recv).Op("*").Id(s.Type)), m.Name, params...).Error().Block(
		jen.Return(jen.Id(recv).Dot("Send").Call(jen.Id("ctx"), jen.Op("&").Id(m.Event.Name).Values(fields))))
	f.Line()
}

// sendDoc says what a method sends, and how to send what it has no parameter for.
func sendDoc(s *model.Sender, m *model.Method, optional []string) string {
	text := m.Name + " sends " + printable(m.Tag) + "; see [" + m.Event.Name + "]."
	if len(optional) > 0 {
		text += " To set " + strings.Join(optional, " or ") + ", use [" + s.Type + ".Send]."
	}
	return text
}
