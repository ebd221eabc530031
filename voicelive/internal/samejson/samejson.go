// Package samejson compares JSON, such as the arguments of two calls of a function.
package samejson

import (
	"encoding/json"
	"reflect"
	"strings"
)

// Same reports whether two texts are the same JSON, whatever their layout, the order of their members and the way
// to write a number. What is not JSON is the same only as itself.
func Same(a, b string) bool {
	if !json.Valid([]byte(a)) || !json.Valid([]byte(b)) {
		return a == b
	}
	return reflect.DeepEqual(valueOf(a), valueOf(b))
}

// valueOf returns the value of a valid text.
func valueOf(text string) (v any) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	_ = d.Decode(&v) // it is valid
	return numbers(v)
}

// A float64 tells all numbers of so many digits apart. Longer ones, such as ids, are compared as text.
const exactDigits = 15

// numbers replaces the short numbers in a value by their float64.
func numbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = numbers(member)
		}
	case []any:
		for i, element := range v {
			v[i] = numbers(element)
		}
	case json.Number:
		if f, err := v.Float64(); err == nil && len(v) <= exactDigits {
			return f
		}
	}
	return v
}
