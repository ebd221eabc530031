package overlay

import (
	"testing"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
)

func TestOutcomes(t *testing.T) {
	const a = "- {description: d, target: $.definitions.A, "
	for action, want := range map[string]Outcome{
		a + `update: {description: new}}`:                                     {Effect: Changed},
		a + `update: {maximum: 1.50, type: object}}`:                          {Effect: Unchanged},
		a + `x-versions: ["2"], update: {maximum: 2}}`:                        {Effect: Elsewhere},
		a + `x-versions: ["1", "2"], update: {maximum: 2}}`:                   {Effect: Changed},
		a + `x-versions: {since: 2026-01-01}, update: {maximum: 2}}`:          {Effect: Elsewhere},
		a + `update: {maximum: 2}}`:                                           {Effect: Changed},
		a + `update: {required: [b]}}`:                                        {Effect: Changed},
		a + `update: {required: []}}`:                                         {Effect: Unchanged},
		a + `remove: true}`:                                                   {Effect: Changed},
		a + `x-expect: {maximum: 1}, update: {maximum: 2}}`:                   {Effect: Skipped, Why: `the document has {"type":"object","required":["a"],"maximum":1.5} at spec.json:1:84: /definitions/A, the action expects {"maximum":1}`},
		a + `x-expect: {maximum: 1}, remove: true}`:                           {Effect: Skipped, Why: `the document has {"type":"object","required":["a"],"maximum":1.5} at spec.json:1:84: /definitions/A, the action expects {"maximum":1}`},
		a + `x-expect: {maximum: 1}, update: {maximum: 1.5}}`:                 {Effect: Unchanged, Why: `the document has {"type":"object","required":["a"],"maximum":1.5} at spec.json:1:84: /definitions/A, the action expects {"maximum":1}`},
		a + `update: {type: {}}}`:                                             {Effect: Failed, Why: `the update {} cannot be merged into "object" at spec.json:1:93: /definitions/A/type`},
		`- {description: d, target: $.definitions.B, update: {type: object}}`: {Effect: Skipped, Why: `there is no definition B in this version`},
	} {
		var diags diag.List
		doc := document.Parse("spec.json", []byte(minimal), &diags)
		o := Parse("overlay.yaml", []byte("overlay: 1.0.0\ninfo: {title: t, version: \"1\"}\nactions:\n"+action), &diags)
		if o == nil {
			t.Fatal(diags.String())
		}
		got := o.Apply(doc, Options{UnusedWarn: true}, &diags)
		if len(got) != 1 || got[0].Effect != want.Effect || got[0].Why != want.Why {
			t.Errorf("%s\ngot  %+v\nwant %+v", action, got, want)
		}
	}
}
