// Package gen turns a swagger 2.0 document of definitions into a Go package:
// types, open enums, sealed unions, and single-pass JSON codecs.
//
// [Generate] is the pipeline, and it is pure: bytes in, files or diagnostics
// out. [Write] and [Check] compare its files with a directory.
//
// # Stability and concurrency
//
// The package is the library of vlgen, and its API may change in any version. Functions may be called
// from any goroutine.
package gen

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/emit"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/output"
	"github.com/go-voicelive/voicelive-go/gen/internal/pipeline"
	"github.com/go-voicelive/voicelive-go/templates"
)

// Runtime is the import path of the package that generated codecs call.
const Runtime = "github.com/go-voicelive/voicelive-go/voicelive/jsonwire"

// Input is a document with all that decides what is made of it.
type Input = pipeline.Input

// Source is an input file: its Name, as diagnostics print it, and its content, Data.
type Source = pipeline.Source

// Diagnostics is the error of a document with mistakes. Its Lines are one for each of them.
type Diagnostics = pipeline.Diagnostics

// File is one generated file.
type File = output.File

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
	m, err := pipeline.Load(in)
	if err != nil {
		return Result{}, err
	}
	api := m.API
	doc, err := packageDoc(in, api)
	if err != nil {
		return Result{}, err
	}
	files, err := emit.Emit(api, emit.Options{
		Package:    in.Package,
		Marker:     output.Marker(in.Spec.Base(), api.Version),
		Runtime:    Runtime,
		PackageDoc: doc,
	})
	if err != nil {
		return Result{}, err
	}
	res := Result{Notes: m.Notes}
	for _, f := range files {
		res.Files = append(res.Files, File{Name: f.Name, Data: f.Data})
	}
	return res, nil
}

func packageDoc(in Input, api *model.API) (string, error) {
	if in.Documented {
		return "", nil
	}
	return templates.PackageDoc(templates.Package{Name: in.Package, Title: api.Title, Version: api.Version, Events: roots(api)})
}

// Documented reports whether a folder has a file doc.go, written by hand, with
// the comment of the package.
func Documented(dir string) bool {
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, "doc.go"), nil, parser.PackageClauseOnly|parser.ParseComments)
	return err == nil && f.Doc != nil && !ast.IsGenerated(f)
}

// Dump runs the pipeline up to the named model and describes it, with what became
// of each action of the overlay at the end.
func Dump(in Input) (Result, error) {
	m, err := pipeline.Load(in)
	if err != nil {
		return Result{}, err
	}
	var b strings.Builder
	b.WriteString(m.API.Dump())
	if in.Overlay != nil {
		fmt.Fprintf(&b, "\noverlay %s\n", diag.Printable(in.Overlay.Base()))
	}
	for _, a := range m.Actions {
		fmt.Fprintf(&b, "\t%s %s %s\n", a.At.Pointer, diag.Printable(a.Target), a.Effect)
	}
	return Result{Dump: b.String(), Notes: m.Notes}, nil
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

// Write puts the files into a directory, all or nothing, and removes generated
// files that are stale. It returns the names of the files that it changed.
func Write(dir string, files []File) ([]string, error) { return output.Write(dir, files) }

// Check returns the unified diff between a directory and the files, empty if
// the directory is up to date.
func Check(dir string, files []File) (string, error) { return output.Check(dir, files) }

// ValidPackage reports whether name can name the generated package. A program, and what go
// build takes for documentation, cannot be imported; a predeclared name would hide the type
// or function in every file that imports the package.
func ValidPackage(name string) bool {
	return token.IsIdentifier(name) && types.Universe.Lookup(name) == nil &&
		!slices.Contains([]string{"_", "init", "main", "documentation"}, name)
}
