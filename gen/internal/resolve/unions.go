package resolve

import (
	"maps"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// fillKeys gives the discriminated unions their key and its enum.
func (c *content) fillKeys() {
	for _, d := range c.all {
		if d.kind != kindBase {
			continue
		}
		u := d.decl.(*model.Union)
		u.Key = d.Discriminator
		if o := c.flatten(d); o.has(u.Key) {
			u.KeyEnum = c.keyEnum(d, o.property(u.Key))
		}
	}
}

// keyEnum is the enum of a discriminator; nil for a plain string.
func (c *content) keyEnum(d *definition, p *property) *model.Enum {
	t := c.keyType(p.types()[0], p.name)
	enum, ok := t.(*model.Enum)
	if !ok && t != model.String {
		c.errorf(d.below(nil, d.keyword("discriminator"), "discriminator"), "make it a string",
			"discriminator %q is %s, not a string", p.name, model.Text(t))
	}
	return enum
}

// keyType is the type that a declaration gives to a key: a name for a string
// is a string.
func (c *content) keyType(d declaration, key string) model.Type {
	t := c.declaredType(d, key)
	if plain(t) == model.String {
		return model.String
	}
	return t
}

// fillUnions gives the discriminated unions their base and variants.
func (c *content) fillUnions() {
	for _, d := range c.all {
		if d.kind != kindBase {
			continue
		}
		u := d.decl.(*model.Union)
		u.Base = c.fields(c.flatten(d), c.tagsOf(d))
		u.Base = slices.DeleteFunc(u.Base, func(f *model.Field) bool { return f.Tag || f.Wire == u.Key })
		u.Variants = c.variantsOf(d)
		for _, s := range d.subtypes {
			c.listedBy[s.decl] = append(c.listedBy[s.decl], u)
		}
	}
	for _, d := range c.all {
		slices.SortStableFunc(c.listedBy[d.decl], func(a, b *model.Union) int { return baseIndex(d, a) - baseIndex(d, b) })
	}
}

// baseIndex is the index of a union among the bases of a definition.
func baseIndex(d *definition, u *model.Union) int {
	return slices.IndexFunc(d.bases, func(b *definition) bool { return b.decl == u })
}

// variantsOf lists the variants of a base by tag.
func (c *content) variantsOf(base *definition) []*model.Variant {
	variants, ok := c.variants[base]
	if !ok {
		variants = c.variantsAmong(base.decl.(*model.Union), base.subtypes)
		c.variants[base] = variants
	}
	return variants
}

// variantsAmong makes variants of a union's subtypes. A nested base is one
// variant, whatever the tags below it; but if it has the same key, each of them
// must lead to it.
func (c *content) variantsAmong(u *model.Union, subtypes []*definition) []*model.Variant {
	byTag := map[string]*model.Variant{}
	for _, d := range subtypes {
		c.addVariant(byTag, u, &model.Variant{Tag: d.tag, Type: d.decl, At: c.at(d.tagged())})
		if d.kind != kindBase || d.Discriminator != u.Key {
			continue
		}
		for _, v := range c.variantsOf(d) {
			c.addVariant(byTag, u, &model.Variant{Tag: v.Tag, Type: d.decl, At: v.At})
		}
	}
	return slices.SortedFunc(maps.Values(byTag), func(a, b *model.Variant) int { return strings.Compare(a.Tag, b.Tag) })
}

// tagged is the place that states the tag of a definition.
func (d *definition) tagged() schema {
	if n := d.keyword(extTag); n != nil {
		return d.below(nil, n, extTag)
	}
	return d.schema
}

// addVariant adds a variant to those of a union, unless its tag is taken.
func (c *content) addVariant(byTag map[string]*model.Variant, u *model.Union, v *model.Variant) {
	if other := byTag[v.Tag]; other != nil {
		if other.Type != v.Type {
			c.diags.Errorf(v.At, "give each its own x-ms-discriminator-value", "tag %q of %s is already taken by %s",
				v.Tag, u.Wire, other.At.Pointer)
		}
		return
	}
	if e := u.KeyEnum; e != nil && c.closed[e] && !e.Has(v.Tag) {
		c.diags.Warnf(v.At, "add it to the enum, or set modelAsString", "tag %q is not a value of the closed enum %s", v.Tag, e.Wire)
	}
	byTag[v.Tag] = v
}
