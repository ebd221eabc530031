package jsonwire

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/bits"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// Reader decodes one JSON value. Its methods do not return errors: the first
// one ends the input, and [Reader.Close] reports it.
type Reader struct {
	data   []byte
	pos    int
	depth  int
	failed bool
	at     int    // where it failed
	reason string // why
	misfit bool   // the value just read is well-formed JSON that does not fit its Go type
	lossy  bool   // the string just read held an escaped lone surrogate
	tagged bool   // the caller has said which struct the outermost object is: a constant that is missing goes without saying

	tagAt, tagEnd   int // the string that Tag found last
	longAt, longEnd int // a long string, not checked, that Tag went past

	elem       any     // memory for the elements of the next map, zero
	reuse      any     // the value whose memory may be used again
	spare      *string // memory for the next optional string
	spareBytes []byte  // memory for the next byte string

	elements int // how many elements of lists and maps, and members in Extra, have come

	objects []*Object // of the values being read, the first open ones in use
	open    int

	unused  Extra // of objects that keep nothing
	scratch []byte
	raws    []byte // memory for texts that are kept raw, of one message
	strings arena
	texts   []string
	ints    []int
	floats  []float64
	bools   []bool
}

var readers = sync.Pool{New: func() any { return &Reader{tagAt: -1, longAt: -1} }}

// NewReader returns a reader of data, which it neither changes nor keeps.
// Call [Reader.Close] when done.
func NewReader(data []byte) *Reader {
	r := readers.Get().(*Reader)
	r.data = data
	return r
}

// Close ends the reading of a value of type typ, gives the reader back, and
// returns the first error, a [*DecodeError], if there was one. Anything but
// white space behind the value is an error.
func (r *Reader) Close(typ string) error {
	if r.token(); !r.failed && r.pos < len(r.data) {
		r.fail(r.pos, "trailing data after the value")
	}
	if r.misfit && !r.failed {
		r.at, r.reason, r.failed = 0, "JSON value of another type", true
	}
	var err error
	if r.failed {
		err = &DecodeError{Type: typ, Path: pathAt(r.data, r.at), Offset: r.at, Reason: r.reason}
	}
	r.release()
	return err
}

func (r *Reader) release() {
	if cap(r.scratch) > 1<<16 {
		r.scratch = nil
	}
	r.data, r.pos, r.depth, r.open, r.elements, r.tagAt, r.longAt = nil, 0, 0, 0, 0, -1, -1
	r.misfit, r.lossy, r.tagged = false, false, false
	if r.failed {
		r.failed, r.at, r.reason = false, 0, ""
	}
	if r.reuse != nil || r.spare != nil || r.spareBytes != nil { // each store may cost a write barrier
		r.reuse, r.spare, r.spareBytes = nil, nil, nil
	}
	if r.raws != nil {
		r.raws = nil
	}
	readers.Put(r)
}

// Unmarshal decodes data into what v points to. It does nothing for null, as
// encoding/json wants it. A tag, or another constant, that is missing will be written all
// the same: it is what tells the variants of a union apart, and the caller has chosen one.
func Unmarshal[P any](data []byte, v P, decode func(P, *Reader)) error {
	if string(data) == "null" {
		return nil
	}
	return UnmarshalAny(data, v, decode)
}

// UnmarshalAny is [Unmarshal] for types that null is a value of.
func UnmarshalAny[P any](data []byte, v P, decode func(P, *Reader)) error {
	r := NewReader(data)
	r.tagged = true
	decode(v, r)
	err := r.Close("")
	if e, ok := err.(*DecodeError); ok {
		e.Type = typeName(v)
	}
	return err
}

// typeName is the name of the type that a pointer points to, without its package.
func typeName(v any) string {
	name := fmt.Sprintf("%T", v)
	return name[strings.LastIndexByte(name, '.')+1:]
}

func (r *Reader) fail(at int, reason string) {
	if !r.failed {
		r.failed, r.at, r.reason = true, at, reason
	}
	r.pos = len(r.data)
}

// failToken reports what stands at pos instead of what the grammar wants.
func (r *Reader) failToken(want string) {
	if r.pos >= len(r.data) {
		r.fail(r.pos, "unexpected end of input, want "+want)
		return
	}
	r.fail(r.pos, "unexpected character "+strconv.QuoteRuneToASCII(rune(r.data[r.pos]))+", want "+want)
}

