package jsonwire

import (
	"bytes"
	"math"
	"math/bits"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/go-voicelive/voicelive-go/voicelive/internal/base64"
)

// Writer appends JSON to a buffer. Its methods do not return errors: the first
// one is kept, and [Append] returns it.
type Writer struct {
	buf     []byte
	base    int // where the value begins in buf
	err     *EncodeError
	check   *Validator // nil, or what takes the errors: then the JSON itself is of no use, and base64 is left out
	scratch []byte     // the buffer of checks
	depth   int
	objects []*ObjectWriter // of the values being written, the first open ones in use
	open    int
	keys    []string   // scratch of the maps that are open
	known   [32][]byte // raw JSON that is valid, by its order in the value before
	raws    int        // how many have come
}

var writers = sync.Pool{New: func() any { return new(Writer) }}

// Append appends the JSON of v to dst and returns the extended buffer. On an
// error, an [*EncodeError], dst is returned as it was. A nil pointer, here or in
// a union inside of v, is an error, and so are a float that is NaN or infinite,
// a string that is not UTF-8, raw JSON that is not JSON, and an unknown variant
// without its raw JSON.
func Append[T any](dst []byte, v T, encode func(T, *Writer)) (out []byte, err error) {
	w := writers.Get().(*Writer)
	w.start(dst)
	defer func() {
		if p := recover(); p != nil {
			w.nilPointer(p)
		}
		out, err = w.buf, nil
		if w.err != nil {
			w.err.Type = typeName(v)
			out, err = dst, w.err
		}
		w.buf, w.err = nil, nil
		writers.Put(w)
	}()
	encode(v, w)
	return
}

func (w *Writer) start(buf []byte) {
	w.buf, w.base, w.err, w.depth, w.open, w.raws, w.keys = buf, len(buf), nil, 0, 0, 0, w.keys[:0]
}

// nilPointer turns the panic of a typed nil pointer in a union into an error:
// looking for it beforehand would cost a check in every generated method.
func (w *Writer) nilPointer(p any) {
	if !isNilPointer(p) {
		panic(p)
	}
	w.fail(isNilMessage)
}

const isNilMessage = "must not be nil"

func isNilPointer(p any) bool {
	e, ok := p.(runtime.Error)
	return ok && (strings.HasSuffix(e.Error(), "nil pointer dereference") || strings.Contains(e.Error(), "called using nil *"))
}

// Marshal returns the JSON of v.
func Marshal[T any](v T, encode func(T, *Writer)) ([]byte, error) {
	data, err := Append(nil, v, encode)
	if err != nil {
		return nil, err
	}
	return data, nil
}

// encodable reports to c what keeps v from having JSON, each place once.
func encodable[T any](c *Validator, v T, encode func(T, *Writer)) {
	const longest = 1 << 16
	w := writers.Get().(*Writer)
	w.start(w.scratch[:0])
	w.check = c
	defer func() {
		if p := recover(); p != nil {
			w.nilPointer(p)
		}
		if cap(w.buf) <= longest {
			w.scratch = w.buf
		}
		w.buf, w.err, w.check = nil, nil, nil
		writers.Put(w)
	}()
	encode(v, w)
}

// fail tells what is wrong with the value that is being written.
func (w *Writer) fail(reason string) {
	const most = 100 // violations that a check reports; finding a path takes time
	switch {
	case w.err != nil:
	case w.check == nil:
		w.err = &EncodeError{Path: w.path(), Reason: reason}
	default:
		w.check.report(Violation{Path: w.path(), Message: reason})
		if len(w.check.violations) >= most {
			w.err = &EncodeError{}
		}
	}
}

// path is the place of the value that is being written.
func (w *Writer) path() string {
	for _, o := range w.objects[:w.open] {
		if o.start < len(w.buf) {
			w.buf[o.start] = '{' // as Close will do
		}
	}
	return pathAt(w.buf[w.base:], len(w.buf)-w.base)
}

// Null writes null.
func (w *Writer) Null() { w.buf = append(w.buf, "null"...) }

