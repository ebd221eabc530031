package resolve

import (
	"maps"
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// linkBases finds out which definitions are the variants of which union, and
// what tag selects each.
func (r *resolver) linkBases() {
	for _, d := range r.definitions {
		if d.kind == kindBase {
			r.linkKey(d)
		}
	}
	for _, d := range r.definitions {
		d.bases = nearestBases(d)
		d.tag = r.tagOf(d)
		for _, b := range d.bases {
			b.subtypes = append(b.subtypes, d)
		}
	}
}

// linkKey checks the discriminator of a base and finds its enum.
func (r *resolver) linkKey(d *definition) {
	d.key = d.Discriminator
	at := d.below(nil, d.keyword("discriminator"), "discriminator")
	o := r.flatten(d)
	if !o.has(d.key) {
		r.errorf(at, "add the property in the overlay", "discriminator %q names no property", d.key)
		return
	}
	t := r.keyType(o.property(d.key).decls[0], d.key)
	enum, ok := t.(*model.Enum)
	if !ok && t != model.String {
		r.errorf(at, "make it a string", "discriminator %q is %s, not a string", d.key, model.Text(t))
	}
	d.keyEnum = enum
}

// keyType is the type that a declaration gives to a key: a name for a string
// is a string.
func (r *resolver) keyType(d declaration, key string) model.Type {
	t := r.declaredType(d, key)
	if plain(t) == model.String {
		return model.String
	}
	return t
}

// tagOf is what selects a definition among the variants of its bases.
func (r *resolver) tagOf(d *definition) string {
	n := d.keyword(extTag)
	switch {
	case n == nil:
		return d.name
	case jsonType(n) != "string" || n.Value == "":
		r.errorf(d.below(nil, n, extTag), "write the string on the wire", "%s is not a non-empty string", extTag)
		return d.name
	case len(d.bases) == 0:
		r.diags.Warnf(r.at(d.below(nil, n, extTag)), "remove it, or add the base to allOf",
			"%s without a base that has a discriminator", extTag)
	}
	return n.Value
}

// nearestBases returns the bases above a definition with no other base in
// between, in the order of allOf.
func nearestBases(d *definition) []*definition {
	var found []*definition
	seen := map[*definition]bool{}
	var visit func(d *definition)
	visit = func(d *definition) {
		for _, p := range d.parts {
			switch {
			case p.parent == nil || seen[p.parent]:
			case p.parent.kind == kindBase:
				seen[p.parent] = true
				found = append(found, p.parent)
			default:
				seen[p.parent] = true
				visit(p.parent)
			}
		}
	}
	visit(d)
	return slices.DeleteFunc(slices.Clone(found), func(b *definition) bool {
		return slices.ContainsFunc(found, func(other *definition) bool { return descends(other, b) })
	})
}

// descends reports whether b is above d.
func descends(d, b *definition) bool {
	seen := map[*definition]bool{}
	var visit func(d *definition) bool
	visit = func(d *definition) bool {
		return slices.ContainsFunc(d.parts, func(p part) bool {
			if p.parent == nil || seen[p.parent] {
				return false
			}
			seen[p.parent] = true
			return p.parent == b || visit(p.parent)
		})
	}
	return visit(d)
}

// tags returns what the keys above a definition say on each of its values: its
// own tag for the nearest bases, and the tag of a nested base for the ones
// above that, unless the nested base has the same key.
func (r *resolver) tags(d *definition) map[string]string {
	if d.keyTags != nil {
		return d.keyTags
	}
	d.keyTags = map[string]string{}
	inherited := map[string]string{}
	for _, b := range d.bases {
		d.keyTags[b.key] = d.tag
		above := maps.Clone(r.tags(b))
		delete(above, b.key)
		for key, tag := range above {
			if other, ok := inherited[key]; ok && other != tag {
				r.needsTwoTags(d, key, other, tag)
			}
			inherited[key] = tag
		}
	}
	for key, tag := range inherited {
		if own, ok := d.keyTags[key]; ok && own != tag {
			r.needsTwoTags(d, key, own, tag)
			continue
		}
		d.keyTags[key] = tag
	}
	return d.keyTags
}

func (r *resolver) needsTwoTags(d *definition, key, a, b string) {
	r.errorf(d.schema, "remove one of the bases from allOf", "property %s would need two tags, %q and %q", key, min(a, b), max(a, b))
}
