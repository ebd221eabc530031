package overlay

import (
	"iter"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
)

// leftOut tells which actions are left out because of what they belong to, and
// why. It carries out the actions on copies of the document, until none is left
// that
//
//   - fails, or leaves a $ref that leads nowhere;
//   - removes a member to make room for a $ref that is left out;
//   - brings definitions to which other actions refer, none of which applies.
//
// Without UnusedWarn only the last is done, for actions of other versions: the
// others are errors.
func (o *Overlay) leftOut(doc *document.Document, opts Options) map[int]Outcome {
	left := map[int]Outcome{}
	for i, why := range opts.Refused {
		left[i] = Outcome{At: o.actions[i].at, Target: o.actions[i].target, Effect: Failed, Why: why}
	}
	for {
		trial, before := doc.Clone(), len(left)
		outcomes, runs := o.apply(trial, opts, left, &diag.List{})
		if opts.UnusedWarn {
			o.failed(left, outcomes)
			o.dangling(left, outcomes, runs, trial)
			o.room(left, outcomes)
		}
		o.unused(left, outcomes)
		if len(left) == before {
			return left
		}
	}
}

// failed leaves out the actions that cannot be carried out.
func (o *Overlay) failed(left map[int]Outcome, outcomes []Outcome) {
	for i, outcome := range outcomes {
		if outcome.Effect == Failed {
			left[i] = outcome
		}
	}
}

// dangling leaves out the actions that brought a $ref, or removed a definition,
// so that the $ref leads nowhere.
func (o *Overlay) dangling(left map[int]Outcome, outcomes []Outcome, runs []run, doc *document.Document) {
	definitions := document.Get(doc.Root, "definitions")
	for ref, name := range references(doc.Root) {
		if document.Get(definitions, name) != nil {
			continue
		}
		i := slices.IndexFunc(runs, func(r run) bool { return slices.Contains(r.removed, name) })
		why := "something else still refers to the definition " + name
		if doc.At(ref, "").File == o.file {
			i, why = o.actionAt(ref.Line, ref.Column), o.whyMissing(name, left, outcomes)
		}
		if i >= 0 {
			left[i] = Outcome{At: o.actions[i].at, Target: o.actions[i].target, Effect: Skipped, Why: why}
		}
	}
}

// whyMissing is the reason of the action that would bring a definition, or else
// that there is none.
func (o *Overlay) whyMissing(name string, left map[int]Outcome, outcomes []Outcome) string {
	for i, outcome := range outcomes {
		if _, out := left[i]; out && outcome.Why != "" && document.Get(o.actions[i].update, name) != nil {
			return outcome.Why
		}
	}
	return noDefinition(name)
}

// room leaves out the actions that remove a member to make room for a $ref, if
// that is left out.
func (o *Overlay) room(left map[int]Outcome, outcomes []Outcome) {
	for i, a := range o.actions {
		if a.update != nil || outcomes[i].Effect != Changed {
			continue
		}
		for j, b := range o.actions {
			reference, out := left[j]
			member, below := strings.CutPrefix(a.target, b.target)
			if j > i && out && below && step.FindString(member) == member && document.Get(b.update, "$ref") != nil {
				left[i] = Outcome{At: a.at, Target: a.target, Effect: Skipped, Why: reference.Why}
			}
		}
	}
}

// unused leaves out the actions that bring definitions for other actions, none
// of which applies. The reason is that of the first.
func (o *Overlay) unused(left map[int]Outcome, outcomes []Outcome) {
	for i, a := range o.actions {
		if outcomes[i].Effect != Changed {
			continue
		}
		var users []Outcome
		for j, user := range o.actions {
			if j != i && refersTo(user.update, a.update) {
				users = append(users, outcomes[j])
			}
		}
		applies := func(u Outcome) bool { return u.Effect == Changed || u.Effect == Unchanged }
		if len(users) == 0 || slices.ContainsFunc(users, applies) {
			continue
		}
		effect := Skipped
		if users[0].Effect == Elsewhere {
			effect = Elsewhere
		}
		left[i] = Outcome{At: a.at, Target: a.target, Effect: effect, Why: users[0].Why}
	}
}

// refersTo reports whether a value has a $ref to a member of definitions.
func refersTo(n, definitions *yaml.Node) bool {
	for _, name := range references(n) {
		if document.Get(definitions, name) != nil {
			return true
		}
	}
	return false
}

// references yields each $ref at or below n, with the name of the definition.
func references(n *yaml.Node) iter.Seq2[*yaml.Node, string] {
	return func(yield func(*yaml.Node, string) bool) { eachReference(n, yield) }
}

func eachReference(n *yaml.Node, yield func(*yaml.Node, string) bool) bool {
	if n == nil {
		return true
	}
	if ref := document.Get(n, "$ref"); ref != nil {
		if name, ok := document.RefName(ref.Value); ok && !yield(ref, name) {
			return false
		}
	}
	return !slices.ContainsFunc(n.Content, func(child *yaml.Node) bool { return !eachReference(child, yield) })
}

// Blame adds to refused the actions that bring what is reported as an error, by
// index, with the first message.
func (o *Overlay) Blame(diags *diag.List, refused map[int]string) {
	for _, d := range diags.All() {
		if d.Severity != diag.Error || d.File != o.file {
			continue
		}
		i := o.actionAt(d.Line, d.Column)
		if _, known := refused[i]; i >= 0 && !known {
			refused[i] = d.Message
		}
	}
}

// actionAt returns the action that a place in the overlay is part of: the last
// one that begins before it.
func (o *Overlay) actionAt(line, column int) int {
	i := slices.IndexFunc(o.actions, func(a action) bool {
		return a.at.Line > line || a.at.Line == line && a.at.Column > column
	})
	if i < 0 {
		i = len(o.actions)
	}
	return i - 1
}
