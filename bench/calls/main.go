// Command calls measures what telephone calls cost that one process bridges to sessions: this package and others bridge
// the same calls, each in a process on a processor of its own, and the project's goals are judged by ratios of one run.
//
//	go run ./calls            # everything, in twelve minutes
//	go run ./calls -quick     # the same in about a minute, too short to be judged by
//
// Read README.md for what is measured, and how.
package main

import (
	"context"
	"flag"
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
	var err error
	if p.Sizes, err = live.Sizes(flag.Args(), p.Sizes...); err != nil {
		exit(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	exit(p.run(ctx, &processes{profile: *profile}, os.Stdout))
}

func exit(err error) { live.Exit("calls", err) }
