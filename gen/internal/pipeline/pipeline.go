// Package pipeline runs the stages from the bytes of a document up to the named
// model: what generating, documenting and comparing share.
package pipeline

import (
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/name"
	"github.com/go-voicelive/voicelive-go/gen/internal/overlay"
	"github.com/go-voicelive/voicelive-go/gen/internal/resolve"
)

// Source is an input file: its name, as diagnostics print it, and its content.
type Source struct {
	Name string
	Data []byte
}

// Base is the last element of the name, whichever way its slashes lean.
func (s Source) Base() string { return s.Name[strings.LastIndexAny(s.Name, `/\`)+1:] }

// Input is everything that decides the output.
type Input struct {
	Spec    Source
	Overlay *Source // nil for none
	Package string  // the name of the generated package
	// Strict makes warnings errors.
	Strict bool
	// UnusedOverlay allows overlay actions that do not apply to this document;
	// each is reported as a note.
	UnusedOverlay bool
}

// Diagnostics is the error of a document that cannot be generated from: one
// line for each mistake, file:line:column: /pointer: what is wrong (the fix).
type Diagnostics struct{ Lines []string }

// Error is all lines.
func (d *Diagnostics) Error() string { return strings.Join(d.Lines, "\n") }

// Problem is the error of a mistake in a source as a whole.
func Problem(src Source, message, fix string) error {
	d := diag.Diagnostic{Location: diag.Location{File: src.Name}, Message: message, Fix: fix}
	return &Diagnostics{Lines: []string{d.String()}}
}

// Model is what the stages make of a document.
type Model struct {
	API     *model.API
	Actions []overlay.Outcome // what became of each action of the overlay
	Notes   []string          // diagnostics that did not stop the pipeline, one line each
}

// Load runs the stages. Each one reports all it finds; an error stops before the
// next. The error of a bad document is a *Diagnostics.
func Load(in Input) (Model, error) {
	var m Model
	var diags diag.List
	var doc *document.Document
	var fixes *overlay.Overlay
	var linked *document.Linked
	stages := []func(){
		func() { doc = document.Parse(in.Spec.Name, in.Spec.Data, &diags) },
		func() {
			if in.Overlay != nil {
				fixes = overlay.Parse(in.Overlay.Name, in.Overlay.Data, &diags)
			}
		},
		func() {
			if in.Overlay != nil {
				m.Actions = fixes.Apply(doc, overlay.Options{UnusedWarn: in.UnusedOverlay}, &diags)
			}
		},
		func() { linked = doc.Link(&diags) },
		func() { m.API = resolve.Resolve(linked, &diags) },
		func() { name.Assign(m.API, &diags) },
	}
	for _, stage := range stages {
		stage()
		if in.Strict {
			diags.Strict()
		}
		if diags.Failed() {
			return Model{}, Failure(&diags)
		}
	}
	m.Notes = lines(&diags)
	return m, nil
}

// Parse reads a document and goes no further. The error of what is no swagger
// 2.0 is a *Diagnostics.
func Parse(src Source) (*document.Document, error) {
	var diags diag.List
	doc := document.Parse(src.Name, src.Data, &diags)
	if doc == nil {
		return nil, Failure(&diags)
	}
	return doc, nil
}

// Failure is the error of what was reported.
func Failure(diags *diag.List) error { return &Diagnostics{Lines: lines(diags)} }

func lines(diags *diag.List) []string {
	var out []string
	for _, d := range diags.All() {
		out = append(out, d.String())
	}
	return out
}