func (w *Writer) text(s string) {
	var seen, found uint64
	if len(s) >= 8 {
		for i := 0; i+8 < len(s); i += 8 {
			word := le64(s, i)
			seen |= word
			found |= special(word)
		}
		word := le64(s, len(s)-8) // overlaps what has been seen, instead of a loop over bytes
		seen |= word
		found |= special(word)
	} else {
		for i := range len(s) {
			seen |= uint64(s[i])
			if s[i] < ' ' || s[i] == '"' || s[i] == '\\' {
				found = 1
			}
		}
	}
	if seen&highs != 0 && !utf8.ValidString(s) {
		w.fail("must be valid UTF-8")
		return
	}
	if found != 0 {
		w.textEscaped(s)
		return
	}
	b := append(w.buf, '"')
	b = append(b, s...)
	w.buf = append(b, '"')
}

func le64(s string, i int) uint64 {
	b := s[i : i+8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

func (w *Writer) textEscaped(s string) {
	const hex = "0123456789abcdef"
	b := append(w.buf, '"')
	start := 0
	for i := 0; i < len(s); {
		if i+8 <= len(s) {
			m := special(le64(s, i))
			if m == 0 {
				i += 8
				continue
			}
			i += bits.TrailingZeros64(m) >> 3
		}
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	w.buf = append(b, '"')
}

func (w *Writer) float(f float64) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		w.fail("must be a finite number, not " + strconv.FormatFloat(f, 'g', -1, 64))
		return
	}
	w.buf = appendFloat(w.buf, f)
}

// appendFloat writes the shortest text that reads back as f, as ECMAScript and
// encoding/json do.
func appendFloat(dst []byte, f float64) []byte {
	if f > 0 && f < 1e9 {
		// Two numbers of at most 15 digits never read back as the same one: if f
		// is a number of thousandths, no text is shorter.
		if n := int64(f*1000 + 0.5); float64(n)/1000 == f {
			return appendThousandths(dst, n)
		}
	}
	format := byte('f')
	if abs := math.Abs(f); abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	dst = strconv.AppendFloat(dst, f, format, -1, 64)
	if n := len(dst); format == 'e' && n >= 4 && dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' {
		dst[n-2] = dst[n-1] // e-07 to e-7
		dst = dst[:n-1]
	}
	return dst
}

