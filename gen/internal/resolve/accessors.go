package resolve

import (
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// dropAccessors leaves only those properties of a base that an accessor can return
// for every variant: a variant, or a base below, may declare one again, as another
// type.
func dropAccessors(api *model.API) {
	differs := map[*model.Field]bool{}
	compare := func(unions []*model.Union, own []*model.Field) {
		for _, u := range unions {
			for _, f := range u.Base {
				i := slices.IndexFunc(own, func(p *model.Field) bool { return p.Wire == f.Wire })
				if i >= 0 && own[i] != f && !returnable(own[i], f) {
					differs[f] = true
				}
			}
		}
	}
	for _, s := range api.Structs {
		compare(s.Unions, s.Fields)
	}
	for _, u := range api.Unions {
		compare(model.Above(u.Parents), u.Base)
	}
	for _, u := range api.Unions {
		u.Base = slices.DeleteFunc(u.Base, func(f *model.Field) bool { return f.IsConst() || differs[f] })
	}
}

// returnable reports whether an accessor for the property of a base can return the
// one that a variant has.
func returnable(own, base *model.Field) bool {
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
