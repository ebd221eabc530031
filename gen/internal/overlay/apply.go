package overlay

import (
	"fmt"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
)

// Options say how strict Apply is.
type Options struct {
	// UnusedWarn tolerates, with a note, the actions that match nothing or whose
	// x-expect differs, so that one overlay serves several documents.
	UnusedWarn bool
	// Refused are actions to leave out, by index, each with the reason.
	Refused map[int]string
}

// Effect is the effect of an action on a document.
type Effect int

// The effects. An action with any other than Changed and Elsewhere has to be judged again.
const (
	Changed   Effect = iota
	Unchanged        // none: the document has the correction already
	Skipped          // none: the action matches nothing, or x-expect differs
	Failed           // none: the action is wrong, and an error says why
	Elsewhere        // none: x-versions excludes the version of the document
)

// String returns the word for the effect in the output of vlgen dump.
func (e Effect) String() string {
	return [...]string{"applied", "changed nothing", "skipped", "failed", "of other versions"}[e]
}

// Outcome is the result of one action.
type Outcome struct {
	At     diag.Location
	Target string
	Effect Effect
	Why    string // the reason if it was skipped or failed
}

// Apply carries out the actions on the document, in order, and returns the outcome of
// each. If an action fails, Apply reports it and continues with the next one. It
// reports skipped actions once for each cause.
func (o *Overlay) Apply(doc *document.Document, opts Options, diags *diag.List) []Outcome {
	left := o.leftOut(doc, opts)
	outcomes, _ := o.apply(doc, opts, left, diags)
	if opts.UnusedWarn {
		for _, c := range Causes(outcomes) {
			diags.Notef(c.At, "", "%s", c.Message())
		}
	}
	return outcomes
}

// apply carries out the actions that are not left out.
func (o *Overlay) apply(doc *document.Document, opts Options, left map[int]Outcome, diags *diag.List) (outcomes []Outcome, runs []run) {
	version := versionOf(doc)
	for i, a := range o.actions {
		r := run{action: a, file: o.file, doc: doc, opts: opts, effect: Unchanged}
		outcome, out := left[i]
		switch {
		case out:
		case !a.span.holds(version):
			outcome = Outcome{At: a.at, Target: a.target, Effect: Elsewhere}
		default:
			outcome = r.carryOut()
		}
		diags.Add(r.diags)
		outcomes, runs = append(outcomes, outcome), append(runs, r)
	}
	return outcomes, runs
}

func versionOf(doc *document.Document) string {
	if n := document.Get(document.Get(doc.Root, "info"), "version"); n != nil {
		return n.Value
	}
	return ""
}

// A run is one action at work on a document.
type run struct {
	action
	file    string
	doc     *document.Document
	opts    Options
	effect  Effect
	why     string   // the action is skipped
	removed []string // the definitions that the action removes
	diags   diag.List
}

func (r *run) carryOut() Outcome {
	targets, ok := r.targets()
	switch {
	case !ok:
	case r.action.update == nil:
		r.remove(targets)
	default:
		r.update(targets)
	}
	o := Outcome{At: r.at, Target: r.target, Effect: r.effect, Why: r.why}
	if r.diags.Failed() {
		o.Effect, o.Why = Failed, r.diags.All()[0].Message
	}
	return o
}

// targets returns the nodes to change; it reports false if the action must not
// go on.
func (r *run) targets() (targets []*yaml.Node, ok bool) {
	targets, err := query(r.path, r.doc.Root)
	switch {
	case err != nil:
		r.diags.Errorf(r.at, "write a simpler one", "the target %q is not a JSONPath: %v", r.target, err)
		return nil, false
	case len(targets) > 0:
		return targets, r.asExpected(targets)
	}
	why, last := missing(r.target, r.doc.Root)
	if last && r.action.update == nil {
		return nil, false // it is removed already
	}
	r.effect, r.why = Skipped, why
	if !r.opts.UnusedWarn {
		r.diags.Errorf(r.at, "limit the action by x-versions or remove it, or run with -unused-overlay=warn",
			"the target %q matches nothing: %s", r.target, r.why)
	}
	return nil, false
}

