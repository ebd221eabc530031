package resolve

import (
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// uses lists the types that a type refers to directly: its elements, fields,
// variants and members.
func uses(t model.Type) []model.Type {
	var all []model.Type
	fields := func(fields []*model.Field) {
		for _, f := range fields {
			all = append(all, f.Type)
		}
	}
	switch t := t.(type) {
	case *model.List:
		all = append(all, t.Elem)
	case *model.Map:
		all = append(all, t.Elem)
	case *model.Named:
		all = append(all, t.Type)
	case *model.Struct:
		fields(t.Fields)
	case *model.Union:
		if t.KeyEnum != nil {
			all = append(all, t.KeyEnum)
		}
		fields(t.Base)
		for _, v := range t.Variants {
			all = append(all, v.Type)
		}
		for _, m := range t.Members {
			all = append(all, m.Type)
		}
	}
	return all
}

// linkUp tells every declaration the unions that it belongs to, and every union
// whether it is an entry point.
func linkUp(api *model.API, direct map[model.Type][]*model.Union) {
	for _, u := range api.Unions {
		u.Parents = direct[u]
	}
	for _, e := range api.Enums {
		e.Unions = upwards(direct[e])
	}
	for _, n := range api.Named {
		n.Unions = upwards(direct[n])
	}
	for _, s := range api.Structs {
		s.Unions = upwards(direct[s])
	}
	used := map[model.Type]bool{}
	for _, t := range everything(api) {
		for _, to := range uses(t) {
			markUsed(to, used)
		}
	}
	for _, u := range api.Unions {
		u.Root = !used[u] && u.Key != ""
	}
	dropAccessors(api)
}

// dropAccessors leaves only those properties of a base that every variant can be asked for
// in the same way: a variant, or a base below, may declare one again, as another type.
func dropAccessors(api *model.API) {
	differs := map[*model.Field]bool{}
	compare := func(unions []*model.Union, own []*model.Field) {
		for _, u := range unions {
			for _, f := range u.Base {
				i := slices.IndexFunc(own, func(p *model.Field) bool { return p.Wire == f.Wire })
				if i >= 0 && own[i] != f && !answers(own[i], f) {
					differs[f] = true
				}
			}
		}
	}
	for _, s := range api.Structs {
		compare(s.Unions, s.Fields)
	}
	for _, u := range api.Unions {
		compare(upwards(u.Parents), u.Base)
	}
	for _, u := range api.Unions {
		u.Base = slices.DeleteFunc(u.Base, func(f *model.Field) bool { return f.IsConst() || differs[f] })
	}
}

// answers reports whether an accessor for the property of a base can return the one that a
// variant has.
func answers(own, base *model.Field) bool {
	if own.IsConst() {
		_, isEnum := base.Type.(*model.Enum)
		return !base.Nullable && (isEnum || base.Type == model.String)
	}
	return own.Nullable == base.Nullable && sameType(own.Type, base.Type)
}

func sameType(a, b model.Type) bool {
	switch a := a.(type) {
	case *model.List:
		b, ok := b.(*model.List)
		return ok && sameType(a.Elem, b.Elem)
	case *model.Map:
		b, ok := b.(*model.Map)
		return ok && sameType(a.Elem, b.Elem)
	}
	return a == b
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

// upwards adds to unions the ones above them, nearest first.
func upwards(unions []*model.Union) []*model.Union {
	all := slices.Clone(unions)
	for i := 0; i < len(all); i++ {
		for _, p := range all[i].Parents {
			if !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all
}

// everything lists the declarations of an API.
func everything(api *model.API) []model.Type {
	var all []model.Type
	for _, e := range api.Enums {
		all = append(all, e)
	}
	for _, s := range api.Structs {
		all = append(all, s)
	}
	for _, u := range api.Unions {
		all = append(all, u)
	}
	for _, n := range api.Named {
		all = append(all, n)
	}
	return all
}
