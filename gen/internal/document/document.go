// Package document reads a swagger 2.0 document. Unlike Go maps, it keeps the order
// of members, and the line and column of each.
//
// A document is used in three steps. Parse turns bytes into a tree of nodes;
// an overlay may then change the tree; Link checks all of it and decodes each
// definition.
package document

import (
	"iter"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
)

// Document is a swagger document as a tree. Every node is a mapping, a sequence
// or a scalar tagged !!str, !!int, !!float, !!bool or !!null, and no node occurs
// twice; the value of a number is its literal text.
type Document struct {
	Root *yaml.Node

	file    string
	adopted map[*yaml.Node]string // the file of each node that an overlay brought in
}

// At locates a node; pointer is its JSON pointer in the document.
func (d *Document) At(n *yaml.Node, pointer string) diag.Location {
	file, ok := d.adopted[n]
	if !ok {
		file = d.file
	}
	return diag.Location{File: file, Line: n.Line, Column: n.Column, Pointer: pointer}
}

// Adopt records that n and all nodes below it come from file.
func (d *Document) Adopt(file string, n *yaml.Node) {
	d.adopted[n] = file
	for _, child := range n.Content {
		d.Adopt(file, child)
	}
}

// Clone returns a document with a tree of its own.
func (d *Document) Clone() *Document {
	c := &Document{file: d.file, adopted: map[*yaml.Node]string{}}
	c.Root = d.cloneInto(c, d.Root)
	return c
}

func (d *Document) cloneInto(c *Document, n *yaml.Node) *yaml.Node {
	m := *n
	m.Content = make([]*yaml.Node, len(n.Content))
	for i, child := range n.Content {
		m.Content[i] = d.cloneInto(c, child)
	}
	if file, ok := d.adopted[n]; ok {
		c.adopted[&m] = file
	}
	return &m
}

// Members yields key and value of each member of an object, in the document's
// order. It yields nothing for any other node, nil included.
func Members(n *yaml.Node) iter.Seq2[*yaml.Node, *yaml.Node] {
	return func(yield func(key, value *yaml.Node) bool) {
		if n == nil || n.Kind != yaml.MappingNode {
			return
		}
		for i := 1; i < len(n.Content); i += 2 {
			if !yield(n.Content[i-1], n.Content[i]) {
				return
			}
		}
	}
}

// Get returns the member of an object, or nil.
func Get(n *yaml.Node, key string) *yaml.Node {
	for k, v := range Members(n) {
		if k.Value == key {
			return v
		}
	}
	return nil
}

// Key returns the node of the key itself, or nil.
func Key(n *yaml.Node, key string) *yaml.Node {
	for k := range Members(n) {
		if k.Value == key {
			return k
		}
	}
	return nil
}
