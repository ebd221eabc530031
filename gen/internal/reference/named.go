package reference

import (
	"github.com/go-voicelive/voicelive-go/gen/internal/guide"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// Areas returns the titles of the pages in order, and the title of the page that
// each declaration is on, by its wire name. Names in the guide that the model does
// not have are skipped.
func Areas(api *model.API, g *guide.Guide) (titles []string, of map[string]string) {
	r := &renderer{api: api, Options: Options{Guide: g}}
	of = map[string]string{}
	for _, p := range r.areaPages() {
		titles = append(titles, p.title)
		for _, t := range p.types {
			of[model.DeclOf(t).Wire] = p.title
		}
	}
	return titles, of
}
