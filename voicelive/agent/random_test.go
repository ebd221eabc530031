package agent_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/race"
	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

var (
	conversations = flag.Uint64("conversations", uint64(race.Rounds(100)), "how many random conversations to have")
	first         = flag.Uint64("first", 0, "the seed of the first one")
)

// TestRandomConversations lets random users talk to an agent while things go wrong. synctest fails
// if a goroutine is left.
func TestRandomConversations(t *testing.T) {
	reasons := map[agent.Reason]int{}
	gaps, interruptions := 0, 0
	for i := range *conversations {
		seed := *first + i
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := converse(t, seed)
			reasons[r.Reason]++
			gaps += len(r.Gaps)
			interruptions += len(r.Interruptions)
		})
	}
	n := int(*conversations)
	t.Logf("%d conversations ended as %v, with %d gaps and %d interruptions", n, reasons, gaps, interruptions)
	if n >= 100 && (gaps < n/10 || interruptions < n/10 || len(reasons) < 4) {
		t.Error("too little happens for the test to tell anything")
	}
}

// converse has one random conversation.
func converse(t *testing.T, seed uint64) (report *agent.Report) {
	synctest.Test(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(seed, 14))
		user := legtest.New(t, leg.MuLaw)
		service := randomService(rng, seed)
		service.Hear = user.Hear
		srv := voicelivetest.NewServer(t, service)
		client, err := srv.NewClient()
		if err != nil {
			t.Fatal(err)
		}
		a := randomAgent(rng)
		a.Client = client
		var speeches []*agent.Speech
		var chances []func(*agent.Conversation)
		if rng.IntN(4) == 0 {
			after := time.Duration(rng.IntN(20)) * time.Second
			chances = append(chances, func(c *agent.Conversation) { time.AfterFunc(after, func() { c.Rotate("by chance") }) })
		}
		if rng.IntN(6) == 0 {
			after := time.Duration(rng.IntN(30)) * time.Second
			chances = append(chances, func(c *agent.Conversation) {
				time.AfterFunc(after, func() { c.End("by chance", agent.Say("Goodbye.")) })
			})
		}
		a.Begin = func(c *agent.Conversation) {
			speeches = append(speeches, c.Say("Welcome."))
			for _, chance := range chances {
				chance(c)
			}
		}
		legs := []func() leg.Leg{user.Leg, user.MarkedLeg, user.PlainLeg}
		kind := rng.IntN(len(legs))
		l := legs[kind]()
		ctx, cancel := context.WithCancel(t.Context())
		if rng.IntN(10) == 0 {
			time.AfterFunc(time.Duration(rng.IntN(30))*time.Second, cancel)
		}
		defer cancel()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			report, _ = a.Serve(ctx, l) // check looks at the reason
		}()
		talk(rng, user, ended)
		if kind == 0 && service.Faults.Seed == 0 && a.Idle.After == 0 && rng.IntN(2) == 0 {
			user.Silence(time.Minute)
			select {
			case <-ended:
			default:
				settled(t, user, srv)
			}
		}
		user.HangUp()
		select {
		case <-ended:
		case <-time.After(2 * time.Minute):
			t.Fatal("the conversation does not end")
		}
		check(t, report)
		if positioner, ok := leg.As[leg.Positioner](l); ok && !near(heard(report), positioner.Position()) {
			t.Errorf("the turns have %v that were heard, but the user has heard %v", heard(report), positioner.Position())
		}
		for _, s := range speeches {
			if _, err := s.Wait(t.Context()); err == nil && report.Reason == "" {
				t.Error("a speech has no end")
			}
		}
		if user.Ended() == "" {
			t.Error("the leg goes on")
		}
		if t.Failed() {
			text, _ := json.MarshalIndent(report, "", " ")
			t.Logf("%s", text)
			for i, s := range srv.Sessions() {
				t.Logf("session %d: script %q", i, s.Script())
			}
		}
	})
	return report
}

func randomService(rng *rand.Rand, seed uint64) *voicelivetest.Options {
	chance := func(n int) bool { return rng.IntN(n) == 0 }
	ms := func(n int) time.Duration { return time.Duration(rng.IntN(n)) * time.Millisecond }
	o := &voicelivetest.Options{
		Latency: ms(500), ResponseLatency: ms(300), InterruptLatency: ms(300),
		CancelPrevious: chance(2), RefuseCancelledOutputs: chance(2),
		Link: voicelivetest.Link{Latency: ms(100)}, Uplink: voicelivetest.Link{Latency: ms(100)},
		Lenient: true,
	}
	if chance(2) {
		o.Pace = voicelivetest.Instant
	}
	if chance(2) {
		o.Faults.Seed = seed + 1
	}
	if chance(4) {
		o.SessionLimit = 15 * time.Second
	}
	kinds := rand.New(rand.NewPCG(seed, 15))
	word := func() string { // a response begins with a sound of its own
		b := make([]byte, 6)
		for i := range b {
			b[i] = byte('a' + kinds.IntN(26))
		}
		return string(b)
	}
	o.Respond = func(r voicelivetest.Request) voicelivetest.Response {
		switch kind := kinds.IntN(8); {
		case kind == 0 && len(r.Outputs) == 0:
			return voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "quick", Arguments: "{}"}, {Name: "slow", Arguments: "{}"}}}
		case kind == 1 && len(r.Outputs) == 0:
			return voicelivetest.Response{Text: word() + " one moment.", Calls: []voicelivetest.Call{{Name: "slow", Arguments: "{}"}}}
		case kind == 2:
			return voicelivetest.Response{Failed: json.RawMessage(`{"type":"server_error","code":"failed","message":"no"}`)}
		case kind == 3:
			return voicelivetest.Response{Text: word() + " is not", Incomplete: voicelive.ResponseIncompleteDetailsReasonMaxOutputTokens}
		}
		return voicelivetest.Response{Text: word() + strings.Repeat(" and so on", 1+kinds.IntN(15))}
	}
	return o
}

