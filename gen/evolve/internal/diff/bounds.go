package diff

import (
	"strconv"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// bounds compares limits. A range that gets tighter at one end and looser at the
// other makes two changes.
func (c *comparer) bounds(s subject, old, now model.Bounds) {
	for _, b := range []struct {
		name             string
		before, after    *float64
		openOld, openNow bool // the bound itself is excluded
		lower            bool
	}{
		{"minimum", old.Minimum, now.Minimum, old.ExclusiveMinimum, now.ExclusiveMinimum, true},
		{"maximum", old.Maximum, now.Maximum, old.ExclusiveMaximum, now.ExclusiveMaximum, false},
		{"minLength", float(old.MinLength), float(now.MinLength), false, false, true},
		{"maxLength", float(old.MaxLength), float(now.MaxLength), false, false, false},
		{"minItems", float(old.MinItems), float(now.MinItems), false, false, true},
		{"maxItems", float(old.MaxItems), float(now.MaxItems), false, false, false},
	} {
		before, after := limit(b.name, b.before, b.openOld), limit(b.name, b.after, b.openNow)
		if before == after {
			continue
		}
		c.add(either(tighter(b.before, b.after, b.openNow, b.lower), "field-bounds-tighter", "field-bounds-looser"), s, before, after)
	}
	if old.Pattern != now.Pattern {
		c.add("field-pattern", s, old.Pattern, now.Pattern)
	}
}

// tighter reports, for two different limits, whether the second allows less.
func tighter(before, after *float64, open, lower bool) bool {
	switch {
	case before == nil:
		return true
	case after == nil:
		return false
	case *before == *after:
		return open
	}
	return lower == (*after > *before)
}

func limit(name string, at *float64, open bool) string {
	if at == nil {
		return ""
	}
	return name + " " + strconv.FormatFloat(*at, 'g', -1, 64) + either(open, ", excluded", "")
}

func float(n *int64) *float64 {
	if n == nil {
		return nil
	}
	return new(float64(*n))
}
