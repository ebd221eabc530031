package main

import (
	"math"
	"runtime"
	"time"

	"github.com/go-voicelive/voicelive-go/bench/internal/live"
)

// costs is what a process has used.
type costs struct {
	cpu           time.Duration
	allocs, bytes uint64
}

func costsNow() costs {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return costs{live.CPUTime(), m.Mallocs, m.TotalAlloc}
}

func (c costs) since(began costs) costs {
	return costs{c.cpu - began.cpu, c.allocs - began.allocs, c.bytes - began.bytes}
}

// per is what one of many messages costs, to the hundredth: what is rarer than that
// is not its price.
func (c costs) per(messages int) clientReport {
	share := func(n uint64) float64 { return math.Round(100*float64(n)/float64(messages)) / 100 }
	return clientReport{CPU: c.cpu / time.Duration(messages), Allocs: share(c.allocs), Bytes: share(c.bytes)}
}
