// Package gen turns a swagger 2.0 document of definitions into a Go package:
// types, open enums, sealed unions, and single-pass JSON codecs.
//
// [Generate] is the pipeline, and it is pure: bytes in, files or diagnostics
// out. [Write] and [Check] compare its files with a directory.
package gen

import (
	"fmt"
	"go/token"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/emit"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/name"
	"github.com/go-voicelive/voicelive-go/gen/internal/output"
	"github.com/go-voicelive/voicelive-go/gen/internal/overlay"
	"github.com/go-voicelive/voicelive-go/gen/internal/resolve"
	"github.com/go-voicelive/voicelive-go/templates"
)

// Runtime is the import path of the package that generated codecs call.
const Runtime = "github.com/go-voicelive/voicelive-go/voicelive/jsonwire"

// Source is an input file: its name, as diagnostics print it, and its content.
type Source struct {
	Name string
	Data []byte
}

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

// File is one generated file.
type File = output.File

// Diagnostics is the error of a document that cannot be generated from: one
// line for each mistake, file:line:column: /pointer: what is wrong (the fix).
type Diagnostics struct{ Lines []string }

// Error is all lines.
func (d *Diagnostics) Error() string { return strings.Join(d.Lines, "\n") }

// Result is what Generate makes of a document.
type Result struct {
	Files []File
	// Dump is the resolved and named model as readable text: what to review when
	// the document changes.
	Dump string
	// Notes are diagnostics that did not stop the pipeline, one line each.
	Notes []string
}

// Generate runs the pipeline. The error of a bad document is a *Diagnostics.
func Generate(in Input) (Result, error) {
	api, notes, err := load(in)
	if err != nil {
		return Result{Notes: notes}, err
	}
	doc, err := templates.PackageDoc(templates.Package{Name: in.Package, Title: api.Title, Version: api.Version, Events: roots(api)})
	if err != nil {
		return Result{}, err
	}
	files, err := emit.Emit(api, emit.Options{
		Package:    in.Package,
		Source:     base(in.Spec.Name),
		Runtime:    Runtime,
		PackageDoc: doc,
	})
	if err != nil {
		return Result{}, err
	}
	res := Result{Notes: notes}
	for _, f := range files {
		res.Files = append(res.Files, File{Name: f.Name, Data: f.Data})
	}
	return res, nil
}

// Dump runs the pipeline up to the named model and describes it, with what became
// of each action of the overlay at the end.
func Dump(in Input) (Result, error) {
	api, actions, notes, err := loadWithActions(in)
	if err != nil {
		return Result{Notes: notes}, err
	}
	var b strings.Builder
	b.WriteString(api.Dump())
	if in.Overlay != nil {
		fmt.Fprintf(&b, "\noverlay %s\n", diag.Printable(base(in.Overlay.Name)))
	}
	for _, a := range actions {
		fmt.Fprintf(&b, "\t%s %s %s\n", a.At.Pointer, diag.Printable(a.Target), a.Effect)
	}
	return Result{Dump: b.String(), Notes: notes}, nil
}

func load(in Input) (*model.API, []string, error) {
	api, _, notes, err := loadWithActions(in)
	return api, notes, err
}

// loadWithActions runs the stages up to the named model. Each one reports all it
// finds; an error stops before the next.
func loadWithActions(in Input) (api *model.API, actions []overlay.Outcome, notes []string, err error) {
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
				actions = fixes.Apply(doc, overlay.Options{UnusedWarn: in.UnusedOverlay}, &diags)
			}
		},
		func() { linked = doc.Link(&diags) },
		func() { api = resolve.Resolve(linked, &diags) },
		func() { name.Assign(api, &diags) },
	}
	for _, stage := range stages {
		stage()
		if in.Strict {
			diags.Strict()
		}
		if diags.Failed() {
			return nil, nil, nil, &Diagnostics{Lines: lines(&diags)}
		}
	}
	return api, actions, lines(&diags), nil
}

func lines(diags *diag.List) []string {
	var out []string
	for _, d := range diags.All() {
		out = append(out, d.String())
	}
	return out
}

// roots lists the entry points, for the package comment.
func roots(api *model.API) []templates.Event {
	var events []templates.Event
	for _, u := range api.Unions {
		if u.Root && u.Key != "" {
			events = append(events, templates.Event{Name: u.Name, Sent: u.Send})
		}
	}
	return events
}

// base is the last element of a path, whichever way its slashes lean.
func base(path string) string {
	return path[strings.LastIndexAny(path, `/\`)+1:]
}

// Write puts the files into a directory, all or nothing, and removes generated
// files that are stale. It returns the names of the files that it changed.
func Write(dir string, files []File) ([]string, error) { return output.Write(dir, files) }

// Check returns the unified diff between a directory and the files, empty if
// the directory is up to date.
func Check(dir string, files []File) (string, error) { return output.Check(dir, files) }

// ValidPackage reports whether name can name the generated package. A program, and what go
// build takes for documentation, cannot be imported.
func ValidPackage(name string) bool {
	return token.IsIdentifier(name) && !slices.Contains([]string{"_", "init", "main", "documentation"}, name)
}
