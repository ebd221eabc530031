// Package reference documents a swagger 2.0 document of definitions: as Markdown,
// as AsyncAPI, and as JSON Schema.
//
// # Stability and concurrency
//
// The package is the library of vlgen, and its API may change in any version. Functions may be called
// from any goroutine.
package reference

import (
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/guide"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/output"
	"github.com/go-voicelive/voicelive-go/gen/internal/pipeline"
	"github.com/go-voicelive/voicelive-go/gen/reference/internal/asyncapi"
	"github.com/go-voicelive/voicelive-go/gen/reference/internal/markdown"
	"github.com/go-voicelive/voicelive-go/gen/reference/internal/schema"
	"github.com/go-voicelive/voicelive-go/gen/reference/internal/versions"
)

// Format is a kind of documentation.
type Format string

// The formats of Docs.
const (
	Markdown   Format = "markdown"   // reference.md, reference/*.md and, if other versions are known, KnownVersions
	AsyncAPI   Format = "asyncapi"   // asyncapi.json
	JSONSchema Format = "jsonschema" // schema.json
)

// KnownVersions is the name of the file that remembers what the versions have.
const KnownVersions = "versions.json"

// Formats are all of them. It is never written to.
var Formats = [...]Format{Markdown, AsyncAPI, JSONSchema}

// DocsInput is everything that decides the documentation.
type DocsInput struct {
	pipeline.Input
	// Guide is what the reference says beside the specification; nil for none.
	Guide *pipeline.Source
	// Known is the file KnownVersions of an earlier run; nil for none.
	Known *pipeline.Source
	// Others are documents of further versions of the API. They take the overlay
	// as far as it applies.
	Others  []pipeline.Source
	Formats []Format
}

// DocsResult is what Docs makes of a document.
type DocsResult struct {
	Files []output.File
	Notes []string
}

// Docs runs the pipeline up to the named model and documents it. The error of a
// bad document or guide is a *gen.Diagnostics.
func Docs(in DocsInput) (DocsResult, error) {
	m, err := pipeline.Load(in.Input)
	if err != nil {
		return DocsResult{}, err
	}
	g, err := loadGuide(in.Guide, m.API)
	if err != nil {
		return DocsResult{Notes: m.Notes}, err
	}
	known, err := loadVersions(in, m.API)
	if err != nil {
		return DocsResult{Notes: m.Notes}, err
	}
	d := &documenter{in: in, api: m.API, guide: g, known: known, marker: output.Marker(in.Spec.Base(), m.API.Version)}
	res := DocsResult{Notes: m.Notes}
	for _, format := range in.Formats {
		files, err := d.files(format)
		if err != nil {
			return res, err
		}
		res.Files = append(res.Files, files...)
	}
	return res, nil
}

type documenter struct {
	in     DocsInput
	api    *model.API
	guide  *guide.Guide
	known  *versions.Table
	marker string
}

func (d *documenter) files(format Format) ([]output.File, error) {
	switch format {
	case AsyncAPI:
		return []output.File{{Name: "asyncapi.json", Data: asyncapi.Document(d.api, d.guide, d.marker)}}, nil
	case JSONSchema:
		return []output.File{{Name: "schema.json", Data: schema.Document(d.api, d.marker)}}, nil
	}
	pages, err := markdown.Render(d.api, markdown.Options{Package: d.in.Package, Marker: d.marker, Guide: d.guide, Versions: d.known})
	var files []output.File
	for _, p := range pages {
		files = append(files, output.File{Name: p.Name, Data: p.Data})
	}
	if d.known != nil {
		files = append(files, output.File{Name: KnownVersions, Data: d.known.Data(d.marker)})
	}
	return files, err
}

func loadGuide(src *pipeline.Source, api *model.API) (*guide.Guide, error) {
	if src == nil {
		return &guide.Guide{}, nil
	}
	var diags diag.List
	g := guide.Parse(src.Name, src.Data, &diags)
	if g != nil {
		g.Check(api, &diags)
	}
	if diags.Failed() {
		return nil, pipeline.Failure(&diags)
	}
	return g, nil
}

// loadVersions is the table of this version and all others that are known, nil
// if there are none.
func loadVersions(in DocsInput, api *model.API) (*versions.Table, error) {
	if in.Known == nil && len(in.Others) == 0 {
		return nil, nil
	}
	known := &versions.Table{}
	if in.Known != nil {
		var err error
		if known, err = versions.Parse(in.Known.Data); err != nil {
			return nil, pipeline.Problem(*in.Known, err.Error(), "remove it, and name the documents of the versions with -versions")
		}
	}
	for _, other := range in.Others {
		from := in.Input
		from.Spec, from.UnusedOverlay, from.Strict = other, true, false
		old, err := pipeline.Load(from)
		if err != nil {
			return nil, err
		}
		known.Add(old.API)
	}
	known.Add(api)
	return known, nil
}

// ValidFormat reports whether Docs knows a format.
func ValidFormat(f Format) bool { return slices.Contains(Formats[:], f) }
