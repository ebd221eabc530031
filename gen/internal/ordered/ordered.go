// Package ordered holds JSON values whose members keep the order they were
// given in, and writes them for people to read: what fits a line is on one.
package ordered

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Object is a JSON object. The values are nil, bool, string, int, int64,
// float64, [json.Number], []any and Object.
type Object []Member

// Member is one name and its value.
type Member struct {
	Name  string
	Value any
}

// Set appends a member and returns the object.
func (o Object) Set(name string, value any) Object { return append(o, Member{name, value}) }

// Get returns the value of a member, nil if there is none.
func (o Object) Get(name string) any {
	for _, m := range o {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

// width is how long a line may get before its value is broken into several.
const width = 100

// Text is the value as indented JSON, without a newline at the end.
func Text(v any) string { return string(appendIndented(nil, v, 0, 0)) }

// Compact is the value as JSON on one line.
func Compact(v any) string { return string(appendCompact(nil, v)) }

// appendIndented appends a value that starts in a column, at a depth.
func appendIndented(dst []byte, v any, column, depth int) []byte {
	start := len(dst)
	dst = appendCompact(dst, v)
	if column+utf8.RuneCount(dst[start:]) <= width {
		return dst
	}
	switch v := v.(type) {
	case Object:
		dst = append(dst[:start], '{')
		for i, m := range v {
			dst = newline(dst, i, depth+1)
			name := len(dst)
			dst = append(appendString(dst, m.Name), ": "...)
			dst = appendIndented(dst, m.Value, 2*(depth+1)+len(dst)-name, depth+1)
		}
		return append(newline(dst, 0, depth), '}')
	case []any:
		dst = append(dst[:start], '[')
		for i, e := range v {
			dst = newline(dst, i, depth+1)
			dst = appendIndented(dst, e, 2*(depth+1), depth+1)
		}
		return append(newline(dst, 0, depth), ']')
	}
	return dst
}

func newline(dst []byte, i, depth int) []byte {
	if i > 0 {
		dst = append(dst, ',')
	}
	dst = append(dst, '\n')
	return append(dst, bytes.Repeat([]byte("  "), depth)...)
}

func appendCompact(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		return strconv.AppendBool(dst, v)
	case string:
		return appendString(dst, v)
	case int:
		return strconv.AppendInt(dst, int64(v), 10)
	case int64:
		return strconv.AppendInt(dst, v, 10)
	case float64:
		return strconv.AppendFloat(dst, v, 'f', -1, 64)
	case json.Number:
		return append(dst, v...)
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = appendCompact(dst, e)
		}
		return append(dst, ']')
	case Object:
		dst = append(dst, '{')
		for i, m := range v {
			if i > 0 {
				dst = append(dst, ", "...)
			}
			dst = append(appendString(dst, m.Name), ": "...)
			dst = appendCompact(dst, m.Value)
		}
		return append(dst, '}')
	}
	panic(fmt.Sprintf("ordered: %T is not a JSON value", v))
}

// appendString appends a JSON string; HTML is left as it is.
func appendString(dst []byte, s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // a string can always be encoded
	}
	return append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}

// Parse reads a JSON value, with numbers as [json.Number] and objects in the
// order of the text.
func Parse(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return parse(d)
}

func parse(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		o := Object{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := parse(d)
			if err != nil {
				return nil, err
			}
			o = o.Set(name.(string), v)
		}
		_, err := d.Token()
		return o, err
	case json.Delim('['):
		a := []any{}
		for d.More() {
			v, err := parse(d)
			if err != nil {
				return nil, err
			}
			a = append(a, v)
		}
		_, err := d.Token()
		return a, err
	}
	return t, nil
}