// asExpected reports whether every target has the value of x-expect.
func (r *run) asExpected(targets []*yaml.Node) bool {
	if r.expect == nil {
		return true
	}
	i := slices.IndexFunc(targets, func(n *yaml.Node) bool { return !within(r.expect, n) })
	if i < 0 {
		return true
	}
	r.why = fmt.Sprintf("the document has %s at %v, the action expects %s", short(targets[i]), r.locate(targets[i]), short(r.expect))
	if !r.corrected(targets) {
		r.effect = Skipped
	}
	if !r.opts.UnusedWarn {
		r.diags.Errorf(r.at, "the service changed it: check the action's reason, then update or remove it", "%s", r.why)
	}
	return false
}

// corrected reports whether every target has the value of the update already. Then
// x-expect differs because the document was corrected.
func (r *run) corrected(targets []*yaml.Node) bool {
	return r.action.update != nil && !slices.ContainsFunc(targets, func(n *yaml.Node) bool { return !within(r.action.update, n) })
}

// remove deletes the targets from the objects and arrays that hold them.
func (r *run) remove(targets []*yaml.Node) {
	if slices.Contains(targets, r.doc.Root) {
		r.diags.Errorf(r.at, "remove its members instead", "the whole document cannot be removed")
		return
	}
	r.effect = Changed
	gone := make(map[*yaml.Node]bool, len(targets))
	for _, n := range targets {
		gone[n] = true
	}
	for name, schema := range document.Members(document.Get(r.doc.Root, "definitions")) {
		if gone[schema] {
			r.removed = append(r.removed, name.Value)
		}
	}
	prune(r.doc.Root, gone)
}

func prune(n *yaml.Node, gone map[*yaml.Node]bool) {
	var kept []*yaml.Node
	width := 1
	if n.Kind == yaml.MappingNode {
		width = 2
	}
	for child := range slices.Chunk(n.Content, width) {
		if value := child[width-1]; !gone[value] {
			prune(value, gone)
			kept = append(kept, child...)
		}
	}
	n.Content = kept
}

// update merges a copy of the update into each target.
func (r *run) update(targets []*yaml.Node) {
	for _, target := range targets {
		update := clone(r.action.update)
		if target.Kind == yaml.SequenceNode {
			update = &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{update}}
		}
		if !r.merge(target, update) {
			return
		}
	}
}

// merge changes target in place; the nodes of update become part of the
// document.
func (r *run) merge(target, update *yaml.Node) bool {
	switch {
	case target.Kind != update.Kind:
		r.diags.Errorf(r.at, "remove the value in an action before this one", "the update %s cannot be merged into %s at %v",
			short(update), short(target), r.locate(target))
		return false
	case target.Kind == yaml.ScalarNode:
		if !document.Equal(target, update) {
			r.effect = Changed
		}
		*target = *update
		r.doc.Adopt(r.file, target)
	case target.Kind == yaml.SequenceNode:
		for _, element := range update.Content {
			if !slices.ContainsFunc(target.Content, func(n *yaml.Node) bool { return within(element, n) }) {
				r.adopt(target, element)
			}
		}
	default:
		for key, value := range document.Members(update) {
			if old := document.Get(target, key.Value); old == nil {
				r.adopt(target, key, value)
			} else if !r.merge(old, value) {
				return false
			}
		}
	}
	return true
}

func (r *run) adopt(parent *yaml.Node, children ...*yaml.Node) {
	for _, child := range children {
		r.effect = Changed
		r.doc.Adopt(r.file, child)
	}
	parent.Content = append(parent.Content, children...)
}

// locate finds the pointer of a node of the document.
func (r *run) locate(n *yaml.Node) diag.Location {
	pointer, _ := find(r.doc.Root, n)
	return r.doc.At(n, pointer)
}

func find(root, n *yaml.Node) (pointer string, ok bool) {
	if root == n {
		return "", true
	}
	for i, child := range root.Content {
		if below, ok := find(child, n); ok {
			token := strconv.Itoa(i)
			if root.Kind == yaml.MappingNode {
				token = diag.Escape(root.Content[i&^1].Value)
			}
			return "/" + token + below, true
		}
	}
	return "", false
}

func clone(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		c.Content[i] = clone(child)
	}
	return &c
}

// short is a value as a message quotes it.
func short(n *yaml.Node) string {
	text := []rune(string(document.AppendJSON(nil, n)))
	if len(text) > 80 {
		return string(text[:80]) + "…"
	}
	return string(text)
}
