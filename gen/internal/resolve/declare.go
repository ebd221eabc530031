package resolve

import (
	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// kind is what a definition becomes.
type kind int

const (
	kindAlias  kind = iota // only a $ref: no declaration of its own
	kindOneOf              // a union by kind
	kindRaw                // a name for any JSON
	kindEnum               // an enum of strings
	kindBase               // has a discriminator: a union
	kindStruct             // an object with properties
	kindNamed              // a name for a scalar, a list or a map
)

// definition is one definition, what it declares, and its place in the allOf
// hierarchy.
type definition struct {
	schema
	name  string
	kind  kind
	decl  model.Type // nil for an alias
	parts []part     // what its properties are made of
	flat  *object    // memo of flatten

	family   *model.Union // of a struct in the middle of a tree: it, and what is below it
	referred bool         // to the family

	bases    []*definition // nearest discriminated ancestors
	subtypes []*definition // the definitions that have this one among their bases
	tag      string        // what selects this definition among the variants of its bases
	key      string        // of a kindBase: the discriminator
	keyEnum  *model.Enum
	keyTags  map[string]string // memo of tags
	variants []*model.Variant  // memo of variantsOf
}

// declare gives each definition an empty declaration, so that references have
// something to point at, whatever the order in which they are filled.
func (r *resolver) declare(all []*document.Definition) {
	for _, d := range all {
		def := &definition{schema: schema{d.Schema, d.Node, d.Pointer}, name: d.Name}
		def.kind = r.kindOf(def.schema)
		decl := model.Decl{Wire: d.Name, Pin: r.text(def.schema, extGoName), Doc: def.doc(), At: r.at(def.schema)}
		switch def.kind {
		case kindOneOf, kindBase:
			def.decl = &model.Union{Decl: decl}
		case kindEnum:
			def.decl = &model.Enum{Decl: decl}
		case kindStruct:
			def.decl = &model.Struct{Decl: decl}
		case kindRaw:
			def.decl = &model.Named{Decl: decl, Type: model.Raw}
		case kindNamed:
			named := &model.Named{Decl: decl}
			mergeBounds(&named.Bounds, def.schema)
			def.decl = named
		}
		r.definitions = append(r.definitions, def)
		r.byName[def.name] = def
	}
}

// kindOf decides what a definition becomes.
func (r *resolver) kindOf(s schema) kind {
	if _, ok := s.target(); ok {
		return kindAlias
	}
	switch {
	case s.keyword(extOneOf) != nil:
		return kindOneOf
	case r.flag(s, extRaw):
		return kindRaw
	case s.keyword("discriminator") != nil:
		return kindBase
	case s.isStringEnum():
		return kindEnum
	}
	switch s.typeName() {
	case "":
		r.diags.Warnf(r.at(s), "describe it in the overlay: x-vlgen-oneOf, x-vlgen-raw or a type",
			"definition has no type and becomes raw JSON")
		return kindRaw
	case "object":
		if _, _, free := s.free(); free && len(s.AllOf) == 0 && len(s.Properties) == 0 {
			return kindNamed
		}
		return kindStruct
	}
	r.checkObject(s)
	return kindNamed
}

// definitionOf follows a reference to the definition behind all aliases. A
// linked document has no dangling reference, and no alias of itself.
func (r *resolver) definitionOf(s schema) *definition {
	name, _ := s.target()
	d := r.byName[name]
	for d.kind == kindAlias {
		name, _ = d.target()
		d = r.byName[name]
	}
	return d
}

// checkObject reports properties and parents of what is not an object.
func (r *resolver) checkObject(s schema) {
	if t := s.typeName(); t != "object" && t != "" && len(s.AllOf)+len(s.Properties) > 0 {
		r.errorf(s, "remove them, or make it an object", "only an object has properties and allOf, this is of type %s", t)
	}
}

// isObject reports whether allOf can take the definition as a parent.
func (d *definition) isObject() bool {
	switch d.kind {
	case kindBase, kindStruct, kindRaw:
		return true
	case kindNamed:
		return d.typeName() == "object"
	}
	return false
}

func (r *resolver) at(s schema) diag.Location { return r.linked.At(s.node, s.pointer) }

func (r *resolver) errorf(s schema, fix, format string, args ...any) {
	r.diags.Errorf(r.at(s), fix, format, args...)
}
