// Package overlay applies an OpenAPI Overlay 1.0 to a document.
//
// Overlay 1.0 leaves some questions open. Here, update follows later 1.0.x and 1.1
// texts: it merges objects member by member, replaces a scalar by a scalar, and
// appends the elements of an array to the array of the same name. Any other
// combination is an error, since it is probably a mistake; to change a list into a
// string, remove the list in an earlier action. If the target is an array, update
// is one more element. A target may be a scalar, as in 1.1. Two rules are stricter
// than the text: every action must have a description, which is its reason, and must
// match something. Only the last step of a remove may match nothing: then the value
// is gone already.
//
// Actions that belong together apply together or not at all. With UnusedWarn, an
// action is left out if its $ref would lead nowhere, if something still refers to
// the definition that it removes, or if it removes a member to make room for a $ref
// that is left out. An action that adds a type for other actions is left out if all
// of these are.
//
// The extension x-expect guards an action against changes of the document: it
// is the value that each target must have before the action. Of objects, at any
// depth but inside arrays, only the members that x-expect names are compared.
//
// The extension x-versions limits an action to versions of the document, by its
// info.version: a list of versions, or an object with since and before. For other
// versions the action does not exist.
package overlay

import (
	"slices"
	"strconv"
	"strings"

	"github.com/speakeasy-api/jsonpath/pkg/jsonpath"
	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
)

// Overlay is a list of corrections to a document.
type Overlay struct {
	file    string
	actions []action
}

// An action changes the nodes that target selects.
type action struct {
	at     diag.Location
	target string
	path   *jsonpath.JSONPath
	update *yaml.Node // nil to remove
	expect *yaml.Node // nil to accept any value
	span   span       // the versions for which the action exists
}

// Parse reads an overlay written in YAML. Its mistakes are added to diags; if
// there are any, Parse returns nil.
func Parse(file string, data []byte, diags *diag.List) *Overlay {
	p := parser{file: file}
	o := &Overlay{file: file}
	if root := p.read(data); root != nil {
		o.actions = p.overlay(root)
	}
	diags.Add(p.diags)
	if p.diags.Failed() {
		return nil
	}
	return o
}

// A parser checks an overlay that read has turned into plain JSON nodes.
type parser struct {
	file  string
	diags diag.List
}

func (p *parser) at(n *yaml.Node, pointer string) diag.Location {
	return diag.Location{File: p.file, Line: n.Line, Column: n.Column, Pointer: pointer}
}

func (p *parser) overlay(root *yaml.Node) []action {
	if root.Kind != yaml.MappingNode {
		p.diags.Errorf(p.at(root, ""), "start with overlay: 1.0.0", "an overlay must be an object")
		return nil
	}
	p.known(root, "", "overlay", "info", "extends", "actions")
	p.version(root)
	p.info(root)
	list := document.Get(root, "actions")
	if list == nil || list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
		p.diags.Errorf(p.at(orElse(list, root), "/actions"), "list at least one action, or run without an overlay",
			"the actions must be an array with at least one action")
		return nil
	}
	var actions []action
	for i, n := range list.Content {
		if a, ok := p.action(n, "/actions/"+strconv.Itoa(i)); ok {
			actions = append(actions, a)
		}
	}
	return actions
}

func (p *parser) version(root *yaml.Node) {
	version := document.Get(root, "overlay")
	switch {
	case version == nil:
		p.diags.Errorf(p.at(root, ""), "add overlay: 1.0.0", "the overlay does not state its version")
	case version.Tag != "!!str" || !strings.HasPrefix(version.Value, "1.0."):
		p.diags.Errorf(p.at(version, "/overlay"), "write overlay: 1.0.0", "the overlay version must be 1.0.x, not %s", short(version))
	}
}

func (p *parser) info(root *yaml.Node) {
	info := document.Get(root, "info")
	p.known(info, "/info", "title", "version")
	for _, key := range []string{"title", "version"} {
		if n := document.Get(info, key); !filled(n) {
			p.diags.Errorf(p.at(orElse(n, orElse(info, root)), "/info/"+key), "add it; quote a version such as \"1.0\"",
				"the overlay's info must have a %s, which is a string", key)
		}
	}
}

// action checks one action; it reports false if that cannot be applied.
func (p *parser) action(n *yaml.Node, pointer string) (action, bool) {
	before := p.diags
	p.diags = diag.List{}
	defer func() { before.Add(p.diags); p.diags = before }()
	a := action{at: p.at(n, pointer), update: document.Get(n, "update"), expect: document.Get(n, "x-expect")}
	if n.Kind != yaml.MappingNode {
		p.diags.Errorf(a.at, "write target, description, and update or remove", "an action must be an object")
		return a, false
	}
	p.known(n, pointer, "target", "description", "update", "remove", "x-expect", "x-versions")
	a.span = p.versions(document.Get(n, "x-versions"), pointer+"/x-versions")
	if why := document.Get(n, "description"); !filled(why) {
		p.diags.Errorf(p.at(orElse(why, n), pointer), "say in its description why the document is wrong", "the action has no reason")
	}
	p.effect(n, pointer)
	if target := document.Get(n, "target"); !filled(target) {
		p.diags.Errorf(p.at(orElse(target, n), pointer), "add target, a JSONPath", "the action has no target")
	} else {
		var err error
		a.target = target.Value
		if a.path, err = compile(target.Value); err != nil {
			p.diags.Errorf(p.at(target, pointer+"/target"), "write it as in RFC 9535: $.definitions['Name'].properties.name",
				"the target %q is not a JSONPath: %v", target.Value, err)
		}
	}
	return a, !p.diags.Failed()
}

// effect checks that an action either updates or removes.
func (p *parser) effect(n *yaml.Node, pointer string) {
	remove := document.Get(n, "remove")
	if remove != nil && remove.Tag != "!!bool" {
		p.diags.Errorf(p.at(remove, pointer+"/remove"), "write remove: true", "remove must be true or false")
		return
	}
	removes := remove != nil && remove.Value == "true"
	if removes == (document.Get(n, "update") != nil) {
		p.diags.Errorf(p.at(n, pointer), "keep one of them", "an action must have either update or remove: true")
	}
}

// known reports the members of an object that Overlay 1.0 lacks. Extensions are
// fine, unless they look like a misspelled one of ours.
func (p *parser) known(n *yaml.Node, pointer string, names ...string) {
	for key := range document.Members(n) {
		const none = "remove it"
		if slices.Contains(names, key.Value) {
			continue
		}
		fix := diag.DidYouMean(key.Value, names, none)
		if fix != none || !strings.HasPrefix(key.Value, "x-") {
			p.diags.Errorf(p.at(key, pointer+"/"+diag.Escape(key.Value)), fix, "unknown member %q", key.Value)
		}
	}
}

func filled(n *yaml.Node) bool {
	return n != nil && n.Tag == "!!str" && strings.TrimSpace(n.Value) != ""
}

func orElse(n, otherwise *yaml.Node) *yaml.Node {
	if n != nil {
		return n
	}
	return otherwise
}
