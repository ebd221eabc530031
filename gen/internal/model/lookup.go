package model

import "slices"

// Types returns every declaration: the enums, structs, unions and named types,
// each kind sorted by wire name.
func (a *API) Types() []Type {
	var all []Type
	for _, e := range a.Enums {
		all = append(all, e)
	}
	for _, s := range a.Structs {
		all = append(all, s)
	}
	for _, u := range a.Unions {
		all = append(all, u)
	}
	for _, n := range a.Named {
		all = append(all, n)
	}
	return all
}

// Decls returns what the declarations have in common, in the order of Types.
func (a *API) Decls() []*Decl {
	var all []*Decl
	for _, t := range a.Types() {
		all = append(all, DeclOf(t))
	}
	return all
}

// Events returns the messages that the client sends, or those that it
// receives, by tag: the structs below the entry points of that direction.
func (a *API) Events(sent bool) map[string]*Struct {
	events := map[string]*Struct{}
	for _, u := range a.Unions {
		if !u.Root || u.Key == "" || sent && !u.Send || !sent && !u.Receive {
			continue
		}
		for _, v := range u.Variants {
			if s, ok := v.Type.(*Struct); ok {
				events[v.Tag] = s
			}
		}
	}
	return events
}

// Uses lists the types that a type refers to directly, in the order in which a
// reader meets them.
func Uses(t Type) []Type {
	var all []Type
	switch t := t.(type) {
	case *List:
		return []Type{t.Elem}
	case *Map:
		return []Type{t.Elem}
	case *Named:
		return []Type{t.Type}
	case *Struct:
		for _, f := range t.Fields {
			all = append(all, f.Type)
		}
	case *Union:
		for _, v := range t.TypicalVariants() {
			all = append(all, v.Type)
		}
		for _, m := range t.Members {
			all = append(all, m.Type)
		}
		if t.KeyEnum != nil {
			all = append(all, t.KeyEnum)
		}
		for _, f := range t.Base {
			all = append(all, f.Type)
		}
	}
	return all
}

// TypicalVariants are the variants in the order in which the document lists
// the values of the key, which puts the usual ones first; then the others.
func (u *Union) TypicalVariants() []*Variant {
	if u.KeyEnum == nil {
		return u.Variants
	}
	place := map[string]int{}
	for i, v := range u.KeyEnum.Values {
		place[v.Wire] = i - len(u.KeyEnum.Values)
	}
	variants := slices.Clone(u.Variants)
	slices.SortStableFunc(variants, func(a, b *Variant) int { return place[a.Tag] - place[b.Tag] })
	return variants
}

// Above lists unions and the unions that these are nested in, each once, nearest first.
func Above(unions []*Union) []*Union {
	var all []*Union
	seen := map[*Union]bool{}
	add := func(unions []*Union) {
		for _, u := range unions {
			if !seen[u] {
				seen[u] = true
				all = append(all, u)
			}
		}
	}
	add(unions)
	for i := 0; i < len(all); i++ {
		add(all[i].Parents)
	}
	return all
}

// Has reports whether a string is one of the known values.
func (e *Enum) Has(wire string) bool {
	return slices.ContainsFunc(e.Values, func(v *Value) bool { return v.Wire == wire })
}

// Parameters are the properties that a method takes, in the document's order: those
// that the event requires.
func (m *Method) Parameters() (all []*Field) {
	for _, f := range m.Event.Fields {
		if f.Required && !f.IsConst() {
			all = append(all, f)
		}
	}
	return all
}
