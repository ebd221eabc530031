package resolve

import (
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// content is what the declarations hold.
type content struct {
	*hierarchy
	inPlace
	variants  map[*definition][]*model.Variant // memo of variantsOf
	usedTrees map[*model.Union]bool            // the trees that something refers to
	listedBy  map[model.Type][]*model.Union    // the unions that list a type, in order
	judged    map[*model.Field]bool            // the fields with x-vlgen-secret
}

// inPlace is what is known of the schemas that are not definitions.
type inPlace struct {
	types    map[string]model.Type    // memo of typeOf, by pointer
	written  map[*model.Struct]schema // where a hoisted struct is written
	unfilled []*model.Struct          // hoisted, still without fields
}

// fill is the third phase. After it, every declaration is complete: structs have
// their fields, unions their variants and members, names their types. A
// declaration does not know yet which others use it.
func fill(h *hierarchy) *content {
	c := &content{
		hierarchy: h,
		inPlace:   inPlace{types: map[string]model.Type{}, written: map[*model.Struct]schema{}},
		variants:  map[*definition][]*model.Variant{},
		judged:    map[*model.Field]bool{},
		usedTrees: map[*model.Union]bool{},
		listedBy:  map[model.Type][]*model.Union{},
	}
	c.fillNamed()
	c.fillKeys()
	c.fillStructs()
	c.fillUnions()
	c.fillHoisted()
	c.fillMembers()
	c.fillTrees()
	return c
}

// fillNamed gives the named types what they are a name of.
func (c *content) fillNamed() {
	for _, d := range c.all {
		if n, ok := d.decl.(*model.Named); ok && d.kind == kindNamed {
			n.Type = c.typeOf(d.typed, d.name+".item")
			c.checkBounds(n.At, n.Bounds)
		}
	}
}

// fillStructs gives the struct definitions their fields.
func (c *content) fillStructs() {
	for _, d := range c.all {
		if s, ok := d.decl.(*model.Struct); ok {
			s.Fields = c.fields(c.flatten(d), c.tagsOf(d))
		}
	}
}

// fillHoisted gives the structs written in place their fields, which may hoist
// more of them.
func (c *content) fillHoisted() {
	for len(c.unfilled) > 0 {
		s := c.unfilled[0]
		c.unfilled = c.unfilled[1:]
		s.Fields = c.fields(c.merge(c.partsOf(c.written[s]), s.Wire), nil)
	}
}
