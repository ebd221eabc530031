package jsonwire

import (
	"encoding/binary"
	"encoding/json"
	"math/bits"
	"strings"
)

// Object reads the members of a JSON object into the fields of a struct:
//
//	o := r.Object(&e.Extra, 1, "text")
//	for key := o.Next(); key != nil; key = o.Next() {
//		switch string(key) {
//		case "text":
//			o.String(0, &e.Text)
//		}
//	}
//
// Each property has a number; the required ones come first. A member that the
// switch does not read is kept in Extra.
type Object struct {
	r         *Reader
	extra     *Extra
	name      int    // the offset of the current member's name
	nameEnd   int    // the offset of the quote that ends it; 0 if it is escaped
	escaped   []byte // its text then
	start     int    // the offset of its value
	lead      byte   // what stands before the next member: one of the leads
	seen      uint64 // the properties that have come
	all       uint64 // the required ones
	over      bool   // more are required than there are bits
	required  string // their names, separated by commas
	tagKey    int    // the length of the first one if it is a constant that is read here
	tag       string // that constant, unless it has been read
	constants int    // how many of the required ones are constants, the first of them
	unknowns  int
	others    map[string]struct{} // names seen that have no bit
}

// The leads.
const (
	opened = '{'
	inside = ',' // at least one member has come
	ended  = 0
)

// Object starts reading the object that comes next. The first n properties are
// required; names are theirs, separated by commas. A value of
// another type is skipped as a misfit. The result is good until its Next returns
// nil.
func (r *Reader) Object(extra *Extra, n int, names string) *Object {
	return r.Tagged(extra, "", "", 0, n, names)
}

// Tagged is Object for a struct with required constants, such as a union's tag: the first
// of names. Property 0, with the value tag, is not for the caller to read; see [Object.Const]
// for the others.
func (r *Reader) Tagged(extra *Extra, key, tag string, constants, n int, names string) *Object {
	o := r.object()
	o.extra, o.all, o.over, o.required, o.tagKey, o.constants = extra, uint64(1)<<uint(n)-1, n > 64, names, len(key), constants
	o.lead, o.start, o.seen, o.unknowns = opened, -1, 0, 0
	if r.token() != '{' {
		r.Misfit()
		o.lead, o.start = ended, r.pos // Next looks at no byte behind the value, not even at one that is like ended
		return o
	}
	if !r.deeper() {
		o.lead = ended
		return o
	}
	if first := r.pos + len(key) + len(`{"":`); r.tagAt == first && string(r.data[r.pos+2:first-2]) == key && string(r.data[first+1:r.tagEnd-1]) == tag {
		o.lead, o.seen, r.pos = inside, 1, r.tagEnd // Tag has read it
	} else if key != "" {
		o.tag = tag
	}
	return o
}

// object returns memory for the object that is read next. Those around it are in
// use until they end.
func (r *Reader) object() *Object {
	if r.open == len(r.objects) {
		r.objects = append(r.objects, &Object{r: r})
	}
	r.open++
	return r.objects[r.open-1]
}

// Next moves to the next member and returns its name, good until the next call;
// nil if there is none.
func (o *Object) Next() []byte {
	r := o.r
	b, i := r.data, r.pos
	if i == o.start || i+1 >= len(b) || b[i] != o.lead || b[i+1] != '"' {
		return o.next()
	}
	end := i + 2
	for { // plainEnd, inlined: this is the hottest loop of small messages
		if end+8 > len(b) {
			return o.next()
		}
		if m := unusual(binary.LittleEndian.Uint64(b[end:])); m != 0 {
			end += bits.TrailingZeros64(m) >> 3
			break
		}
		end += 8
	}
	if end+2 >= len(b) || b[end] != '"' || b[end+1] != ':' || b[end+2] <= ' ' {
		return o.next()
	}
	o.lead, o.name, o.nameEnd = inside, i+1, end
	o.start, r.pos = end+2, end+2
	return b[i+2 : end]
}

// next is Next for everything but ASCII names without white space around them.
func (o *Object) next() []byte {
	r := o.r
	switch o.lead {
	case ended:
		return o.close()
	case opened:
		r.pos++
	case inside:
		if r.pos == o.start {
			o.unread()
		}
	}
	i := skipSpace(r.data, r.pos)
	r.pos = i
	switch {
	case i >= len(r.data):
		return o.stop("',' or '}'")
	case r.data[i] == ',' && o.lead == inside:
		i = skipSpace(r.data, i+1)
		r.pos = i
	case r.data[i] == '}':
		r.leave()
		if o.seen&o.all != o.all || o.over {
			o.missing()
		}
		return o.close()
	case o.lead == inside:
		return o.stop("',' or '}'")
	}
	o.lead = inside
	if i >= len(r.data) || r.data[i] != '"' {
		return o.stop("a member name")
	}
	o.name = i
	if !o.readKey() {
		return o.close()
	}
	i = skipSpace(r.data, r.pos)
	if i >= len(r.data) || r.data[i] != ':' {
		r.pos = i
		return o.stop("':'")
	}
	r.pos = skipSpace(r.data, i+1)
	o.start = r.pos
	return o.key()
}

// close gives the object back to the reader.
func (o *Object) close() []byte {
	o.lead, o.extra = ended, nil
	if o.escaped != nil || o.others != nil { // rare, and each store may cost a write barrier
		o.escaped, o.others = nil, nil
	}
	if r := o.r; r.open > 0 && r.objects[r.open-1] == o {
		r.open--
	}
	return nil
}

