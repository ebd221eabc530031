//go:build !linux

package main

import "time"

// onProcessor is for Linux; elsewhere the system places processes.
func onProcessor(_ int, f func() error) error { return f() }

func waitedTime() time.Duration { return 0 }

func residentBytes() int64 { return 0 }
