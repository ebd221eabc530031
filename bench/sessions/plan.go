package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"time"
)

// A plan is what one run of the program measures.
type plan struct {
	Sizes  []int // numbers of sessions of the loads
	Window time.Duration
	Rounds int
	Idle   int
	Blast  int
	Only   string
	Parts  string
}

// judgedSize is the number of sessions that the goals are about.
const judgedSize = 1000

// heldLatency is what the 99th percentile stays below in a load that is held.
const heldLatency = 20 * time.Millisecond

func (p plan) run(ctx context.Context, run *processes, w io.Writer) error {
	only, err := regexp.Compile(p.Only)
	if err != nil {
		return err
	}
	parts, err := regexp.Compile(p.Parts)
	if err != nil {
		return err
	}
	chosen := slices.DeleteFunc(slices.Clone(contenders), func(c contender) bool { return !only.MatchString(c.name) })
	m := &measurements{run: run, out: w, chosen: chosen, largest: map[string]int{}}
	began := time.Now()
	m.heading()
	for _, part := range []struct {
		name    string
		measure func(context.Context, plan) error
	}{
		{"load", m.loads}, {"largest", m.findLargest}, {"idle", m.idle}, {"blast", m.blasts}, {"appends", m.appends},
	} {
		if !parts.MatchString(part.name) {
			continue
		}
		if err := part.measure(ctx, p); err != nil {
			return err
		}
	}
	m.judge()
	fmt.Fprintf(w, "\nin %.0f s\n", time.Since(began).Seconds())
	return nil
}

// measurements is what was measured so far.
type measurements struct {
	run     *processes
	out     io.Writer
	chosen  []contender
	results []result       // each the median of its rounds, or the first that was not held
	largest map[string]int // sessions that a contender holds
}

func (m *measurements) find(k kind, contender string, sessions int) (result, bool) {
	i := slices.IndexFunc(m.results, func(r result) bool {
		return r.job.Kind == k && r.job.Contender == contender && (sessions == 0 || r.job.Sessions == sessions)
	})
	if i < 0 {
		return result{}, false
	}
	return m.results[i], true
}

// loads measures the contenders at each number of sessions in interleaved rounds,
// each of which begins with another contender. Who cannot hold a number is not asked again.
func (m *measurements) loads(ctx context.Context, p plan) error {
	for _, n := range p.Sizes {
		rounds := 1
		if n == judgedSize {
			rounds = p.Rounds
		}
		all := map[string][]result{}
		for round := range rounds {
			for k := range m.chosen {
				c := m.chosen[(k+round)%len(m.chosen)]
				if c.raw || round > 0 && !c.judged || m.overloaded(c.name, n, all[c.name]) {
					continue
				}
				r, err := m.run.run(ctx, loadOf(c.name, n, p.Window))
				if err != nil {
					return fmt.Errorf("%s, %d sessions: %w", c.name, n, err)
				}
				all[c.name] = append(all[c.name], r)
			}
		}
		for _, c := range m.chosen {
			if rs := all[c.name]; len(rs) > 0 {
				m.results = append(m.results, medianOf(rs, result.allDelivered))
			}
		}
		m.loadTable(n)
	}
	return nil
}

// overloaded reports whether a contender has not held n sessions, or less, before.
func (m *measurements) overloaded(name string, n int, rounds []result) bool {
	return slices.ContainsFunc(slices.Concat(m.results, rounds), func(r result) bool {
		return r.job.Kind == load && r.job.Contender == name && r.job.Sessions <= n && !r.allDelivered()
	})
}

// medianOf is the result whose processor time is the median, with the median of the 99th percentiles; one that is not
// good wins over all.
func medianOf(rs []result, good func(result) bool) result {
	if i := slices.IndexFunc(rs, func(r result) bool { return !good(r) }); i >= 0 {
		return rs[i]
	}
	slices.SortFunc(rs, func(a, b result) int { return int(a.client.P99 - b.client.P99) })
	p99 := rs[len(rs)/2].client.P99
	slices.SortFunc(rs, func(a, b result) int { return int(a.client.CPU - b.client.CPU) })
	r := rs[len(rs)/2]
	r.client.P99 = p99
	return r
}

const (
	firstTried = 300
	step       = 1.5  // from a number that is held to the next that is tried
	resolution = 1.04 // of the largest number
	tries      = 2    // of a number: something else on the machine may make one fail
)

