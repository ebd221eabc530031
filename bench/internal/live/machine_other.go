//go:build !linux

package live

import "time"

// OnProcessor is for Linux; elsewhere the system places processes.
func OnProcessor(_ int, f func() error) error { return f() }

// WaitedTime is not known here.
func WaitedTime() time.Duration { return 0 }

// ResidentBytes is not known here.
func ResidentBytes() int64 { return 0 }
