package transcript

import (
	"slices"
	"time"
)

// A chain are the items of a conversation in their order. The service says of each item which one
// precedes it; what is heard of before that is at the end.
type chain struct {
	order   []*node
	nodes   map[string]*node
	deleted map[string]string // items that are gone, and what preceded them
	base    string            // what precedes the first item of the session; empty in the first session
}

// A node is one item.
type node struct {
	Entry
	placed bool   // the service has said what precedes it
	after  string // which that is, while it is not known
	parts  []*part
	closed bool // the item is complete
	frozen bool // it was read from JSON: parts say nothing of it
	over   bool // its session has ended: nothing of it is to come

	answers string // the call_id, or the id of the approval request, that the item replies to
	joined  bool   // it is part of that entry
}

// node returns the item with an id, which may be new. It returns nil for one that was
// deleted, and for no id.
func (c *chain) node(now time.Time, id string) *node {
	if n := c.nodes[id]; n != nil {
		return n
	}
	if _, gone := c.deleted[id]; gone || id == "" {
		return nil
	}
	if c.nodes == nil {
		c.nodes, c.deleted = map[string]*node{}, map[string]string{}
	}
	n := &node{Entry: Entry{ID: id, Type: Message, Began: now}}
	c.nodes[id] = n
	c.order = append(c.order, n)
	return n
}

// place puts an item behind another one. An empty previous is the beginning.
func (c *chain) place(n *node, previous string) {
	if n.placed {
		return
	}
	for {
		before, gone := c.deleted[previous]
		if !gone {
			break
		}
		previous = before
	}
	if previous == "" {
		previous = c.base
	}
	if previous != "" && (c.nodes[previous] == nil || !c.nodes[previous].placed) {
		n.after = previous // until that is placed
		return
	}
	n.placed, n.after = true, ""
	c.order = slices.DeleteFunc(c.order, func(other *node) bool { return other == n })
	at := 0
	if previous != "" {
		at = slices.Index(c.order, c.nodes[previous]) + 1
	}
	c.order = slices.Insert(c.order, at, n)
	for _, other := range slices.Clone(c.order) {
		if other.after == n.ID {
			c.place(other, n.ID)
		}
	}
}

// last returns the id of the last item that has a place, other than n.
func (c *chain) last(n *node) string {
	for _, other := range slices.Backward(c.order) {
		if other != n && other.placed {
			return other.ID
		}
	}
	return ""
}

// remove deletes an item, and links what follows it to what preceded it.
func (c *chain) remove(id string) {
	n := c.nodes[id]
	if n == nil {
		return
	}
	at := slices.Index(c.order, n)
	previous := ""
	if at > 0 {
		previous = c.order[at-1].ID
	}
	c.order = slices.Delete(c.order, at, at+1)
	delete(c.nodes, id)
	c.deleted[id] = previous
	if c.base == id {
		c.base = previous
	}
	for _, other := range slices.Clone(c.order) {
		if other.after == id {
			c.place(other, previous)
		}
	}
}

// goOn lets the items of a new session follow those that there are. Restored are ids of items there that are
// no entries.
func (c *chain) goOn(restored []string) {
	for _, n := range c.order {
		n.placed, n.after, n.over = true, "", true
		c.base = n.ID
	}
	for _, id := range restored {
		if c.deleted == nil {
			c.nodes, c.deleted = map[string]*node{}, map[string]string{}
		}
		c.deleted[id] = c.base
	}
}
