package resolve

import (
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// A tree is a struct that is a variant itself and that other variants descend
// from. Vehicle has the discriminator kind, Car descends from Vehicle, and Taxi
// from Car: then a property of type Car may hold a Taxi. Such a property gets the
// union AnyCar of Car and Taxi, while Car stays the struct.

// declareTrees gives the root of each tree its union. A base with a tag that only
// repeats the discriminator above it is such a root and no union of its own.
func (h *hierarchy) declareTrees() {
	for _, d := range h.all {
		if d.kind == kindBase && d.keyword(extTag) != nil && h.repeatsKey(d) {
			d.kind, d.decl = kindStruct, &model.Struct{Decl: *model.DeclOf(d.decl)}
		}
	}
	for _, d := range h.all {
		for _, p := range d.parts {
			if root := p.parent; root != nil && root.tree == nil && root.kind == kindStruct && len(nearestBases(root)) > 0 {
				decl := *model.DeclOf(root.decl)
				decl.Wire = "Any" + decl.Wire
				if decl.Pin != "" {
					decl.Pin = "Any" + decl.Pin
				}
				root.tree = &model.Union{Decl: decl}
			}
		}
	}
}

// repeatsKey reports whether a base above d has the same discriminator.
func (h *hierarchy) repeatsKey(d *definition) bool {
	return slices.ContainsFunc(h.all, func(b *definition) bool {
		return b.kind == kindBase && b.Discriminator == d.Discriminator && descends(d, b)
	})
}

// fillTrees gives the unions of the trees that something refers to their key,
// base and variants.
func (c *content) fillTrees() {
	for _, d := range c.all {
		if !c.usedTrees[d.tree] {
			continue
		}
		base := d.bases[0]
		var members []*definition
		for _, s := range base.subtypes {
			if s == d || descends(s, d) {
				members = append(members, s)
				c.listedBy[s.decl] = append(c.listedBy[s.decl], d.tree)
			}
		}
		d.tree.Key, d.tree.KeyEnum = base.Discriminator, base.decl.(*model.Union).KeyEnum
		d.tree.Base = slices.DeleteFunc(c.fields(c.flatten(d), c.tagsOf(d)), func(f *model.Field) bool { return f.IsConst() })
		d.tree.Variants = c.variantsAmong(d.tree, members)
	}
}
