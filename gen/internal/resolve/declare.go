package resolve

import (
	"cmp"
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// kind is what a definition becomes.
type kind int

const (
	kindUnknown kind = iota
	kindAlias        // only a $ref, or only that in allOf: no declaration of its own
	kindOneOf        // a union by kind
	kindRaw          // a name for any JSON
	kindEnum         // an enum of strings
	kindBase         // has a discriminator: a union
	kindStruct       // an object with properties
	kindNamed        // a name for a scalar, a list or a map
)

// definition is one definition of the document and what it declares.
type definition struct {
	schema
	name  string
	kind  kind
	typed schema      // what states the type: the schema itself, or an element of its allOf
	alias *definition // of an alias: what it is another name of
	decl  model.Type  // nil for an alias
	place             // set by link
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
	d.checkKeywords()
	d.fillEnums()
	d.nameEnums()
	return d
}

func (d *declarations) declareDefinitions() {
	for _, from := range d.linked.Definitions {
		def := &definition{schema: schema{from.Schema, from.Node, from.Pointer}, name: from.Name}
		d.all = append(d.all, def)
		d.byName[def.name] = def
	}
	for _, def := range d.all {
		d.classify(def)
	}
	d.shareEnums()
	for _, def := range d.all {
		def.decl = d.emptyDecl(def)
	}
}

func (d *declarations) emptyDecl(def *definition) model.Type {
	decl := model.Decl{Wire: def.name, Pin: d.text(def.schema, extGoName), Doc: cmp.Or(def.doc(), def.typed.doc()), At: d.at(def.schema)}
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
		return &model.Named{Decl: decl, Bounds: d.boundsOf(def)}
	}
	return nil
}

// classify decides what a definition becomes, which may depend on the
// definitions in its allOf. One that is its own ancestor passes for an object,
// until link refuses it.
func (d *declarations) classify(def *definition) {
	if def.kind != kindUnknown {
		return
	}
	def.kind, def.typed = kindStruct, def.schema
	composed := d.composes(def.schema)
	if !composed {
		def.typed = d.typePiece(def.schema)
	}
	switch s := def.schema; {
	case s.keyword(extOneOf) != nil:
		def.kind = kindOneOf
	case d.flag(s, extRaw):
		def.kind = kindRaw
	case s.keyword("discriminator") != nil:
		def.kind = kindBase
	case composed || d.inheritsOne(def):
	default:
		def.kind = d.kindOf(def.typed)
	}
	if def.kind == kindAlias {
		name, _ := def.typed.target()
		def.alias = d.byName[name]
		d.refine(def)
	}
}

// refine gives an alias a name of its own if it adds limits to a named type.
func (d *declarations) refine(def *definition) {
	named := d.definitionOf(def.typed)
	if named.kind == kindNamed && d.boundsOf(def) != d.boundsOf(named) {
		def.kind, def.typed = kindNamed, named.typed
	}
}

// inheritsOne reports whether a definition is an object, and nothing in its
// allOf adds to that.
func (d *declarations) inheritsOne(def *definition) bool {
	_, ref := def.typed.target()
	return ref && len(def.AllOf) > 0 && d.definitionOf(def.typed).isObject()
}

// boundsOf are the limits of a definition and of those that it is a name of.
func (d *declarations) boundsOf(def *definition) model.Bounds {
	var b model.Bounds
	for _, p := range def.pieces() {
		if _, ref := p.target(); ref && len(def.AllOf) > 0 {
			b = d.boundsOf(d.definitionOf(p))
			continue
		}
		mergeBounds(&b, p)
	}
	return b
}

// kindOf decides what a definition without allOf becomes.
func (d *declarations) kindOf(s schema) kind {
	if _, ok := s.target(); ok {
		return kindAlias
	}
	if d.flag(s, extRaw) {
		return kindRaw
	}
	if s.isStringEnum() {
		return kindEnum
	}
	switch s.typeName() {
	case "":
		d.diags.Warnf(d.at(s), "describe it in the overlay: x-vlgen-oneOf, x-vlgen-raw or a type",
			"definition has no type and becomes raw JSON")
		return kindRaw
	case "null":
		return kindRaw
	case "object":
		if _, _, free := s.free(); free && len(s.Properties) == 0 {
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
	d.classify(def)
	for def.kind == kindAlias {
		def = def.alias
		d.classify(def)
	}
	return def
}

// nullable reports whether null is a value of a schema, or of the definition
// that it refers to.
func (d *declarations) nullable(s schema) bool {
	return slices.ContainsFunc(s.pieces(), func(p schema) bool {
		if d.flag(p, extNullable) || p.takesNull() {
			return true
		}
		name, ref := p.target()
		if !ref {
			return false
		}
		def := d.byName[name]
		return d.flag(def.schema, extNullable) || def.typed.takesNull() || def.kind == kindAlias && d.nullable(def.schema)
	})
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
		return def.typed.typeName() == "object"
	}
	return false
}
