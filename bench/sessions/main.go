// Command sessions measures what live sessions cost: this package and others hold
// the same conversations with a server in another process, each process on a
// processor of its own, and the project's goals are judged by ratios of one run.
//
//	go run ./sessions            # everything, in less than eight minutes
//	go run ./sessions -quick     # the same, too short to be judged by
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
	if len(os.Args) > 2 && os.Args[1] == live.RoleFlag {
		exit(play(os.Args[2], os.Args[3:]))
	}
	p := plan{}
	flag.DurationVar(&p.Window, "window", 3*time.Second, "how long each load is measured")
	flag.IntVar(&p.Rounds, "rounds", 3, "how often what is judged is measured; the median counts")
	flag.IntVar(&p.Idle, "idle", 1000, "number of idle sessions")
	flag.IntVar(&p.Blast, "blast", 50_000, "number of messages that are received as fast as possible")
	flag.StringVar(&p.Only, "run", ".", "regular expression: the contenders to run")
	flag.StringVar(&p.Parts, "parts", ".", "regular expression: the parts to run of load, largest, idle, blast, appends")
	quick := flag.Bool("quick", false, "one short round of everything but the search of the largest number")
	profile := flag.String("cpuprofile", "", "write the processor profile of the last client to this file")
	flag.Parse()
	if *quick {
		p.Window, p.Rounds, p.Blast, p.Parts = time.Second, 1, 20_000, "load|idle|blast|appends"
	}
	var err error
	if p.Sizes, err = live.Sizes(flag.Args(), 300, 1000, 2000); err != nil {
		exit(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	exit(p.run(ctx, &processes{profile: *profile}, os.Stdout))
}

func exit(err error) { live.Exit("sessions", err) }
