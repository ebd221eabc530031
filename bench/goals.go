package main

import "fmt"

// A Goal is a promise about one contender of one case, most of them relative to
// another contender of the same case.
type Goal struct {
	Case, Contender string
	Rule            rule
	Bound           float64
	Than            string
}

type rule string

const (
	takesAtMost     rule = "time at most %gx of %s"
	isFasterThan    rule = "at least %gx as fast as %s"
	allocates       rule = "at most %g allocations"
	allocatesOfThan rule = "allocations at most %gx of %s"
)

var goals = []Goal{
	{"decode/audio4800", "ours", takesAtMost, 1.15, "make+base64"},
	{"decode/audio4800", "ours", allocates, 2, ""},
	{"decode/audio4800", "ours", isFasterThan, 10, "json"},
	{"decode/audio4800", "ours", isFasterThan, 14, "openai"},
	{"decode/audio4800", "ours", isFasterThan, 3, "jsonv2"},
	{"decode/audio4800", "ours", isFasterThan, 1, "jx"},
	{"decode/audio4800", "ours_borrowed", takesAtMost, 0.75, "base64"},
	{"decode/audio4800", "ours_borrowed", allocates, 0, ""},
	{"decode/audio4800", "ours_type_last", takesAtMost, 1.15, "ours"},
	{"decode/audio4800", "ours_borrowed_type_last", takesAtMost, 1.15, "ours_borrowed"},

	{"decode/transcript", "ours", isFasterThan, 12, "json"},
	{"decode/transcript", "ours", isFasterThan, 5, "jsonv2"},

	{"decode/session_updated", "ours", isFasterThan, 10, "json"},
	{"decode/session_updated", "ours", isFasterThan, 15, "openai"},
	{"decode/session_updated", "ours", isFasterThan, 3.5, "jsonv2"},
	{"decode/session_updated", "ours", allocatesOfThan, 0.25, "json"},

	{"decode/response_done", "ours", isFasterThan, 10, "json"},

	{"encode/append960", "ours", takesAtMost, 0.6, "base64"},
	{"encode/append960", "ours", allocates, 0, ""},
	{"encode/append960", "ours", isFasterThan, 25, "openai"},
	{"encode/append4800", "ours", takesAtMost, 0.6, "base64"},
	{"encode/append4800", "ours", allocates, 0, ""},
	{"encode/append4800", "ours", isFasterThan, 25, "openai"},
	{"encode/append9600", "ours", takesAtMost, 0.6, "base64"},
	{"encode/append9600", "ours", allocates, 0, ""},
	{"encode/append9600", "ours", isFasterThan, 25, "openai"},

	{"encode/session_update", "ours", allocates, 0, ""},
	{"encode/session_update", "ours", isFasterThan, 15, "json"},
	{"encode/session_update", "ours", isFasterThan, 5, "jsonv2"},
}

func (g Goal) String() string {
	text := fmt.Sprintf(string(g.Rule), g.Bound, g.Than)
	if g.Than == "" {
		text = fmt.Sprintf(string(g.Rule), g.Bound)
	}
	return fmt.Sprintf("%s %s: %s", g.Case, g.Contender, text)
}

// judge is the number that the goal is about, and whether it is reached. It is
// not measured if one of the two was not there.
func (g Goal) judge(all []Measurement) (value float64, met, measured bool) {
	one, ok := find(all, g.Case, g.Contender)
	than, thanOK := find(all, g.Case, g.Than)
	if !ok || g.Than != "" && !thanOK {
		return 0, false, false
	}
	switch g.Rule {
	case takesAtMost:
		value = one.Time / than.Time
	case isFasterThan:
		value = than.Time / one.Time
		return value, value >= g.Bound, true
	case allocates:
		value = float64(one.Allocs)
	case allocatesOfThan:
		value = float64(one.Allocs) / float64(than.Allocs)
	}
	return value, value <= g.Bound, true
}

func find(all []Measurement, name, contender string) (Measurement, bool) {
	for _, m := range all {
		if m.Case == name && m.Contender == contender {
			return m, true
		}
	}
	return Measurement{}, false
}
