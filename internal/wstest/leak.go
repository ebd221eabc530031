package wstest

import (
	"bytes"
	"runtime"
	"strings"
	"time"
)

// Leaks returns the stacks of goroutines of this module that do not end within half
// a minute, other than the caller's.
func Leaks() string {
	stacks := make([]byte, 16<<20)
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		all := bytes.Split(stacks[:runtime.Stack(stacks, true)], []byte("\n\n"))
		var left []string
		for _, stack := range all[1:] { // the first is the caller's
			if bytes.Contains(stack, []byte("go-voicelive/")) {
				left = append(left, string(stack))
			}
		}
		if len(left) == 0 || time.Now().After(end) {
			return strings.Join(left, "\n\n")
		}
	}
}
