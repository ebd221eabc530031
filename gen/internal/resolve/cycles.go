package resolve

import (
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// checkRequiredCycles reports structs that contain themselves through required
// properties: no JSON value could be complete.
func (c *content) checkRequiredCycles(api *model.API) {
	done := map[*model.Struct]bool{}
	var path []step
	var visit func(s *model.Struct)
	visit = func(s *model.Struct) {
		for _, f := range s.Fields {
			next, ok := f.Type.(*model.Struct)
			if !ok || !f.Required || f.Nullable {
				continue
			}
			path = append(path, step{s, f})
			if i := slices.IndexFunc(path, func(p step) bool { return p.from == next }); i >= 0 {
				loop := path[i:]
				c.diags.Errorf(loop[0].field.At, "make one of the properties optional in the overlay",
					"%s requires itself: %s", next.Wire, stepsText(loop))
			} else if !done[next] {
				visit(next)
			}
			path = path[:len(path)-1]
		}
		done[s] = true
	}
	for _, s := range api.Structs {
		if !done[s] {
			visit(s)
		}
	}
}

// step is a struct and the required property that leads on.
type step struct {
	from  *model.Struct
	field *model.Field
}

func stepsText(loop []step) string {
	var text []string
	for _, s := range loop {
		text = append(text, s.from.Wire+"."+s.field.Wire)
	}
	return strings.Join(append(text, loop[0].from.Wire), " -> ")
}
