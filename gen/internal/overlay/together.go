package overlay

import (
	"iter"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
)

// leftOut returns the actions that are left out because of other actions, each with
// the reason. It carries out the actions on copies of the document, until no action
// remains that
//
//   - fails, or leaves a $ref that leads nowhere;
//   - removes a member to make room for a $ref that is left out;
//   - adds definitions only for other actions, none of which applies.
//
// Without UnusedWarn only the last rule holds, for actions of other versions. The
// other cases are errors.
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

// dangling leaves out the actions that add a $ref which leads nowhere, or remove a
// definition to which a $ref leads.
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

// whyMissing returns why a definition is missing: the reason why its action is left
// out, or that no action adds it.
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

// unused leaves out the actions that add definitions only for other actions, none of
// which applies. The reason is that of the first of these.
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

// Blame adds to refused, by index, the actions that add a place with an error, with
// the first message.
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
