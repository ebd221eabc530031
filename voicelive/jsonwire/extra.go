package jsonwire

import (
	"bytes"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Extra holds what the JSON of a struct said that its Go fields cannot:
//
//   - members that the struct does not know;
//   - explicit nulls, of fields for which null means nothing;
//   - values that do not fit their field: of another JSON type, numbers out of
//     range, text that is not base64. The field is then zero, and [Extra.Err]
//     tells;
//   - the exact text of a value that Go would write differently, such as 1.0
//     for an integer;
//   - which required members were missing.
//
// It is written back when the struct is encoded. A field wins over the member of
// its name as soon as its value is no longer what decoding left there.
//
// The zero value is empty and ready to use. Copies of an Extra are independent:
// Set and Delete do not change what a copy made before them sees. An Extra that
// came from decoding may be read by several goroutines at once.
//
// An Extra, and with it the struct that has one, cannot be compared with ==, which
// would not look at the texts: use [Extra.Equal], or go-cmp, which does.
type Extra struct {
	_    [0]func()
	held *held
}

// held is a stack of lists of members. Set puts a list of one on top and merges
// into it the lists below that are not longer, so that n calls copy n log n
// members. A list is never changed after decoding: copies of an Extra share it.
type held struct {
	members []member
	first   [1]member
	below   *held // its members of the same names are hidden
}

// member is one entry. The text of a missing member is nil.
type member struct {
	name   string
	text   json.RawMessage
	why    why
	offset int
}

type why uint8

const (
	unknown why = iota // not a field of the struct, or set by the user
	missing            // required, and not there
	null               // null
	misfit             // does not fit the field
	exact              // the field has the value, this is its text
	alias              // like exact, under another name of the field
	deleted            // not there, whatever is below
)

func (x *Extra) add(m member) {
	if x.held == nil {
		x.held = new(held)
		x.held.members = x.held.first[:0]
	}
	x.held.members = append(x.held.members, m)
}

func (x Extra) members() []member { return x.held.all() }

func (x Extra) find(name string) *member { return x.held.find(name) }

func (h *held) all() []member {
	if h == nil {
		return nil
	}
	return h.flat().members
}

// flat is h with all below in one.
func (h *held) flat() *held {
	for h.below != nil {
		h = h.merged()
	}
	return h
}

func (h *held) find(name string) *member {
	for ; h != nil; h = h.below {
		for i := range h.members {
			if m := &h.members[i]; m.name == name {
				if m.why == deleted {
					return nil
				}
				return m
			}
		}
	}
	return nil
}

// merged is h with the one below in one. Those that hide a member stand behind
// all others.
func (h *held) merged() *held {
	hidden := make(map[string]bool, len(h.members))
	for _, m := range h.members {
		hidden[m.name] = true
	}
	out := &held{members: make([]member, 0, len(h.below.members)+len(h.members)), below: h.below.below}
	for _, m := range h.below.members {
		if !hidden[m.name] {
			out.members = append(out.members, m)
		}
	}
	for _, m := range h.members {
		if m.why != deleted || out.below != nil {
			out.members = append(out.members, m)
		}
	}
	return out
}

// Get returns the JSON text held under a wire name. The text must not be
// changed.
func (x Extra) Get(name string) (text json.RawMessage, ok bool) {
	if m := x.find(name); m != nil && m.why != missing {
		return m.text, true
	}
	return nil, false
}

// Set holds a JSON text under a wire name; a nil or empty text is [Extra.Delete].
// It is checked when the struct is encoded. To send a known member in a form
// that its field cannot have, leave the field at its zero value. Extra keeps
// text, it must not be changed later.
func (x *Extra) Set(name string, text json.RawMessage) {
	if len(text) == 0 {
		x.Delete(name)
		return
	}
	x.push(member{name: name, text: text})
}

// Delete forgets what is held under a wire name, also that it was missing.
func (x *Extra) Delete(name string) {
	if x.held == nil {
		return
	}
	many := x.held.below != nil || len(x.held.members) > few // to look for it takes longer than to hide it
	if many || x.find(name) != nil {
		x.push(member{name: name, why: deleted})
	}
}

// few members are as well copied.
const few = 32

// push puts a member on top.
func (x *Extra) push(m member) {
	h := &held{below: x.held}
	h.first[0] = m
	h.members = h.first[:]
	for h.below != nil && len(h.below.members) <= max(len(h.members), few) {
		h = h.merged()
	}
	x.held = h
}

// Len returns the number of members that [Extra.All] yields.
func (x Extra) Len() int {
	n := 0
	for range x.All() {
		n++
	}
	return n
}

// All yields the members in the order of the wire. The texts must not be changed.
func (x Extra) All() iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		for _, m := range x.members() {
			if m.why != missing && !yield(m.name, m.text) {
				return
			}
		}
	}
}

// Missing reports whether a required member was not on the wire.
func (x Extra) Missing(name string) bool {
	m := x.find(name)
	return m != nil && m.why == missing
}

// Err returns nil, or one [*DecodeError] for each member whose value did not
// fit its field, joined. Path is relative to the struct, Offset to the input.
func (x Extra) Err() error {
	var errs []error
	for _, m := range x.members() {
		if m.why == misfit {
			errs = append(errs, &DecodeError{Type: "member", Path: pathStep(m.name), Offset: m.offset, Reason: "value does not fit the field, kept in Extra"})
		}
	}
	return errors.Join(errs...)
}

// IsZero reports whether nothing is held.
func (x Extra) IsZero() bool { return len(x.members()) == 0 }

// Equal reports whether both hold the same texts under the same names, in any
// order. It serves comparisons such as go-cmp's.
func (x Extra) Equal(y Extra) bool {
	if len(x.members()) != len(y.members()) {
		return false
	}
	return !slices.ContainsFunc(x.members(), func(m member) bool {
		n := y.find(m.name)
		return n == nil || !bytes.Equal(m.text, n.text) || (m.why == missing) != (n.why == missing)
	})
}

// String shows the names only: texts may hold what should not be printed.
func (x Extra) String() string {
	b := []byte{'{'}
	for name := range x.All() {
		if len(b) > 1 {
			b = append(b, ' ')
		}
		if strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
			name = strconv.Quote(name)
		}
		b = append(b, name...)
	}
	return string(append(b, '}'))
}

// GoString is String, so that %#v prints no texts either.
func (x Extra) GoString() string { return "Extra" + x.String() }
