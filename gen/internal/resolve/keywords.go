package resolve

import (
	"slices"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

var numbers = []string{"integer", "number"}

// applies lists the types that a keyword says something about.
var applies = map[string][]string{
	"enum":   {"boolean", "integer", "number", "string"},
	"format": {"integer", "number", "string"},

	"exclusiveMaximum": numbers,
	"exclusiveMinimum": numbers,
	"maximum":          numbers,
	"minimum":          numbers,
	"multipleOf":       numbers,

	"maxLength": {"string"},
	"minLength": {"string"},
	"pattern":   {"string"},

	"items":       {"array"},
	"maxItems":    {"array"},
	"minItems":    {"array"},
	"uniqueItems": {"array"},

	"additionalProperties": {"object"},
	"discriminator":        {"object"},
	"maxProperties":        {"object"},
	"minProperties":        {"object"},
	"required":             {"object"},
}

// formats lists the types that a format says something about; one that is not
// listed may be of any of them.
var formats = map[string][]string{
	"byte":      {"string"},
	"date-time": {"string"},
	"double":    {"number", "string"},
	"float":     {"number", "string"},
	"int32":     {"integer", "string"},
	"int64":     {"integer", "string"},
	"unixtime":  {"integer", "string"},
}

// replaced are the keywords that have no effect beside a reference.
var replaced = []string{"additionalProperties", "discriminator", "enum", "items", "properties", "required"}

// checkKeywords notes the keywords that have no effect on their schema: the
// document may mean something that is not generated.
func (d *declarations) checkKeywords() {
	for _, def := range d.all {
		d.checkSchema(def.schema)
		walk(def.schema, d.checkSchema)
	}
}

func (d *declarations) checkSchema(s schema) {
	t := d.typeOfValues(s)
	for _, p := range s.pieces() {
		_, ref := p.target()
		for k, v := range document.Members(p.node) {
			at := p.below(nil, k, k.Value)
			types, listed := applies[k.Value]
			known, isFormat := formats[v.Value]
			switch {
			case ref && slices.Contains(replaced, k.Value):
				d.diags.Notef(d.at(at), "remove it", "%s has no effect beside $ref", k.Value)
			case t == "":
			case listed && !slices.Contains(types, t):
				d.diags.Notef(d.at(at), "remove it, or correct the type", "%s has no effect on type %s", k.Value, t)
			case k.Value == "format" && isFormat && !slices.Contains(known, t):
				d.diags.Notef(d.at(at), "remove it, or correct the type", "format %s has no effect on type %s", v.Value, t)
			case k.Value == "multipleOf" && *p.MultipleOf <= 0:
				d.diags.Notef(d.at(at), "correct it in the overlay", "no number is a multiple of %v", *p.MultipleOf)
			}
		}
	}
	if low, high := s.MinProperties, s.MaxProperties; low != nil && high != nil && *low > *high {
		d.diags.Notef(d.at(s), "correct one of them in the overlay", "no value is within the limits of %d to %d properties", *low, *high)
	}
}

// typeOfValues is the type that the values of a schema have; empty if they can
// have any, or if an extension decides.
func (d *declarations) typeOfValues(s schema) string {
	switch {
	case s.keyword(extRaw) != nil || s.keyword(extOneOf) != nil:
		return ""
	case d.composes(s) || s.keyword("discriminator") != nil && s.typeName() == "":
		return "object"
	}
	if t := d.typeNameOf(d.typePiece(s)); t != "null" {
		return t
	}
	return ""
}

// checkBounds notes limits that no value of a type keeps.
func (r reader) checkBounds(at diag.Location, b model.Bounds) {
	const fix = "correct one of them in the overlay"
	if low, high := b.Minimum, b.Maximum; low != nil && high != nil && (*low > *high || *low == *high && (b.ExclusiveMinimum || b.ExclusiveMaximum)) {
		r.diags.Notef(at, fix, "no number is within the limits of %v to %v", *low, *high)
	}
	if low, high := b.MinLength, b.MaxLength; low != nil && high != nil && *low > *high {
		r.diags.Notef(at, fix, "no string is within the limits of %d to %d characters", *low, *high)
	}
	if low, high := b.MinItems, b.MaxItems; low != nil && high != nil && *low > *high {
		r.diags.Notef(at, fix, "no array is within the limits of %d to %d items", *low, *high)
	}
}
