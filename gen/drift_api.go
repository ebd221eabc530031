package gen

import "errors"

// compareAPI fills in what the difference of the documents means for the API.
func compareAPI(r *DriftReport, in DriftInput) error {
	old := in.Input
	old.UnusedOverlay, old.Strict = true, false
	before, err := Dump(old)
	if d := (*Diagnostics)(nil); errors.As(err, &d) {
		r.Problems = d.Lines
		return nil
	}
	old.Spec = in.Upstream
	if in.UpstreamOverlay != nil {
		old.Overlay = in.UpstreamOverlay
	}
	after, err := Dump(old)
	if d := (*Diagnostics)(nil); errors.As(err, &d) {
		r.Problems = d.Lines
		return nil
	}
	r.API = dumps{before.Dump, after.Dump}
	return err
}

type dumps struct{ before, after string }

func (d dumps) Empty() bool      { return d.before == d.after }
func (d dumps) Text() string     { return "The resolved model is another one.\n" }
func (d dumps) Markdown() string { return d.Text() }
func (d dumps) JSON() []byte     { return []byte("{}") }
