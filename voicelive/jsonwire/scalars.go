package jsonwire

import (
	"bytes"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/go-voicelive/voicelive-go/voicelive/internal/base64"
)

// The element decoders: each reads one value, or skips one that does not fit.

// String reads a string.
func String[T ~string](v *T, r *Reader) {
	if r.token() != '"' {
		r.Misfit()
		return
	}
	b, ok := r.text()
	if r.lossy {
		r.lossy, r.misfit = false, true
		return
	}
	if ok {
		*v = T(r.strings.string(b))
	}
}

// Int reads an integer.
func Int[T ~int | ~int64](v *T, r *Reader) {
	n, exact, ok := r.int()
	if !ok || !exact || int64(T(n)) != n {
		r.misfit = true
		return
	}
	*v = T(n)
}

// Float reads a number of up to 17 significant digits.
func Float[T ~float64](v *T, r *Reader) {
	f, digits, ok := r.float()
	if !ok || digits > 17 {
		r.misfit = true
		return
	}
	*v = T(f)
}

// Bool reads true or false.
func Bool[T ~bool](v *T, r *Reader) {
	b, ok := r.bool()
	if !ok {
		r.misfit = true
		return
	}
	*v = T(b)
}

// Bytes reads a base64 string.
func Bytes[T ~[]byte](v *T, r *Reader) {
	b, canonical, ok := r.bytes(nil)
	if !ok || !canonical {
		r.misfit = true
		return
	}
	*v = b
}

// Time reads an RFC 3339 time.
func Time(v *time.Time, r *Reader) {
	t, exact, ok := r.time()
	if !ok || !exact {
		r.misfit = true
		return
	}
	*v = t
}

// UnixTime reads a time in whole seconds since 1970.
func UnixTime(v *time.Time, r *Reader) {
	n, exact, ok := r.int()
	if !ok || !exact {
		r.misfit = true
		return
	}
	*v = time.Unix(n, 0).UTC()
}

// Raw reads any value.
func Raw[T ~[]byte](v *T, r *Reader) { *v = T(r.raw()) }

// The readers behind them. ok is false if the value, which is skipped, has
// another type or no place in the Go type; exact is false if Go writes it
// differently.

func (r *Reader) int() (n int64, exact, ok bool) {
	for i := r.pos; i < len(r.data) && i < r.pos+18; i++ { // short, plain numbers
		c := r.data[i] - '0'
		if c > 9 {
			if c := r.data[i]; i == r.pos || c == '.' || c|0x20 == 'e' || r.data[r.pos] == '0' && i > r.pos+1 {
				break
			}
			r.pos = i
			return n, true, true
		}
		n = n*10 + int64(c)
	}
	if c := r.token(); c != '-' && c-'0' > 9 {
		r.skip()
		return 0, false, false
	}
	b, ok := r.number()
	if !ok {
		return 0, false, false
	}
	return parseInt(b)
}

func parseInt(b []byte) (n int64, exact, ok bool) {
	if len(b) <= 18 && b[0] != '-' {
		for _, c := range b {
			if c -= '0'; c > 9 {
				return integral(b)
			}
			n = n*10 + int64(c)
		}
		return n, true, true
	}
	n, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil {
		return integral(b)
	}
	return n, n != 0, true // -0 is not exact
}

// integral reads numbers such as 1.0 and 1e3, which are integers all the same.
func integral(b []byte) (n int64, exact, ok bool) {
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 || significant(b) > 17 {
		return 0, false, false
	}
	return int64(f), false, true
}

func (r *Reader) float() (f float64, digits int, ok bool) {
	if c := r.token(); c != '-' && c-'0' > 9 {
		r.skip()
		return 0, 0, false
	}
	b, ok := r.number()
	if !ok {
		return 0, 0, false
	}
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		return 0, 0, false
	}
	return f, significant(b), true
}

// significant counts the digits of a number from its first to its last nonzero one.
func significant(b []byte) int {
	n, zeros := 0, 0
	for _, c := range b {
		switch {
		case c|0x20 == 'e':
			return n
		case c == '0':
			if n > 0 {
				zeros++
			}
		case c > '0' && c <= '9':
			n += zeros + 1
			zeros = 0
		}
	}
	return n
}

func (r *Reader) bool() (v, ok bool) {
	switch r.token() {
	case 't':
		return true, r.literal("true")
	case 'f':
		return false, r.literal("false")
	}
	r.skip()
	return false, false
}