// token skips white space and returns the byte at pos, 0 at the end.
func (r *Reader) token() byte {
	if b, i := r.data, r.pos; i < len(b) && b[i] > ' ' { // the usual case
		return b[i]
	}
	if r.pos = skipSpace(r.data, r.pos); r.pos < len(r.data) {
		return r.data[r.pos]
	}
	return 0
}

// enter goes one level deeper, and behind the bracket at pos.
func (r *Reader) enter() bool {
	if !r.deeper() {
		return false
	}
	r.pos++
	return true
}

func (r *Reader) deeper() bool {
	if r.depth++; r.depth > MaxDepth {
		r.fail(r.pos, "nested deeper than "+strconv.Itoa(MaxDepth))
		return false
	}
	return true
}

// count counts a value that takes memory of its own, and reports whether there
// may be one more.
func (r *Reader) count() bool {
	if r.elements++; r.elements > MaxElements {
		r.fail(r.pos, "more than "+strconv.Itoa(MaxElements)+" elements in lists, maps and unknown members")
		return false
	}
	return true
}

func (r *Reader) leave() {
	r.pos++
	r.depth--
}

// Null consumes a null and reports whether there was one.
func (r *Reader) Null() bool {
	if r.token() == 'n' && r.pos+4 <= len(r.data) && string(r.data[r.pos:r.pos+4]) == "null" {
		r.pos += 4
		return true
	}
	return false
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// unusual returns a mask with the high bit of each byte of w that is not plain
// ASCII inside a string: a quote, a backslash, a control character, or no ASCII.
// Only the lowest set bit is exact.
func unusual(w uint64) uint64 {
	low := (w ^ ones*2) - ones*('"'^2+1) // a quote with bit 1 flipped comes next to the control characters
	slash := (w ^ ones*'\\') - ones
	return (low | slash | w) & highs
}

// special is unusual without the bytes that are not ASCII.
func special(w uint64) uint64 { return unusual(w) &^ w }

// plainEnd returns the index of the first byte of b from i on that means
// something inside a string, or len(b), and whether a byte before it is not
// ASCII.
func plainEnd(b []byte, i int) (end int, wide bool) {
	var seen uint64
	for i+8 <= len(b) {
		w := binary.LittleEndian.Uint64(b[i:])
		if m := special(w); m != 0 {
			seen |= w & (m&-m - 1)
			return i + bits.TrailingZeros64(m)>>3, seen&highs != 0
		}
		seen |= w
		i += 8
	}
	for i < len(b) && b[i] >= ' ' && b[i] != '"' && b[i] != '\\' {
		seen |= uint64(b[i])
		i++
	}
	return i, seen&highs != 0
}

// text reads a string and returns its bytes, which alias the input or scratch
// and are good until the next call. It sets lossy if an escaped lone surrogate
// had to be replaced. The byte at pos must be a quote.
func (r *Reader) text() ([]byte, bool) {
	start := r.pos + 1
	end, wide := plainEnd(r.data, start)
	if end < len(r.data) && r.data[end] == '"' && !wide {
		r.pos = end + 1
		return r.data[start:end], true
	}
	return r.textSlow(start, end, wide)
}

// textSlow is text for what starts at start and is plain up to i, see plainEnd.
func (r *Reader) textSlow(start, i int, wide bool) ([]byte, bool) {
	escaped := false
	for {
		if i >= len(r.data) {
			r.fail(len(r.data), "unexpected end of input in a string")
			return nil, false
		}
		switch r.data[i] {
		case '"':
			b := r.data[start:i]
			if wide && !utf8.Valid(b) {
				r.fail(start+validPrefix(b), "invalid UTF-8 in a string")
				return nil, false
			}
			r.pos = i + 1
			if !escaped {
				return b, true
			}
			return r.unescape(b, start)
		case '\\':
			escaped = true
			if i += 2; i > len(r.data) {
				continue
			}
		default:
			r.fail(i, "control character in a string")
			return nil, false
		}
		end, more := plainEnd(r.data, i)
		i, wide = end, wide || more
	}
}

func validPrefix(b []byte) int {
	i := 0
	for i < len(b) {
		c, n := utf8.DecodeRune(b[i:])
		if c == utf8.RuneError && n <= 1 {
			break
		}
		i += n
	}
	return i
}

// unescape resolves the escapes of b, which stands at offset at.
func (r *Reader) unescape(b []byte, at int) ([]byte, bool) {
	if cap(r.scratch) < len(b) {
		r.scratch = make([]byte, 2*len(b))
	}
	out := r.scratch[:len(b)] // no escape is shorter than its text
	n := 0
	for i := 0; i < len(b); {
		if i+8 <= len(b) { // copies eight bytes, of which those before an escape count
			w := binary.LittleEndian.Uint64(b[i:])
			binary.LittleEndian.PutUint64(out[n:], w)
			m := special(w)
			if m == 0 {
				i, n = i+8, n+8
				continue
			}
			k := bits.TrailingZeros64(m) >> 3
			i, n = i+k, n+k
		}
		c := b[i]
		if c != '\\' {
			out[n] = c
			i, n = i+1, n+1
			continue
		}
		switch c := b[i+1]; c {
		case '"', '\\', '/':
			out[n] = c
		case 'b':
			out[n] = '\b'
		case 'f':
			out[n] = '\f'
		case 'n':
			out[n] = '\n'
		case 'r':
			out[n] = '\r'
		case 't':
			out[n] = '\t'
		case 'u':
			c := hex4(b[i+2:])
			if c < 0 {
				r.fail(at+i, `invalid \u escape in a string`)
				return nil, false
			}
			i += 4
			if utf16.IsSurrogate(c) {
				low := rune(-1)
				if i+4 <= len(b) && b[i+2] == '\\' && b[i+3] == 'u' {
					low = hex4(b[i+4:])
				}
				if c = utf16.DecodeRune(c, low); c != utf8.RuneError {
					i += 6
				} else {
					r.lossy = true
				}
			}
			n += utf8.EncodeRune(out[n:], c) - 1
		default:
			r.fail(at+i, "invalid escape in a string")
			return nil, false
		}
		i, n = i+2, n+1
	}
	return out[:n], true
}

// hex4 returns the value of four hexadecimal digits, -1 if there are none.
func hex4(b []byte) rune {
	if len(b) < 4 {
		return -1
	}
	var v rune
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		v = v<<4 | rune(c)
	}
	return v
}

