//go:build !unix

package live

import "time"

var started = time.Now()

// CPUTime is wall time where nothing better is at hand: close the other programs.
func CPUTime() time.Duration { return time.Since(started) }

// UserTime is not told apart here.
func UserTime() time.Duration { return CPUTime() }