// bytes decodes base64 into buf if it fits there, else into a new slice.
func (r *Reader) bytes(buf []byte) (v []byte, canonical, ok bool) {
	if r.token() != '"' {
		r.skip()
		return nil, false, false
	}
	start := r.pos + 1
	end := r.longEnd
	if r.longAt != r.pos {
		end = looseString(r.data, r.pos)
	}
	if end > 0 {
		src := r.data[start : end-1]
		v = grow(buf, base64.DecodedLen(src))
		if n, canonical, ok := base64.Decode(v, src); ok {
			r.pos = end
			return v[:n], canonical, true
		}
	}
	src, ok := r.text() // escaped, or not base64
	if !ok || r.lossy {
		r.lossy = false
		return nil, false, false
	}
	v = grow(v, base64.DecodedLen(src))
	n, canonical, ok := base64.Decode(v, src)
	if !ok {
		return nil, false, false
	}
	return v[:n], canonical, true
}

func grow(buf []byte, n int) []byte {
	if buf != nil && cap(buf) >= n {
		return buf[:n]
	}
	return make([]byte, n)
}

func (r *Reader) time() (t time.Time, exact, ok bool) {
	if r.token() != '"' {
		r.skip()
		return time.Time{}, false, false
	}
	b, ok := r.text()
	if !ok || r.lossy {
		r.lossy = false
		return time.Time{}, false, false
	}
	t, err := time.Parse(time.RFC3339Nano, string(b))
	if err != nil {
		t, err = parseTime(b)
		return t, false, err == nil
	}
	var buf [64]byte
	return t, string(t.AppendFormat(buf[:0], time.RFC3339Nano)) == string(b), true
}

// parseTime reads what RFC 3339 allows and package time does not: a small t or
// z, and the second 60, which is the first of the next minute.
func parseTime(b []byte) (time.Time, error) {
	const seconds = len("2006-01-02T15:04:")
	text := bytes.ToUpper(b)
	leap := len(text) > seconds+2 && string(text[seconds:seconds+2]) == "60"
	if leap {
		copy(text[seconds:], "59")
	}
	t, err := time.Parse(time.RFC3339Nano, string(text))
	if leap && err == nil {
		t = t.Add(time.Second)
	}
	return t, err
}

// The members of a struct that hold a scalar.

// String reads a required string.
func (o *Object) String(i int, dst *string) {
	if !o.first(i) {
		return
	}
	if s, ok := o.string(i); ok {
		*dst = s
	}
}

// OptString reads an optional string.
func (o *Object) OptString(i int, dst **string) {
	if !o.first(i) {
		return
	}
	if s, ok := o.string(i); ok {
		*dst = o.r.boxString(s)
	}
}

// string reads the i-th property, which comes for the first time.
func (o *Object) string(i int) (string, bool) {
	r := o.r
	if r.pos >= len(r.data) || r.data[r.pos] != '"' {
		o.misfit()
		return "", false
	}
	start := r.pos + 1
	if s := r.strings.again(i, r.data[start:]); s != "" {
		r.pos = start + len(s) + 1
		return s, true
	}
	end, wide := plainEnd(r.data, start)
	if end < len(r.data) && r.data[end] == '"' {
		b := r.data[start:end]
		if !wide {
			r.pos = end + 1
			return r.strings.property(i, b), true
		}
		if utf8.Valid(b) {
			r.pos = end + 1
			return r.strings.string(b), true
		}
	}
	b, ok := r.textSlow(start, end, wide)
	if !ok {
		return "", false
	}
	if r.lossy {
		s := string(b)
		o.exact()
		return s, true
	}
	return r.strings.string(b), true
}

// Known reports whether values has v. It is not inlined: there is one for all enums.
//
//go:noinline
func Known[E ~string](v E, values []E) bool { return slices.Contains(values, v) }

// Enum reads an enum, or an optional string whose zero value is absent.
func (o *Object) Enum(i int, dst *string) {
	if !o.first(i) {
		return
	}
	s, ok := o.string(i)
	if ok && s == "" {
		o.exact()
	}
	*dst = s
}

// int reads a property that comes for the first time and has the given number of
// bits.
func (o *Object) int(size int) (int64, bool) {
	n, exact, ok := o.r.int()
	if !ok || size == 32 && n != int64(int32(n)) {
		o.misfit()
		return 0, false
	}
	if !exact {
		o.exact()
	}
	return n, true
}

