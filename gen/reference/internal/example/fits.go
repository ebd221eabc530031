package example

import (
	"encoding/json"
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
	"github.com/go-voicelive/voicelive-go/gen/internal/ordered"
)

// plain reports whether examples of a type are no objects of this document.
func plain(t model.Type) bool {
	for range nesting { // a list may be one of itself
		switch of := t.(type) {
		case model.Scalar, *model.Enum:
			return true
		case *model.Named:
			t = of.Type
		case *model.List:
			t = of.Elem
		default:
			return false
		}
	}
	return false
}

// fits reports whether a value that is known by its name alone can be one of a
// type: properties of one name may have several types.
func fits(t model.Type, v any) bool {
	switch t := t.(type) {
	case model.Scalar:
		return fitsScalar(t, v)
	case *model.Enum:
		return slices.ContainsFunc(t.Values, func(known *model.Value) bool { return known.Wire == v })
	case *model.Named:
		return fits(t.Type, v)
	case *model.List:
		list, ok := v.([]any)
		for _, e := range list {
			ok = ok && fits(t.Elem, e)
		}
		return ok
	case *model.Map:
		o, ok := v.(ordered.Object)
		for _, m := range o {
			ok = ok && fits(t.Elem, m.Value)
		}
		return ok
	}
	return false
}

func fitsScalar(t model.Scalar, v any) bool {
	switch v.(type) {
	case int, int64:
		return t == model.Int || t == model.Int64 || t == model.Float || t == model.UnixTime
	case float64:
		return t == model.Float
	case json.Number:
		return t == model.Int || t == model.Int64 || t == model.Float
	case bool:
		return t == model.Bool
	case string:
		return t == model.String || t == model.Bytes || t == model.Time
	}
	return t == model.Raw
}
