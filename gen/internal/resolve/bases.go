package resolve

import (
	"maps"
	"slices"
)

// checkKeys checks that every discriminator names a property.
func (h *hierarchy) checkKeys() {
	for _, d := range h.all {
		if d.kind == kindBase && !h.flatten(d).has(d.Discriminator) {
			at := d.below(nil, d.keyword("discriminator"), "discriminator")
			h.errorf(at, "add the property in the overlay", "discriminator %q names no property", d.Discriminator)
		}
	}
}

// linkBases finds out which definitions are the variants of which union, and
// what tag selects each.
func (h *hierarchy) linkBases() {
	for _, d := range h.all {
		d.bases = nearestBases(d)
		d.tag = h.tagOf(d)
		for _, b := range d.bases {
			b.subtypes = append(b.subtypes, d)
		}
	}
}

// tagOf is what selects a definition among the variants of its bases.
func (h *hierarchy) tagOf(d *definition) string {
	n := d.keyword(extTag)
	switch {
	case n == nil:
		return d.name
	case jsonType(n) != "string" || n.Value == "":
		h.errorf(d.below(nil, n, extTag), "write the string on the wire", "%s is not a non-empty string", extTag)
		return d.name
	case len(d.bases) == 0:
		h.diags.Warnf(h.at(d.below(nil, n, extTag)), "remove it, or add the base to allOf",
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

// tagsOf returns what the keys above a definition say on each of its values: its
// own tag for the nearest bases, and the tag of a nested base for the ones
// above that, unless the nested base has the same key.
func (h *hierarchy) tagsOf(d *definition) map[string]string {
	if tags, ok := h.tags[d]; ok {
		return tags
	}
	tags := map[string]string{}
	h.tags[d] = tags
	inherited := map[string]string{}
	for _, b := range d.bases {
		tags[b.Discriminator] = d.tag
		above := maps.Clone(h.tagsOf(b))
		delete(above, b.Discriminator)
		for key, tag := range above {
			if other, ok := inherited[key]; ok && other != tag {
				h.needsTwoTags(d, key, other, tag)
			}
			inherited[key] = tag
		}
	}
	for key, tag := range inherited {
		if own, ok := tags[key]; ok && own != tag {
			h.needsTwoTags(d, key, own, tag)
			continue
		}
		tags[key] = tag
	}
	return tags
}

func (h *hierarchy) needsTwoTags(d *definition, key, a, b string) {
	h.errorf(d.schema, "remove one of the bases from allOf", "property %s would need two tags, %q and %q", key, min(a, b), max(a, b))
}
