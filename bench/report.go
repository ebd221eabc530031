package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// baselines are what the columns of ratios are relative to; the floor is the
// first of its names that takes part in a case.
var (
	baseline = "ours"
	floors   = []string{"make+base64", "base64", "memcpy"}
)

func report(w io.Writer, cases []Case, all []Measurement) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, c := range cases {
		floor := floorOf(c)
		fmt.Fprintf(table, "%s, %d bytes\tns/op\tMB/s\tB/op\tallocs/op\tx ours\tx %s\t\n", c.Name, len(c.Input), floor)
		for _, contender := range c.Contenders {
			m, _ := find(all, c.Name, contender.Name)
			fmt.Fprintf(table, "%s\t%.0f\t%.0f\t%d\t%d\t%s\t%s\t\n", m.Contender, m.Time, float64(len(c.Input))/m.Time*1e3,
				m.Bytes, m.Allocs, ratio(all, m, baseline), ratio(all, m, floor))
		}
		fmt.Fprint(table, "\t\t\t\t\t\t\t\n")
	}
	if err := table.Flush(); err != nil {
		return err
	}

	fmt.Fprintln(w, "goals")
	verdicts := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, g := range goals {
		value, met, measured := g.judge(all)
		switch {
		case !measured:
			fmt.Fprintf(verdicts, "%s\t-\tnot measured\n", g)
		case met:
			fmt.Fprintf(verdicts, "%s\t%.3g\tmet\n", g, value)
		default:
			fmt.Fprintf(verdicts, "%s\t%.3g\tNOT MET\n", g, value)
		}
	}
	return verdicts.Flush()
}

func floorOf(c Case) string {
	for _, floor := range floors {
		if slices.ContainsFunc(c.Contenders, func(one Contender) bool { return one.Name == floor }) {
			return floor
		}
	}
	return ""
}

func ratio(all []Measurement, m Measurement, to string) string {
	than, ok := find(all, m.Case, to)
	if !ok {
		return "-"
	}
	return fmt.Sprintf("%.2f", m.Time/than.Time)
}
