package main

import (
	"fmt"
	"runtime"
	"slices"
	"time"
)

// rounds is how often each contender of a case is timed; what counts is the
// median.
const rounds = 15

// A Measurement is what one operation of a contender costs.
type Measurement struct {
	Case, Contender string
	Time            float64 // ns of processor time, the median of all rounds
	Allocs, Bytes   uint64
}

// measure times all cases within about the given time. The contenders of a case
// take turns in every round, each round begins with another one, and each turn
// starts from a collected heap, so what slows the machine down slows all of them.
func measure(cases []Case, total time.Duration) ([]Measurement, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // garbage collection counts
	contenders := 0
	for _, c := range cases {
		contenders += len(c.Contenders)
	}
	// A quarter is for warming up and for collecting garbage in between.
	turn := min(total*3/4/time.Duration(contenders*rounds), 50*time.Millisecond)

	var all []Measurement
	for _, c := range cases {
		measured, err := measureCase(c, turn)
		if err != nil {
			return nil, err
		}
		all = append(all, measured...)
	}
	return all, nil
}

func measureCase(c Case, turn time.Duration) ([]Measurement, error) {
	measured := make([]Measurement, len(c.Contenders))
	counts := make([]int, len(c.Contenders))
	for i, contender := range c.Contenders {
		measured[i] = Measurement{Case: c.Name, Contender: contender.Name}
		if err := contender.Func(); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", c.Name, contender.Name, err)
		}
		counts[i] = calibrate(contender.Func, turn)
		measured[i].Allocs, measured[i].Bytes = memory(contender.Func, min(counts[i], 1000))
	}
	times := make([][]float64, len(c.Contenders))
	for round := range rounds {
		for k := range c.Contenders {
			i := (round + k) % len(c.Contenders)
			runtime.GC()
			times[i] = append(times[i], float64(batch(c.Contenders[i].Func, counts[i]))/float64(counts[i]))
		}
	}
	for i := range measured {
		slices.Sort(times[i])
		measured[i].Time = times[i][rounds/2]
	}
	return measured, nil
}

// batch runs an operation n times. Errors do not occur: the first call was checked.
func batch(f func() error, n int) time.Duration {
	start := cpuTime()
	for range n {
		f()
	}
	return cpuTime() - start
}

// calibrate finds how many operations take the time of one turn.
func calibrate(f func() error, turn time.Duration) int {
	for n := 1; ; n *= 4 {
		if took := batch(f, n); took >= turn/8 {
			return max(1, int(float64(n)*float64(turn)/float64(took)))
		}
	}
}

func memory(f func() error, n int) (allocs, bytes uint64) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		f()
	}
	runtime.ReadMemStats(&after)
	return (after.Mallocs - before.Mallocs) / uint64(n), (after.TotalAlloc - before.TotalAlloc) / uint64(n)
}
