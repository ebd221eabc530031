package document

import (
	"strconv"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
)

// sizeLimits limit the size of a document. A document within them takes seconds and
// some hundred megabytes at most. The largest public APIs have a tenth of that size.
type sizeLimits struct {
	types   int // definitions, and objects and enums in place
	members int // properties, including those from allOf, and enum values
	depth   int // schemas within schemas
	parents int // definitions in a chain of $ref and allOf
}

// limits are the limits of Link. Tests set smaller ones.
var limits = sizeLimits{types: 4_000, members: 40_000, depth: 32, parents: 64}

// A meter counts the types, members and depth of a document, in its order. It reports
// each limit once, at the place that exceeds it.
type meter struct {
	*checker
	most           sizeLimits
	types, members int
	sizes          map[string]size // of the definitions that allOf leads to
}

// size is the size of a definition, including everything from allOf.
type size struct {
	properties, parents int
}

// measure reports the limits that the document exceeds.
func (c *checker) measure() {
	m := &meter{checker: c, most: limits, sizes: map[string]size{}}
	for name, schema := range Members(Get(c.Root, "definitions")) {
		at := c.At(name, "/definitions/"+diag.Escape(name.Value))
		m.typ(at)
		s := m.definition(name.Value)
		if s.parents == m.most.parents+1 {
			c.diags.Errorf(at, "leave out definitions in between", "$ref and allOf lead through more than %d definitions", m.most.parents)
		}
		m.member(at, s.properties)
		m.schema(schema, at.Pointer, 0)
	}
}

// typ counts a type.
func (m *meter) typ(at diag.Location) {
	if m.types++; m.types == m.most.types+1 {
		m.diags.Errorf(at, "remove definitions that you do not need, in an overlay", "the document has more than %d types", m.most.types)
	}
}

// member counts properties or enum values.
func (m *meter) member(at diag.Location, n int) {
	if before := m.members; before <= m.most.members && before+n > m.most.members {
		m.diags.Errorf(at, "remove definitions that you do not need, in an overlay",
			"the document has more than %d properties, with those that come through allOf, and enum values", m.most.members)
	}
	m.members += n
}

// definition is the size of a definition. A circle of allOf counts as nothing.
func (m *meter) definition(name string) size {
	if s, ok := m.sizes[name]; ok {
		return s
	}
	m.sizes[name] = size{} // until it is known
	s := m.parts(m.definitions[name])
	m.sizes[name] = s
	return s
}

// parts adds the properties of a schema and of its parents.
func (m *meter) parts(schema *yaml.Node) size {
	if ref := Get(schema, "$ref"); ref != nil {
		name, _ := RefName(ref.Value)
		s := m.definition(name)
		s.parents++
		return s
	}
	s := size{properties: len(content(Get(schema, "properties"))) / 2}
	for _, part := range content(Get(schema, "allOf")) {
		above := m.parts(part)
		s.properties = min(s.properties+above.properties, m.most.members+1)
		s.parents = max(s.parents, above.parents)
	}
	return s
}

// schema counts the schemas within a schema.
func (m *meter) schema(n *yaml.Node, pointer string, depth int) {
	if depth > m.most.depth {
		m.diags.Errorf(m.At(n, pointer), "give one of them a definition of its own", "schemas nest deeper than %d levels", m.most.depth)
		return
	}
	m.member(m.At(n, pointer), len(content(Get(n, "enum"))))
	for key, value := range Members(n) {
		at := pointer + "/" + diag.Escape(key.Value)
		switch holds := keywords[key.Value].holds; {
		case holds == aSchema && value.Kind == yaml.MappingNode:
			m.inPlace(value, at, depth)
		case key.Value == "allOf":
			for i, part := range value.Content {
				m.schema(part, at+"/"+strconv.Itoa(i), depth+1) // parts counted it
			}
		case holds == schemaList:
			for i, element := range value.Content {
				m.inPlace(element, at+"/"+strconv.Itoa(i), depth)
			}
		case holds == schemaMap:
			for name, property := range Members(value) {
				m.inPlace(property, at+"/"+diag.Escape(name.Value), depth)
			}
		}
	}
}

// inPlace counts a schema within another one.
func (m *meter) inPlace(n *yaml.Node, pointer string, depth int) {
	if Get(n, "properties") != nil || Get(n, "enum") != nil || Get(n, "allOf") != nil {
		m.typ(m.At(n, pointer))
		m.member(m.At(n, pointer), m.parts(n).properties)
	}
	m.schema(n, pointer, depth+1)
}

func content(n *yaml.Node) []*yaml.Node {
	if n == nil {
		return nil
	}
	return n.Content
}
