package evolve

import (
	"github.com/go-voicelive/voicelive-go/gen/evolve/internal/drift"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/pipeline"
)

// TakeInput is the input of Take: a new document that replaces the checked-in one.
type TakeInput struct {
	pipeline.Input                  // the new document, with the overlay for it
	Guide          *pipeline.Source // groups the changes; nil for no groups
	From           string           // the file or URL of the new document
	Before         pipeline.Input   // the checked-in document and its overlay
}

// Taken is a new document and the report about it.
type Taken struct {
	Spec   []byte // the document in canonical layout
	Report *TakeReport
}

// TakeReport is the report on a new document, for a maintainer.
type TakeReport = drift.Taken

// Take compares a new document with the checked-in one, and reports the overlay
// actions that do not apply to it. If the new document is not swagger 2.0, the error
// is a *gen.Diagnostics.
func Take(in TakeInput) (*Taken, error) {
	doc, err := pipeline.Parse(in.Spec)
	if err != nil {
		return nil, err
	}
	t := &Taken{}
	if t.Spec, err = document.Canonical(in.Spec.Data); err != nil {
		return nil, err
	}
	in.Spec.Data = t.Spec
	changes, err := Drift(DriftInput{Input: in.Before, Upstream: in.Spec, UpstreamOverlay: in.Overlay, Guide: in.Guide})
	if err != nil {
		return nil, err
	}
	t.Report = &TakeReport{From: in.From, Version: drift.VersionOf(doc), Report: changes}
	review, err := ReviewOverlay(in.Input)
	if err != nil {
		return nil, err
	}
	t.Report.Actions, t.Report.NotApplied = review.Actions, review.NotApplied
	t.Report.Wrong, t.Report.Unnecessary = review.Wrong, review.Unnecessary
	return t, nil
}
