package jsonwire

// The element decoders of lists and maps, and the members of a struct that hold
// anything but a scalar. decode always reads one value into the zero value it
// is given, or marks it as a misfit and leaves the zero value as it is.
//
// What is generic is compiled once for each struct that a type parameter stands
// for, but only once for all pointers: hence the parameters P, which are pointers.

// List reads an array.
func List[T any](v *[]T, r *Reader, decode func(*T, *Reader)) {
	if r.token() != '[' {
		r.Misfit()
		return
	}
	if !r.enter() {
		return
	}
	list := []T{}
	fits := true
	if r.token() == ']' {
		r.leave()
	} else {
		list = make([]T, 0, 4)
		for more := true; more && r.count(); more = r.element(&fits) {
			list = append(list, *new(T))
			decode(&list[len(list)-1], r)
		}
	}
	if !fits {
		r.misfit = true
		return
	}
	*v = list
}

// element ends an element of an array, and reports whether another follows. What
// comes behind a misfit must be JSON all the same.
func (r *Reader) element(fits *bool) (more bool) {
	if r.misfit {
		r.misfit, *fits = false, false
	}
	switch r.token() {
	case ',':
		r.pos++
		return true
	case ']':
		r.leave()
	default:
		r.failToken("',' or ']'")
	}
	return false
}

// Map reads an object with free keys. A name that occurs twice is an error.
func Map[T any](v *map[string]T, r *Reader, decode func(*T, *Reader)) {
	m := make(map[string]T)
	o := r.Object(&r.unused, 0, "")
	elem, _ := r.elem.(*T) // one for all elements: decode makes it escape
	r.elem = nil
	fits := true
	for name := o.Next(); name != nil; name = o.Next() {
		if !r.count() {
			return
		}
		key := r.strings.string(name)
		if _, ok := m[key]; ok {
			o.duplicate()
			return
		}
		if elem == nil {
			elem = new(T)
		}
		decode(elem, r)
		if r.misfit {
			r.misfit, fits = false, false
		}
		m[key] = *elem
		*elem = *new(T)
	}
	if elem != nil {
		r.elem = elem
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

// present begins the i-th field's member, and reports whether there is a value to
// read. Null is kept.
func (o *Object) present(i int) bool {
	if !o.first(i) {
		return false
	}
	if o.r.token() == 'n' {
		o.misfit()
		return false
	}
	return true
}

// fits reports whether the value that was read fitted; if not, it is kept.
func (o *Object) fits() bool {
	if !o.r.misfit || o.r.failed {
		return true
	}
	o.misfit()
	return false
}

// Read reads a member whose Go field is a value: a required struct, or a union,
// a list, a map or a named type whose zero value is absent. Null is kept.
func Read[P any](o *Object, i int, dst P, decode func(P, *Reader)) {
	if o.present(i) {
		decode(dst, o.r)
		o.fits()
	}
}

// ReadPointer reads a member whose Go field is a pointer.
func ReadPointer[T any](o *Object, i int, dst **T, decode func(*T, *Reader)) {
	if o.present(i) {
		v := new(T)
		if decode(v, o.r); o.fits() {
			*dst = v
		}
	}
}

// ReadNullable reads a member for which null means something.
func ReadNullable[T any](o *Object, i int, dst *Nullable[T], decode func(*T, *Reader)) {
	if !o.first(i) {
		return
	}
	if o.r.Null() {
		*dst = NullOf[T]()
		return
	}
	v := new(T)
	if decode(v, o.r); o.fits() {
		*dst = Nullable[T]{value: v}
	}
}

// ReadNullUnion reads a union for which null is a value.
func ReadNullUnion[P any](o *Object, i int, dst P, decode func(P, *Reader)) {
	if o.first(i) {
		decode(dst, o.r)
		o.fits()
	}
}

// ReadList reads an array.
func ReadList[T any](o *Object, i int, dst *[]T, decode func(*T, *Reader)) {
	if o.first(i) {
		List(dst, o.r, decode)
		o.fits()
	}
}

// ReadMap reads an object with free keys.
func ReadMap[T any](o *Object, i int, dst *map[string]T, decode func(*T, *Reader)) {
	if o.first(i) {
		Map(dst, o.r, decode)
		o.fits()
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
	if err = unmarshalInto(&v, data, typ, decode); err != nil {
		v = *new(T)
	}
	return v, err
}

func unmarshalInto[P any](v P, data []byte, typ string, decode func(P, *Reader)) error {
	r := NewReader(data)
	decode(v, r)
	return r.Close(typ)
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
	o := r.Object(&extra, 0, "")
	for name := o.Next(); name != nil; name = o.Next() {
		if string(name) != key {
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
