package model

// Text is a type as Dump and diagnostics show it: the wire name of a
// declaration, or the shape of anything else.
func Text(t Type) string {
	switch t := t.(type) {
	case Scalar:
		return t.String()
	case *List:
		return "[]" + Text(t.Elem)
	case *Map:
		return "map[" + Text(t.Elem) + "]"
	}
	if d := DeclOf(t); d != nil {
		return word(d.Wire)
	}
	return "nothing"
}

// String is the scalar's name in lowercase.
func (s Scalar) String() string {
	return [...]string{"string", "int", "int64", "float", "bool", "bytes", "time", "unixtime", "raw"}[s]
}

// String is the kind's name in lowercase.
func (k Kind) String() string {
	return [...]string{"string", "number", "bool", "array", "object"}[k]
}

// DeclOf returns what all declarations have in common, or nil for a type that
// is not declared.
func DeclOf(t Type) *Decl {
	switch t := t.(type) {
	case *Enum:
		return &t.Decl
	case *Struct:
		return &t.Decl
	case *Union:
		return &t.Decl
	case *Named:
		return &t.Decl
	}
	return nil
}
