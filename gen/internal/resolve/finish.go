package resolve

import (
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// finish is the last phase. After it, the API lists every declaration in order,
// and each of them knows the unions that it belongs to and the directions in
// which its values travel.
func finish(c *content) *model.API {
	api := c.collect()
	c.checkRequiredCycles(api)
	linkUp(api, c.listedBy)
	markRoots(api)
	dropAccessors(api)
	c.markDirections(api)
	c.readSenders()
	return api
}

// collect gathers the declarations: of all definitions, used or not, and of
// everything hoisted that is reached from them.
func (c *content) collect() *model.API {
	api := &model.API{Title: c.linked.Title, Version: c.linked.Version}
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
		for _, to := range model.Uses(t) {
			visit(to)
		}
	}
	for _, d := range c.all {
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

// linkUp tells every declaration the unions that it belongs to.
func linkUp(api *model.API, listedBy map[model.Type][]*model.Union) {
	for _, u := range api.Unions {
		u.Parents = listedBy[u]
	}
	for _, e := range api.Enums {
		e.Unions = model.Above(listedBy[e])
	}
	for _, n := range api.Named {
		n.Unions = model.Above(listedBy[n])
	}
	for _, s := range api.Structs {
		s.Unions = model.Above(listedBy[s])
	}
}

// markRoots marks the unions with a tag that no property refers to.
func markRoots(api *model.API) {
	used := map[model.Type]bool{}
	for _, t := range api.Types() {
		for _, to := range model.Uses(t) {
			markUsed(to, used)
		}
	}
	for _, u := range api.Unions {
		u.Root = !used[u] && u.Key != ""
	}
}

// markUsed marks a type and, through lists and maps, its elements.
func markUsed(t model.Type, used map[model.Type]bool) {
	used[t] = true
	switch t := t.(type) {
	case *model.List:
		markUsed(t.Elem, used)
	case *model.Map:
		markUsed(t.Elem, used)
	}
}
