package resolve

import (
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// declareFamilies gives a union to each struct that is a variant itself and has others
// below it: who refers to such a type may get any of them. A base with a tag that only
// repeats the discriminator above it is such a struct.
func (r *resolver) declareFamilies() {
	for _, d := range r.definitions {
		if d.kind == kindBase && d.keyword(extTag) != nil && r.repeatsKey(d) {
			d.kind, d.decl = kindStruct, &model.Struct{Decl: *model.DeclOf(d.decl)}
		}
	}
	for _, d := range r.definitions {
		for _, p := range d.parts {
			if m := p.parent; m != nil && m.family == nil && m.kind == kindStruct && len(nearestBases(m)) > 0 {
				decl := *model.DeclOf(m.decl)
				decl.Wire = "Any" + decl.Wire
				if decl.Pin != "" {
					decl.Pin = "Any" + decl.Pin
				}
				m.family = &model.Union{Decl: decl}
			}
		}
	}
}

// repeatsKey reports whether a base above d has the same discriminator.
func (r *resolver) repeatsKey(d *definition) bool {
	return slices.ContainsFunc(r.definitions, func(b *definition) bool {
		return b.kind == kindBase && b.Discriminator == d.Discriminator && descends(d, b)
	})
}

// reference is the type of what refers to a definition.
func (d *definition) reference() model.Type {
	if d.family != nil {
		d.referred = true
		return d.family
	}
	return d.decl
}

// fillFamilies makes unions of the families that something refers to.
func (r *resolver) fillFamilies() {
	for _, d := range r.definitions {
		if !d.referred {
			continue
		}
		base := d.bases[0]
		kin := &definition{schema: d.schema, name: d.family.Wire, key: base.key, keyEnum: base.keyEnum}
		for _, s := range base.subtypes {
			if s == d || descends(s, d) {
				kin.subtypes = append(kin.subtypes, s)
				r.direct[s.decl] = append(r.direct[s.decl], d.family)
			}
		}
		d.family.Key, d.family.KeyEnum = kin.key, kin.keyEnum
		d.family.Base = slices.DeleteFunc(r.fields(r.flatten(d), r.tags(d)), func(f *model.Field) bool { return f.IsConst() })
		d.family.Variants = r.variantsOf(kin)
	}
}
