//go:build unix

package main

import (
	"syscall"
	"time"
)

// cpuTime is what the process has used of its processors, garbage collection
// included.
func cpuTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
