package evolve

import (
	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/overlay"
	"github.com/go-voicelive/voicelive-go/gen/internal/pipeline"
)

// OverlayReview is what a document means for the actions of an overlay.
type OverlayReview struct {
	Actions int // how many there are
	// NotApplied is how many of them match nothing, expect another value, bring what
	// is refused, or belong to one that does. Wrong tells why, a line for each
	// cause, with the place of the first and what to do about it.
	NotApplied int
	Wrong      []string
	// Unnecessary actions change nothing: the document says by itself what they
	// bring. One line each.
	Unnecessary []string
}

// ReviewOverlay tries each action of the overlay on the document. The error of a
// document or an overlay that cannot be read is a *pipeline.Diagnostics.
func ReviewOverlay(in pipeline.Input) (OverlayReview, error) {
	var r OverlayReview
	in.UnusedOverlay, in.Strict = true, false
	m, err := pipeline.Load(in)
	switch {
	case in.Overlay == nil:
		return r, nil
	case m.Actions == nil:
		return r, err
	}
	r.Actions = len(m.Actions)
	for _, a := range m.Actions {
		if a.Effect == overlay.Unchanged {
			r.Unnecessary = append(r.Unnecessary, diag.Diagnostic{Location: a.At, Severity: diag.Warning,
				Message: "the action on " + a.Target + " changes nothing, the document says the same by itself", Fix: "remove it"}.String())
		}
	}
	for _, c := range overlay.Causes(m.Actions) {
		r.NotApplied += len(c.Lines)
		r.Wrong = append(r.Wrong, diag.Diagnostic{Location: c.At, Message: c.Message(),
			Fix: "check the reason against the new document, then correct, limit by x-versions or remove"}.String())
	}
	return r, nil
}

// Canonical lays a document out as upstream does: what is checked in. Content and
// order stay as they are. The error of what is no swagger 2.0 is a *pipeline.Diagnostics.
func Canonical(src pipeline.Source) ([]byte, error) {
	if _, err := pipeline.Parse(src); err != nil {
		return nil, err
	}
	return document.Canonical(src.Data)
}