// number reads a number and returns its text.
func (r *Reader) number() ([]byte, bool) {
	b, i := r.data, r.pos
	start := i
	if i < len(b) && b[i] == '-' {
		i++
	}
	switch {
	case i < len(b) && b[i] == '0':
		i++
	case i < len(b) && b[i] >= '1' && b[i] <= '9':
		i = digitsEnd(b, i)
	default:
		r.pos = i
		r.failToken("a digit")
		return nil, false
	}
	if i < len(b) && b[i] == '.' {
		n := digitsEnd(b, i+1)
		if n == i+1 {
			r.pos = n
			r.failToken("a digit")
			return nil, false
		}
		i = n
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		n := digitsEnd(b, i)
		if n == i {
			r.pos = n
			r.failToken("a digit")
			return nil, false
		}
		i = n
	}
	r.pos = i
	return b[start:i], true
}

func digitsEnd(b []byte, i int) int {
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	return i
}

func (r *Reader) literal(s string) bool {
	if r.pos+len(s) <= len(r.data) && string(r.data[r.pos:r.pos+len(s)]) == s {
		r.pos += len(s)
		return true
	}
	r.failToken("a JSON value")
	return false
}

// skip checks one value and moves behind it.
func (r *Reader) skip() {
	lossy := r.lossy
	if end := r.scan(skipSpace(r.data, r.pos)); end >= 0 {
		r.pos = end
	}
	r.lossy = lossy
}

// scan checks the value at i and returns the index behind it, -1 after an error.
func (r *Reader) scan(i int) int {
	if i < len(r.data) {
		switch r.data[i] {
		case '"':
			return r.scanString(i)
		case '{':
			return r.scanObject(i)
		case '[':
			return r.scanArray(i)
		}
	}
	r.pos = i
	ok := false
	switch c := r.token(); c {
	case 't':
		ok = r.literal("true")
	case 'f':
		ok = r.literal("false")
	case 'n':
		ok = r.literal("null")
	default:
		if c == '-' || c-'0' <= 9 {
			_, ok = r.number()
			break
		}
		r.failToken("a JSON value")
	}
	if !ok {
		return -1
	}
	return r.pos
}

func (r *Reader) scanString(i int) int {
	end, wide := plainEnd(r.data, i+1)
	if end < len(r.data) && r.data[end] == '"' && !wide {
		return end + 1
	}
	if _, ok := r.textSlow(i+1, end, wide); !ok {
		return -1
	}
	return r.pos
}

