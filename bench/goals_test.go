package main

import (
	"slices"
	"testing"
)

func TestGoalsAreAboutContendersThatExist(t *testing.T) {
	all := cases()
	for _, g := range goals {
		i := slices.IndexFunc(all, func(c Case) bool { return c.Name == g.Case })
		if i < 0 {
			t.Errorf("%s: there is no such case", g)
			continue
		}
		for _, name := range []string{g.Contender, g.Than} {
			if name != "" && !slices.ContainsFunc(all[i].Contenders, func(c Contender) bool { return c.Name == name }) {
				t.Errorf("%s: nobody there is called %s", g, name)
			}
		}
	}
}

func TestGoalsJudgeMeasurements(t *testing.T) {
	all := []Measurement{
		{Case: "c", Contender: "ours", Time: 100, Allocs: 2},
		{Case: "c", Contender: "peer", Time: 1000, Allocs: 8},
		{Case: "other", Contender: "ours", Time: 1},
	}
	for _, test := range []struct {
		goal          Goal
		value         float64
		met, measured bool
	}{
		{Goal{"c", "ours", takesAtMost, 0.1, "peer"}, 0.1, true, true},
		{Goal{"c", "ours", takesAtMost, 0.09, "peer"}, 0.1, false, true},
		{Goal{"c", "ours", isFasterThan, 10, "peer"}, 10, true, true},
		{Goal{"c", "ours", isFasterThan, 11, "peer"}, 10, false, true},
		{Goal{"c", "ours", allocates, 2, ""}, 2, true, true},
		{Goal{"c", "ours", allocates, 1, ""}, 2, false, true},
		{Goal{"c", "ours", allocatesOfThan, 0.25, "peer"}, 0.25, true, true},
		{Goal{"c", "ours", allocatesOfThan, 0.2, "peer"}, 0.25, false, true},
		{Goal{"c", "theirs", takesAtMost, 1, "peer"}, 0, false, false},
		{Goal{"other", "ours", takesAtMost, 1, "peer"}, 0, false, false},
	} {
		value, met, measured := test.goal.judge(all)
		if value != test.value || met != test.met || measured != test.measured {
			t.Errorf("%s: got %v, %t, %t, want %v, %t, %t", test.goal, value, met, measured, test.value, test.met, test.measured)
		}
	}
}
