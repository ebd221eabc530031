package resolve

import (
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// typeOf resolves a schema to a type. What is written in place and needs a
// declaration is hoisted, under the path Owner.property; the same schema gives
// the same declaration to everyone who inherits it.
func (c *content) typeOf(s schema, path string) model.Type {
	if t, ok := c.types[s.pointer]; ok {
		return t
	}
	t := c.build(s, path)
	c.types[s.pointer] = t
	return t
}

func (c *content) build(s schema, path string) model.Type {
	if _, ok := s.target(); ok {
		return c.reference(c.definitionOf(s))
	}
	if n := s.keyword(extOneOf); n != nil {
		c.errorf(s.below(nil, n, extOneOf), "make it a definition and refer to that", "%s in place", extOneOf)
		return model.Raw
	}
	if c.flag(s, extRaw) {
		return model.Raw
	}
	if len(s.AllOf) > 0 && !c.composes(s) {
		return c.typeOf(c.typePiece(s), path)
	}
	if len(s.AllOf) > 0 {
		return c.objectType(s, path)
	}
	if s.isStringEnum() {
		return c.inlineEnum(s, path)
	}
	c.checkObject(s)
	switch s.typeName() {
	case "array":
		elem, ok := s.items()
		if !ok {
			return &model.List{Elem: model.Raw}
		}
		return &model.List{Elem: c.element(elem, path)}
	case "object":
		return c.objectType(s, path)
	case "null":
		return model.Raw
	case "":
		c.diags.Warnf(c.at(s), "describe it in the overlay with x-vlgen-raw or a type",
			"property has no type and becomes raw JSON")
		return model.Raw
	}
	return c.scalar(s)
}

// reference is the type of a reference to a definition.
func (c *content) reference(d *definition) model.Type {
	if d.tree != nil {
		c.usedTrees[d.tree] = true
		return d.tree
	}
	return d.decl
}

// element is the type of what a list or a map holds.
func (c *content) element(s schema, path string) model.Type {
	t := c.typeOf(s, path)
	_, union := t.(*model.Union) // to which null is one more unknown value
	if c.nullable(s) && plain(t) != model.Raw && !union {
		c.diags.Notef(c.at(s), "remove the null, or set x-vlgen-raw on the elements", "null is no value of elements: a list or map with a null in it stays in Extra")
	}
	return t
}

// objectType is the type of an object written in place.
func (c *content) objectType(s schema, path string) model.Type {
	if n := s.keyword("discriminator"); n != nil {
		c.errorf(s.below(nil, n, "discriminator"), "make it a definition and refer to that",
			"discriminator in place")
		return model.Raw
	}
	if len(s.Properties) == 0 && len(s.AllOf) == 0 {
		elem, described, free := s.free()
		switch {
		case described:
			return &model.Map{Elem: c.element(elem, path)}
		case free:
			return &model.Map{Elem: model.Raw}
		}
		return model.Raw
	}
	return c.hoistStruct(s, path)
}

func (c *content) hoistStruct(s schema, path string) model.Type {
	t := &model.Struct{Decl: model.Decl{Wire: path, Doc: s.doc(), At: c.at(s)}}
	c.written[t] = s
	c.unfilled = append(c.unfilled, t) // its fields may lead back here
	return t
}

// scalarTypes maps type and format to a scalar; a format that is not listed
// falls back to the type alone.
var scalarTypes = map[[2]string]model.Scalar{
	{"string", ""}:          model.String,
	{"string", "byte"}:      model.Bytes,
	{"string", "date-time"}: model.Time,
	{"integer", ""}:         model.Int,
	{"integer", "int64"}:    model.Int64,
	{"integer", "unixtime"}: model.UnixTime,
	{"number", ""}:          model.Float,
	{"boolean", ""}:         model.Bool,
}

func (c *content) scalar(s schema) model.Type {
	c.checkScalarEnum(s)
	if t, ok := scalarTypes[[2]string{s.typeName(), s.Format}]; ok {
		return t
	}
	return scalarTypes[[2]string{s.typeName(), ""}]
}

// checkScalarEnum checks the values of an enum that stays a plain scalar.
func (c *content) checkScalarEnum(s schema) {
	if enum := s.keyword("enum"); enum != nil && len(s.enum()) == 0 {
		c.errorf(s.below(nil, enum, "enum"), "list its values", "enum has no values")
	}
	for _, v := range s.enum() {
		got := jsonType(v.node)
		if got != s.typeName() && !(got == "integer" && s.typeName() == "number") {
			c.errorf(v, "remove it, or change the type", "%s is not of type %s", jsonText(v.node), s.typeName())
		}
	}
}

// plain is the type behind a name.
func plain(t model.Type) model.Type {
	if n, ok := t.(*model.Named); ok {
		return n.Type
	}
	return t
}

// identical reports whether two declarations of a property mean the same type.
// What is written in place twice is the same if it says the same.
func (c *content) identical(a, b model.Type) bool {
	if a == b {
		return true
	}
	switch a := a.(type) {
	case *model.List:
		b, ok := b.(*model.List)
		return ok && c.identical(a.Elem, b.Elem)
	case *model.Map:
		b, ok := b.(*model.Map)
		return ok && c.identical(a.Elem, b.Elem)
	case *model.Enum:
		b, ok := b.(*model.Enum)
		return ok && !(c.declares(a) && c.declares(b)) && sameValues(a, b)
	case *model.Struct:
		b, ok := b.(*model.Struct)
		return ok && !c.declares(a) && !c.declares(b) && sameShape(c.written[a].node, c.written[b].node)
	}
	return false
}

// sameShape compares two schemas as written, whatever they say in prose.
func sameShape(a, b *yaml.Node) bool {
	if jsonType(a) != jsonType(b) {
		return false
	}
	switch a.Kind {
	case yaml.MappingNode:
		return len(structure(a)) == len(structure(b)) && !slices.ContainsFunc(structure(a), func(key string) bool {
			other := document.Get(b, key)
			return other == nil || !sameShape(document.Get(a, key), other)
		})
	case yaml.SequenceNode:
		return slices.EqualFunc(a.Content, b.Content, sameShape)
	}
	return a.Value == b.Value
}

// structure lists the keys of a node, without those that hold prose.
func structure(n *yaml.Node) []string {
	var keys []string
	for k, v := range document.Members(n) {
		if (k.Value == "description" || k.Value == "title") && v.Kind == yaml.ScalarNode {
			continue
		}
		keys = append(keys, k.Value)
	}
	return keys
}
