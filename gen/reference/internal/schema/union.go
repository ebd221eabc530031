package schema

import (
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/ordered"
)

// union is one of its variants, which their tags tell apart, or anything that
// is none of them.
func (b Builder) union(u *model.Union) ordered.Object {
	if u.Key == "" {
		return b.unionByKind(u)
	}
	alternatives := []any{}
	for _, v := range u.Variants {
		alternatives = append(alternatives, b.variant(u.Key, []any{v.Tag}, v.Type))
	}
	return ordered.Object{{Name: "type", Value: "object"}, {Name: "oneOf", Value: append(alternatives, unknown(u.Key, tags(u)))}}
}

func tags(u *model.Union) []any {
	all := []any{}
	for _, v := range u.Variants {
		all = append(all, v.Tag)
	}
	return all
}

// tagged takes the objects that have one of the tags.
func tagged(key string, tags []any) ordered.Object {
	return ordered.Object{
		{Name: "properties", Value: ordered.Object{{Name: key, Value: ordered.Object{{Name: "enum", Value: tags}}}}},
		{Name: "required", Value: []any{key}},
	}
}

// variant is a reference, with the tags beside it if the type does not fix one.
func (b Builder) variant(key string, tags []any, t model.Type) ordered.Object {
	if s, ok := t.(*model.Struct); ok {
		for _, f := range s.Fields {
			if f.Wire == key && f.IsConst() && f.Tag {
				return b.Ref(t)
			}
		}
	}
	return ordered.Object{{Name: "allOf", Value: []any{b.Ref(t), tagged(key, tags)}}}
}

// unknown takes the objects that have none of the tags.
func unknown(key string, tags []any) ordered.Object {
	s := ordered.Object{{Name: "type", Value: "object"}, {Name: "description", Value: "A variant that this version does not know."}}
	if len(tags) == 0 {
		return s
	}
	return s.Set("properties", ordered.Object{{Name: key, Value: ordered.Object{{Name: "not", Value: ordered.Object{{Name: "enum", Value: tags}}}}}})
}

// unionByKind is one of its members, or a value of a kind that none of them has.
func (b Builder) unionByKind(u *model.Union) ordered.Object {
	alternatives, tags := []any{}, []any{}
	kinds := map[model.Kind]bool{}
	anyObject := false
	for _, m := range u.Members {
		kinds[m.Kind] = true
		if len(m.Tags) == 0 {
			anyObject = anyObject || m.Kind == model.KindObject
			alternatives = append(alternatives, b.Ref(m.Type))
			continue
		}
		var own []any
		for _, tag := range m.Tags {
			own = append(own, tag)
		}
		tags = append(tags, own...)
		alternatives = append(alternatives, b.variant(u.ObjectKey, own, m.Type))
	}
	if len(tags) > 0 && !anyObject {
		alternatives = append(alternatives, unknown(u.ObjectKey, tags))
		kinds[model.KindObject] = true
	}
	if others := otherKinds(kinds); len(others) > 0 {
		alternatives = append(alternatives, ordered.Object{
			{Name: "type", Value: others},
			{Name: "description", Value: "A value of another kind, which this version does not know."},
		})
	}
	return ordered.Object{{Name: "oneOf", Value: alternatives}}
}

// otherKinds are the JSON kinds that are not in use; null is never one.
func otherKinds(used map[model.Kind]bool) []any {
	others := []any{}
	for kind, name := range [...]string{"string", "number", "boolean", "array", "object"} {
		if !used[model.Kind(kind)] {
			others = append(others, name)
		}
	}
	return others
}
