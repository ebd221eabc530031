package overlay

import (
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
}

// Apply carries out the actions on the document, in order. An action that fails
// is reported, and the ones after it are carried out all the same.
func (o *Overlay) Apply(doc *document.Document, opts Options, diags *diag.List) {
	for _, a := range o.actions {
		r := run{action: a, file: o.file, doc: doc, opts: opts, diags: diags}
		targets, ok := r.targets()
		switch {
		case !ok:
		case a.update == nil:
			r.remove(targets)
		default:
			r.update(targets)
		}
	}
}

// A run is one action at work on a document.
type run struct {
	action
	file  string
	doc   *document.Document
	opts  Options
	diags *diag.List
}

// targets returns the nodes to change; it reports false if the action must not
// go on.
func (r *run) targets() (targets []*yaml.Node, ok bool) {
	targets, err := query(r.path, r.doc.Root)
	switch {
	case err != nil:
		r.diags.Errorf(r.at, "write a simpler one", "the target %q is not a JSONPath: %v", r.target, err)
		return nil, false
	case len(targets) == 0 && r.opts.UnusedWarn:
		r.diags.Notef(r.at, "", "the target %q matches nothing, the action is skipped", r.target)
		return nil, false
	case len(targets) == 0:
		r.diags.Errorf(r.at, "remove the action, or run with -unused-overlay=warn", "the target %q matches nothing", r.target)
		return nil, false
	}
	return targets, r.asExpected(targets)
}

// asExpected reports whether every target has the value that x-expect states.
func (r *run) asExpected(targets []*yaml.Node) bool {
	if r.expect == nil {
		return true
	}
	i := slices.IndexFunc(targets, func(n *yaml.Node) bool { return !within(r.expect, n) })
	if i < 0 {
		return true
	}
	got, where := short(targets[i]), r.locate(targets[i])
	if r.opts.UnusedWarn {
		r.diags.Notef(r.at, "", "the document has %s at %v, the action expects %s and is skipped", got, where, short(r.expect))
		return false
	}
	r.diags.Errorf(r.at, "the service changed it: check the action's reason, then update or remove it",
		"the document has %s at %v, the action expects %s", got, where, short(r.expect))
	return false
}

// remove deletes the targets from the objects and arrays that hold them.
func (r *run) remove(targets []*yaml.Node) {
	if slices.Contains(targets, r.doc.Root) {
		r.diags.Errorf(r.at, "remove its members instead", "the whole document cannot be removed")
		return
	}
	gone := make(map[*yaml.Node]bool, len(targets))
	for _, n := range targets {
		gone[n] = true
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
		*target = *update
		r.doc.Adopt(r.file, target)
	case target.Kind == yaml.SequenceNode:
		r.adopt(target, update.Content...)
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