// readKey reads the name at pos.
func (o *Object) readKey() bool {
	r := o.r
	key, ok := r.text()
	if ok && r.lossy {
		r.fail(o.name, "lone surrogate in a member name")
		ok = false
	}
	if !ok {
		return false
	}
	o.nameEnd = r.pos - 1
	if len(key) > 0 && &key[0] != &r.data[o.name+1] { // in scratch, which values need
		o.nameEnd, o.escaped = 0, append([]byte(nil), key...)
	}
	return true
}

func (o *Object) stop(want string) []byte {
	o.r.failToken(want)
	return o.close()
}

// key returns the name of the current member, good until the next call of Next.
func (o *Object) key() []byte {
	if o.nameEnd == 0 {
		return o.escaped
	}
	return o.r.data[o.name+1 : o.nameEnd]
}

// first reports whether property i comes for the first time; a second time is an error.
func (o *Object) first(i int) bool {
	before := o.seen
	o.seen |= 1 << uint(i)
	return o.seen != before || o.firstSlow(i)
}

func (o *Object) firstSlow(i int) bool {
	if i >= 64 { // there is no bit for it
		return o.firstName()
	}
	return o.duplicate()
}

func (o *Object) duplicate() bool {
	o.r.fail(o.name, "member name "+pathStep(string(o.key()))+" occurs twice")
	o.lead = ended
	return false
}

// firstName is first for members that have no bit.
func (o *Object) firstName() bool {
	if o.others == nil {
		o.others = make(map[string]struct{})
	}
	if _, ok := o.others[string(o.key())]; ok {
		return o.duplicate()
	}
	o.others[string(o.key())] = struct{}{}
	return true
}

// unread deals with a member that the caller did not read: the tag, or one that
// the struct does not know.
func (o *Object) unread() {
	if o.tagKey > 0 && string(o.key()) == o.required[:o.tagKey] {
		o.Const(0, o.tag)
		return
	}
	o.unknown()
}

// unknown keeps a member that the struct does not know.
func (o *Object) unknown() {
	const few = 8 // up to here comparing is cheaper than a map
	if o.unknowns++; o.unknowns <= few {
		if m := o.extra.find(string(o.key())); m != nil {
			o.duplicate()
			return
		}
	} else if o.unknowns == few+1 {
		for _, m := range o.extra.members() {
			o.remember(m.name)
		}
	}
	if o.unknowns > few && !o.firstName() {
		return
	}
	o.keep(unknown)
}

func (o *Object) remember(name string) {
	if o.others == nil {
		o.others = make(map[string]struct{})
	}
	o.others[name] = struct{}{}
}

// keep stores the text of the current value in Extra.
func (o *Object) keep(why why) {
	r := o.r
	r.pos = o.start
	r.misfit, r.lossy = false, false
	text := r.raw()
	if r.failed || !r.count() {
		return
	}
	if why == misfit && string(text) == "null" {
		why = null
	}
	o.extra.add(member{name: r.strings.string(o.key()), text: text, why: why, offset: o.start})
}

// misfit stores a value that does not fit its field.
func (o *Object) misfit() { o.keep(misfit) }

// exact stores the text of a value that the field would write differently.
func (o *Object) exact() { o.keep(exact) }

// missing records the required members that have not come.
func (o *Object) missing() {
	i := 0
	for name := range strings.SplitSeq(o.required, ",") {
		came := o.seen&(1<<uint(i)) != 0
		if i >= 64 {
			_, came = o.others[name]
		}
		if i < o.constants && o.r.tagged && o.r.depth == 0 {
			came = true
		}
		if !came && o.r.count() {
			o.extra.add(member{name: name, why: missing})
		}
		i++
	}
}

// Alias reads a member under another name of a string property. It is kept
// like an unknown one if the property itself has come, or comes later.
func (o *Object) Alias(i int, dst **string) {
	if !o.firstName() {
		return
	}
	if o.r.token() != '"' || *dst != nil || o.seen&(1<<uint(i)) != 0 {
		o.keep(unknown)
		return
	}
	if s, ok := o.r.text(); ok {
		*dst = o.r.boxString(string(s))
	}
	o.keep(alias)
}

// Aliased reads an optional string that may have come under one of other names
// before, in which case this one is the field's and the other is unknown.
func (o *Object) Aliased(i int, dst **string, others ...string) {
	*dst = nil
	o.OptString(i, dst)
	for _, other := range others {
		if m := o.extra.find(other); m != nil && m.why == alias {
			m.why = unknown
		}
	}
}

// Const reads a required constant. Any other value is kept.
func (o *Object) Const(i int, want string) {
	if !o.first(i) {
		return
	}
	if o.r.token() != '"' {
		o.misfit()
		return
	}
	if b, ok := o.r.text(); ok && (string(b) != want || o.r.lossy) {
		o.keep(exact)
	}
}

// Raw reads any value, null included.
func (o *Object) Raw(i int, dst *json.RawMessage) { ReadRaw(o, i, dst) }

// ReadRaw reads any value into a named type, null included.
func ReadRaw[T ~[]byte](o *Object, i int, dst *T) {
	if o.first(i) {
		*dst = T(o.r.raw())
	}
}
