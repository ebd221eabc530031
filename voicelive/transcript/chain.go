package transcript

import (
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A chain are the items of a conversation in their order. The service says of each item which one
// precedes it; what is heard of before that is at the end, and takes along what follows it.
type chain struct {
	order   []*node
	nodes   map[string]*node  // of the session
	deleted map[string]string // items that are gone, and what preceded them

	// What was said in sessions before is at the beginning.
	old   int              // how many nodes of order that are
	marks map[string]*node // by what is in the ids of the items that restore them
}

// A node is one item.
type node struct {
	Entry
	created  bool   // conversation.item.created came
	placed   bool   // the service has said what precedes it
	previous *node  // which that is; nil if it is the first one, or unknown
	after    string // which that is, while it is not known
	parts    []*part
	closed   bool     // the item is complete
	frozen   bool     // it was read from JSON: parts say nothing of it
	over     bool     // its session has ended: nothing of it is to come
	live     []string // the items that restore it in the session; of an old one
	gone     bool     // it was deleted

	repliesTo string // the call_id, or the id of the approval request, that the item replies to
	joined    bool   // it is part of that entry
}

// node returns the item with an id, which may be new. It returns nil for one that was
// deleted, that restores another one, and for no id.
func (c *chain) node(now time.Time, id string) *node {
	if n := c.nodes[id]; n != nil {
		return n
	}
	if _, gone := c.deleted[id]; gone || id == "" || c.restored(id) != nil {
		return nil
	}
	if c.nodes == nil {
		c.nodes, c.deleted = map[string]*node{}, map[string]string{}
	}
	n := &node{Entry: Entry{ID: id, Type: Message, Began: now}}
	c.nodes[id] = n
	c.order = append(c.order, n)
	c.placeWhatFollows(id)
	return n
}

// place puts an item behind another one. An empty previous is the beginning of the session.
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
	to := c.nodes[previous]
	if to == nil && previous != "" && c.restored(previous) == nil {
		n.after = previous // until something is heard of that
		return
	}
	if to.follows(n) {
		return // in a circle, which has no order
	}
	n.placed, n.after, n.previous = true, "", to
	from := slices.Index(c.order, n)
	end := from + 1
	for end < len(c.order) && c.order[end].follows(n) {
		end++
	}
	moved := slices.Clone(c.order[from:end])
	c.order = slices.Delete(c.order, from, end)
	at := c.old
	if to != nil {
		at = slices.Index(c.order, to) + 1
	}
	c.order = slices.Insert(c.order, at, moved...)
}

// follows reports whether n is another item, or follows it at some distance.
func (n *node) follows(other *node) bool {
	for ; n != nil; n = n.previous {
		if n == other {
			return true
		}
	}
	return false
}

// placeWhatFollows places the items that wait for another one.
func (c *chain) placeWhatFollows(id string) {
	for _, other := range slices.Clone(c.order) {
		if other.after == id {
			c.place(other, id)
		}
	}
}

// last returns the id of the last item of the session that was created, other than n.
func (c *chain) last(n *node) string {
	for _, other := range slices.Backward(c.order[c.old:]) {
		if other != n && other.created {
			return other.ID
		}
	}
	return ""
}

// remove deletes an item, and links what follows it to what preceded it.
func (c *chain) remove(n *node) {
	at := slices.Index(c.order, n)
	c.order, n.gone = slices.Delete(c.order, at, at+1), true
	if at < c.old {
		c.old--
		return // its ids go on to be known
	}
	previous := ""
	if n.previous != nil {
		previous = n.previous.ID
	}
	delete(c.nodes, n.ID)
	c.deleted[n.ID] = previous
	for _, other := range c.order {
		if other.previous == n {
			other.previous = n.previous
		}
	}
	c.placeWhatFollows(n.ID)
}

// skip leaves an item out.
func (c *chain) skip(id, previous string) {
	if c.deleted == nil {
		c.nodes, c.deleted = map[string]*node{}, map[string]string{}
	}
	c.deleted[id] = previous
	c.placeWhatFollows(id)
}

// begin begins a session. What was said before keeps its place, whatever the ids of the new items.
func (c *chain) begin() {
	c.old, c.nodes, c.deleted, c.marks = len(c.order), nil, nil, map[string]*node{}
	for _, n := range c.order {
		n.placed, n.over, n.previous, n.after, n.live = true, true, nil, "", nil
		c.marks[n.mark()] = n
	}
}

// The id of an item that restores an entry is restoring, something random, and the mark of the entry: a
// transcript that goes on with the new session knows the entry again.
const (
	restoring = "re"
	telling   = "dg" // of the whole conversation; see Transcript.Digest
	random    = 8    // characters
	marked    = 16
	lenID     = len(restoring) + random + marked
)

// mark returns what identifies an entry. The simulator gives one id in each session.
func (e *Entry) mark() string {
	sum := sha256.Sum256([]byte(strconv.FormatInt(e.Began.UnixNano(), 36) + e.ID))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:])[:marked])
}

// restored returns the entry that the item with an id restores; nil if it is none.
func (c *chain) restored(id string) *node {
	if len(id) < lenID || !strings.HasPrefix(id, restoring) {
		return nil
	}
	return c.marks[id[lenID-marked:lenID]]
}
