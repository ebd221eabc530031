package main

import (
	"io"
	"math"
	"strings"
	"testing"
	"time"
)

// measured is a run in which every number is as good as it may just be.
func measured() *measurements {
	loaded := func(name string, cpu, p99 time.Duration) result {
		j := loadOf(name, judgedSize, time.Second)
		n := j.Sessions * j.Messages
		return result{j, clientReport{CPU: cpu, P99: p99, Delivered: n, Sent: n}, serverReport{Sent: n, Messages: n}}
	}
	return &measurements{
		chosen: contenders,
		results: []result{
			loaded("ours", 400*time.Millisecond, 9*time.Millisecond),
			loaded("ours_borrowed", 320*time.Millisecond, 10*time.Millisecond),
			loaded("naive", 900*time.Millisecond, time.Second),
			loaded("floor", 200*time.Millisecond, 3*time.Millisecond),
			{job{Kind: idle, Contender: "ours"}, clientReport{Heap: 8 << 10, Stack: 8 << 10, Goroutine: 2}, serverReport{}},
			{job{Kind: blast, Contender: "ours_borrowed"}, clientReport{CPU: 5, Decode: 3, Allocs: 1, Bytes: 64}, serverReport{}},
			{job{Kind: blast, Contender: "readmessage"}, clientReport{CPU: 5}, serverReport{}},
			{job{Kind: appends, Contender: "ours"}, clientReport{Sent: 100, Writes: 90}, serverReport{Messages: 100, Frames: 100}},
		},
		largest: map[string]int{"ours": 4000, "ours_borrowed": 4000, "naive": 1000},
	}
}

func TestGoalsAreMetAtTheirBounds(t *testing.T) {
	m := measured()
	for _, g := range goals {
		if v, ok := g.Value(m); !ok || !g.met(v) || v != g.Bound {
			t.Errorf("%s: got %v, measured %t", g, v, ok)
		}
		past := math.Nextafter(g.Bound, math.Inf(1))
		if g.AtLeast {
			past = math.Nextafter(g.Bound, math.Inf(-1))
		}
		if g.met(past) {
			t.Errorf("%s: %v meets it", g, past)
		}
	}
}

func TestGoalsOfWhatWasNotMeasuredAreNotMet(t *testing.T) {
	var out strings.Builder
	m := &measurements{out: &out}
	m.judge()
	if got := strings.Count(out.String(), "not measured"); got != len(goals) {
		t.Errorf("%d of %d goals are not measured:\n%s", got, len(goals), out.String())
	}
}

func TestWhatWasNotDeliveredIsNotJudgedBySpeed(t *testing.T) {
	m := measured()
	m.results[0].client.Delivered--
	m.out = io.Discard
	for _, value := range []value{loadCPU("ours", "floor"), latency("ours")} {
		if v, ok := value(m); ok {
			t.Errorf("got %v", v)
		}
	}
}

func TestTheLargestNumberIsSearchedBetweenWhatIsKnown(t *testing.T) {
	m := measured()
	for _, test := range []struct {
		name         string
		held, failed int
	}{
		{"ours", judgedSize, 0},
		{"naive", 0, judgedSize},
		{"openai", 0, 0},
	} {
		if held, failed := m.bracket(test.name); held != test.held || failed != test.failed {
			t.Errorf("%s: between %d and %d, want %d and %d", test.name, held, failed, test.held, test.failed)
		}
	}
}

func TestTheSearchForTheLargestNumberEnds(t *testing.T) {
	for _, largest := range []int{0, 1, 2, 77, 300, 1234, 9999} {
		held, failed, tries := 0, 0, 0
		for n := next(held, failed); n != 0; n = next(held, failed) {
			if tries++; tries > 25 {
				t.Fatalf("%d: still between %d and %d", largest, held, failed)
			}
			if n <= largest {
				held = n
			} else {
				failed = n
			}
		}
		if held > largest || float64(largest) > resolution*float64(held)+1 {
			t.Errorf("found %d, want about %d", held, largest)
		}
	}
}

func TestTheMedianOfLatencyIsItsOwn(t *testing.T) {
	round := func(cpu, p99 time.Duration) result { return result{client: clientReport{CPU: cpu, P99: p99}} }
	good := func(result) bool { return true }
	if got := medianOf([]result{round(1, 7), round(2, 9), round(3, 8)}, good).client; got.CPU != 2 || got.P99 != 8 {
		t.Errorf("got %d and %d, want 2 and 8", got.CPU, got.P99)
	}
}

func TestOneBadRoundIsNotHiddenByTheMedian(t *testing.T) {
	round := func(cpu time.Duration, sent int) result { return result{client: clientReport{CPU: cpu, Sent: sent}} }
	good := func(r result) bool { return r.client.Sent == 1 }
	if got := medianOf([]result{round(3, 1), round(1, 1), round(2, 1)}, good); got.client.CPU != 2 {
		t.Errorf("got %v, want the median", got.client.CPU)
	}
	if got := medianOf([]result{round(3, 1), round(9, 0), round(2, 1)}, good); got.client.CPU != 9 {
		t.Errorf("got %v, want the bad one", got.client.CPU)
	}
}
