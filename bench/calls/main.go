// Command calls measures what telephone calls cost that one process bridges to sessions: this package and others bridge
// the same calls, each in a process on a processor of its own, and the project's goals are judged by ratios of one run.
//
//	go run ./calls            # everything, in eight minutes
//	go run ./calls -quick     # the same in less than a minute, too short to be judged by
//
// Read README.md for what is measured, and how.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/go-voicelive/voicelive-go/bench/internal/live"
)

func main() {
	if len(os.Args) > 3 && os.Args[1] == live.RoleFlag {
		exit(play(os.Args[2], os.Args[3:]))
	}
	p := plan{Sizes: []int{200, 300}}
	flag.DurationVar(&p.Window, "window", 4*time.Second, "how long calls are measured")
	flag.IntVar(&p.Rounds, "rounds", 3, "how often each is measured; the median counts")
	flag.StringVar(&p.Only, "run", ".", "regular expression: what to run, such as twilio/ours/20ms")
	quick := flag.Bool("quick", false, "one short round of 200 calls")
	profile := flag.String("cpuprofile", "", "write the processor profile of the last bridge to this file")
	flag.Parse()
	if *quick {
		p.Window, p.Rounds, p.Sizes = 1500*time.Millisecond, 1, []int{200}
	}
	if flag.NArg() > 0 {
		p.Sizes = nil
		for _, arg := range flag.Args() {
			n := 0
			if _, err := fmt.Sscan(arg, &n); err != nil || n < 1 {
				exit(fmt.Errorf("%q is not a number of calls", arg))
			}
			p.Sizes = append(p.Sizes, n)
		}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	exit(p.run(ctx, &processes{profile: *profile}, os.Stdout))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "calls:", err)
		os.Exit(1)
	}
	os.Exit(0)
}
