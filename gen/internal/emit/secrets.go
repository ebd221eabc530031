package emit

import (
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/gotype"
	"github.com/go-voicelive/voicelive-go/gen/internal/secret"
)

// secrets gives the types that hold secrets methods that print them without:
// structs, names of lists and maps, and the unknown variants, which may hold
// anything, of unions that hold secrets and of entry points.
func (g *generator) secrets(f *jen.File) {
	holders := secret.Holders(g.api)
	if len(holders) == 0 {
		return
	}
	g.secretProperty(f)
	f.Comment("// redacted is the JSON of e without secrets.")
	f.Func().Id("redacted").Params(jen.Id("e").Qual("encoding/json", "Marshaler")).String().Add(oneLine(
		jen.Return(g.run("Redacted").Call(jen.Id("e"), jen.Id("secretProperty")))))
	f.Line()
	f.Func().Id("logValue").Params(jen.Id("e").Qual("encoding/json", "Marshaler")).Qual("log/slog", "Value").Add(oneLine(
		jen.Return(jen.Qual("log/slog", "StringValue").Call(jen.Id("redacted").Call(jen.Id("e"))))))
	f.Line()
	f.Func().Id("format").Params(jen.Id("s").Qual("fmt", "State"), jen.Id("verb").Rune(), jen.Id("e").Qual("encoding/json", "Marshaler")).Add(oneLine(
		g.run("Format").Call(jen.Id("s"), jen.Id("verb"), jen.Id("redacted").Call(jen.Id("e")))))
	f.Line()
	for _, s := range g.api.Structs {
		if holders[s] {
			g.printing(f, s.Name, gotype.PrintMethods(s))
		}
	}
	for _, n := range g.api.Named {
		if holders[n] {
			g.printing(f, n.Name, gotype.Printers[:])
		}
	}
	for _, u := range g.api.Unions {
		if holders[u] || u.Root {
			g.printing(f, "Unknown"+u.Name, gotype.Printers[:])
		}
	}
}

// secretProperty declares the names of the properties that are secrets.
func (g *generator) secretProperty(f *jen.File) {
	var names []string
	for _, s := range g.api.Structs {
		for _, p := range s.Fields {
			if p.Secret {
				names = append(names, secret.Plain(p.Wire))
			}
		}
	}
	slices.Sort(names)
	var cases []jen.Code
	for _, n := range slices.Compact(names) {
		cases = append(cases, jen.Lit(n))
	}
	f.Comment("// secretProperty reports whether properties hold secrets whose name, in lower case and without separators, is plain.")
	f.Func().Id("secretProperty").Params(jen.Id("plain").String()).Bool().Block(
		jen.Switch(jen.Id("plain")).Block(jen.Case(cases...).Block(jen.Return(jen.True()))),
		jen.Return(jen.False()),
	)
	f.Line()
}

// printing declares the given methods of a type. They have value receivers, so
// that a value prints like a pointer.
func (g *generator) printing(f *jen.File, name string, methods []string) {
	recv := jen.Params(jen.Id("e").Id(name))
	text := jen.Id("redacted").Call(jen.Id("e"))
	for _, m := range methods {
		switch m {
		case "String":
			f.Comment("// String is the JSON of e without secrets.")
			f.Func().Add(recv).Id(m).Params().String().Add(oneLine(jen.Return(text)))
		case "GoString":
			f.Comment("// GoString is the JSON of e without secrets.")
			f.Func().Add(recv).Id(m).Params().String().Add(oneLine(jen.Return(text)))
		case "LogValue":
			f.Comment("// LogValue is the JSON of e without secrets.")
			f.Func().Add(recv).Id(m).Params().Qual("log/slog", "Value").Add(oneLine(jen.Return(jen.Id("logValue").Call(jen.Id("e")))))
		case "Format":
			f.Comment("// Format prints the JSON of e without secrets, whatever the verb.")
			f.Func().Add(recv).Id(m).Params(jen.Id("s").Qual("fmt", "State"), jen.Id("verb").Rune()).Add(oneLine(jen.Id("format").Call(jen.Id("s"), jen.Id("verb"), jen.Id("e"))))
		}
	}
	f.Line()
}
