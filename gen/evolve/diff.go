package evolve

import (
	"cmp"
	"errors"

	"github.com/go-voicelive/voicelive-go/gen/evolve/internal/diff"
	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/gotype"
	"github.com/go-voicelive/voicelive-go/gen/internal/guide"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/pipeline"
)

// DiffInput is the input of Diff.
type DiffInput struct {
	Old, New pipeline.Input
	// Guide groups the types of the API; nil for no groups.
	Guide *pipeline.Source
}

// DiffReport lists the differences between two documents after their overlays.
type DiffReport = diff.Report

// DiffRules returns the table of the rules for changes, in Markdown.
func DiffRules() string { return diff.RulesMarkdown() }

// Diff compares two documents after overlay and resolution. If a document is wrong,
// the error is a *gen.Diagnostics. The notes are diagnostics without an error.
func Diff(in DiffInput) (*DiffReport, []string, error) {
	before, err := pipeline.Load(in.Old)
	if err != nil {
		return nil, nil, err
	}
	after, err := pipeline.Load(in.New)
	if err != nil {
		return nil, before.Notes, err
	}
	notes := append(before.Notes, after.Notes...)
	g := &guide.Guide{}
	if in.Guide != nil {
		var diags diag.List
		if g = guide.Parse(in.Guide.Name, in.Guide.Data, &diags); g == nil || diags.Failed() {
			return nil, notes, pipeline.Failure(&diags)
		}
	}
	return compare(in, before.API, after.API, g), notes, nil
}

func compare(in DiffInput, before, after *model.API, g *guide.Guide) *DiffReport {
	compared := diff.Input{Old: before, New: after, OldName: in.Old.Spec.Name, NewName: in.New.Spec.Name,
		OldValidated: gotype.Validated(before), NewValidated: gotype.Validated(after)}
	if len(g.Areas) > 0 {
		titles, now := areas(after, g)
		_, old := areas(before, g)
		compared.Areas = titles
		compared.Area = func(wire string) string { return cmp.Or(now[wire], old[wire]) }
	}
	return diff.Compare(compared)
}

// areas returns the titles of the guide's areas in order, and the title of each declaration by its wire name.
func areas(api *model.API, g *guide.Guide) (titles []string, of map[string]string) {
	of = map[string]string{}
	for _, p := range guide.Divide(api, g.Areas) {
		titles = append(titles, p.Title)
		for _, t := range p.Decls {
			of[model.DeclOf(t).Wire] = p.Title
		}
	}
	return titles, of
}

// compareAPI fills in the changes of the API between the documents of a drift.
func compareAPI(r *DriftReport, in DriftInput) error {
	old, now := in.Input, in.Input
	old.UnusedOverlay, now.UnusedOverlay = true, true
	old.Strict, now.Strict = false, false
	now.Spec, now.Overlay = in.Upstream, cmp.Or(in.UpstreamOverlay, in.Overlay)
	report, _, err := Diff(DiffInput{Old: old, New: now, Guide: in.Guide})
	switch d := (*pipeline.Diagnostics)(nil); {
	case errors.As(err, &d):
		r.Problems = d.Lines
	case err != nil:
		return err
	default:
		r.API = report
	}
	return nil
}
