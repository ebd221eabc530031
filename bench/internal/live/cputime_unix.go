//go:build unix

package live

import (
	"syscall"
	"time"
)

// CPUTime is what the process has used of its processors, garbage collection
// included.
func CPUTime() time.Duration {
	used := rusage()
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// UserTime is the part of CPUTime that was not spent in the system.
func UserTime() time.Duration {
	used := rusage()
	return time.Duration(used.Utime.Nano())
}

func rusage() (used syscall.Rusage) {
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return used
}
