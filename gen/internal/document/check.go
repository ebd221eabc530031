package document

import (
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
)

// extensionPrefix starts the extensions that only this generator reads. An unknown
// one with this prefix is a misspelling, not the extension of another tool.
const extensionPrefix = "x-vlgen-"

// A checker walks schemas and reports everything that swagger 2.0 does not allow. It
// checks each schema by itself; package resolve checks schemas that depend on others.
type checker struct {
	*Document
	definitions map[string]*yaml.Node
	external    map[string][]diag.Location // the places of $refs into other files, by file
	diags       diag.List
}

func (c *checker) schema(n *yaml.Node, pointer string) {
	if n.Kind != yaml.MappingNode {
		c.diags.Errorf(c.At(n, pointer), `write a schema, such as {"type": "string"} or {}`,
			"a schema must be an object, not %s", describe(n))
		return
	}
	for key, value := range Members(n) {
		c.keyword(key, value, pointer+"/"+diag.Escape(key.Value))
	}
	if kind := Get(n, "type"); kind != nil && slices.Contains(typesOf(kind), "array") && !holdsElements(n) {
		c.diags.Warnf(c.At(kind, pointer+"/type"), `add items; "items": {} takes anything`, "the array has no items, its elements become raw JSON")
	}
}

// typesOf lists the types that a type keyword names, beside null.
func typesOf(value *yaml.Node) []string {
	if value.Kind == yaml.ScalarNode {
		return []string{value.Value}
	}
	var names []string
	for _, n := range value.Content {
		if n.Value != "null" {
			names = append(names, n.Value)
		}
	}
	return names
}

func holdsElements(array *yaml.Node) bool {
	raw := Get(array, "x-vlgen-raw")
	return Get(array, "items") != nil || raw != nil && raw.Value == "true"
}

func (c *checker) keyword(key, value *yaml.Node, pointer string) {
	shape, known := keywords[key.Value]
	switch {
	case !known:
		c.unknown(key, pointer)
	case key.Value == "type" && isNames(value) && len(typesOf(value)) == 1:
		c.value(key.Value, value, pointer)
	case key.Value == "type" && value.Kind == yaml.SequenceNode:
		c.diags.Errorf(c.At(value, pointer), `write one type; "x-nullable": true allows null beside it`,
			"the type is a list of several types, which swagger 2.0 lacks")
	case key.Value == "items" && value.Kind == yaml.SequenceNode:
		c.diags.Errorf(c.At(value, pointer), "write one schema for all elements", "the array is a tuple, which is not supported")
	case key.Value == "discriminator" && value.Kind == yaml.MappingNode:
		c.diags.Errorf(c.At(value, pointer), `write the property's name alone, "discriminator": "type"`,
			"the discriminator is an object, as in OpenAPI 3")
	case !shape.takes(value):
		c.diags.Errorf(c.At(value, pointer), "correct the value, or remove it in an overlay",
			"%q must be %s, not %s", key.Value, shape.noun, describe(value))
	default:
		c.value(key.Value, value, pointer)
		c.below(shape.holds, value, pointer)
	}
}

func (c *checker) value(keyword string, value *yaml.Node, pointer string) {
	switch keyword {
	case "type":
		c.typeName(value, pointer)
	case "$ref":
		c.reference(value, pointer)
	}
}

// below checks the schemas that a keyword's value holds.
func (c *checker) below(holds contents, value *yaml.Node, pointer string) {
	switch {
	case holds == aSchema && value.Kind == yaml.MappingNode:
		c.schema(value, pointer)
	case holds == schemaList:
		for i, element := range value.Content {
			c.schema(element, pointer+"/"+strconv.Itoa(i))
		}
	case holds == schemaMap:
		for name, property := range Members(value) {
			at := pointer + "/" + diag.Escape(name.Value)
			c.propertyName(name, at)
			c.schema(property, at)
		}
	}
}

func (c *checker) unknown(key *yaml.Node, pointer string) {
	at, lower := c.At(key, pointer), strings.ToLower(key.Value)
	if fix, ok := foreign[key.Value]; ok {
		c.diags.Errorf(at, fix, "%q is a keyword of OpenAPI 3 or JSON Schema, swagger 2.0 lacks it", key.Value)
		return
	}
	if strings.HasPrefix(lower, extensionPrefix) {
		c.diags.Errorf(at, diag.DidYouMean(key.Value, keywordNames(), "remove it"), "unknown extension %q", key.Value)
		return
	}
	if !strings.HasPrefix(lower, "x-") {
		c.diags.Errorf(at, diag.DidYouMean(key.Value, keywordNames(), "remove it in an overlay"), "unknown keyword %q", key.Value)
	}
}

func (c *checker) typeName(value *yaml.Node, pointer string) {
	switch name := typesOf(value)[0]; {
	case slices.Contains(typeNames, name):
	case name == "null":
		c.diags.Warnf(c.At(value, pointer), "write the type that it has beside null", "a value that is always null becomes raw JSON")
	default:
		c.diags.Errorf(c.At(value, pointer), diag.DidYouMean(name, typeNames, "write one of "+strings.Join(typeNames, ", ")), "unknown type %q", name)
	}
}

// propertyName refuses names that cannot be in a struct tag or in the path of an
// error message.
func (c *checker) propertyName(name *yaml.Node, pointer string) {
	hostile := func(r rune) bool {
		return strings.ContainsRune("\"\\,`", r) || r < 0x20 || r == 0x7f || r == '\ufffd'
	}
	if name.Value == "" || strings.ContainsFunc(name.Value, hostile) {
		c.diags.Errorf(c.At(name, pointer), "remove the property in an overlay",
			"the property name %q is empty or has a quote, a backslash, a comma or a control character", name.Value)
	}
}
