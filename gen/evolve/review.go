package evolve

import (
	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/overlay"
	"github.com/go-voicelive/voicelive-go/gen/internal/pipeline"
)

// OverlayReview is the result of trying the actions of an overlay on a document.
type OverlayReview struct {
	Actions int // how many there are
	// NotApplied is the number of actions that match nothing, expect another value,
	// add something that is refused, or belong to such an action. Wrong has a line for
	// each cause, with the place of the first action and the fix.
	NotApplied int
	Wrong      []string
	// Unnecessary has a line for each action that changes nothing, since the document
	// has the correction already.
	Unnecessary []string
}

// ReviewOverlay tries each action of the overlay on the document. If the document or
// the overlay cannot be read, the error is a *gen.Diagnostics.
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

// Canonical returns a document in the layout of upstream, which is that of the
// checked-in file. It keeps content and order. If the document is not swagger 2.0,
// the error is a *gen.Diagnostics.
func Canonical(src pipeline.Source) ([]byte, error) {
	if _, err := pipeline.Parse(src); err != nil {
		return nil, err
	}
	return document.Canonical(src.Data)
}
