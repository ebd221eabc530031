// Package resolve turns a linked document into the model that the generator
// emits: references are followed, allOf is flattened, discriminators become
// unions, and everything written in place gets a name of its own.
//
// It decides by rule and knows no definition by name.
package resolve

import (
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// Resolve returns the API that a linked document describes. Every mistake goes
// to diags; what is returned beside an error is incomplete. The result does not
// depend on the order of the definitions.
func Resolve(linked *document.Linked, diags *diag.List) *model.API {
	r := newResolver(linked, diags)
	r.declare(linked.Definitions)
	r.linkParents()
	r.declareFamilies()
	r.fillEnums()
	r.nameEnums()
	r.fillNamed()
	r.linkBases()
	r.fillStructs()
	r.fillUnions()
	r.fillHoisted()
	r.fillMembers()
	r.fillFamilies()

	api := r.collect()
	r.checkRequiredCycles(api)
	linkUp(api, r.direct)
	r.markDirections(api)
	return api
}

// resolver holds what the steps of Resolve share.
type resolver struct {
	linked      *document.Linked
	diags       *diag.List
	definitions []*definition // sorted by name
	byName      map[string]*definition
	byPointer   map[string]model.Type         // types already built for schemas written in place
	named       map[string]*model.Enum        // enums by x-ms-enum.name
	hoisted     map[model.Type]schema         // where a hoisted type is written
	unfilled    []*model.Struct               // hoisted, still without fields
	closed      map[*model.Enum]bool          // enums with modelAsString false
	direct      map[model.Type][]*model.Union // the unions that list a type, in order
}

func newResolver(linked *document.Linked, diags *diag.List) *resolver {
	return &resolver{
		linked:    linked,
		diags:     diags,
		byName:    map[string]*definition{},
		byPointer: map[string]model.Type{},
		named:     map[string]*model.Enum{},
		hoisted:   map[model.Type]schema{},
		closed:    map[*model.Enum]bool{},
		direct:    map[model.Type][]*model.Union{},
	}
}

// collect gathers the declarations: of all definitions, used or not, and of
// everything hoisted that is reached from them.
func (r *resolver) collect() *model.API {
	api := &model.API{Title: r.linked.Title, Version: r.linked.Version}
	seen := map[model.Type]bool{}
	var visit func(t model.Type)
	visit = func(t model.Type) {
		if t == nil || seen[t] {
			return
		}
		seen[t] = true
		switch t := t.(type) {
		case *model.Enum:
			api.Enums = append(api.Enums, t)
		case *model.Struct:
			api.Structs = append(api.Structs, t)
		case *model.Union:
			api.Unions = append(api.Unions, t)
		case *model.Named:
			api.Named = append(api.Named, t)
		}
		for _, to := range uses(t) {
			visit(to)
		}
	}
	for _, d := range r.definitions {
		visit(d.decl)
	}
	slices.SortFunc(api.Enums, func(a, b *model.Enum) int { return byWire(&a.Decl, &b.Decl) })
	slices.SortFunc(api.Structs, func(a, b *model.Struct) int { return byWire(&a.Decl, &b.Decl) })
	slices.SortFunc(api.Unions, func(a, b *model.Union) int { return byWire(&a.Decl, &b.Decl) })
	slices.SortFunc(api.Named, func(a, b *model.Named) int { return byWire(&a.Decl, &b.Decl) })
	return api
}

// byWire orders declarations by wire name. A hoisted one can be called like a
// definition; the pointers still differ.
func byWire(a, b *model.Decl) int {
	if c := strings.Compare(a.Wire, b.Wire); c != 0 {
		return c
	}
	return strings.Compare(a.At.Pointer, b.At.Pointer)
}
