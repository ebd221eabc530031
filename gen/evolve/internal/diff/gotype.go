package diff

import (
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// jsonKind is what kind of JSON a type is, as far as a reader must know it.
func jsonKind(t model.Type) string { return kindWithin(t, 8) }

// kindWithin is jsonKind to a number of levels: a list may be one of itself.
func kindWithin(t model.Type, levels int) string {
	if levels == 0 {
		return "…"
	}
	switch t := t.(type) {
	case model.Scalar:
		return [...]string{"string", "integer", "integer", "number", "boolean", "string", "string", "integer", "any JSON"}[t]
	case *model.List:
		return "array of " + kindWithin(t.Elem, levels-1)
	case *model.Map:
		return "map of " + kindWithin(t.Elem, levels-1)
	case *model.Enum:
		return "string"
	case *model.Named:
		return kindWithin(t.Type, levels)
	}
	return model.DeclOf(t).Wire
}
