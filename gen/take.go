package gen

import (
	"errors"
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/drift"
	"github.com/go-voicelive/voicelive-go/gen/internal/pipeline"
)

// TakeInput is a new document that is to take the place of the checked-in one.
type TakeInput struct {
	DocsInput // the new document, with what is there for it
	From      string
	Before    Input // what was checked in
}

// Taken is what a new document makes of everything that is generated from it.
type Taken struct {
	Spec []byte // the document in canonical layout
	// Files and Docs are what to write, nil for what cannot be generated.
	Files, Docs []File
	Report      *TakeReport
}

// TakeReport is what a maintainer has to know about a new document.
type TakeReport = drift.Taken

// Take generates what it can from a new document, skips the overlay actions that
// do not apply to it, and reports them with whatever else keeps Generate and Docs
// from succeeding. The error of what is no swagger 2.0 is a *Diagnostics.
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
	t.Report.Actions, t.Report.Unnecessary, t.Report.Wrong = review.Actions, review.Unnecessary, review.Wrong
	t.generate(in.DocsInput)
	return t, nil
}

// generate fills in the files. What strict mode refuses is a problem, and what
// works without it is generated all the same.
func (t *Taken) generate(in DocsInput) {
	in.UnusedOverlay = true
	for _, strict := range []bool{true, false} {
		in.Strict = strict
		if t.Files == nil {
			res, err := Generate(in.Input)
			t.Files = t.orProblem(res.Files, err)
		}
		if t.Docs == nil {
			res, err := Docs(in)
			t.Docs = t.orProblem(res.Files, err)
		}
	}
}

// orProblem returns the files, or nil if there was an error, which it remembers.
func (t *Taken) orProblem(files []File, err error) []File {
	if err == nil {
		return files
	}
	found := []string{err.Error()}
	if d := (*Diagnostics)(nil); errors.As(err, &d) {
		found = d.Lines
	}
	for _, line := range found {
		if !slices.Contains(t.Report.Problems, line) {
			t.Report.Problems = append(t.Report.Problems, line)
		}
	}
	return nil
}
