package resolve

import (
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/document"
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
	c.assumeSecrets(api)
	return api
}

// collect gathers the declarations: the definitions and everything hoisted that
// they lead to. If a union states its direction, only what such unions and the
// definitions with x-vlgen-keep lead to is declared.
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
	for _, d := range c.roots() {
		visit(d.decl)
	}
	c.noteDropped(seen)
	for t, unions := range c.listedBy {
		c.listedBy[t] = slices.DeleteFunc(unions, func(u *model.Union) bool { return !seen[u] })
	}
	slices.SortFunc(api.Enums, func(a, b *model.Enum) int { return byWire(&a.Decl, &b.Decl) })
	slices.SortFunc(api.Structs, func(a, b *model.Struct) int { return byWire(&a.Decl, &b.Decl) })
	slices.SortFunc(api.Unions, func(a, b *model.Union) int { return byWire(&a.Decl, &b.Decl) })
	slices.SortFunc(api.Named, func(a, b *model.Named) int { return byWire(&a.Decl, &b.Decl) })
	return api
}

// roots lists the definitions that the API starts from: the unions with a
// direction and the definitions to keep, or all if the document states no direction.
func (c *content) roots() []*definition {
	if !slices.ContainsFunc(c.all, func(d *definition) bool { return d.keyword(extDirection) != nil }) {
		return c.all
	}
	return slices.DeleteFunc(slices.Clone(c.all), func(d *definition) bool {
		return d.keyword(extDirection) == nil && !c.flag(d.schema, extKeep)
	})
}

// noteDropped notes the definitions that are not declared.
func (c *content) noteDropped(declared map[model.Type]bool) {
	var names []string
	for _, d := range c.all {
		if d.decl != nil && !declared[d.decl] && !declared[d.tree] {
			names = append(names, d.name)
		}
	}
	if len(names) > 0 {
		at := c.linked.At(document.Get(c.linked.Root, "definitions"), "/definitions")
		c.diags.Notef(at, "set "+extKeep+" on those to keep", "no message leads to these definitions, which are dropped: %s", strings.Join(names, ", "))
	}
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