func appendThousandths(dst []byte, n int64) []byte {
	dst = strconv.AppendInt(dst, n/1000, 10)
	if n %= 1000; n == 0 {
		return dst
	}
	dst = append(dst, '.', byte('0'+n/100), byte('0'+n/10%10), byte('0'+n%10))
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

func (w *Writer) bytes(b []byte) {
	if w.check != nil {
		b = nil // any bytes have base64
	}
	w.buf = append(w.buf, '"')
	w.buf = base64.AppendEncode(w.buf, b)
	w.buf = append(w.buf, '"')
}

func (w *Writer) raw(text []byte) {
	if text == nil {
		w.Null()
		return
	}
	if !w.valid(text) {
		w.fail("must be valid JSON")
		return
	}
	w.buf = append(w.buf, text...)
}

// valid reports whether text is JSON. It remembers the short texts of the value
// before by their order: a gateway sends the same tool schemas with every call,
// and comparing is much cheaper.
func (w *Writer) valid(text []byte) bool {
	const longest = 4096
	if len(text) == 0 || len(text) > longest {
		return valid(text)
	}
	known := &w.known[w.raws%len(w.known)]
	w.raws++
	if bytes.Equal(*known, text) {
		return true
	}
	if !valid(text) {
		return false
	}
	*known = append((*known)[:0], text...)
	return true
}

func valid(text []byte) bool {
	r := NewReader(text)
	r.skip()
	r.token()
	ok := !r.failed && r.pos == len(text)
	r.release()
	return ok
}

// The element encoders: each writes one value.

// PutString writes a string.
func PutString[T ~string](v *T, w *Writer) { w.text(string(*v)) }

// PutInt writes an integer.
func PutInt[T ~int | ~int64](v *T, w *Writer) { w.buf = strconv.AppendInt(w.buf, int64(*v), 10) }

// PutFloat writes a number.
func PutFloat[T ~float64](v *T, w *Writer) { w.float(float64(*v)) }

// PutBool writes true or false.
func PutBool[T ~bool](v *T, w *Writer) { w.buf = strconv.AppendBool(w.buf, bool(*v)) }

// PutBytes writes a base64 string.
func PutBytes[T ~[]byte](v *T, w *Writer) { w.bytes(*v) }

// PutTime writes an RFC 3339 time.
func PutTime(v *time.Time, w *Writer) { w.time(*v) }

func (w *Writer) time(t time.Time) {
	if y := t.Year(); y < 0 || y > 9999 {
		w.fail("must be in the years 0 to 9999, not in " + strconv.Itoa(y))
		return
	}
	w.buf = append(w.buf, '"')
	w.buf = t.AppendFormat(w.buf, time.RFC3339Nano)
	w.buf = append(w.buf, '"')
}

// PutUnixTime writes a time in seconds since 1970.
func PutUnixTime(v *time.Time, w *Writer) { w.buf = strconv.AppendInt(w.buf, v.Unix(), 10) }

// PutRaw writes raw JSON, null for nil.
func PutRaw[T ~[]byte](v *T, w *Writer) { w.raw(*v) }

// PutUnknown writes the raw JSON of an unknown variant, which must be there.
func PutUnknown(raw []byte, w *Writer) {
	if len(raw) == 0 {
		w.fail("must have Raw, which is all that is sent of an unknown value")
		return
	}
	w.raw(raw)
}

// PutList writes an array, empty for nil.
//
//go:noinline
func PutList[T any](v *[]T, w *Writer, encode func(*T, *Writer)) {
	w.buf = append(w.buf, '[')
	for i := range *v {
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		if w.err != nil {
			return
		}
		encode(&(*v)[i], w)
	}
	w.buf = append(w.buf, ']')
}

// sortKeys is not inlined: the generic functions that sort are compiled here, once.
//
//go:noinline
func sortKeys(keys []string) { slices.Sort(keys) }

// PutMap writes an object with its keys sorted, empty for nil.
func PutMap[T any](v *map[string]T, w *Writer, encode func(*T, *Writer)) {
	texts, isText := any(*v).(map[string]string) // most maps, and worth no allocation
	base := len(w.keys)
	for key := range *v {
		w.keys = append(w.keys, key)
	}
	sortKeys(w.keys[base:])
	w.buf = append(w.buf, '{')
	var elem *T
	for i := base; i < len(w.keys); i++ {
		if i > base {
			w.buf = append(w.buf, ',')
		}
		key := w.keys[i]
		w.text(key)
		w.buf = append(w.buf, ':')
		if isText {
			w.text(texts[key])
			continue
		}
		if w.err != nil {
			break
		}
		if elem == nil {
			elem = new(T)
		}
		*elem = (*v)[key]
		encode(elem, w)
	}
	w.buf = append(w.buf, '}')
	clear(w.keys[base:])
	w.keys = w.keys[:base]
}

// ObjectWriter writes the members of a struct:
//
//	o := w.Object(e.Extra)
//	o.String("text", e.Text)
//	o.Close()
//
// A member that Extra holds is left to Close, if its field is still what
// decoding made of it.
type ObjectWriter struct {
	w     *Writer
	extra *held
	start int
	over  []*member // entries of extra that lost to their field
}

// Object starts an object. The result is good until its Close.
func (w *Writer) Object(x Extra) *ObjectWriter {
	if w.depth++; w.depth > MaxDepth {
		w.tooDeep()
	}
	if w.open == len(w.objects) {
		w.objects = append(w.objects, &ObjectWriter{w: w})
	}
	o := w.objects[w.open]
	w.open++
	o.extra, o.over, o.start = x.held, nil, len(w.buf)
	if o.extra != nil {
		o.extra = o.extra.flat()
	}
	return o
}

// tooDeep ends the writing. The path would be long, and tells nothing.
func (w *Writer) tooDeep() {
	if w.err == nil {
		w.err = &EncodeError{Reason: tooDeepMessage}
		if w.check != nil {
			w.check.report(Violation{Message: tooDeepMessage})
		}
	}
}

var tooDeepMessage = "must not be nested deeper than " + strconv.Itoa(MaxDepth) + ": does a value contain itself?"

// Tagged starts an object with a constant.
func (w *Writer) Tagged(x Extra, key, tag string) *ObjectWriter {
	o := w.Object(x)
	o.Const(key, tag)
	return o
}

// Close ends the object.
func (o *ObjectWriter) Close() {
	w := o.w
	if o.extra != nil {
		o.writeExtra()
		o.extra = nil
	}
	w.depth--
	w.open--
	if len(w.buf) == o.start {
		w.buf = append(w.buf, "{}"...)
		return
	}
	w.buf[o.start] = '{' // in place of the comma of the first member
	w.buf = append(w.buf, '}')
}

func (o *ObjectWriter) writeExtra() {
	for i := range o.extra.members {
		m := &o.extra.members[i]
		if m.why == missing || slices.Contains(o.over, m) {
			continue
		}
		o.w.buf = append(o.w.buf, ',')
		o.w.text(m.name)
		o.w.buf = append(o.w.buf, ':')
		o.w.raw(m.text)
	}
}

func (o *ObjectWriter) name(name string) {
	b := append(o.w.buf, ',', '"')
	b = append(b, name...)
	o.w.buf = append(b, '"', ':')
}

// held reports whether the member called name is left to Close: Extra holds it,
// and same, given its text, finds that the field has not changed. The text is
// nil if decoding left the field at its zero value.
func (o *ObjectWriter) held(name string, same func(text []byte) bool) bool {
	m := o.extra.find(name)
	if m == nil {
		return false
	}
	text := m.text
	if m.why != exact && m.why != alias {
		text = nil
	}
	if same(text) {
		return true
	}
	o.over = append(o.over, m)
	return false
}

// clear makes a member that is absent stay so: what Extra holds is the text of a
// value that the field no longer has.
func (o *ObjectWriter) clear(name string) {
	if o.extra == nil {
		return
	}
	if m := o.extra.find(name); m != nil && (m.why == exact || m.why == alias) {
		o.over = append(o.over, m)
	}
}

func sameText(v string) func([]byte) bool {
	return func(text []byte) bool {
		if text == nil {
			return v == ""
		}
		r := NewReader(text)
		defer r.release()
		b, ok := r.text()
		return ok && string(b) == v
	}
}

func sameInt(v int64) func([]byte) bool {
	return func(text []byte) bool {
		if text == nil {
			return v == 0
		}
		n, _, ok := parseInt(text)
		return ok && n == v
	}
}

func sameFloat(v float64) func([]byte) bool {
	return func(text []byte) bool {
		if text == nil {
			return v == 0
		}
		f, err := strconv.ParseFloat(string(text), 64)
		return err == nil && f == v
	}
}

func sameTime(v time.Time) func([]byte) bool {
	return func(text []byte) bool {
		if text == nil {
			return v.IsZero()
		}
		r := NewReader(text)
		defer r.release()
		read := r.unixTime
		if text[0] == '"' {
			read = r.time
		}
		t, _, ok := read()
		return ok && t.Equal(v)
	}
}

func sameBytes(v []byte) func([]byte) bool {
	return func(text []byte) bool {
		if text == nil {
			return len(v) == 0
		}
		r := NewReader(text)
		defer r.release()
		b, _, ok := r.bytes(nil)
		return ok && slices.Equal(b, v)
	}
}

// absent is the check for fields whose zero value is absent: nothing but the
// zero value is what decoding left beside a text that does not fit.
func absent(zero bool) func([]byte) bool {
	return func([]byte) bool { return zero }
}

// Const writes a constant.
func (o *ObjectWriter) Const(name, v string) {
	if o.extra != nil {
		if m := o.extra.find(name); m != nil && m.why != unknown {
			return
		}
		o.held(name, absent(false))
	}
	o.name(name)
	o.w.text(v)
}

// String writes a required string.
func (o *ObjectWriter) String(name, v string) {
	if o.extra != nil && o.held(name, sameText(v)) {
		return
	}
	o.name(name)
	o.w.text(v)
}

// OptString writes an optional string.
func (o *ObjectWriter) OptString(name string, v *string) {
	if v == nil {
		o.clear(name)
	} else if o.extra == nil || !o.held(name, sameOpt(*v, sameText)) {
		o.name(name)
		o.w.text(*v)
	}
}

// sameOpt is same for an optional value that is there: it can only have come
// from a text.
func sameOpt[T any](v T, same func(T) func([]byte) bool) func([]byte) bool {
	return func(text []byte) bool { return text != nil && same(v)(text) }
}

// Alias writes an optional string that may have come under one of other names.
func (o *ObjectWriter) Alias(name string, v *string, others ...string) {
	if o.extra != nil {
		for _, other := range others {
			if v == nil {
				o.clear(other)
				continue
			}
			if m := o.extra.find(other); m != nil && m.why == alias && o.held(other, sameOpt(*v, sameText)) {
				return
			}
		}
	}
	o.OptString(name, v)
}

// Int writes a required integer.
func (o *ObjectWriter) Int(name string, v int) { o.Int64(name, int64(v)) }

// Int64 writes a required integer.
func (o *ObjectWriter) Int64(name string, v int64) {
	if o.extra != nil && o.held(name, sameInt(v)) {
		return
	}
	o.name(name)
	o.w.buf = strconv.AppendInt(o.w.buf, v, 10)
}

// OptInt writes an optional integer.
func (o *ObjectWriter) OptInt(name string, v *int) {
	if v == nil {
		o.clear(name)
		return
	}
	o.optInt(name, int64(*v))
}

// OptInt64 writes an optional integer.
func (o *ObjectWriter) OptInt64(name string, v *int64) {
	if v == nil {
		o.clear(name)
		return
	}
	o.optInt(name, *v)
}

func (o *ObjectWriter) optInt(name string, v int64) {
	if o.extra != nil && o.held(name, sameOpt(v, sameInt)) {
		return
	}
	o.name(name)
	o.w.buf = strconv.AppendInt(o.w.buf, v, 10)
}

// Float writes a required number.
func (o *ObjectWriter) Float(name string, v float64) {
	if o.extra != nil && o.held(name, sameFloat(v)) {
		return
	}
	o.name(name)
	o.w.float(v)
}

// OptFloat writes an optional number.
func (o *ObjectWriter) OptFloat(name string, v *float64) {
	if v == nil {
		o.clear(name)
	} else if o.extra == nil || !o.held(name, sameOpt(*v, sameFloat)) {
		o.name(name)
		o.w.float(*v)
	}
}

// Bool writes a required boolean.
func (o *ObjectWriter) Bool(name string, v bool) {
	if o.extra != nil && o.held(name, absent(!v)) {
		return
	}
	o.name(name)
	o.w.buf = strconv.AppendBool(o.w.buf, v)
}

// OptBool writes an optional boolean.
func (o *ObjectWriter) OptBool(name string, v *bool) {
	if v != nil && (o.extra == nil || !o.held(name, absent(false))) {
		o.name(name)
		o.w.buf = strconv.AppendBool(o.w.buf, *v)
	}
}

// Bytes writes a required base64 string.
func (o *ObjectWriter) Bytes(name string, v []byte) {
	if o.extra != nil && o.held(name, sameBytes(v)) {
		return
	}
	o.name(name)
	o.w.bytes(v)
}

// OptBytes writes an optional base64 string; nil is absent.
func (o *ObjectWriter) OptBytes(name string, v []byte) {
	if v == nil {
		o.clear(name)
	} else if o.extra == nil || !o.held(name, sameOpt(v, sameBytes)) {
		o.name(name)
		o.w.bytes(v)
	}
}

// Time writes a required RFC 3339 time.
func (o *ObjectWriter) Time(name string, v time.Time) {
	if o.extra != nil && o.held(name, sameTime(v)) {
		return
	}
	o.name(name)
	o.w.time(v)
}

// OptTime writes an optional RFC 3339 time.
func (o *ObjectWriter) OptTime(name string, v *time.Time) {
	if v == nil {
		o.clear(name)
	} else if o.extra == nil || !o.held(name, sameOpt(*v, sameTime)) {
		o.name(name)
		o.w.time(*v)
	}
}

// UnixTime writes a required time in seconds since 1970.
func (o *ObjectWriter) UnixTime(name string, v time.Time) {
	if o.extra != nil && o.held(name, sameTime(v)) {
		return
	}
	o.name(name)
	PutUnixTime(&v, o.w)
}

// OptUnixTime writes an optional time in seconds since 1970.
func (o *ObjectWriter) OptUnixTime(name string, v *time.Time) {
	if v == nil {
		o.clear(name)
	} else if o.extra == nil || !o.held(name, sameOpt(*v, sameTime)) {
		o.name(name)
		PutUnixTime(v, o.w)
	}
}

// Enum writes a required enum.
func (o *ObjectWriter) Enum(name, v string) { o.String(name, v) }

// OptEnum writes an optional enum; "" is absent.
func (o *ObjectWriter) OptEnum(name, v string) {
	if v != "" {
		o.String(name, v)
	} else if o.extra != nil {
		o.held(name, sameText(""))
	}
}

// WriteRaw writes required raw JSON, null for nil.
func WriteRaw[T ~[]byte](o *ObjectWriter, name string, v T) {
	if o.extra != nil && o.held(name, absent(v == nil)) {
		return
	}
	o.name(name)
	o.w.raw(v)
}

// WriteOptRaw writes optional raw JSON; nil is absent.
func WriteOptRaw[T ~[]byte](o *ObjectWriter, name string, v T) {
	if v != nil {
		WriteRaw(o, name, v)
	}
}

// Write writes a member that is there whatever its value: a required struct,
// union, list or map, which v points to.
func Write[T any](o *ObjectWriter, name string, v *T, encode func(*T, *Writer)) {
	if o.extra != nil && o.holds(name) {
		writeHeld(o, name, v, new(T), encode)
	} else {
		write(o, name, v, encode)
	}
}

func (o *ObjectWriter) holds(name string) bool { return o.extra.find(name) != nil }

//go:noinline
func write[P any](o *ObjectWriter, name string, v P, encode func(P, *Writer)) {
	if o.w.err == nil {
		o.name(name)
		encode(v, o.w)
	}
}

// writeHeld writes a member that Extra holds. That wins if the value is still zero: if
// it reads like zero.
func writeHeld[P any](o *ObjectWriter, name string, v, zero P, encode func(P, *Writer)) {
	w := o.w
	before := len(w.buf)
	write(o, name, v, encode)
	if w.err != nil {
		return
	}
	start := before + len(name) + len(`,"":`)
	if o.held(name, func([]byte) bool { return w.endsLike(start, func() { encode(zero, w) }) }) {
		w.buf = w.buf[:before]
	}
}

// endsLike reports whether the buffer from start on is what write writes.
func (w *Writer) endsLike(start int, write func()) bool {
	end := len(w.buf)
	write()
	same := bytes.Equal(w.buf[start:end], w.buf[end:])
	w.buf = w.buf[:end]
	return same
}

// WritePointer writes an optional member; nil is absent.
func WritePointer[T any](o *ObjectWriter, name string, v *T, encode func(*T, *Writer)) {
	if v != nil {
		writeOpt(o, name, v, encode)
	}
}

func writeOpt[P any](o *ObjectWriter, name string, v P, encode func(P, *Writer)) {
	if o.w.err == nil {
		o.optional(name)
		encode(v, o.w)
	}
}

// optional writes the name of a member that is there, whatever Extra holds.
func (o *ObjectWriter) optional(name string) {
	if o.extra != nil {
		o.held(name, absent(false))
	}
	o.name(name)
}

// WriteNullable writes a nullable member, unless it is absent.
func WriteNullable[T any](o *ObjectWriter, name string, v Nullable[T], encode func(*T, *Writer)) {
	switch {
	case v.value != nil:
		writeOpt(o, name, v.value, encode)
	case v.null:
		o.optional(name)
		o.w.Null()
	}
}

// WriteUnion writes an optional union; nil is absent.
func WriteUnion[T any](o *ObjectWriter, name string, v *T, encode func(*T, *Writer)) {
	if any(*v) != nil {
		writeOpt(o, name, v, encode)
	}
}

// WriteList writes a required array, empty for nil.
func WriteList[T any](o *ObjectWriter, name string, v []T, encode func(*T, *Writer)) {
	if o.extra != nil && o.held(name, absent(len(v) == 0)) {
		return
	}
	o.name(name)
	PutList(&v, o.w, encode)
}

// WriteOptList writes an optional array; nil is absent.
func WriteOptList[T any](o *ObjectWriter, name string, v []T, encode func(*T, *Writer)) {
	if v != nil {
		o.optional(name)
		PutList(&v, o.w, encode)
	}
}

// WriteMap writes a required object with free keys, empty for nil.
func WriteMap[T any](o *ObjectWriter, name string, v map[string]T, encode func(*T, *Writer)) {
	if o.extra != nil && o.held(name, absent(len(v) == 0)) {
		return
	}
	o.name(name)
	PutMap(&v, o.w, encode)
}

// WriteOptMap writes an optional object with free keys; nil is absent.
func WriteOptMap[T any](o *ObjectWriter, name string, v map[string]T, encode func(*T, *Writer)) {
	if v != nil {
		o.optional(name)
		PutMap(&v, o.w, encode)
	}
}
