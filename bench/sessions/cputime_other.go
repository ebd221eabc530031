//go:build !unix

package main

import "time"

var started = time.Now()

// cpuTime is wall time where nothing better is at hand: close the other programs.
func cpuTime() time.Duration { return time.Since(started) }
