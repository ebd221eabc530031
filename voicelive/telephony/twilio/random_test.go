package twilio_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/race"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio/twiliotest"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

var (
	randomCalls = flag.Uint64("calls", uint64(race.Rounds(50)), "how many random calls to have")
	first       = flag.Uint64("first", 0, "the seed of the first one")
)

// TestRandomCalls lets random users call an agent, over networks that break. synctest fails if a
// goroutine is left.
func TestRandomCalls(t *testing.T) {
	ends := map[string]int{}
	interruptions := 0
	for seed := *first; seed < *first+*randomCalls; seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				end, report := randomCall(t, seed)
				ends[end]++
				interruptions += len(report.Interruptions)
			})
			if t.Failed() {
				t.Logf("replay: go test ./voicelive/telephony/twilio -run '^TestRandomCalls$' -calls 1 -first %d -v", seed)
			}
		})
	}
	t.Logf("calls ended by %v, with %d interruptions", ends, interruptions)
	if *randomCalls >= 50 && (len(ends) < 5 || interruptions < int(*randomCalls)/20) {
		t.Error("too little happens for the test to tell anything")
	}
}

// randomCall has a call, and returns how it ended.
func randomCall(t *testing.T, seed uint64) (end string, report *agent.Report) {
	rng := rand.New(rand.NewPCG(seed, 15))
	ms := func(n int) time.Duration { return time.Duration(rng.IntN(n)) * time.Millisecond }
	user := legtest.New(t, leg.MuLaw)
	words := rand.New(rand.NewPCG(seed, 16)) // for the goroutine of the session
	service := &voicelivetest.Options{Hear: user.Hear, Latency: ms(300), ResponseLatency: ms(200), Respond: func(voicelivetest.Request) voicelivetest.Response {
		return voicelivetest.Response{Text: string(rune('a'+words.IntN(26))) + strings.Repeat(" and so on", 1+words.IntN(6))}
	}}
	if rng.IntN(2) == 0 {
		service.Pace = voicelivetest.Instant
	}
	a, srv := assistant(t, service)
	reports := make(chan *agent.Report, 1)
	l := serve(t, func(ctx context.Context, call *twilio.Call) error {
		report, err := a.Serve(ctx, call)
		reports <- report
		return err
	}, func(_ *twilio.Handler, o *twiliotest.Options) { o.Latency = ms(100) })

	ends := []string{"user", "abort", "stall", "garbage", "shutdown", "user", "hang up", "user"}
	end = ends[rng.IntN(len(ends))]
	if end == "hang up" {
		a.Limits = agent.Limits{Duration: 2*time.Second + ms(5000)}
	}
	call, err := l.network.Call(user.MarkedLeg())
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	go func() { call.Wait(); close(over) }()
	talk(rng, user, over)
	switch end {
	case "user":
		user.Silence(8 * time.Second) // until nothing is on its way
		user.Check(srv.Session(0))
		if err := srv.Session(0).Check(); err != nil && !strings.Contains(err.Error(), "response_cancel_not_active") { // a race that the service decides
			t.Error(err)
		}
		user.HangUp()
	case "abort":
		call.Abort()
	case "stall": // nothing is read any more, so that a write fails or the user hangs up
		defer call.Stall()()
		user.Say("Are you there?")
		user.Silence(8 * time.Second)
		user.HangUp()
	case "garbage":
		call.Inject([]string{"", "{", "[]", `{"event":"start"}`, `{"event":"media","media":{"payload":"*","timestamp":"1"}}`, `{"event":"media"}`}[rng.IntN(6)])
	case "shutdown":
		ctx, cancel := context.WithTimeout(t.Context(), ms(2000))
		defer cancel()
		if err := l.handler.Shutdown(ctx); err != context.DeadlineExceeded {
			t.Errorf("Shutdown returns %v", err)
		}
	}
	select {
	case report = <-reports:
	case <-time.After(2 * time.Minute):
		t.Fatal("the call does not end")
	}
	want := map[string][]agent.Reason{
		"user": {agent.UserHungUp}, "abort": {agent.LegFailed}, "garbage": {agent.LegFailed}, "shutdown": {agent.Cancelled},
		"stall": {agent.UserHungUp, agent.LegFailed}, "hang up": {agent.LimitReached},
	}[end]
	if !slices.Contains(want, report.Reason) {
		t.Errorf("ended by %s as %s (%s), want %v", end, report.Reason, report.Detail, want)
	}
	return end, report
}

// talk lets the user say things, press keys and interrupt.
func talk(rng *rand.Rand, user *legtest.User, over <-chan struct{}) {
	for range 1 + rng.IntN(3) {
		user.Silence(time.Duration(rng.IntN(1500)) * time.Millisecond)
		select {
		case <-over:
			return
		default:
		}
		switch rng.IntN(4) {
		case 0:
			user.PressKeys("12#")
		default:
			user.Say(strings.Repeat("Tell me more. ", 1+rng.IntN(2)))
		}
	}
}
