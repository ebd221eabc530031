// Package timeline is virtual time for the schedule tests of state machines that are fed
// events and times.
package timeline

import (
	"container/heap"
	"time"
)

// A Timeline does things at their times, and those of one time in the order in which they
// were asked for. Its zero value is ready to be used.
type Timeline struct {
	now     time.Duration // since the beginning
	order   int
	pending moments
}

var beginning = time.Unix(0, 0)

// Now is the time.
func (t *Timeline) Now() time.Time { return beginning.Add(t.now) }

// Since is the time since the beginning.
func (t *Timeline) Since() time.Duration { return t.now }

// At does something at a time, or now if that has passed.
func (t *Timeline) At(at time.Time, do func()) {
	t.order++
	heap.Push(&t.pending, moment{max(t.now, at.Sub(beginning)), t.order, do})
}

// After does something after a while.
func (t *Timeline) After(d time.Duration, do func()) { t.At(t.Now().Add(d), do) }

// Before reports whether something is to be done not later than a time; zero is no time.
func (t *Timeline) Before(at time.Time) bool {
	return len(t.pending) > 0 && (at.IsZero() || t.pending[0].at <= at.Sub(beginning))
}

// Next does what comes next.
func (t *Timeline) Next() {
	m := heap.Pop(&t.pending).(moment)
	t.now = m.at
	m.do()
}

// Reach lets time pass until a time, if that has not passed.
func (t *Timeline) Reach(to time.Time) { t.now = max(t.now, to.Sub(beginning)) }

// Later is the later one of two times.
func Later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

type moment struct {
	at    time.Duration
	order int
	do    func()
}

type moments []moment

func (m moments) Len() int { return len(m) }
func (m moments) Less(i, j int) bool {
	return m[i].at < m[j].at || m[i].at == m[j].at && m[i].order < m[j].order
}
func (m moments) Swap(i, j int) { m[i], m[j] = m[j], m[i] }
func (m *moments) Push(one any) { *m = append(*m, one.(moment)) }
func (m *moments) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}
