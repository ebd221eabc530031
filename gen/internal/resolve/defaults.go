package resolve

import (
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// checkDefaults notes the defaults that are no value of the property: they are
// documented, and mislead.
func (c *content) checkDefaults(f *model.Field, p *property) {
	for _, d := range p.decls {
		n := d.keyword("default")
		if n == nil || f.IsConst() {
			continue
		}
		at := d.below(nil, n, "default")
		switch {
		case jsonType(n) == "null":
			if !f.Nullable && plain(f.Type) != model.Raw {
				c.diags.Notef(c.at(at), "remove it, or set x-nullable", "the default is null, which is no value of the property")
			}
		case !fits(f.Type, n):
			c.diags.Notef(c.at(at), "correct it, or the type", "the default %s is not of type %s", jsonText(n), model.Text(f.Type))
		case !listed(f, p, n):
			c.diags.Notef(c.at(at), "correct it, or add it to the enum", "the default %s is not a value of the enum", jsonText(n))
		case !within(f.Bounds, n):
			c.diags.Notef(c.at(at), "correct it, or the limits", "the default %s is not within the limits", jsonText(n))
		}
	}
}

// listed reports whether a value is one of an enum, if the property has one.
func listed(f *model.Field, p *property, n *yaml.Node) bool {
	if e, ok := plain(f.Type).(*model.Enum); ok {
		return e.Has(n.Value) || e.Empty && n.Value == ""
	}
	return !slices.ContainsFunc(p.decls, func(d declaration) bool {
		values := d.enum()
		return len(values) > 0 && !slices.ContainsFunc(values, func(v schema) bool { return jsonText(v.node) == jsonText(n) })
	})
}

// fits reports whether a value is of a type.
func fits(t model.Type, n *yaml.Node) bool {
	switch t := t.(type) {
	case model.Scalar:
		return fitsScalar(t, n)
	case *model.Enum:
		return jsonType(n) == "string"
	case *model.Named:
		return fits(t.Type, n)
	case *model.List:
		return jsonType(n) == "array" && !slices.ContainsFunc(n.Content, func(e *yaml.Node) bool { return !fits(t.Elem, e) })
	case *model.Struct, *model.Map:
		return jsonType(n) == "object"
	case *model.Union:
		return t.Key == "" || jsonType(n) == "object"
	}
	return true
}

func fitsScalar(t model.Scalar, n *yaml.Node) bool {
	is := jsonType(n)
	switch t {
	case model.String:
		return is == "string"
	case model.Bytes:
		_, err := base64.StdEncoding.DecodeString(n.Value)
		return is == "string" && err == nil
	case model.Time:
		_, err := time.Parse(time.RFC3339, n.Value)
		return is == "string" && err == nil
	case model.Bool:
		return is == "boolean"
	case model.Float:
		return is == "number" || is == "integer"
	case model.Raw:
		return true
	}
	v, err := strconv.ParseFloat(n.Value, 64)
	return (is == "number" || is == "integer") && err == nil && v == math.Trunc(v)
}

// within reports whether a value is within limits.
func within(b model.Bounds, n *yaml.Node) bool {
	size := int64(len(n.Content))
	switch jsonType(n) {
	case "array":
		return atLeast(size, b.MinItems) && atMost(size, b.MaxItems)
	case "string":
		length := int64(utf8.RuneCountInString(n.Value))
		return atLeast(length, b.MinLength) && atMost(length, b.MaxLength)
	case "integer", "number":
		v, _ := strconv.ParseFloat(n.Value, 64)
		return atLeast(v, b.Minimum) && atMost(v, b.Maximum) &&
			!(b.ExclusiveMinimum && v == *b.Minimum) && !(b.ExclusiveMaximum && v == *b.Maximum)
	}
	return true
}

func atLeast[T int64 | float64](v T, low *T) bool { return low == nil || v >= *low }
func atMost[T int64 | float64](v T, high *T) bool { return high == nil || v <= *high }
