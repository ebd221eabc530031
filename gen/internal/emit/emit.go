// Package emit turns the named model into Go files. It is the only package that
// knows how generated code looks, and the only one that imports jennifer.
package emit

import (
	"bytes"
	"fmt"
	"go/format"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/dave/jennifer/jen"

	"github.com/go-voicelive/voicelive-go/gen/internal/comment"
	"github.com/go-voicelive/voicelive-go/gen/internal/gotype"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// width is where comment lines are wrapped.
const width = 120

// Options say what the model does not.
type Options struct {
	Package    string // the package's name
	Marker     string // the text that marks a file as generated
	Runtime    string // import path of the package that codecs call
	PackageDoc string // text of the package comment, empty for none
}

// File is one generated file.
type File struct {
	Name string
	Data []byte
}

// Emit writes the files of a package, sorted by name. It returns an error only
// if the code it built is not Go, which is a mistake of this package.
func Emit(api *model.API, opt Options) ([]File, error) {
	g := &generator{api: api, opt: opt, checked: gotype.Checked(api)}
	files := []struct {
		name  string
		build func(*jen.File)
	}{
		{"codec.gen.go", g.codecs},
		{"enums.gen.go", g.enums},
		{"events_client.gen.go", g.clientEvents},
		{"events_server.gen.go", g.serverEvents},
		{"helpers.gen.go", g.senders},
		{"models.gen.go", g.models},
		{"secrets.gen.go", g.secrets},
		{"unions.gen.go", g.unions},
		{"validate.gen.go", g.validators},
	}
	out := make([]File, len(files))
	errs := make([]error, len(files))
	var wg sync.WaitGroup
	for i, f := range files {
		wg.Go(func() {
			out[i].Name = f.name
			out[i].Data, errs[i] = g.render(f.name, f.build)
		})
	}
	wg.Wait()
	kept := out[:0]
	for i, f := range out {
		if errs[i] != nil {
			return nil, errs[i]
		}
		if f.Data != nil {
			kept = append(kept, f)
		}
	}
	return kept, nil
}

type generator struct {
	api     *model.API
	opt     Options
	checked map[model.Type]bool // the types whose Validate has something to check
}

// render builds one file; nil if it declares nothing.
func (g *generator) render(name string, build func(*jen.File)) ([]byte, error) {
	f := jen.NewFile(g.opt.Package)
	f.NoFormat = true
	f.HeaderComment("// " + g.opt.Marker)
	if name == "models.gen.go" && g.opt.PackageDoc != "" {
		f.PackageComment(comment.Doc(width, g.opt.PackageDoc))
	}
	f.ImportName(g.opt.Runtime, "jsonwire")
	f.ImportName("encoding/json", "json")
	f.ImportName("time", "time")
	f.ImportName("fmt", "fmt")
	f.ImportName("log/slog", "slog")
	build(f)
	var b bytes.Buffer
	if err := f.Render(&b); err != nil {
		return nil, fmt.Errorf("emit %s: %s", name, truncate(err.Error()))
	}
	if !bytes.Contains(b.Bytes(), []byte("\nfunc ")) && !bytes.Contains(b.Bytes(), []byte("\ntype ")) {
		return nil, nil
	}
	data, err := format.Source(b.Bytes())
	if err != nil {
		return nil, fmt.Errorf("emit %s: %s", name, truncate(err.Error()))
	}
	return data, nil
}

// printable replaces what could end a line comment, or hide in it.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == utf8.RuneError {
			return '?'
		}
		return r
	}, s)
}

// truncate keeps the first part of an error that may quote a whole file.
func truncate(s string) string {
	if len(s) > 300 {
		s = s[:300] + "…"
	}
	return s
}

// run is a call into the runtime package.
func (g *generator) run(name string) *jen.Statement { return jen.Qual(g.opt.Runtime, name) }

// clientEvents declares the variants of the entry points that are sent.
func (g *generator) clientEvents(f *jen.File) {
	for _, s := range g.api.Structs {
		if home(s) == "send" {
			g.structDecl(f, s)
		}
	}
}

// serverEvents declares the variants of the entry points that are received.
func (g *generator) serverEvents(f *jen.File) {
	for _, s := range g.api.Structs {
		if home(s) == "receive" {
			g.structDecl(f, s)
		}
	}
}

// home tells which file a struct belongs to: an event's by its direction, if
// the document states one.
func home(s *model.Struct) string {
	for _, u := range s.Unions {
		if u.Root && u.Send != u.Receive {
			if u.Send {
				return "send"
			}
			return "receive"
		}
	}
	return ""
}

// goNames lists identifiers with separators, wrapped to readable lines.
func goNames(names []string) *jen.Statement {
	s := jen.Empty()
	width := 0
	for i, n := range names {
		if i > 0 {
			s.Op(",")
			if width > 80 {
				s.Line()
				width = 0
			}
		}
		s.Id(n)
		width += len(n) + 2
	}
	return s
}
