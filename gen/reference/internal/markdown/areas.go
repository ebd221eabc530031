package markdown

import (
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/guide"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// areaPages are the pages of the declarations: one for each area of the guide.
func (r *renderer) areaPages() (pages []*page) {
	areas := r.Guide.Areas
	if len(areas) == 0 {
		areas = defaultAreas(r.api)
	}
	for _, p := range guide.Divide(r.api, areas) {
		pages = append(pages, &page{title: p.Title, file: p.Name.Text + ".md", text: p.Text, types: p.Decls})
	}
	return pages
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
