package pipeline

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const overlayOfTwo = `overlay: 1.0.0
info: {title: T, version: "1"}
actions:
  - target: $.definitions.A.properties
    description: b is also called c.
    update: {b: {type: string, x-vlgen-aliases: [c]}}
  - target: $.definitions.A
    description: It has no description.
    update: {description: A thing.}
`

func inputWith(properties string) Input {
	spec := `{"swagger": "2.0", "info": {"title": "T", "version": "1"}, "definitions": {
  "A": {"type": "object", "properties": {` + properties + `}}}}`
	return Input{Spec: Source{"spec.json", []byte(spec)}, Overlay: &Source{"overlay.yaml", []byte(overlayOfTwo)}, Package: "api"}
}

// TestAnActionThatBringsAMistakeIsLeftOut where actions need not apply.
func TestAnActionThatBringsAMistakeIsLeftOut(t *testing.T) {
	in := inputWith(`"c": {"type": "string"}`)
	_, err := Load(in)
	if err == nil || !strings.HasPrefix(err.Error(), "overlay.yaml:6:") {
		t.Errorf("got the error %v, want that of the alias", err)
	}

	in.UnusedOverlay = true
	for _, in.Strict = range []bool{false, true} {
		m, err := Load(in)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"overlay.yaml:4:5: /actions/0: note: alias c is already a property: the action is skipped"}
		if diff := cmp.Diff(want, m.Notes); diff != "" {
			t.Error(diff)
		}
		if doc := m.API.Structs[0].Doc; doc != "A thing." {
			t.Errorf("the other action did not apply: the description is %q", doc)
		}
	}
}

// TestAMistakeOfTheDocumentIsNotBlamedOnActions: it fails, without the notes.
func TestAMistakeOfTheDocumentIsNotBlamedOnActions(t *testing.T) {
	in := inputWith(`"d": {"$ref": "#/definitions/D"}`)
	in.UnusedOverlay = true
	m, err := Load(in)
	var d *Diagnostics
	if !errors.As(err, &d) || len(d.Lines) != 1 || !strings.HasPrefix(d.Lines[0], "spec.json:2:") {
		t.Errorf("got the error %v, want that of the $ref", err)
	}
	if len(m.Actions) != 2 {
		t.Errorf("got %d actions, want 2", len(m.Actions))
	}
}
