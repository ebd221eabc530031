// Package pipeline runs the stages from the bytes of a document up to the named
// model. Generating, documenting and comparing share these stages.
package pipeline

import (
	"slices"
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

// Input is the input of the stages.
type Input struct {
	Spec    Source
	Overlay *Source // nil for none
	Package string  // the name of the generated package
	// Documented suppresses the package comment, since a hand-written file has it.
	Documented bool
	// Strict makes warnings errors.
	Strict bool
	// UnusedOverlay leaves out overlay actions that do not apply to this document, or
	// that add something which is refused, with a note for each cause.
	UnusedOverlay bool
}

// Diagnostics is the error of a document with mistakes: a line for each of them,
// file:line:column: /pointer: mistake (fix).
type Diagnostics struct{ Lines []string }

// Error is all lines.
func (d *Diagnostics) Error() string { return strings.Join(d.Lines, "\n") }

// Problem is the error of a mistake in a source as a whole.
func Problem(src Source, message, fix string) error {
	d := diag.Diagnostic{Location: diag.Location{File: src.Name}, Message: message, Fix: fix}
	return &Diagnostics{Lines: []string{d.String()}}
}

// Model is the result of the stages.
type Model struct {
	API     *model.API
	Actions []overlay.Outcome // of the overlay, in its order
	Notes   []string          // diagnostics that did not stop the pipeline, one line each
}

// Load runs the stages. Each stage reports all mistakes that it finds; after an error
// the next stage does not run. The error of a document with mistakes is a
// *Diagnostics. Even then the Model has the outcomes of the actions, if they were tried.
func Load(in Input) (Model, error) {
	refused := map[int]string{} // actions that are left out because of an error
	for {
		var diags diag.List
		m, fixes, failed := run(in, refused, &diags)
		if !diags.Failed() {
			m.Notes = lines(diags.All())
			return m, nil
		}
		before := len(refused)
		if failed && fixes != nil && in.UnusedOverlay {
			fixes.Blame(&diags, refused)
		}
		if len(refused) == before {
			return Model{Actions: m.Actions}, Failure(&diags)
		}
	}
}

// run runs the stages once. It reports whether a stage failed for more than a
// warning that Strict makes an error.
func run(in Input, refused map[int]string, diags *diag.List) (m Model, fixes *overlay.Overlay, failed bool) {
	var doc *document.Document
	var linked *document.Linked
	stages := []func(){
		func() { doc = document.Parse(in.Spec.Name, in.Spec.Data, diags) },
		func() {
			if in.Overlay != nil {
				fixes = overlay.Parse(in.Overlay.Name, in.Overlay.Data, diags)
			}
		},
		func() {
			if in.Overlay != nil {
				m.Actions = fixes.Apply(doc, overlay.Options{UnusedWarn: in.UnusedOverlay, Refused: refused}, diags)
			}
		},
		func() { linked = doc.Link(diags) },
		func() { m.API = resolve.Resolve(linked, diags) },
		func() { name.Assign(m.API, diags) },
	}
	for _, stage := range stages {
		stage()
		if diags.Failed() {
			return m, fixes, true
		}
		if in.Strict {
			diags.Strict()
		}
		if diags.Failed() {
			return m, fixes, false
		}
	}
	return m, fixes, false
}

// Parse runs only the stage that reads a document. If the document is not swagger
// 2.0, the error is a *Diagnostics.
func Parse(src Source) (*document.Document, error) {
	var diags diag.List
	doc := document.Parse(src.Name, src.Data, &diags)
	if doc == nil {
		return nil, Failure(&diags)
	}
	return doc, nil
}

// Failure returns the reported errors and warnings as an error, without the notes.
func Failure(diags *diag.List) error {
	mistakes := slices.DeleteFunc(diags.All(), func(d diag.Diagnostic) bool { return d.Severity == diag.Note })
	return &Diagnostics{Lines: lines(mistakes)}
}

func lines(diags []diag.Diagnostic) []string {
	var out []string
	for _, d := range diags {
		out = append(out, d.String())
	}
	return out
}
