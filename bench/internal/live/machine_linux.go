package live

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// OnProcessor runs f, and the processes that it starts, on one processor.
func OnProcessor(n int, f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, pinned unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return err
	}
	pinned.Set(nth(before, n))
	if err := unix.SchedSetaffinity(0, &pinned); err != nil {
		return err
	}
	defer unix.SchedSetaffinity(0, &before)
	return f()
}

// nth is a processor that the process may use.
func nth(set unix.CPUSet, n int) int {
	var all []int
	for i := 0; len(all) < set.Count(); i++ {
		if set.IsSet(i) {
			all = append(all, i)
		}
	}
	return all[n%len(all)]
}

// WaitedTime is how long threads of the process were ready to run, and something else ran.
func WaitedTime() time.Duration {
	files, _ := filepath.Glob("/proc/self/task/*/schedstat")
	var sum time.Duration
	for _, name := range files {
		data, err := os.ReadFile(name)
		var ran, waited time.Duration
		if err == nil {
			fmt.Sscan(string(data), &ran, &waited)
		}
		sum += waited
	}
	return sum
}

// ResidentBytes is the physical memory of the process.
func ResidentBytes() int64 {
	data, err := os.ReadFile("/proc/self/statm")
	var size, resident int64
	if err == nil {
		fmt.Sscan(string(data), &size, &resident)
	}
	return resident * int64(os.Getpagesize())
}