func (r *Reader) scanObject(i int) int {
	if i = r.scanOpen(i); i >= 0 && i < len(r.data) && r.data[i] == '}' {
		r.depth--
		return i + 1
	}
	for i >= 0 {
		if i >= len(r.data) || r.data[i] != '"' {
			return r.failAt(i, "a member name")
		}
		if i = r.scanString(i); i < 0 {
			return -1
		}
		if i = skipSpace(r.data, i); i >= len(r.data) || r.data[i] != ':' {
			return r.failAt(i, "':'")
		}
		i = r.scan(skipSpace(r.data, i+1))
		var done bool
		if i, done = r.scanNext(i, '}'); done {
			return i
		}
	}
	return -1
}

func (r *Reader) scanArray(i int) int {
	if i = r.scanOpen(i); i >= 0 && i < len(r.data) && r.data[i] == ']' {
		r.depth--
		return i + 1
	}
	for i >= 0 {
		i = r.scan(i)
		var done bool
		if i, done = r.scanNext(i, ']'); done {
			return i
		}
	}
	return -1
}

// scanOpen goes one level deeper and returns the index of what comes next.
func (r *Reader) scanOpen(i int) int {
	r.pos = i
	if !r.enter() {
		return -1
	}
	return skipSpace(r.data, i+1)
}

// scanNext goes from behind an element to the next one, or behind the end of
// its array or object.
func (r *Reader) scanNext(i int, end byte) (next int, done bool) {
	if i < 0 {
		return -1, true
	}
	if i = skipSpace(r.data, i); i < len(r.data) {
		switch r.data[i] {
		case ',':
			return skipSpace(r.data, i+1), false
		case end:
			r.depth--
			return i + 1, true
		}
	}
	return r.failAt(i, "',' or '"+string(rune(end))+"'"), true
}

func (r *Reader) failAt(i int, want string) int {
	r.pos = i
	r.failToken(want)
	return -1
}

// raw reads any value and returns a copy of its text.
func (r *Reader) raw() json.RawMessage {
	r.token()
	start := r.pos
	r.skip()
	if r.failed {
		return nil
	}
	return r.copy(r.data[start:r.pos])
}

// copy copies bytes. The texts of a message share memory from the second one on;
// none can be appended to into another.
func (r *Reader) copy(b []byte) []byte {
	if len(b) > cap(r.raws)-len(r.raws) {
		size := len(b)
		if r.raws != nil {
			size = max(size, min(len(r.data)-r.pos, 4096))
		}
		r.raws = make([]byte, 0, size)
	}
	n := len(r.raws)
	r.raws = append(r.raws, b...)
	return r.raws[n:len(r.raws):len(r.raws)]
}

// Unknown reads any value, for a union that does not know it, and the member
// called key if it is a string.
func (r *Reader) Unknown(key string) (tag string, raw json.RawMessage) {
	if key != "" {
		tag = string(r.Tag(key))
	}
	return tag, r.raw()
}

// Mark returns the place of the value that comes next, for [Reader.Refit].
func (r *Reader) Mark() int {
	r.token()
	return r.pos
}

// Refit goes back to the value at a mark if it did not fit what it was read
// into, and reports whether it did.
func (r *Reader) Refit(mark int) bool {
	if !r.misfit || r.failed {
		return false
	}
	r.misfit, r.lossy, r.pos = false, false, mark
	return true
}

// Kind returns the first byte of the value that comes next: one of { [ " t f n,
// '0' for a number, and 0 for anything else.
func (r *Reader) Kind() byte {
	c := r.token()
	if c == '-' || c-'0' <= 9 {
		return '0'
	}
	return c
}

// Misfit skips a value whose type the caller cannot hold.
func (r *Reader) Misfit() {
	r.skip()
	r.misfit = true
}

// Tag returns the string member called key of the object that comes next,
// without moving; nil if there is none. The bytes are good until the next call.
// It looks at no more than it needs: decoding checks the rest.
func (r *Reader) Tag(key string) []byte {
	if r.token() != '{' {
		return nil
	}
	i := skipSpace(r.data, r.pos+1)
	r.tagAt = -1
	if at := i + len(key) + 3; at < len(r.data) && r.data[i] == '"' && string(r.data[i+1:at-2]) == key && r.data[at-2] == '"' && r.data[at-1] == ':' && r.data[at] == '"' {
		if end, wide := plainEnd(r.data, at+1); end < len(r.data) && r.data[end] == '"' && !wide { // the first member, without white space: the usual case
			r.tagAt, r.tagEnd = at, end+1
			return r.data[at+1 : end]
		}
	}
	var tag []byte
	for i < len(r.data) && r.data[i] == '"' {
		end := looseString(r.data, i)
		if end < 0 {
			break
		}
		match := r.sameName(i, end, key)
		if i = skipSpace(r.data, end); i >= len(r.data) || r.data[i] != ':' {
			break
		}
		i = skipSpace(r.data, i+1)
		if match {
			if end := looseString(r.data, i); end >= 0 {
				tag = r.looseText(i, end)
				r.tagAt, r.tagEnd = i, end
			}
			break
		}
		at := i
		if i = looseValue(r.data, at); i < 0 {
			break
		}
		if i-at > 1024 && r.data[at] == '"' {
			r.longAt, r.longEnd = at, i
		}
		if i = skipSpace(r.data, i); i >= len(r.data) || r.data[i] != ',' {
			break
		}
		i = skipSpace(r.data, i+1)
	}
	return tag
}

