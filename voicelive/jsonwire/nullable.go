package jsonwire

import (
	"bytes"
	"encoding/json"
)

// Nullable is a value, null, or absent. The zero value is absent.
//
// A Nullable owns its value; copies share it, like copies of a pointer.
type Nullable[T any] struct {
	value *T
	null  bool
}

// NullableOf returns a Nullable with a value.
func NullableOf[T any](v T) Nullable[T] { return Nullable[T]{value: &v} }

// NullOf returns a Nullable that is sent as null.
func NullOf[T any]() Nullable[T] { return Nullable[T]{null: true} }

// Get returns the value; ok is false for null and for absent.
func (n Nullable[T]) Get() (v T, ok bool) {
	if n.value != nil {
		return *n.value, true
	}
	return v, false
}

// Ptr returns a pointer to the value, nil for null and for absent. Changing
// what it points to changes the value.
func (n Nullable[T]) Ptr() *T { return n.value }

// IsNull reports whether n is null.
func (n Nullable[T]) IsNull() bool { return n.null }

// IsZero reports whether n is absent. It makes the omitzero option of
// encoding/json leave an absent value out.
func (n Nullable[T]) IsZero() bool { return n.value == nil && !n.null }

// Equal reports whether both are absent, both null, or have values with the
// same JSON. It serves comparisons such as go-cmp's.
func (n Nullable[T]) Equal(m Nullable[T]) bool {
	a, errA := n.MarshalJSON()
	b, errB := m.MarshalJSON()
	return n.IsZero() == m.IsZero() && bytes.Equal(a, b) && errA == nil && errB == nil
}

// MarshalJSON encodes the value, or null if there is none.
func (n Nullable[T]) MarshalJSON() ([]byte, error) {
	if n.value == nil {
		return []byte("null"), nil
	}
	return json.Marshal(n.value)
}

// UnmarshalJSON decodes a value or null.
func (n *Nullable[T]) UnmarshalJSON(data []byte) error {
	if string(bytes.TrimSpace(data)) == "null" {
		*n = NullOf[T]()
		return nil
	}
	v := new(T)
	if err := json.Unmarshal(data, v); err != nil {
		return err
	}
	*n = Nullable[T]{value: v}
	return nil
}
