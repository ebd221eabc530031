package resolve

import (
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// place is where a definition stands in the allOf hierarchy.
type place struct {
	parts    []part        // what its properties are made of
	tree     *model.Union  // of a struct that is the root of a tree, see trees.go
	bases    []*definition // nearest ancestors with a discriminator
	subtypes []*definition // the definitions that have this one among their bases
	tag      string        // what selects this definition among the variants of its bases
}

// hierarchy is the definitions and how they descend from each other.
type hierarchy struct {
	*declarations
	flat map[*definition]*object           // memo of flatten
	tags map[*definition]map[string]string // memo of tagsOf
}

// link is the second phase. After it, every definition knows its place: its
// parents, without cycles, its bases and subtypes, and its tag. The discriminator
// of every base names a property.
func link(d *declarations) *hierarchy {
	h := &hierarchy{
		declarations: d,
		flat:         map[*definition]*object{},
		tags:         map[*definition]map[string]string{},
	}
	h.linkParents()
	h.cutCycles()
	h.declareTrees()
	h.checkKeys()
	h.linkBases()
	return h
}

// linkParents finds the parents of every definition.
func (h *hierarchy) linkParents() {
	for _, d := range h.all {
		if d.kind == kindBase || d.kind == kindStruct {
			d.parts = h.partsOf(d.schema)
		}
	}
}