func randomAgent(rng *rand.Rand) *agent.Agent {
	slow := time.Duration(rng.IntN(8)) * time.Second
	a := &agent.Agent{
		Greeting: agent.Say("Hello."),
		Tools: []tools.Tool{
			tools.New("quick", "", func(context.Context, struct{}) (string, error) { return "done", nil }),
			tools.New("slow", "", func(ctx context.Context, _ struct{}) (string, error) {
				select {
				case <-time.After(slow):
					return "done", nil
				case <-ctx.Done():
					return "", ctx.Err()
				}
			}).With(tools.Options{Filler: "Please wait.", Background: rng.IntN(3) == 0, CancelOnInterruption: rng.IntN(3) == 0}),
		},
	}
	a.Connect.Model = "gpt-realtime"
	if rng.IntN(2) == 0 {
		a.Connect.Session = &voicelive.RequestSession{Voice: voicelive.OAIVoiceAlloy}
	}
	if rng.IntN(3) == 0 {
		a.Idle = agent.Idle{After: 4 * time.Second, Prompts: []agent.Prompt{agent.Say("Are you there?")}, Goodbye: agent.Say("Goodbye.")}
	}
	if rng.IntN(4) == 0 {
		a.Limits = agent.Limits{Duration: 20 * time.Second, Goodbye: agent.Say("Time is up.")}
	}
	if rng.IntN(3) == 0 {
		a.Packet = 100 * time.Millisecond
	}
	if rng.IntN(3) == 0 {
		a.Rollover = agent.Rollover{After: 10 * time.Second, Wait: 5 * time.Second, Digest: rng.IntN(2) == 0}
	}
	return a
}

// talk lets the user say things, and wait.
func talk(rng *rand.Rand, user *legtest.User, ended <-chan struct{}) {
	for range 1 + rng.IntN(6) {
		select {
		case <-ended:
			return
		default:
		}
		user.Silence(time.Duration(rng.IntN(5000)) * time.Millisecond)
		user.Say(strings.Repeat("Tell me more. ", 1+rng.IntN(3)))
	}
	user.Silence(time.Duration(rng.IntN(15)) * time.Second)
}

// settled checks a conversation without faults in which nothing is on its way.
func settled(t *testing.T, user *legtest.User, srv *voicelivetest.Server) {
	t.Helper()
	sessions := srv.Sessions()
	last := sessions[len(sessions)-1]
	if err := last.Check(); err != nil && !strings.Contains(err.Error(), "response_cancel_not_active") { // a race that the service decides
		t.Error(err)
	}
	if len(sessions) == 1 {
		user.Check(last)
	}
}

// check looks whether a report adds up.
func check(t *testing.T, r *agent.Report) {
	t.Helper()
	if r == nil {
		t.Fatal("there is no report")
	}
	valid(t, r)
	if r.Reason == "" || r.Ended.Before(r.Began) || r.Duration != r.Ended.Sub(r.Began) {
		t.Errorf("the conversation ended as %q, from %v to %v in %v", r.Reason, r.Began, r.Ended, r.Duration)
	}
	if s, g := len(r.Sessions), len(r.Gaps); g > 0 && (s < g || s == g && !r.Gaps[g-1].To.IsZero()) {
		t.Errorf("%d sessions with %d gaps", s, g)
	}
	seen := map[string]bool{}
	for _, turn := range r.Turns {
		if seen[turn.ResponseID] && turn.ResponseID != "" { // a fault may take the id away
			t.Errorf("two turns of %s", turn.ResponseID)
		}
		seen[turn.ResponseID] = true
		if turn.Heard < 0 || turn.Unheard < 0 || turn.Interrupted != (turn.Unheard > 0) || turn.Latency < 0 || turn.Endpointing < 0 ||
			turn.Ended.Before(turn.Began) || turn.Ended.After(r.Ended) {
			t.Errorf("turn %+v", turn)
		}
	}
	var unheard, inTurns time.Duration
	for _, i := range r.Interruptions {
		unheard += i.Unheard
	}
	for _, turn := range r.Turns {
		inTurns += turn.Unheard
	}
	if unheard != inTurns {
		t.Errorf("interruptions with %v unheard, turns with %v", unheard, inTurns)
	}
	calls := map[string]bool{}
	for _, c := range r.Tools {
		if calls[c.ID] || c.Outcome != tools.Confirmed && c.Outcome != tools.Refused && c.Outcome != tools.Carried {
			t.Errorf("call %+v", c)
		}
		calls[c.ID] = true
	}
	for i, g := range r.Gaps {
		last := i == len(r.Gaps)-1 && g.To.IsZero() // the conversation ended in it
		if g.To.Before(g.From) && !last || g.Cause == "" || g.AudioReplayed > 10*time.Second || g.AudioReplayed < 0 || g.AudioLost < 0 {
			t.Errorf("gap %+v", g)
		}
	}
	for _, p := range r.Prompts {
		if p.Outcome == "" {
			t.Errorf("prompt %+v has no outcome", p)
		}
	}
}

func heard(r *agent.Report) (sum time.Duration) {
	for _, turn := range r.Turns {
		sum += turn.Heard
	}
	return sum
}

func near(a, b time.Duration) bool { return (a - b).Abs() <= time.Millisecond }
