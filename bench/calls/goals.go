package main

import (
	"fmt"
	"math"
	"time"
)

// A Goal is a promise about one number: it is at most Bound.
type Goal struct {
	What  string
	Bound float64
	Value func(m *measurements) (v float64, measured bool)
}

func (g Goal) String() string { return fmt.Sprintf("%s: at most %g", g.What, g.Bound) }

// goalsOf are the goals about a number of calls of a network.
func goalsOf(network string, calls int) []Goal {
	ours := func(coalesced int) entry { return entry{network, "ours", coalesced} }
	naive := entry{network, "naive", 1}
	floor := func(coalesced int) entry { return entry{network, "floor", coalesced} }
	name := func(what string) string { return fmt.Sprintf("%s, %d calls: %s", network, calls, what) }
	beside := func(one, other entry, of func(result) float64) func(*measurements) (float64, bool) {
		return func(m *measurements) (float64, bool) {
			a, ok := m.find(one, calls)
			b, okOther := m.find(other, calls)
			// a naive bridge that falls behind has done less work for its time, which only flatters it
			return of(a) / of(b), ok && okOther && a.allDelivered() && (other == naive || b.allDelivered())
		}
	}
	of := func(value func(result) float64) func(*measurements) (float64, bool) {
		return func(m *measurements) (float64, bool) {
			r, ok := m.find(ours(1), calls)
			return value(r), ok && r.allDelivered()
		}
	}
	return []Goal{
		{name("processor time, appends of 20 ms, relative to naive"), 0.7, beside(ours(1), naive, result.cpu)},
		{name("processor time, appends of 100 ms, relative to naive"), 0.45, beside(ours(perDelta), naive, result.cpu)},
		{name("user time, appends of 20 ms, relative to naive"), 0.4, beside(ours(1), naive, result.user)},
		{name("processor time, appends of 20 ms, relative to no library"), 1.5, beside(ours(1), floor(1), result.cpu)},
		{name("processor time, appends of 100 ms, relative to no library"), 1.5, beside(ours(perDelta), floor(perDelta), result.cpu)},
		{name("99th percentile of the latency to the service, relative to no library"), 3, beside(ours(1), floor(1), func(r result) float64 { return float64(r.peer.In.P99) })},
		{name("99th percentile of the latency to the caller, relative to no library"), 3, beside(ours(1), floor(1), func(r result) float64 { return float64(r.peer.Out.P99) })},
		{name("writes to the telephone per delta and mark"), 1, of(result.writes)},
		{name("memory of a call, in KiB"), 64, of(func(r result) float64 { return float64(r.bridge.Memory) / 1024 })},
		{name("allocations per packet"), 0, of(result.allocs)},
	}
}

// cpu is processor time in microseconds per second of a call, by the packets that were there.
func (r result) cpu() float64 { return r.perCallSecond(r.bridge.CPU) }

// user is the part of cpu that was not spent in the system.
func (r result) user() float64 { return r.perCallSecond(r.bridge.User) }

func (r result) perCallSecond(d time.Duration) float64 {
	return float64(d.Microseconds()) / (float64(r.measured()) * packetTime.Seconds())
}

// measured is how many packets were bridged while it was measured.
func (r result) measured() int { return r.peer.Heard - r.peer.Early }

func (r result) writes() float64 { return float64(r.bridge.Writes) / float64(r.peer.Deltas) }

// allocs is per packet, to the hundredth: what is rarer than that is not its price.
func (r result) allocs() float64 {
	return math.Round(100*float64(r.bridge.Allocs)/float64(r.measured())) / 100
}