func (r *Reader) sameName(start, end int, key string) bool {
	raw := r.data[start+1 : end-1]
	if string(raw) == key {
		return true
	}
	return bytes.IndexByte(raw, '\\') >= 0 && string(r.looseText(start, end)) == key
}

// looseText returns the text of the string literal from start to end, nil if it is malformed.
func (r *Reader) looseText(start, end int) []byte {
	raw := r.data[start+1 : end-1]
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw
	}
	s := Reader{data: r.data[start:end]}
	b, _ := s.text()
	if s.failed || s.lossy {
		return nil
	}
	return b
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && b[i] <= ' ' && (b[i] == ' ' || b[i] == '\n' || b[i] == '\t' || b[i] == '\r') {
		i++
	}
	return i
}

// looseString returns the index behind the string literal at i, -1 if there is
// none. It does not check the content.
func looseString(b []byte, i int) int {
	if i >= len(b) || b[i] != '"' {
		return -1
	}
	for j := i + 1; ; {
		n := bytes.IndexByte(b[j:], '"')
		if n < 0 {
			return -1
		}
		j += n
		k := j
		for k > i+1 && b[k-1] == '\\' {
			k--
		}
		if (j-k)%2 == 0 {
			return j + 1
		}
		j++
	}
}

// looseValue returns the index behind the value at i, -1 if it does not end.
func looseValue(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			if i = looseString(b, i); i < 0 {
				return -1
			}
			if depth == 0 {
				return i
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			if depth--; depth == 0 {
				return i + 1
			}
		case ',':
			if depth == 0 {
				return i
			}
		}
		i++
	}
	return -1
}

// arena makes short strings out of bytes, many to one allocation. A string that
// is kept keeps at most one chunk alive.
type arena struct {
	chunk  strings.Builder
	recent [8]string // by property: identifiers repeat from message to message
}

const (
	arenaChunk = 1024
	arenaLimit = 128 // longer strings are allocated for themselves
)

func (a *arena) string(b []byte) string {
	if len(b) > arenaLimit {
		return string(b)
	}
	n := a.chunk.Len()
	if n+len(b) > a.chunk.Cap() {
		a.chunk.Reset()
		a.chunk.Grow(arenaChunk)
		n = 0
	}
	a.chunk.Write(b)
	return a.chunk.String()[n:]
}

// property is string for the i-th property of an object. b must be ASCII without
// anything that JSON escapes, see again.
func (a *arena) property(i int, b []byte) string {
	if len(b) > arenaLimit {
		return string(b)
	}
	s := a.string(b)
	a.recent[i&7] = s
	return s
}

// again returns the last value of the i-th property if it comes again, ended by a
// quote, at the start of b; else "".
func (a *arena) again(i int, b []byte) string {
	s := a.recent[i&7]
	if len(s) < len(b) && b[len(s)] == '"' && string(b[:len(s)]) == s {
		return s
	}
	return ""
}

// boxes is how many optional values share an allocation, so that an object with
// many of them costs few. They may belong to several messages.
const boxes = 16

func box[T any](chunk *[]T, v T) *T {
	if len(*chunk) == cap(*chunk) {
		*chunk = make([]T, 0, boxes)
	}
	*chunk = append(*chunk, v)
	return &(*chunk)[len(*chunk)-1]
}

// boxString gives long strings a box of their own: whoever keeps one optional
// string keeps those that share its boxes.
func (r *Reader) boxString(s string) *string {
	p := r.spare
	switch {
	case p != nil:
		r.spare = nil
	case len(s) > arenaLimit:
		p = new(string)
	default:
		return box(&r.texts, s)
	}
	*p = s
	return p
}
