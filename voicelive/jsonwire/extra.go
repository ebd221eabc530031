package jsonwire

import (
	"bytes"
	"encoding/json"
	"errors"
	"iter"
	"slices"
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

type held struct {
	members []member
	first   [1]member
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
	return h.members
}

func (h *held) find(name string) *member {
	members := h.all()
	for i := range members {
		if members[i].name == name {
			return &members[i]
		}
	}
	return nil
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
	x.replace(name, text)
}

// Delete forgets what is held under a wire name, also that it was missing.
func (x *Extra) Delete(name string) {
	if x.find(name) != nil {
		x.replace(name, nil)
	}
}

// replace makes a copy in which name has another text, or none if text is empty.
func (x *Extra) replace(name string, text json.RawMessage) {
	kept := make([]member, 0, len(x.members())+1)
	for _, m := range x.members() {
		if m.name != name {
			kept = append(kept, m)
		}
	}
	if len(text) > 0 {
		kept = append(kept, member{name: name, text: text})
	}
	x.held = &held{members: kept}
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
		b = append(b, name...)
	}
	return string(append(b, '}'))
}

// GoString is String, so that %#v prints no texts either.
func (x Extra) GoString() string { return "Extra" + x.String() }
