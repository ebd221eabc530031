package evolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/evolve/internal/drift"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/index"
	"github.com/go-voicelive/voicelive-go/gen/internal/pipeline"
)

// DriftInput is the input of Drift.
type DriftInput struct {
	pipeline.Input                 // the checked-in document, and the overlay
	Upstream       pipeline.Source // the document upstream
	// UpstreamOverlay corrects upstream's document; nil is the overlay of Input.
	UpstreamOverlay *pipeline.Source
	Guide           *pipeline.Source // groups the changes; nil for no groups
	// Indexes list the versions that upstream publishes; nil to leave newer
	// versions alone.
	Indexes []pipeline.Source
	// Ignore lists versions that Drift does not report.
	Ignore []string
	// Published is the file or URL of upstream's documents, with the placeholders of
	// ExpandVersion; empty if it is not known.
	Published string
}

// DriftReport lists the differences between a checked-in document and the one upstream.
type DriftReport = drift.Report

// Drift compares the content of the checked-in document with that of upstream. It
// ignores layout and the order of members. If the documents cannot be compared, the
// error is a *gen.Diagnostics.
func Drift(in DriftInput) (*DriftReport, error) {
	checked, err := pipeline.Parse(in.Spec)
	if err != nil {
		return nil, err
	}
	upstream, err := pipeline.Parse(in.Upstream)
	if err != nil {
		return nil, err
	}
	r := &DriftReport{
		Checked:  drift.Document{Name: in.Spec.Name, Version: drift.VersionOf(checked)},
		Upstream: drift.Document{Name: in.Upstream.Name, Version: drift.VersionOf(upstream)},
		Places:   document.Differences(checked.Root, upstream.Root),
	}
	if len(r.Places) > 0 {
		if err := compareAPI(r, in); err != nil {
			return nil, err
		}
	}
	r.Newer, err = newer(in, r)
	return r, err
}

// newer lists the versions after ours, without that of upstream's document.
func newer(in DriftInput, r *DriftReport) ([]drift.Version, error) {
	ours, ignored := r.Checked.Version, append(slices.Clone(in.Ignore), r.Upstream.Version)
	var all []string
	for _, list := range in.Indexes {
		versions, err := index.Parse(list.Data)
		if err != nil {
			return nil, pipeline.Problem(list, err.Error(), "")
		}
		all = append(all, versions...)
	}
	if len(all) > 0 && !index.Dated(ours) {
		return nil, pipeline.Problem(in.Spec, fmt.Sprintf("no version of an index can be newer than %q, which is not a date", ours), "leave out -index")
	}
	slices.SortFunc(all, index.Compare)
	var newer []drift.Version
	for _, v := range slices.Compact(all) {
		if index.Compare(v, ours) > 0 && !slices.Contains(ignored, v) {
			newer = append(newer, drift.Version{Name: v, From: published(in.Published, v)})
		}
	}
	return newer, nil
}

// published returns the file or URL of the document of a version; empty if all
// versions have the same.
func published(place, version string) string {
	at := ExpandVersion(place, version)
	if at == place {
		return ""
	}
	return at
}

// ExpandVersion puts a version into a path or URL. It replaces {version} by the
// version, and {stage} by the name of Azure's folder for it, preview or stable.
func ExpandVersion(place, version string) string {
	stage := "stable"
	if strings.Contains(version, "-preview") {
		stage = "preview"
	}
	return strings.NewReplacer("{version}", version, "{stage}", stage).Replace(place)
}

// Version returns the info.version of a document. If the document is not swagger
// 2.0, the error is a *gen.Diagnostics.
func Version(src pipeline.Source) (string, error) {
	doc, err := pipeline.Parse(src)
	if err != nil {
		return "", err
	}
	return drift.VersionOf(doc), nil
}
