// Package reference renders the model as Markdown: a first page with the
// diagrams and tables of what there is, and a page for each area.
package markdown

import (
	"fmt"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/guide"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/reference/internal/example"
	"github.com/go-voicelive/voicelive-go/gen/reference/internal/versions"
	"github.com/go-voicelive/voicelive-go/templates"
)

// Options are what the pages say beside the model.
type Options struct {
	Package  string          // the name of the Go package
	Marker   string          // the text that marks a file as generated
	Guide    *guide.Guide    // checked against the model
	Versions *versions.Table // nil if no other version is known
}

// File is one page; its name is relative to the folder of the first one.
type File struct {
	Name string
	Data []byte
}

// The first page, and the folder of all others.
const (
	first  = "reference.md"
	folder = "reference/"
)

// Render returns the pages, the first one first.
func Render(api *model.API, o Options) ([]File, error) {
	r := &renderer{
		api: api, Options: o,
		example: example.Maker{Known: o.Guide.Values()},
		events:  map[model.Type]string{},
		users:   usersOf(api),
	}
	r.nameEvents()
	r.pages = append(r.extraPages(), r.areaPages()...)
	r.pages = append(r.pages, r.versionPages()...)
	r.placeTypes()
	index, err := r.index()
	if err != nil {
		return nil, err
	}
	files := []File{r.file(first, index)}
	for _, p := range r.pages {
		text, err := r.page(p)
		if err != nil {
			return nil, err
		}
		files = append(files, r.file(folder+p.file, text))
	}
	return files, nil
}

type renderer struct {
	Options
	api     *model.API
	example example.Maker
	pages   []*page
	at      map[model.Type]*page   // where each declaration is
	events  map[model.Type]string  // the tags of the entry points' variants
	users   map[model.Type][]usage // what refers to each declaration
}

// page is one file of the folder: its body is written when all pages are known.
type page struct {
	title, file, text string
	types             []model.Type
	body              func() (string, error) // nil for a page of types
}

func (r *renderer) file(name, text string) File {
	return File{Name: name, Data: []byte("<!-- " + r.Marker + " -->\n\n" + strings.TrimRight(text, "\n") + "\n")}
}

// extraPages are those that the guide alone makes.
func (r *renderer) extraPages() (pages []*page) {
	if c := r.Guide.Connection; c != nil {
		pages = append(pages, &page{title: "Connection", file: "connection.md", text: c.Text, body: r.connection})
	}
	if s := r.Guide.Sequences; s != nil {
		pages = append(pages, &page{title: s.Title, file: "sequences.md", text: s.Text, body: r.sequences})
	}
	return pages
}

func (r *renderer) nameEvents() {
	for _, u := range r.api.Unions {
		if u.Root && u.Key != "" {
			for _, v := range u.Variants {
				r.events[v.Type] = v.Tag
			}
		}
	}
}

func (r *renderer) placeTypes() {
	r.at = map[model.Type]*page{}
	for _, p := range r.pages {
		for _, t := range p.types {
			r.at[t] = p
		}
	}
}

func (r *renderer) index() (string, error) {
	index := templates.Index{Title: line(r.api.Title), Version: line(r.api.Version), Package: r.Package, Unions: r.unionTree()}
	for _, p := range r.pages {
		index.Pages = append(index.Pages, templates.Link{Title: p.title, File: folder + p.file})
	}
	for _, u := range r.api.Unions {
		if u.Root && u.Key != "" {
			index.Roots = append(index.Roots, templates.Section{Title: r.heading(u), Table: r.eventTable(u)})
		}
	}
	return templates.IndexPage(index)
}

// eventTable lists the variants of an entry point with their summaries.
func (r *renderer) eventTable(u *model.Union) string {
	t := table{head: []string{"Event", "Summary"}}
	if r.Versions != nil {
		t.head = append(t.head, "Since")
	}
	for _, v := range u.Variants {
		row := []string{fmt.Sprintf("[%s](%s)", code(v.Tag), folder+r.link(v.Type, nil)), summary(model.DeclOf(v.Type).Doc)}
		if r.Versions != nil {
			row = append(row, since(r.Versions.Type(model.DeclOf(v.Type).Wire)))
		}
		t.rows = append(t.rows, row)
	}
	return t.String()
}

func (r *renderer) page(p *page) (string, error) {
	body := ""
	if p.body == nil {
		body = r.types(p)
	} else {
		var err error
		if body, err = p.body(); err != nil {
			return "", err
		}
	}
	var others []templates.Link
	for _, other := range r.pages {
		link := templates.Link{Title: other.title, File: other.file}
		if other == p {
			link.File = ""
		}
		others = append(others, link)
	}
	return templates.ReferencePage(templates.Page{Title: p.title, Others: others, Text: strings.TrimSpace(p.text), Body: "\n" + body})
}
