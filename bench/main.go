// Command bench times the codec of package voicelive beside its peers, on the
// same messages and in one interleaved run, and judges the project's goals.
//
// The same cases are ordinary benchmarks too, for benchstat:
//
//	go test -bench . -count 10
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"time"
)

func main() {
	total := flag.Duration("time", 2*time.Minute, "how long the whole run takes")
	only := flag.String("run", ".", "regular expression: the cases to run")
	flag.Parse()
	if err := run(*total, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(total time.Duration, only string) error {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	chosen := slices.DeleteFunc(cases(), func(c Case) bool { return !pattern.MatchString(c.Name) })
	if len(chosen) == 0 {
		return fmt.Errorf("no case matches %s", only)
	}
	fmt.Printf("%s %s/%s, processor time, median of %d interleaved rounds\n\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, rounds)
	all, err := measure(chosen, total)
	if err != nil {
		return err
	}
	return report(os.Stdout, chosen, all)
}
