package reference

import (
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/guide"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// areaPages divides the declarations: those that an area names are on its page,
// those that these lead to on the last page that leads to them, all others on
// a page of their own.
func (r *renderer) areaPages() []*page {
	areas := r.Guide.Areas
	if len(areas) == 0 {
		areas = defaultAreas(r.api)
	}
	byWire := map[string]model.Type{}
	for _, t := range r.api.Types() {
		byWire[model.DeclOf(t).Wire] = t
	}
	owner := map[model.Type]int{}
	for i, a := range areas {
		for _, w := range a.Types {
			owner[byWire[w.Text]] = i
		}
		if a.Enums {
			for _, e := range r.api.Enums {
				owner[e] = i
			}
		}
	}
	pages := make([]*page, len(areas))
	for i, a := range slices.Backward(areas) {
		pages[i] = &page{title: a.Title, file: a.Name.Text + ".md", text: a.Text}
		for _, w := range a.Types {
			claim(byWire[w.Text], i, owner, &pages[i].types)
		}
		if a.Enums {
			for _, e := range r.api.Enums {
				pages[i].types = append(pages[i].types, e)
			}
		}
	}
	rest := &page{title: "Other types", file: "other.md", text: "Types that no other page leads to."}
	for _, t := range r.api.Types() {
		if _, owned := owner[t]; !owned {
			rest.types = append(rest.types, t)
		}
	}
	if len(rest.types) > 0 {
		pages = append(pages, rest)
	}
	return pages
}

// claim appends a type and all that it leads to, as far as nobody owns it.
func claim(t model.Type, page int, owner map[model.Type]int, types *[]model.Type) {
	if model.DeclOf(t) != nil {
		if slices.Contains(*types, t) {
			return
		}
		if i, owned := owner[t]; owned && i != page {
			return
		}
		owner[t] = page
		*types = append(*types, t)
	}
	for _, to := range model.Uses(t) {
		claim(to, page, owner, types)
	}
}

// defaultAreas are a page for each entry point, and one for the enums.
func defaultAreas(api *model.API) (areas []guide.Area) {
	taken := map[string]bool{}
	for _, name := range append(guide.Reserved[:], "enums") {
		taken[name] = true
	}
	for _, u := range api.Unions {
		if u.Root {
			name := fileName(u.Wire)
			for taken[strings.ToLower(name)] {
				name += "-"
			}
			taken[strings.ToLower(name)] = true
			areas = append(areas, guide.Area{Name: guide.Word{Text: name}, Title: line(u.Wire), Types: []guide.Word{{Text: u.Wire}}})
		}
	}
	if len(api.Enums) > 0 {
		areas = append(areas, guide.Area{Name: guide.Word{Text: "enums"}, Title: "Enums", Enums: true})
	}
	return areas
}

// fileName is a wire name as part of a file's name.
func fileName(wire string) string {
	name := []rune(wire)
	for i, c := range name {
		if c != '-' && c != '_' && !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9') {
			name[i] = '-'
		}
	}
	return string(name)
}
