// Package templates holds the prose of what vlgen writes.
package templates

import (
	_ "embed"
	"strings"
	"text/template"
)

//go:embed package.tmpl
var packageDoc string

// Package is what the package comment is about.
type Package struct {
	Name    string  // the Go package
	Title   string  // the API's title
	Version string  // the API's version
	Events  []Event // the entry points
}

// Event is a union that no property refers to.
type Event struct {
	Name string // its Go name
	Sent bool   // whether the client may send it
}

// PackageDoc renders the package comment as plain text.
func PackageDoc(p Package) (string, error) {
	t, err := template.New("package").Parse(packageDoc)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	if err := t.Execute(&b, p); err != nil {
		return "", err
	}
	return b.String(), nil
}
