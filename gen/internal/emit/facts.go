package emit

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/internal/model"
)

// fieldFacts are sentences that state what the schema says beside the
// description, unless that says it.
func fieldFacts(p *model.Field) string {
	var facts []string
	say := func(said bool, format string, args ...any) {
		if !said {
			facts = append(facts, fmt.Sprintf(format, args...))
		}
	}
	if p.Default != "" {
		say(saysDefault(p.Doc, p.Default), "The service's default is %s.", p.Default)
	}
	facts = append(facts, boundFacts(p.Bounds, p.Doc)...)
	if p.Known != nil {
		say(false, "The only documented value is [%s].", p.Known.Name)
	}
	if words, ok := formats[p.Format]; ok {
		say(saysOneOf(p.Doc, words), "Format: %s.", p.Format)
	}
	if p.ReadOnly {
		say(saysOneOf(p.Doc, "read-only|read only|readonly"), "Read-only.")
	}
	if len(p.Aliases) > 0 {
		say(false, "Also read as %s.", strings.Join(p.Aliases, ", "))
	}
	if p.Nullable {
		if u, ok := p.Type.(*model.Union); ok {
			say(false, "[Null%s] sends null.", u.Name)
		} else {
			say(saysOneOf(p.Doc, "null"), "May be null.")
		}
	}
	return strings.Join(facts, " ")
}

// formats are the formats worth a fact, with the words that say as much.
var formats = map[string]string{
	"uri": "url|uri", "uuid": "uuid|guid", "duration": "duration|iso 8601", "date": "date", "email": "email|e-mail",
}

// saysOneOf reports whether prose has one of the words between the bars, in
// whatever case.
func saysOneOf(prose, words string) bool {
	prose = strings.ToLower(prose)
	return slices.ContainsFunc(strings.Split(words, "|"), func(word string) bool { return strings.Contains(prose, word) })
}

// saysDefault reports whether a sentence of the prose has the word default and
// the value, a JSON text.
func saysDefault(prose, value string) bool {
	value = strings.ToLower(strings.Trim(value, `[]"`))
	return slices.ContainsFunc(sentences(prose), func(sentence string) bool {
		return strings.Contains(sentence, "default") && slices.ContainsFunc(tokens(sentence), func(t string) bool { return sameValue(t, value) })
	})
}

// sentences are in small letters.
func sentences(prose string) []string { return sentenceEnd.Split(strings.ToLower(prose), -1) }

var (
	sentenceEnd = regexp.MustCompile(`[.;]\s+|\n\s*\n|\n\s*[-*]\s`)
	tokenEnd    = regexp.MustCompile(`[^\pL\pN._-]+`)
	unit        = regexp.MustCompile(`^(-?[0-9.]+)(ms|s|hz|khz|%)$`)
)

// tokens are the words and numbers of a sentence, numbers without their units.
func tokens(sentence string) []string {
	var all []string
	for _, t := range tokenEnd.Split(sentence, -1) {
		t = strings.Trim(t, "._")
		if m := unit.FindStringSubmatch(t); m != nil {
			t = m[1]
		}
		all = append(all, t)
	}
	return all
}

// sameValue compares numbers as numbers.
func sameValue(a, b string) bool {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	return a == b || errX == nil && errY == nil && x == y
}

// boundFacts are sentences about limits that the prose does not state.
func boundFacts(b model.Bounds, prose string) (facts []string) {
	limit := func(min, max *float64, minText, maxText, unit string) {
		fact := ""
		switch {
		case min == nil && max == nil, saysLimits(prose, min, max), unit != "" && saysNotEmpty(prose, min, max):
			return
		case min == nil:
			fact = "At most " + maxText + units(unit, *max)
		case max == nil:
			fact = "At least " + minText + units(unit, *min)
		case *min == *max:
			fact = "Exactly " + minText + units(unit, *min)
		default:
			fact = "From " + minText + " to " + maxText + units(unit, *max)
		}
		facts = append(facts, fact+".")
	}
	limit(b.Minimum, b.Maximum, numberText(b.Minimum, b.ExclusiveMinimum), numberText(b.Maximum, b.ExclusiveMaximum), "")
	count := func(min, max *int64, unit string) {
		a, b := float(min), float(max)
		limit(a, b, numberText(a, false), numberText(b, false), unit)
	}
	count(b.MinLength, b.MaxLength, "character")
	count(b.MinItems, b.MaxItems, "element")
	if b.Pattern != "" && !strings.Contains(prose, b.Pattern) {
		facts = append(facts, "Pattern: "+b.Pattern+".")
	}
	return facts
}

// saysLimits reports whether a sentence speaks of limits and has all numbers.
func saysLimits(prose string, limits ...*float64) bool {
	return slices.ContainsFunc(sentences(prose), func(sentence string) bool {
		if !saysOneOf(sentence, "between|range|from |minimum|maximum|at least|at most|up to|less than|greater than") {
			return false
		}
		words := tokens(sentence)
		return !slices.ContainsFunc(limits, func(limit *float64) bool {
			return limit != nil && !slices.ContainsFunc(words, func(t string) bool {
				n, err := strconv.ParseFloat(t, 64)
				return err == nil && n == *limit
			})
		})
	})
}

func saysNotEmpty(prose string, min, max *float64) bool {
	return max == nil && *min == 1 && saysOneOf(prose, "cannot be empty|not be empty|non-empty|not empty")
}

func units(unit string, n float64) string {
	switch {
	case unit == "":
		return ""
	case n == 1:
		return " " + unit
	}
	return " " + unit + "s"
}

func float(n *int64) *float64 {
	if n == nil {
		return nil
	}
	return new(float64(*n))
}

func numberText(v *float64, exclusive bool) string {
	if v == nil {
		return ""
	}
	s := strings.TrimSuffix(fmt.Sprintf("%f", *v), ".000000")
	if strings.Contains(s, ".") {
		s = strings.TrimRight(s, "0")
	}
	if exclusive {
		s += " (exclusive)"
	}
	return s
}
