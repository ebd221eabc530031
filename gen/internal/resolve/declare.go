package resolve

import (
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

// definition is one definition of the document and what it declares.
type definition struct {
	schema
	name  string
	kind  kind
	decl  model.Type // nil for an alias
	place            // set by link
}

// declarations are the names of a document.
type declarations struct {
	reader
	all    []*definition // by name
	byName map[string]*definition
	enums  map[string]*model.Enum // by definition, or by x-ms-enum.name
	closed map[*model.Enum]bool   // those without modelAsString
}

// declare is the first phase. After it, every definition has a declaration that
// references can point at, whatever the order in which they are filled; the
// enums with a name of their own are complete, all other declarations are empty.
func declare(r reader) *declarations {
	d := &declarations{
		reader: r,
		byName: map[string]*definition{},
		enums:  map[string]*model.Enum{},
		closed: map[*model.Enum]bool{},
	}
	d.declareDefinitions()
	d.fillEnums()
	d.nameEnums()
	return d
}

func (d *declarations) declareDefinitions() {
	for _, from := range d.linked.Definitions {
		def := &definition{schema: schema{from.Schema, from.Node, from.Pointer}, name: from.Name}
		def.kind = d.kindOf(def.schema)
		def.decl = d.emptyDecl(def)
		d.all = append(d.all, def)
		d.byName[def.name] = def
	}
}

func (d *declarations) emptyDecl(def *definition) model.Type {
	decl := model.Decl{Wire: def.name, Pin: d.text(def.schema, extGoName), Doc: def.doc(), At: d.at(def.schema)}
	switch def.kind {
	case kindOneOf, kindBase:
		return &model.Union{Decl: decl}
	case kindEnum:
		return &model.Enum{Decl: decl}
	case kindStruct:
		return &model.Struct{Decl: decl}
	case kindRaw:
		return &model.Named{Decl: decl, Type: model.Raw}
	case kindNamed:
		named := &model.Named{Decl: decl}
		mergeBounds(&named.Bounds, def.schema)
		return named
	}
	return nil
}

// kindOf decides what a definition becomes.
func (d *declarations) kindOf(s schema) kind {
	if _, ok := s.target(); ok {
		return kindAlias
	}
	switch {
	case s.keyword(extOneOf) != nil:
		return kindOneOf
	case d.flag(s, extRaw):
		return kindRaw
	case s.keyword("discriminator") != nil:
		return kindBase
	case s.isStringEnum():
		return kindEnum
	}
	switch s.typeName() {
	case "":
		d.diags.Warnf(d.at(s), "describe it in the overlay: x-vlgen-oneOf, x-vlgen-raw or a type",
			"definition has no type and becomes raw JSON")
		return kindRaw
	case "object":
		if _, _, free := s.free(); free && len(s.AllOf) == 0 && len(s.Properties) == 0 {
			return kindNamed
		}
		return kindStruct
	}
	d.checkObject(s)
	return kindNamed
}

// definitionOf follows a reference to the definition behind all aliases. A
// linked document has no dangling reference, and no alias of itself.
func (d *declarations) definitionOf(s schema) *definition {
	name, _ := s.target()
	def := d.byName[name]
	for def.kind == kindAlias {
		name, _ = def.target()
		def = d.byName[name]
	}
	return def
}

// declares reports whether a type is the declaration of a definition, and not
// hoisted from inside of one.
func (d *declarations) declares(t model.Type) bool {
	def := d.byName[model.DeclOf(t).Wire]
	return def != nil && def.decl == t
}

// isObject reports whether allOf can take the definition as a parent.
func (def *definition) isObject() bool {
	switch def.kind {
	case kindBase, kindStruct, kindRaw:
		return true
	case kindNamed:
		return def.typeName() == "object"
	}
	return false
}
