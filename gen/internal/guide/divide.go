package guide

import (
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// Part is an area with its declarations.
type Part struct {
	Area
	Decls []model.Type
}

// Divide puts each declaration into one area: a declaration that an area names into
// that area, those that it leads to into the last area that leads to them, and all
// others into a last part, called other. A name that the API does not have is skipped.
func Divide(api *model.API, areas []Area) []Part {
	d := &division{owner: map[model.Type]int{}, parts: make([]Part, len(areas))}
	byWire := map[string]model.Type{}
	for _, t := range api.Types() {
		byWire[model.DeclOf(t).Wire] = t
	}
	for i, a := range areas {
		for _, w := range a.Types {
			d.owner[byWire[w.Text]] = i
		}
		if a.Enums {
			for _, e := range api.Enums {
				d.owner[e] = i
			}
		}
	}
	for i, a := range slices.Backward(areas) {
		d.parts[i].Area = a
		for _, w := range a.Types {
			d.claim(byWire[w.Text], i)
		}
		if a.Enums {
			for _, e := range api.Enums {
				d.parts[i].Decls = append(d.parts[i].Decls, e)
			}
		}
	}
	rest := Part{Area: Area{Name: Word{Text: "other"}, Title: "Other types", Text: "Types that no other page leads to."}}
	for _, t := range api.Types() {
		if _, owned := d.owner[t]; !owned {
			rest.Decls = append(rest.Decls, t)
		}
	}
	if len(rest.Decls) > 0 {
		d.parts = append(d.parts, rest)
	}
	return d.parts
}

type division struct {
	owner map[model.Type]int // the part of a declaration
	parts []Part
}

// claim adds a declaration, and those that it leads to, to a part, unless another part owns them.
func (d *division) claim(t model.Type, part int) {
	if model.DeclOf(t) != nil {
		if slices.Contains(d.parts[part].Decls, t) {
			return
		}
		if i, owned := d.owner[t]; owned && i != part {
			return
		}
		d.owner[t] = part
		d.parts[part].Decls = append(d.parts[part].Decls, t)
	}
	for _, to := range model.Uses(t) {
		d.claim(to, part)
	}
}
