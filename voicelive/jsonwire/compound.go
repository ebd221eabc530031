package jsonwire

// The element decoders of lists and maps, and the members of a struct that hold
// anything but a scalar. decode always reads one value into the zero value it
// is given, or marks it as a misfit.

// List reads an array.
func List[T any](v *[]T, r *Reader, decode func(*T, *Reader)) {
	if r.token() != '[' {
		r.Misfit()
		return
	}
	if !r.enter() {
		return
	}
	if r.token() == ']' {
		r.leave()
		*v = []T{}
		return
	}
	list := make([]T, 0, 4)
	fits := true
	for {
		var zero T
		list = append(list, zero)
		decode(&list[len(list)-1], r)
		if r.misfit { // the rest must be JSON all the same
			r.misfit, fits = false, false
		}
		switch r.token() {
		case ',':
			r.pos++
			continue
		case ']':
			r.leave()
		default:
			r.failToken("',' or ']'")
		}
		break
	}
	if !fits {
		r.misfit = true
		return
	}
	*v = list
}

// Map reads an object with free keys. A name that occurs twice is an error.
func Map[T any](v *map[string]T, r *Reader, decode func(*T, *Reader)) {
	m := make(map[string]T)
	o := r.Object(&r.unused, 0, "")
	var elem *T // one for all elements: decode makes it escape
	fits := true
	for o.Next() {
		key := r.strings.string(o.Key())
		if _, ok := m[key]; ok {
			o.duplicate()
			return
		}
		if elem == nil {
			elem = new(T)
		} else {
			*elem = *new(T)
		}
		decode(elem, r)
		if r.misfit {
			r.misfit, fits = false, false
		}
		m[key] = *elem
	}
	if r.misfit { // no object
		return
	}
	if !fits {
		r.misfit = true
		return
	}
	*v = m
}

// value reads the current member with decode and reports whether it fitted;
// if not, dst is zero and the value is kept.
func value[T any](o *Object, dst *T, decode func(*T, *Reader)) bool {
	if c := o.r.token(); c == 'n' {
		o.misfit()
		return false
	}
	decode(dst, o.r)
	if o.r.misfit && !o.r.failed {
		var zero T
		*dst = zero
		o.misfit()
		return false
	}
	return true
}

// Read reads a member whose Go field is a value: a required struct, or a union,
// a list, a map or a named type whose zero value is absent. Null is kept.
func Read[T any](o *Object, i int, dst *T, decode func(*T, *Reader)) {
	if o.first(i) {
		value(o, dst, decode)
	}
}

// ReadPointer reads a member whose Go field is a pointer.
func ReadPointer[T any](o *Object, i int, dst **T, decode func(*T, *Reader)) {
	if !o.first(i) {
		return
	}
	if o.r.token() == 'n' {
		o.misfit()
		return
	}
	v := new(T)
	if value(o, v, decode) {
		*dst = v
	}
}

// ReadNullable reads a member for which null means something.
func ReadNullable[T any](o *Object, i int, dst *Nullable[T], decode func(*T, *Reader)) {
	if !o.first(i) {
		return
	}
	if o.r.Null() {
		*dst = Null[T]()
		return
	}
	v := new(T)
	if value(o, v, decode) {
		*dst = Nullable[T]{value: v}
	}
}

// ReadNullUnion reads a union for which null is a value.
func ReadNullUnion[T any](o *Object, i int, dst *T, decode func(*T, *Reader)) {
	if !o.first(i) {
		return
	}
	decode(dst, o.r)
	if o.r.misfit && !o.r.failed {
		var zero T
		*dst = zero
		o.misfit()
	}
}

// ReadList reads an array.
func ReadList[T any](o *Object, i int, dst *[]T, decode func(*T, *Reader)) {
	if !o.first(i) {
		return
	}
	List(dst, o.r, decode)
	if o.r.misfit && !o.r.failed {
		*dst = nil
		o.misfit()
	}
}

// ReadMap reads an object with free keys.
func ReadMap[T any](o *Object, i int, dst *map[string]T, decode func(*T, *Reader)) {
	if !o.first(i) {
		return
	}
	Map(dst, o.r, decode)
	if o.r.misfit && !o.r.failed {
		*dst = nil
		o.misfit()
	}
}

// Reusable returns the memory of the value that [Reader.Reuse] was given, emptied
// by reuse, if it is a T; else new memory.
func Reusable[T any](r *Reader, reuse func(*T, *Reader)) *T {
	if v, ok := r.reuse.(*T); ok && v != nil {
		r.reuse = nil
		reuse(v, r)
		return v
	}
	return new(T)
}

// UnmarshalUnion decodes data into a union of the Go type typ.
func UnmarshalUnion[T any](data []byte, typ string, decode func(*T, *Reader)) (v T, err error) {
	r := NewReader(data)
	decode(&v, r)
	if err := r.Close(typ); err != nil {
		var zero T
		return zero, err
	}
	return v, nil
}

// Reuse offers the memory of a value to [Reusable].
func (r *Reader) Reuse(v any) { r.reuse = v }

// Spare offers a buffer for the next byte string, and memory for the next
// optional string. Either may be nil.
func (r *Reader) Spare(buf []byte, s *string) { r.spareBytes, r.spare = buf, s }

// PeekMember decodes the first member called key of a JSON object, for the
// accessors of values that are otherwise kept raw. It reports whether there is
// such a member and it fits; if not, v is left alone.
func PeekMember[T any](data []byte, key string, v *T, decode func(*T, *Reader)) bool {
	r := NewReader(data)
	defer r.release()
	var extra Extra
	for o := r.Object(&extra, 0, ""); o.Next(); {
		if string(o.Key()) != key {
			r.skip()
			continue
		}
		if r.token() == 'n' {
			return false
		}
		var found T
		if decode(&found, r); r.misfit || r.failed {
			return false
		}
		*v = found
		return true
	}
	return false
}
