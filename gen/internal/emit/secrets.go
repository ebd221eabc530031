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
	e := param("e", jen.Qual("encoding/json", "Marshaler"))
	redacted := call("redacted", jen.Id("e"))
	doc(f, "redacted is the JSON of e without secrets.")
	function(f, "redacted", e).String().Add(returns(g.run("Redacted").Call(jen.Id("e"), jen.Id("secretProperty"))))
	f.Line()
	function(f, "logValue", e).Qual("log/slog", "Value").Add(returns(jen.Qual("log/slog", "StringValue").Call(redacted)))
	f.Line()
	function(f, "format", param("s", jen.Qual("fmt", "State")), param("verb", jen.Rune()), e).Add(oneLine(
		g.run("Format").Call(jen.Id("s"), jen.Id("verb"), redacted)))
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
	doc(f, "secretProperty reports whether properties hold secrets whose name, in lower case and without separators, is plain.")
	function(f, "secretProperty", param("plain", jen.String())).Bool().Block(
		jen.Switch(jen.Id("plain")).Block(jen.Case(cases...).Block(jen.Return(jen.True()))),
		jen.Return(jen.False()),
	)
	f.Line()
}

// printing declares the given methods of a type. They have value receivers, so
// that a value prints like a pointer.
func (g *generator) printing(f *jen.File, name string, methods []string) {
	e := jen.Id("e")
	for _, m := range methods {
		switch m {
		case "String", "GoString":
			doc(f, "%s is the JSON of e without secrets.", m)
			method(f, on(name), m).String().Add(returns(call("redacted", e)))
		case "LogValue":
			doc(f, "LogValue is the JSON of e without secrets.")
			method(f, on(name), m).Qual("log/slog", "Value").Add(returns(call("logValue", e)))
		case "Format":
			doc(f, "Format prints the JSON of e without secrets, whatever the verb.")
			method(f, on(name), m, param("s", jen.Qual("fmt", "State")), param("verb", jen.Rune())).Add(oneLine(call("format", jen.Id("s"), jen.Id("verb"), e)))
		}
	}
	f.Line()
}
