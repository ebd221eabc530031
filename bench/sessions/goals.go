package main

import "fmt"

// A Goal is a promise about one number.
type Goal struct {
	What    string
	Bound   float64
	AtLeast bool // at most otherwise
	Value   value
}

// A value is a number, if it was measured.
type value func(m *measurements) (v float64, measured bool)

var goals = []Goal{
	{"processor time of 1,000 sessions, Recv, relative to no library", 2.0, false, loadCPU("ours", "floor")},
	{"processor time of 1,000 sessions, RecvBorrowed, relative to no library", 1.6, false, loadCPU("ours_borrowed", "floor")},
	{"99th percentile of the latency of 1,000 sessions, Recv, relative to no library", 3, false, latencyBeside("ours", "floor")},
	{"99th percentile of the latency of 1,000 sessions, RecvBorrowed, in ms", 10, false, latency("ours_borrowed")},
	{"largest number of sessions, RecvBorrowed, which is for gateways, relative to naive", 4, true, largest("ours_borrowed", "naive")},
	{"processor share of 1,000 sessions, naive, in percent", 90, true, share("naive")},

	{"heap of an idle session, in KiB", 8, false, atIdle(func(r clientReport) float64 { return kib(r.Heap) })},
	{"stack of an idle session and of the goroutine that receives, in KiB", 8, false, atIdle(func(r clientReport) float64 { return kib(r.Stack) })},
	{"goroutines of an idle session", 1, false, atIdle(func(r clientReport) float64 { return r.Goroutine - 1 })},

	{"allocations per message before decode", 1, false, received(func(r clientReport) float64 { return r.Allocs })},
	{"bytes allocated per message before decode", 64, false, received(func(r clientReport) float64 { return r.Bytes })},
	{"processor time per message before decode, relative to ReadMessage", 0.4, false, beforeDecode},

	{"frames per append of 12,000 bytes", 1, false, appended(result.frames)},
	{"writes per append of 12,000 bytes", 1, false, appended(result.writes)},
	{"allocations per append of 12,000 bytes", 0, false, appended(func(r result) float64 { return r.client.Allocs })},
}

func (g Goal) String() string {
	if g.AtLeast {
		return fmt.Sprintf("%s: at least %g", g.What, g.Bound)
	}
	return fmt.Sprintf("%s: at most %g", g.What, g.Bound)
}

func (g Goal) met(v float64) bool {
	if g.AtLeast {
		return v >= g.Bound
	}
	return v <= g.Bound
}

func loadCPU(name, than string) value {
	return func(m *measurements) (float64, bool) {
		one, ok := m.find(load, name, judgedSize)
		other, okOther := m.find(load, than, judgedSize)
		return one.cpuPerSession() / other.cpuPerSession(), ok && okOther && one.allDelivered() && other.allDelivered()
	}
}

func latency(name string) value {
	return func(m *measurements) (float64, bool) {
		r, ok := m.find(load, name, judgedSize)
		return float64(r.client.P99) / 1e6, ok && r.allDelivered()
	}
}

func latencyBeside(name, than string) value {
	one, other := latency(name), latency(than)
	return func(m *measurements) (float64, bool) {
		v, ok := one(m)
		beside, okBeside := other(m)
		return v / beside, ok && okBeside
	}
}

func largest(name, than string) value {
	return func(m *measurements) (float64, bool) {
		one, ok := m.largest[name]
		other, okOther := m.largest[than]
		return float64(one) / float64(other), ok && okOther
	}
}

// share is the processor time of the client relative to the time that passed.
func share(name string) value {
	return func(m *measurements) (float64, bool) {
		r, ok := m.find(load, name, judgedSize)
		return r.percent(r.client.CPU), ok
	}
}

func atIdle(of func(clientReport) float64) value {
	return func(m *measurements) (float64, bool) {
		r, ok := m.find(idle, "ours", 0)
		return of(r.client), ok
	}
}

// received is about RecvBorrowed, which allocates nothing to decode.
func received(of func(clientReport) float64) value {
	return func(m *measurements) (float64, bool) {
		r, ok := m.find(blast, "ours_borrowed", 0)
		return of(r.client), ok
	}
}

func beforeDecode(m *measurements) (float64, bool) {
	one, ok := m.find(blast, "ours_borrowed", 0)
	than, okThan := m.find(blast, "readmessage", 0)
	return float64(one.beforeDecode()) / float64(than.client.CPU), ok && okThan
}

func appended(of func(result) float64) value {
	return func(m *measurements) (float64, bool) {
		r, ok := m.find(appends, "ours", 0)
		return of(r), ok
	}
}