// findLargest searches the largest number of sessions of each contender: upwards
// until a number is not held, and between the two then.
func (m *measurements) findLargest(ctx context.Context, p plan) error {
	for _, c := range m.chosen {
		if c.raw || c.name == "floor_ready" {
			continue
		}
		held, failed := m.bracket(c.name)
		for n := next(held, failed); n != 0; n = next(held, failed) {
			ok, err := m.holds(ctx, loadOf(c.name, n, p.Window))
			if err != nil {
				return fmt.Errorf("%s, %d sessions: %w", c.name, n, err)
			}
			if ok {
				held = n
			} else {
				failed = n
			}
		}
		m.largest[c.name] = held
	}
	m.largestTable()
	return nil
}

// holds reports whether a try of j is held.
func (m *measurements) holds(ctx context.Context, j job) (bool, error) {
	for range tries {
		if r, err := m.run.run(ctx, j); err != nil || r.held() {
			return err == nil, err
		}
	}
	return false, nil
}

func (r result) held() bool { return r.allDelivered() && r.client.P99 < heldLatency }

// next is the number of sessions to try between one that is held, 0 if none is known,
// and one that is not, 0 if none is known. It is 0 once the largest number is known.
func next(held, failed int) int {
	switch {
	case held == 0 && failed == 0:
		return firstTried
	case failed == 0:
		return int(float64(held) * step)
	case held == 0:
		return failed / 2
	case failed == held+1 || float64(failed) <= resolution*float64(held):
		return 0
	}
	return max(held+1, int(math.Sqrt(float64(held)*float64(failed))))
}

// bracket is what the loads say about the largest number, 0 being unknown.
func (m *measurements) bracket(name string) (held, failed int) {
	for _, r := range m.results {
		switch n := r.job.Sessions; {
		case r.job.Kind != load || r.job.Contender != name:
		case r.held():
			held = max(held, n)
		case failed == 0 || n < failed:
			failed = n
		}
	}
	return held, failed
}

// idle measures what open sessions hold.
func (m *measurements) idle(ctx context.Context, p plan) error {
	if err := m.each(ctx, 1, func(c contender) (job, bool) {
		return job{Kind: idle, Contender: c.name, Sessions: p.Idle + idleBefore}, !c.raw && c.name != "floor_ready"
	}); err != nil {
		return err
	}
	m.idleTable()
	return nil
}

// blastRounds is how many rounds of blasts there are for each of another load: they take a fraction of a second.
const blastRounds = 3

// blasts measures one connection that always has something to read.
func (m *measurements) blasts(ctx context.Context, p plan) error {
	if err := m.each(ctx, blastRounds*p.Rounds, func(c contender) (job, bool) {
		return job{Kind: blast, Contender: c.name, Sessions: 1, Messages: p.Blast}, c.name != "floor_ready"
	}); err != nil {
		return err
	}
	m.blastTable()
	return nil
}

// appends measures one connection that sends the largest events that fit a frame.
func (m *measurements) appends(ctx context.Context, p plan) error {
	if err := m.each(ctx, 1, func(c contender) (job, bool) {
		return job{Kind: appends, Contender: c.name, Sessions: 1, Messages: p.Blast / 5, Audio: 12_000}, !c.raw && c.name != "floor_ready" && c.name != "ours_borrowed"
	}); err != nil {
		return err
	}
	m.appendTable()
	return nil
}

// each runs a job for each of the contenders that take part in it.
func (m *measurements) each(ctx context.Context, rounds int, jobOf func(contender) (job, bool)) error {
	all := map[string][]result{}
	for round := range rounds {
		for _, c := range m.chosen {
			j, ok := jobOf(c)
			if !ok || round > 0 && !c.judged {
				continue
			}
			r, err := m.run.run(ctx, j)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", c.name, j.Kind, err)
			}
			if r.client.Err != "" {
				return fmt.Errorf("%s, %s: %s", c.name, j.Kind, r.client.Err)
			}
			all[c.name] = append(all[c.name], r)
		}
	}
	for _, c := range m.chosen {
		if rs := all[c.name]; len(rs) > 0 {
			m.results = append(m.results, medianOf(rs, func(result) bool { return true }))
		}
	}
	return nil
}