// Int reads a required integer.
func (o *Object) Int(i int, dst *int) {
	if !o.first(i) {
		return
	}
	if n, ok := o.int(strconv.IntSize); ok {
		*dst = int(n)
	}
}

// OptInt reads an optional integer.
func (o *Object) OptInt(i int, dst **int) {
	if !o.first(i) {
		return
	}
	if n, ok := o.int(strconv.IntSize); ok {
		*dst = box(&o.r.ints, int(n))
	}
}

// Int64 reads a required 64-bit integer.
func (o *Object) Int64(i int, dst *int64) {
	if !o.first(i) {
		return
	}
	if n, ok := o.int(64); ok {
		*dst = n
	}
}

// OptInt64 reads an optional 64-bit integer.
func (o *Object) OptInt64(i int, dst **int64) {
	if !o.first(i) {
		return
	}
	if n, ok := o.int(64); ok {
		*dst = &n
	}
}

func (o *Object) float(i int) (float64, bool) {
	if !o.first(i) {
		return 0, false
	}
	f, digits, ok := o.r.float()
	if !ok {
		o.misfit()
		return 0, false
	}
	var buf [32]byte
	if text := o.r.data[o.start:o.r.pos]; digits > 15 || !plainFloat(text) {
		if string(appendFloat(buf[:0], f)) != string(text) {
			o.exact()
		}
	}
	return f, true
}

// plainFloat reports whether a number of at most 15 digits is written as
// appendFloat writes it: no exponent, no zeros that could be left out, not long.
func plainFloat(b []byte) bool {
	if len(b) > 16 || b[0] == '-' || len(b) > 3 && b[0] == '0' && b[2] == '0' {
		return false
	}
	point := false
	for _, c := range b {
		if c|0x20 == 'e' {
			return false
		}
		point = point || c == '.'
	}
	return !point || b[len(b)-1] != '0'
}

// Float reads a required number.
func (o *Object) Float(i int, dst *float64) {
	if f, ok := o.float(i); ok {
		*dst = f
	}
}

// OptFloat reads an optional number.
func (o *Object) OptFloat(i int, dst **float64) {
	if f, ok := o.float(i); ok {
		*dst = box(&o.r.floats, f)
	}
}

// Bool reads a required boolean.
func (o *Object) Bool(i int, dst *bool) {
	if !o.first(i) {
		return
	}
	v, ok := o.r.bool()
	if !ok {
		o.misfit()
		return
	}
	*dst = v
}

// OptBool reads an optional boolean.
func (o *Object) OptBool(i int, dst **bool) {
	if !o.first(i) {
		return
	}
	v, ok := o.r.bool()
	if !ok {
		o.misfit()
		return
	}
	*dst = box(&o.r.bools, v)
}

// Bytes reads a base64 string.
func (o *Object) Bytes(i int, dst *[]byte) {
	if !o.first(i) {
		return
	}
	r := o.r
	v, canonical, ok := r.bytes(r.spareBytes)
	if !ok {
		o.misfit()
		return
	}
	r.spareBytes = nil
	if !canonical {
		o.exact()
	}
	*dst = v
}

func (o *Object) time(i int, read func(*Reader) (time.Time, bool, bool)) (time.Time, bool) {
	if !o.first(i) {
		return time.Time{}, false
	}
	t, exact, ok := read(o.r)
	if !ok {
		o.misfit()
		return time.Time{}, false
	}
	if !exact {
		o.exact()
	}
	return t, true
}

func (r *Reader) unixTime() (time.Time, bool, bool) {
	n, exact, ok := r.int()
	return time.Unix(n, 0).UTC(), exact, ok
}

// Time reads a required RFC 3339 time.
func (o *Object) Time(i int, dst *time.Time) {
	if t, ok := o.time(i, (*Reader).time); ok {
		*dst = t
	}
}

// OptTime reads an optional RFC 3339 time.
func (o *Object) OptTime(i int, dst **time.Time) {
	if t, ok := o.time(i, (*Reader).time); ok {
		*dst = &t
	}
}

// UnixTime reads a required time in seconds since 1970.
func (o *Object) UnixTime(i int, dst *time.Time) {
	if t, ok := o.time(i, (*Reader).unixTime); ok {
		*dst = t
	}
}

// OptUnixTime reads an optional time in seconds since 1970.
func (o *Object) OptUnixTime(i int, dst **time.Time) {
	if t, ok := o.time(i, (*Reader).unixTime); ok {
		*dst = &t
	}
}
