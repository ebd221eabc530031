package resolve

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/document"
)

// part is one contribution to the properties of an object.
type part struct {
	schema             // the allOf element; without a parent, where the properties are written
	parent *definition // nil for properties written in place
}

// object is a schema with its allOf flattened, before types are resolved.
type object struct {
	properties []*property // the parents' first, each group in the document's order
	byName     map[string]*property
	required   map[string]bool
}

// property is one property with all its declarations: the farthest ancestor's
// first, and the last one wins.
type property struct {
	name  string
	decls []declaration
}

// declaration is one place that declares a property.
type declaration struct {
	schema
	owner string // the definition that declares it, or the path of a hoisted object
	// annotates is set if another declaration of the same place states the type.
	annotates bool
	// joinedBy is the allOf element that adds a declaration to those of
	// another parent; its node is nil if a subtype redeclares the property.
	joinedBy schema
}

// partsOf lists what the properties of an object are made of, in order.
// Parents written in place are unfolded.
func (h *hierarchy) partsOf(s schema) []part {
	var parts []part
	for p := range s.parents() {
		if _, ok := p.target(); !ok {
			if t := p.typeName(); t != "" && t != "object" && len(p.AllOf)+len(p.Properties) == 0 {
				h.errorf(p, "leave only objects, or only this", "allOf of an object has a part of type %s", t)
			}
			parts = append(parts, h.partsOf(p)...)
			continue
		}
		switch parent := h.definitionOf(p); {
		case !parent.isObject():
			h.errorf(p, "refer to it from a property", "allOf names %s, which is not an object", parent.pointer)
		default:
			parts = append(parts, part{p, parent})
		}
	}
	h.checkObject(s)
	return append(parts, part{schema: s})
}

// cutCycles reports every definition that is its own ancestor, once for a
// cycle, and drops the reference that closes it.
func (h *hierarchy) cutCycles() {
	done := map[*definition]bool{}
	var path []*definition
	var visit func(d *definition)
	visit = func(d *definition) {
		path = append(path, d)
		d.parts = slices.DeleteFunc(d.parts, func(p part) bool {
			if p.parent == nil {
				return false
			}
			if i := slices.Index(path, p.parent); i >= 0 {
				h.errorf(p.schema, "remove one of the allOf references", "allOf cycle: %s", cycle(path[i:]))
				return true
			}
			if !done[p.parent] {
				visit(p.parent)
			}
			return false
		})
		path = path[:len(path)-1]
		done[d] = true
	}
	for _, d := range h.all {
		if !done[d] {
			visit(d)
		}
	}
}

func cycle(path []*definition) string {
	var names []string
	for _, d := range path {
		names = append(names, d.name)
	}
	return strings.Join(append(names, names[0]), " -> ")
}

// flatten returns the properties of a definition and all its ancestors.
func (h *hierarchy) flatten(d *definition) *object {
	o := h.flat[d]
	if o == nil {
		o = h.merge(d.parts, d.name)
		h.flat[d] = o
	}
	return o
}

// merge combines the parts of an object; owner is what its own properties
// belong to.
func (h *hierarchy) merge(parts []part, owner string) *object {
	o := &object{byName: map[string]*property{}, required: map[string]bool{}}
	for _, p := range parts {
		if p.parent != nil {
			o.inherit(p, h.flatten(p.parent))
			continue
		}
		for name, s := range p.properties() {
			own := o.property(name)
			own.decls = append(own.decls, h.declarationsOf(s, owner)...)
		}
		for _, name := range p.Required {
			o.required[name] = true
		}
	}
	for _, p := range parts {
		if p.parent == nil {
			h.checkRequired(p.schema, o)
		}
	}
	return o
}

// declarationsOf lists the declarations that a property has in one place: the
// pieces of its schema, or the schema alone if it composes an object.
func (h *hierarchy) declarationsOf(s schema, owner string) []declaration {
	if len(s.AllOf) == 0 || h.composes(s) || s.keyword(extRaw) != nil || s.keyword("discriminator") != nil {
		return []declaration{{schema: s, owner: owner}}
	}
	typed := h.typePiece(s)
	var all []declaration
	for _, p := range s.pieces() {
		all = append(all, declaration{schema: p, owner: owner, annotates: p.pointer != typed.pointer})
	}
	return all
}

// types lists the declarations of a property that state its type.
func (p *property) types() []declaration {
	return slices.DeleteFunc(slices.Clone(p.decls), func(d declaration) bool { return d.annotates })
}

// checkRequired reports required names that no property has.
func (h *hierarchy) checkRequired(s schema, o *object) {
	for i, name := range s.Required {
		if n := document.Get(s.node, "required"); !o.has(name) && n != nil && i < len(n.Content) {
			h.errorf(s.below(nil, n.Content[i], "required", strconv.Itoa(i)), "add the property or remove the name",
				"required names a property that does not exist: %s", name)
		}
	}
}

// inherit adds the properties of a parent. A declaration that came in through
// another parent already, as in a diamond, does not count again.
func (o *object) inherit(p part, from *object) {
	for _, inherited := range from.properties {
		own := o.property(inherited.name)
		first := len(own.decls) == 0
		for _, d := range inherited.decls {
			if slices.ContainsFunc(own.decls, func(have declaration) bool { return have.pointer == d.pointer }) {
				continue
			}
			if !first && d.joinedBy.node == nil {
				d.joinedBy = p.schema
			}
			own.decls = append(own.decls, d)
		}
	}
	maps.Copy(o.required, from.required)
}

// property returns the property of a name, new at the end if there is none.
func (o *object) property(name string) *property {
	p := o.byName[name]
	if p == nil {
		p = &property{name: name}
		o.properties = append(o.properties, p)
		o.byName[name] = p
	}
	return p
}

// has reports whether the object has a property of a name.
func (o *object) has(name string) bool { return o.byName[name] != nil }
