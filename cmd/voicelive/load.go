package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

var loadCommand = command{
	name:  "load",
	short: "open many sessions, and measure how long the service takes",
	long: `Each session says -text as often as -turns says, and waits for the response each time. Printed are percentiles of the times until a
session is open, until the first output of a response, and until its end. The exit code is 1 if a session failed. An endpoint
of Azure needs -i-pay-for-this: every session costs tokens, and a resource may open only some per minute.`,
	declare: func(fs *flag.FlagSet) runner {
		var l load
		l.sessionFlags(fs)
		fs.IntVar(&l.sessions, "sessions", 10, "the `number` of sessions that are open at once, 10,000 at most")
		fs.IntVar(&l.turns, "turns", 3, "the `number` of turns of a session")
		fs.StringVar(&l.text, "text", "Hello!", "what is said in each turn")
		fs.Float64Var(&l.rate, "rate", 50, "the largest `number` of sessions that are opened in a second")
		fs.DurationVar(&l.limit, "limit", 5*time.Minute, "end after this `time`; sessions that are still open have failed")
		fs.BoolVar(&l.paid, "i-pay-for-this", false, "allow an endpoint of Azure")
		return l.run
	},
}

type load struct {
	service
	sessions, turns int
	text            string
	rate            float64
	limit           time.Duration
	paid            bool

	mu       sync.Mutex
	measured map[string][]time.Duration // connect, first_output, response
	failed   map[string]int             // sessions by reason
}

func (l *load) run(ctx context.Context, std *streams, args []string) error {
	if err := noArguments(args); err != nil {
		return err
	}
	if l.sessions < 1 || l.sessions > 10_000 || l.turns < 1 || !(l.rate > 0) || l.limit <= 0 {
		return usagef("-sessions must be 1 to 10,000; -turns, -rate and -limit must be positive")
	}
	client, err := l.client(std)
	if err != nil {
		return err
	}
	if u, err := url.Parse(client.Endpoint()); !l.paid && err == nil && ofAzure(u.Hostname()) {
		return usagef("%s is of Azure, where %d sessions cost tokens; say -i-pay-for-this if that is what you want", u.Hostname(), l.sessions)
	}
	configuration, err := l.configuration(std)
	if err != nil {
		return err
	}
	options := l.target(std)
	options.Session = configuration
	l.measured, l.failed = map[string][]time.Duration{}, map[string]int{}

	limited, cancel := context.WithTimeout(ctx, l.limit)
	defer cancel()
	began := time.Now()
	var running sync.WaitGroup
	for i := range l.sessions {
		select {
		case <-time.After(time.Until(began.Add(time.Duration(float64(i) / l.rate * float64(time.Second))))):
		case <-limited.Done():
			l.fail(limited.Err())
			continue
		}
		running.Go(func() {
			if err := l.session(limited, client, options); err != nil {
				l.fail(err)
			}
		})
		l.progress(std, i+1)
	}
	running.Wait()
	if std.terminal(std.err) {
		fmt.Fprintln(std.err)
	}
	if err := l.print(std, time.Since(began)); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(l.failed) > 0 {
		return errFound
	}
	return nil
}

// ofAzure tells whether a host belongs to Azure, where sessions cost money.
func ofAzure(host string) bool {
	host = strings.ToLower(host)
	return strings.Contains(host, ".azure.") || strings.HasSuffix(host, ".microsoft.com")
}

func (l *load) progress(std *streams, opened int) {
	if std.terminal(std.err) {
		fmt.Fprintf(std.err, "\r%d of %d sessions", opened, l.sessions)
	}
}

// session has one conversation.
func (l *load) session(ctx context.Context, client *voicelive.Client, options *voicelive.ConnectOptions) error {
	began := time.Now()
	session, err := client.Connect(ctx, options)
	if err != nil {
		return err
	}
	defer session.Close()
	l.measure("connect", time.Since(began))
	for range l.turns {
		if err := l.turn(ctx, session); err != nil {
			return err
		}
	}
	return nil
}

func (l *load) turn(ctx context.Context, session *voicelive.Session) error {
	began := time.Now()
	if err := session.SendText(ctx, l.text); err != nil {
		return err
	}
	var output bool
	for {
		event, err := session.RecvBorrowed(ctx)
		if err := failure(event, err); err != nil {
			return err
		}
		switch event.(type) {
		case *voicelive.ServerEventResponseTextDelta, *voicelive.ServerEventResponseAudioDelta:
			if !output {
				l.measure("first_output", time.Since(began))
			}
			output = true
		case *voicelive.ServerEventResponseDone:
			l.measure("response", time.Since(began))
			return nil
		}
	}
}

func (l *load) measure(what string, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.measured[what] = append(l.measured[what], d)
}

// fail counts a session that failed, by the kind of its error.
func (l *load) fail(err error) {
	reason := err.Error()
	var ended *voicelive.SessionError
	var refused *azcore.ResponseError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		reason = "not done within -limit"
	case errors.As(err, &ended):
		reason = "lost: " + string(ended.Kind)
	case errors.As(err, &refused):
		reason = fmt.Sprintf("refused: status %d %s", refused.StatusCode, refused.ErrorCode)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failed[reason]++
}

// percentiles are some of a list of durations, in milliseconds.
type percentiles struct {
	Count int     `json:"count"`
	P50   float64 `json:"p50_ms"`
	P90   float64 `json:"p90_ms"`
	P99   float64 `json:"p99_ms"`
	Max   float64 `json:"max_ms"`
}

func percentilesOf(list []time.Duration) percentiles {
	slices.Sort(list)
	at := func(p float64) float64 {
		if len(list) == 0 {
			return 0
		}
		return list[min(int(p*float64(len(list))), len(list)-1)].Seconds() * 1000
	}
	return percentiles{len(list), at(0.5), at(0.9), at(0.99), at(1)}
}

func (l *load) print(std *streams, took time.Duration) error {
	var failed int
	for _, n := range l.failed {
		failed += n
	}
	names := []string{"connect", "first_output", "response"}
	if std.json {
		result := map[string]any{"sessions": l.sessions, "failed": failed, "failures": l.failed, "seconds": took.Seconds()}
		for _, name := range names {
			result[name] = percentilesOf(l.measured[name])
		}
		return std.printJSON(result)
	}
	fmt.Fprintf(std.out, "%d sessions, %d failed, in %.1f s\n", l.sessions, failed, took.Seconds())
	fmt.Fprintf(std.out, "%-14s%8s%10s%10s%10s%10s\n", "ms", "count", "p50", "p90", "p99", "max")
	for _, name := range names {
		p := percentilesOf(l.measured[name])
		fmt.Fprintf(std.out, "%-14s%8d%10.1f%10.1f%10.1f%10.1f\n", strings.ReplaceAll(name, "_", " "), p.Count, p.P50, p.P90, p.P99, p.Max)
	}
	for _, reason := range slices.Sorted(maps.Keys(l.failed)) {
		fmt.Fprintf(std.out, "%d failed: %s\n", l.failed[reason], reason)
	}
	return nil
}
