package main

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"slices"
	"time"
)

// A plan is what one run of the program measures.
type plan struct {
	Sizes  []int // numbers of calls
	Window time.Duration
	Rounds int
	Only   string
}

// run measures the entries at each number of calls in interleaved rounds, each of which begins with another one.
func (p plan) run(ctx context.Context, run *processes, w io.Writer) error {
	only, err := regexp.Compile(p.Only)
	if err != nil {
		return err
	}
	chosen := slices.DeleteFunc(slices.Clone(entries), func(e entry) bool { return !only.MatchString(e.String()) })
	m := &measurements{out: w, sizes: p.Sizes}
	began := time.Now()
	m.heading()
	for _, n := range p.Sizes {
		all := map[entry][]result{}
		for round := range p.Rounds {
			for k := range chosen {
				e := chosen[(k+round)%len(chosen)]
				r, err := run.run(ctx, jobOf(e, n, p.Window))
				if err != nil {
					return fmt.Errorf("%s, %d calls: %w", e, n, err)
				}
				all[e] = append(all[e], r)
			}
		}
		for _, e := range chosen {
			m.results = append(m.results, medianOf(all[e]))
		}
		m.table(n, chosen)
	}
	m.judge()
	fmt.Fprintf(w, "\nin %.0f s\n", time.Since(began).Seconds())
	return nil
}

// medianOf is the result whose processor time is the median, with the least latencies of all: something else on the
// machine may spoil those of a round. A result that is not whole wins over all.
func medianOf(rs []result) result {
	if i := slices.IndexFunc(rs, func(r result) bool { return !r.allDelivered() }); i >= 0 {
		return rs[i]
	}
	rs = slices.SortedFunc(slices.Values(rs), func(a, b result) int { return int(a.bridge.CPU - b.bridge.CPU) })
	median := rs[len(rs)/2]
	for _, r := range rs {
		if r.peer.In.P99 < median.peer.In.P99 {
			median.peer.In = r.peer.In
		}
		if r.peer.Out.P99 < median.peer.Out.P99 {
			median.peer.Out = r.peer.Out
		}
	}
	return median
}

// measurements is what was measured so far.
type measurements struct {
	out     io.Writer
	sizes   []int
	results []result
}

func (m *measurements) find(e entry, calls int) (result, bool) {
	i := slices.IndexFunc(m.results, func(r result) bool {
		return r.job.Network == e.network && r.job.Contender == e.contender && r.job.Coalesced == e.coalesced && r.job.Calls == calls
	})
	if i < 0 {
		return result{}, false
	}
	return m.results[i], true
}
