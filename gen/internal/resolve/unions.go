package resolve

import (
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// fillUnions gives the discriminated unions their key, base and variants.
func (r *resolver) fillUnions() {
	for _, d := range r.definitions {
		if d.kind != kindBase {
			continue
		}
		u := d.decl.(*model.Union)
		u.Key, u.KeyEnum = d.key, d.keyEnum
		u.Base = r.fields(r.flatten(d), r.tags(d))
		u.Base = slices.DeleteFunc(u.Base, func(f *model.Field) bool { return f.Tag || f.Wire == d.key })
		u.Variants = r.variantsOf(d)
		for _, s := range d.subtypes {
			r.direct[s.decl] = append(r.direct[s.decl], u)
		}
	}
	for _, d := range r.definitions {
		slices.SortStableFunc(r.direct[d.decl], func(a, b *model.Union) int { return baseIndex(d, a) - baseIndex(d, b) })
	}
}

// baseIndex is the place of a union among the bases of a definition.
func baseIndex(d *definition, u *model.Union) int {
	return slices.IndexFunc(d.bases, func(b *definition) bool { return b.decl == u })
}

// variantsOf lists the variants of a base by tag. A nested base is one variant,
// and the tags below it are its own affair; but if it has the same key, each of
// them must lead to it.
func (r *resolver) variantsOf(base *definition) []*model.Variant {
	if base.variants != nil {
		return base.variants
	}
	base.variants = []*model.Variant{}
	for _, d := range base.subtypes {
		r.addVariant(base, d, &model.Variant{Tag: d.tag, Type: d.decl, At: r.at(d.tagged())})
		if d.kind != kindBase || d.key != base.key {
			continue
		}
		for _, v := range r.variantsOf(d) {
			r.addVariant(base, d, &model.Variant{Tag: v.Tag, Type: d.decl, At: v.At})
		}
	}
	slices.SortFunc(base.variants, func(a, b *model.Variant) int { return strings.Compare(a.Tag, b.Tag) })
	return base.variants
}

// tagged is the place that states the tag of a definition.
func (d *definition) tagged() schema {
	if n := d.keyword(extTag); n != nil {
		return d.below(nil, n, extTag)
	}
	return d.schema
}

func (r *resolver) addVariant(base, d *definition, v *model.Variant) {
	i := slices.IndexFunc(base.variants, func(have *model.Variant) bool { return have.Tag == v.Tag })
	if i >= 0 {
		if other := base.variants[i]; other.Type != v.Type {
			r.diags.Errorf(v.At, "give each its own x-ms-discriminator-value", "tag %q of %s is already taken by %s",
				v.Tag, base.name, other.At.Pointer)
		}
		return
	}
	if e := base.keyEnum; e != nil && r.closed[e] && !slices.ContainsFunc(e.Values, func(known *model.Value) bool { return known.Wire == v.Tag }) {
		r.diags.Warnf(v.At, "add it to the enum, or set modelAsString", "tag %q is not a value of the closed enum %s", v.Tag, e.Wire)
	}
	base.variants = append(base.variants, v)
}
