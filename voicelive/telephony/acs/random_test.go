package acs_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/race"
	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs/acstest"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

var (
	calls     = flag.Int("calls", race.Rounds(50), "the number of random calls")
	firstCall = flag.Uint64("first-call", 1, "the seed of the first call")
)

// TestRandomCalls lets users and agents talk over any line: they interrupt, press keys, fall silent, and hang up at any
// moment. The service keeps what the user heard, and nothing is left of a call.
func TestRandomCalls(t *testing.T) {
	for i := range uint64(*calls) {
		seed := *firstCall + i
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { callAtRandom(t, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

func callAtRandom(t *testing.T, rnd *rand.Rand) {
	chance := func(percent int) bool { return rnd.IntN(100) < percent }
	upTo := func(limit time.Duration) time.Duration { return time.Duration(rnd.Int64N(int64(limit))) }
	user := legtest.New(t, []audio.Format{leg.PCM16kHz, leg.PCM24kHz}[rnd.IntN(2)])
	srv := voicelivetest.NewServer(t, &voicelivetest.Options{
		Hear: user.Hear,
		Pace: []voicelivetest.Pace{voicelivetest.RealTime, 2, 10, voicelivetest.Instant}[rnd.IntN(4)],
		Respond: voicelivetest.Reply("Good morning to you and to all who listen.", "I have found eleven flights to Oslo.", "Zebras are striped.",
			"It is raining cats and dogs.", "That was the last one of them."),
		ResponseLatency: upTo(500 * time.Millisecond),
	})
	client, err := srv.NewClient()
	if err != nil {
		t.Fatal(err)
	}
	a := &agent.Agent{Client: client, Connect: voicelive.ConnectOptions{Model: "gpt-realtime"}, Limits: agent.Limits{Duration: time.Minute}}
	if chance(30) {
		a.Greeting = agent.Say("Hello!")
	}
	keys := ""
	a.Digit = func(_ *agent.Conversation, digit byte) { keys += string(digit) }
	var report *agent.Report
	p := newPhone(t, &acstest.Options{
		Link:   voicelivetest.Link{Latency: upTo(100 * time.Millisecond)},
		Uplink: voicelivetest.Link{Latency: upTo(100 * time.Millisecond), Slice: rnd.IntN(2) * (500 + rnd.IntN(3000))},
	}, func(ctx context.Context, call *acs.Call) (err error) {
		report, err = a.Serve(ctx, call)
		return err
	})
	p.handler.Lead = []time.Duration{0, 100 * time.Millisecond, 500 * time.Millisecond}[rnd.IntN(3)]
	p.webhook.Stream.Rate = user.Leg().Format().Rate
	var call *acstest.Call
	if chance(50) {
		call = p.service.Ring("/incoming?key=secret", "+15550100", "+15550101", user.Leg())
	} else {
		call = p.service.Call("/media", user.Leg())
	}

	pressed, muted := "", false
	for range 1 + rnd.IntN(3) {
		switch rnd.IntN(5) {
		case 0:
			key := string("0123456789*#"[rnd.IntN(12)])
			user.PressKeys(key)
			pressed += key
		case 1:
			muted = true
			call.Mute(upTo(3 * time.Second))
			user.Silence(3 * time.Second)
		default:
			user.Say([]string{"Hm?", "Please tell me more about that.", "What is the weather like?"}[rnd.IntN(3)])
		}
		user.Silence(upTo(4 * time.Second))
	}
	switch rnd.IntN(4) {
	case 0:
		call.HangUp()
	case 1:
		ctx, cancel := context.WithTimeout(t.Context(), upTo(2*time.Second))
		defer cancel()
		p.handler.Shutdown(ctx)
	case 2:
		call.Abort()
	default:
		user.Silence(15 * time.Second)
		user.Check(srv.Session(0))
		if keys != pressed {
			t.Errorf("keys %q, pressed %q", keys, pressed)
		}
		user.HangUp()
	}
	call.Wait()
	time.Sleep(time.Minute)
	synctest.Wait()
	limit := 310 * time.Millisecond
	if p.handler.Lead != 0 {
		limit = p.handler.Lead + 10*time.Millisecond
	}
	if call.Ahead() > limit {
		t.Errorf("%v of audio were sent ahead, more than %v", call.Ahead(), limit)
	}
	if report == nil || len(srv.Sessions()) != 1 {
		t.Fatalf("report %v, %d sessions", report, len(srv.Sessions()))
	}
	if !muted && report.Silence > 0 {
		t.Errorf("%v of silence were made up", report.Silence)
	}
}
