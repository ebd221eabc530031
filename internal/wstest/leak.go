package wstest

import (
	"bytes"
	"fmt"
	"os"
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

// Main runs the tests of a package, and fails if they leave goroutines behind. It is for a TestMain.
func Main(m interface{ Run() int }) {
	code := m.Run()
	if leaks := Leaks(); code == 0 && leaks != "" {
		fmt.Println("goroutines are left:\n" + leaks)
		code = 1
	}
	os.Exit(code)
}
