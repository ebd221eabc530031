package live

import (
	"runtime"
	"time"
)

// Usage is what a process holds.
type Usage struct {
	Heap, Stack, RSS int64 // bytes
	Goroutines       float64
}

// UsageNow is what is held now, garbage included.
func UsageNow() Usage {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return Usage{Heap: int64(m.HeapAlloc), Stack: int64(m.StackInuse), RSS: ResidentBytes(), Goroutines: float64(runtime.NumGoroutine())}
}

// UsageSettled is what is held for good: garbage is collected, twice because of
// pools, and goroutines have had the time to come to rest.
func UsageSettled() Usage {
	time.Sleep(200 * time.Millisecond)
	runtime.GC()
	runtime.GC()
	return UsageNow()
}
