package drift

import (
	"encoding/json"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/document"
)

// JSON is the report for a program: an object, and a line break. drift is false
// if there is nothing to do. changes is the report of vlgen diff on the two
// documents, null if one of them cannot be resolved. A place that exists in only one
// document has no before or no after.
func (r *Report) JSON() []byte {
	type side struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	type place struct {
		Pointer string          `json:"pointer"`
		Before  json.RawMessage `json:"before,omitempty"`
		After   json.RawMessage `json:"after,omitempty"`
	}
	type version struct {
		Version string `json:"version"`
		From    string `json:"from,omitempty"`
	}
	out := struct {
		Drift    bool            `json:"drift"`
		Summary  string          `json:"summary"`
		Checked  side            `json:"checked"`
		Upstream side            `json:"upstream"`
		Changes  json.RawMessage `json:"changes"`
		Problems []string        `json:"problems"`
		Places   []place         `json:"places"`
		Newer    []version       `json:"newer"`
	}{Drift: !r.Same(), Summary: r.Summary(), Checked: side(r.Checked), Upstream: side(r.Upstream),
		Problems: append([]string{}, r.Problems...), Places: []place{}, Newer: []version{}}
	if r.API != nil {
		out.Changes = r.API.JSON()
	}
	for _, p := range r.Places {
		out.Places = append(out.Places, place{p.Pointer, raw(p.Before), raw(p.After)})
	}
	for _, v := range r.Newer {
		out.Newer = append(out.Newer, version{v.Name, v.From})
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		panic(err) // a raw value that is no JSON
	}
	return append(text, '\n')
}

func raw(n *yaml.Node) json.RawMessage {
	if n == nil {
		return nil
	}
	return document.AppendJSON(nil, n)
}
