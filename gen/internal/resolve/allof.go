package resolve

import "slices"

// A schema with allOf is one of two things. If allOf brings together parts of an
// object, the schema is an object of all their properties: flatten.go. If only
// one of its elements states a type, and the others annotate it, the schema is
// that type: {"allOf": [{"$ref": "#/definitions/Voice"}], "x-nullable": true} is
// the usual way to put a keyword beside a reference, which otherwise excludes it.

// pieces lists the schemas without allOf that a schema is made of, the elements
// of allOf first.
func (s schema) pieces() []schema {
	var all []schema
	for p := range s.parents() {
		all = append(all, p.pieces()...)
	}
	return append(all, s.alone())
}

// alone is the schema without its allOf.
func (s schema) alone() schema {
	if len(s.AllOf) == 0 {
		return s
	}
	own := *s.Schema
	own.AllOf = nil
	return schema{&own, s.node, s.pointer}
}

// statesType reports whether a schema says more than annotations and limits.
func (s schema) statesType() bool {
	_, ref := s.target()
	return ref || s.typeName() != "" || len(s.Required) > 0 || s.keyword(extRaw) != nil
}

// onlyNamesType reports whether a schema states a type without any detail.
func (s schema) onlyNamesType() bool {
	_, ref := s.target()
	return !ref && len(s.Type) > 0 && len(s.Properties)+len(s.Required) == 0 &&
		s.AdditionalProperties == nil && s.Items == nil && s.keyword("enum") == nil && s.Format == "" && s.keyword(extRaw) == nil
}

// typePieces lists the pieces of a schema that state its type. One that only
// names the type of another adds nothing to it.
func (d *declarations) typePieces(s schema) []schema {
	typed := slices.DeleteFunc(s.pieces(), func(p schema) bool { return !p.statesType() })
	for i := 0; i < len(typed); i++ {
		repeats := func(other schema) bool {
			return other.pointer != typed[i].pointer && d.typeNameOf(other) == typed[i].typeName()
		}
		if typed[i].onlyNamesType() && slices.ContainsFunc(typed, repeats) {
			typed = slices.Delete(typed, i, i+1)
			i--
		}
	}
	return typed
}

// typeNameOf is the type of a schema or of the definition that it refers to;
// empty if it can be of any.
func (d *declarations) typeNameOf(s schema) string {
	if _, ok := s.target(); !ok {
		if s.typeName() == "" && len(s.Required) > 0 {
			return "object"
		}
		return s.typeName()
	}
	switch def := d.definitionOf(s); def.kind {
	case kindOneOf, kindRaw:
		return ""
	case kindBase, kindStruct:
		return "object"
	default:
		return def.typed.typeName()
	}
}

// composes reports whether a schema is an object composed by allOf.
func (d *declarations) composes(s schema) bool {
	if len(s.AllOf) == 0 {
		return false
	}
	typed := d.typePieces(s)
	if len(typed) == 1 {
		_, ref := typed[0].target()
		return !ref && len(typed[0].Properties)+len(typed[0].Required) > 0
	}
	return slices.ContainsFunc(typed, func(p schema) bool { return d.typeNameOf(p) == "object" })
}

// typePiece is the piece of a schema that states its type: the schema itself
// without allOf, or if nothing does.
func (d *declarations) typePiece(s schema) schema {
	if len(s.AllOf) == 0 {
		return s
	}
	typed := d.typePieces(s)
	switch {
	case len(typed) == 0:
		return s.alone()
	case len(typed) > 1:
		d.errorf(typed[1], "leave one of them", "allOf gives a second type to %s, the first is at %s", s.pointer, typed[0].pointer)
	}
	return typed[0]
}
