package reference

import (
	"github.com/go-voicelive/voicelive-go/gen/internal/output"
	"github.com/go-voicelive/voicelive-go/gen/internal/pipeline"
)

// Versions makes a Go file of what each known version of the API has, for the package that
// in names; in.Known must be set. The error of a bad document is a *gen.Diagnostics.
func Versions(in DocsInput) (DocsResult, error) {
	m, err := pipeline.Load(in.Input)
	if err != nil {
		return DocsResult{}, err
	}
	known, err := loadVersions(in, m.API)
	if err != nil {
		return DocsResult{Notes: m.Notes}, err
	}
	source, err := known.Source(in.Package, output.Marker(in.Spec.Base(), m.API.Version), m.API)
	return DocsResult{Files: []output.File{{Name: "versions.gen.go", Data: source}}, Notes: m.Notes}, err
}
