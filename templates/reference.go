package templates

import (
	"embed"
	"strings"
	"text/template"
)

//go:embed reference.tmpl page.tmpl versions.tmpl
var pages embed.FS

// Index is what the first page of the reference shows. Tables and diagrams are
// Markdown.
type Index struct {
	Title, Version, Package string
	Pages                   []Link
	Unions                  string
	Roots                   []Section
}

// Link is a page; without a file it is the one that shows the link.
type Link struct{ Title, File string }

// Section is a heading and what is below it.
type Section struct{ Title, Table string }

// Page is any other page.
type Page struct {
	Title  string
	Others []Link
	Text   string // what the guide says
	Body   string
}

// IndexPage renders the first page of the reference.
func IndexPage(i Index) (string, error) { return render("reference.tmpl", i) }

// ReferencePage renders another page of the reference.
func ReferencePage(p Page) (string, error) { return render("page.tmpl", p) }

// VersionsText renders the introduction of the page of versions.
func VersionsText(first string) (string, error) {
	return render("versions.tmpl", struct{ First string }{first})
}

func render(name string, data any) (string, error) {
	t, err := template.ParseFS(pages, name)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Execute(&b, data); err != nil {
		return "", err
	}
	return b.String(), nil
}
