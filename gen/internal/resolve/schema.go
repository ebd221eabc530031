package resolve

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"github.com/go-openapi/spec"
	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
)

// schema is a schema of the document twice: decoded, and as written. The nodes
// keep what the decoded form loses: the order of properties, the text of
// numbers, and positions.
type schema struct {
	*spec.Schema
	node    *yaml.Node
	pointer string
}

func (s schema) below(child *spec.Schema, node *yaml.Node, tokens ...string) schema {
	pointer := s.pointer
	for _, t := range tokens {
		pointer += "/" + diag.Escape(t)
	}
	return schema{child, node, pointer}
}

// properties yields the properties in the document's order.
func (s schema) properties() iter.Seq2[string, schema] {
	return func(yield func(string, schema) bool) {
		for k, v := range document.Members(document.Get(s.node, "properties")) {
			p := s.Properties[k.Value]
			if !yield(k.Value, s.below(&p, v, "properties", k.Value)) {
				return
			}
		}
	}
}

// parents yields the elements of allOf.
func (s schema) parents() iter.Seq[schema] {
	return func(yield func(schema) bool) {
		for i := range s.AllOf {
			if !yield(s.below(&s.AllOf[i], document.Get(s.node, "allOf").Content[i], "allOf", strconv.Itoa(i))) {
				return
			}
		}
	}
}

// items is the element of an array; ok is false if none is described.
func (s schema) items() (elem schema, ok bool) {
	n := document.Get(s.node, "items")
	if n == nil || s.Items == nil || s.Items.Schema == nil {
		return schema{}, false
	}
	return s.below(s.Items.Schema, n, "items"), true
}

// free is the element of an object with free properties. An element without
// keywords, like true, is any JSON: then described is false.
func (s schema) free() (elem schema, described, ok bool) {
	a := s.AdditionalProperties
	if a == nil || !a.Allows && a.Schema == nil {
		return schema{}, false, false
	}
	n := document.Get(s.node, "additionalProperties")
	if a.Schema == nil || n == nil || len(n.Content) == 0 {
		return schema{}, false, true
	}
	return s.below(a.Schema, n, "additionalProperties"), true, true
}

// keyword returns the value of a keyword that go-openapi does not decode as
// written, or nil. Extensions are found whatever their case.
func (s schema) keyword(name string) *yaml.Node {
	for k, v := range document.Members(s.node) {
		if k.Value == name || strings.HasPrefix(name, "x-") && strings.EqualFold(k.Value, name) {
			return v
		}
	}
	return nil
}

// target is the name of the definition that $ref leads to.
func (s schema) target() (name string, ok bool) {
	ref := document.Get(s.node, "$ref")
	if ref == nil {
		return "", false
	}
	return document.RefName(ref.Value)
}

// typeName is the stated type, or the one that the other keywords imply; empty
// if there is nothing to tell.
func (s schema) typeName() string {
	switch {
	case len(s.Type) > 1 && s.Type[0] == "null":
		return s.Type[1]
	case len(s.Type) > 0:
		return s.Type[0]
	case len(s.Properties) > 0, s.AdditionalProperties != nil:
		return "object"
	case s.Items != nil:
		return "array"
	}
	if values := s.enum(); len(values) > 0 {
		return jsonType(values[0].node)
	}
	return ""
}

// enum lists the values of an enum, each with its place. A null makes the
// schema nullable, and is no value.
func (s schema) enum() []schema {
	list := s.keyword("enum")
	if list == nil {
		return nil
	}
	var values []schema
	for i, n := range list.Content {
		if jsonType(n) != "null" {
			values = append(values, s.below(nil, n, "enum", strconv.Itoa(i)))
		}
	}
	return values
}

// takesNull reports whether a schema says that null is one of its values.
func (s schema) takesNull() bool {
	list := s.keyword("enum")
	return slices.Contains(s.Type, "null") ||
		list != nil && slices.ContainsFunc(list.Content, func(n *yaml.Node) bool { return jsonType(n) == "null" })
}

// isStringEnum reports whether this is an enum whose values are strings: then
// it becomes a type. What stands beside a $ref does not make an enum, nor does
// "" as the only value.
func (s schema) isStringEnum() bool {
	if s.keyword("enum") == nil || s.keyword("$ref") != nil || s.hasEmptyValue() && len(s.enum()) == 1 {
		return false
	}
	return s.typeName() == "string" || s.typeName() == ""
}

// doc is the description as written. A scalar enum that does not become a type
// has its values mentioned.
func (s schema) doc() string {
	doc := s.Description
	if doc == "" {
		doc = s.Title
	}
	var values []string
	for _, v := range s.enum() {
		values = append(values, jsonText(v.node))
	}
	if len(values) == 0 || s.isStringEnum() {
		return doc
	}
	note := "One of " + strings.Join(values, ", ") + "."
	if doc == "" {
		return note
	}
	return doc + "\n\n" + note
}

// jsonType is the schema type of a value.
func jsonType(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "object"
	case yaml.SequenceNode:
		return "array"
	}
	switch n.ShortTag() {
	case "!!int":
		return "integer"
	case "!!float":
		return "number"
	case "!!bool":
		return "boolean"
	case "!!null":
		return "null"
	}
	return "string"
}

// jsonText is a value as JSON; numbers keep their digits.
func jsonText(n *yaml.Node) string { return string(document.AppendJSON(nil, n)) }
