package agent_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// said returns a service that says what it is told to say.
func said() *voicelivetest.Options {
	return &voicelivetest.Options{Respond: func(r voicelivetest.Request) voicelivetest.Response {
		if r.Params != nil && r.Params.Instructions != nil {
			return voicelivetest.Response{Text: *r.Params.Instructions}
		}
		return voicelivetest.Response{Text: "I have heard: " + r.Text}
	}}
}

func TestIdle(t *testing.T) {
	a := &agent.Agent{Idle: agent.Idle{
		After:   5 * time.Second,
		Prompts: []agent.Prompt{agent.Ask("Are you still there?"), agent.Ask("Hello?")},
		Goodbye: agent.Ask("Nobody is there, so I hang up. Goodbye."),
	}}
	var prompted, silent time.Time
	c := play(t, a, said(), func(c *call) {
		c.user.Listen() // to the first prompt
		c.user.Say("Yes, I am.")
		c.user.Listen()
		silent = time.Now()
		c.user.Listen() // to the first prompt again
		prompted = time.Now()
		<-c.ended
		c.srv.Check(c)
	})
	c.want(agent.IdleTooLong)
	var texts []string
	for _, p := range c.report.Prompts {
		texts = append(texts, p.Text)
		if p.Heard == 0 || p.Interrupted {
			t.Errorf("prompt %+v was not heard", p)
		}
	}
	if got, want := strings.Join(texts, "|"), "Are you still there?|Are you still there?|Hello?|Nobody is there, so I hang up. Goodbye."; got != want {
		t.Errorf("prompts %q, want %q", got, want)
	}
	if d := prompted.Sub(silent); d < 5*time.Second || d > 8*time.Second {
		t.Errorf("the prompt was heard %v after the reply", d)
	}
}

// The user presses keys, whoever they are for, and does not speak.
func TestKeysAreNoSilence(t *testing.T) {
	for _, collected := range []bool{true, false} {
		a := &agent.Agent{Idle: agent.Idle{
			After:   5 * time.Second,
			Prompts: []agent.Prompt{agent.Ask("Are you still there?"), agent.Ask("Hello?")},
			Goodbye: agent.Ask("Goodbye."),
		}}
		c := play(t, a, said(), func(c *call) {
			if collected {
				go func() {
					if keys, err := c.conversation.Collect(c.Context(), agent.Keys{Length: 5, Timeout: time.Minute}); keys != "12345" || err != nil {
						c.Errorf("keys %q, error %v", keys, err)
					}
				}()
			}
			for _, key := range []string{"1", "2", "3", "4"} {
				c.user.MustHearNothing(4 * time.Second)
				c.user.PressKeys(key)
			}
			c.user.Listen() // to the first prompt
			c.user.PressKeys("5")
			c.user.Listen() // to the first prompt again
			<-c.ended
		})
		c.want(agent.IdleTooLong)
		if n := len(c.report.Prompts); n != 4 || c.report.Prompts[1].Text != "Are you still there?" || c.report.Prompts[2].Text != "Hello?" {
			t.Errorf("collected %t: prompts %+v, want the first one, both and a goodbye", collected, c.report.Prompts)
		}
	}
}

func TestLimits(t *testing.T) {
	goodbye := agent.Ask("Time is up, goodbye.")
	for _, limits := range []agent.Limits{{Duration: time.Minute, Goodbye: goodbye}, {Tokens: 1, Goodbye: goodbye}} {
		c := play(t, &agent.Agent{Limits: limits, Greeting: agent.Ask("Hello.")}, said(), func(c *call) {})
		c.want(agent.LimitReached)
		r := c.report
		if len(r.Prompts) != 2 || r.Prompts[1].Text != "Time is up, goodbye." || r.Prompts[1].Interrupted || r.Prompts[1].Heard == 0 {
			t.Errorf("%s: prompts %+v, want the greeting and a goodbye that was heard", r.Detail, r.Prompts)
		}
		if limits.Duration > 0 && (r.Duration < time.Minute || r.Duration > 70*time.Second) {
			t.Errorf("the call took %v", r.Duration)
		}
	}
}

func TestAGoodbyeThatNeverComes(t *testing.T) {
	a := &agent.Agent{Limits: agent.Limits{Ending: 10 * time.Second}}
	service := &voicelivetest.Options{Latency: time.Hour}
	c := play(t, a, service, func(c *call) { c.conversation.End("enough", agent.Say("Goodbye.")) })
	c.want(agent.HungUp)
	if c.report.Detail != "enough" || c.report.Duration < 10*time.Second || c.report.Duration > 11*time.Second {
		t.Errorf("the call ended after %v: %s", c.report.Duration, c.report.Detail)
	}
}

func TestHangUp(t *testing.T) {
	a, service := &agent.Agent{}, said()
	service.Pace = voicelivetest.Instant // all audio has arrived when the call ends
	c := play(t, a, service, func(c *call) {
		speech := c.conversation.Ask(strings.Repeat("A long story. ", 20))
		time.Sleep(2 * time.Second)
		c.conversation.HangUp("the application has enough")
		<-c.ended
		spoken, err := speech.Wait(c.Context())
		if err != nil || spoken.Heard == 0 || !spoken.Interrupted {
			c.Errorf("the speech ended as %+v, error %v; want an interrupted one", spoken, err)
		}
		if _, err := c.conversation.Say("too late").Wait(c.Context()); !errors.Is(err, agent.ErrEnded) {
			c.Errorf("after the end: %v", err)
		}
		if err := c.conversation.UpdateSession(c.Context(), &voicelive.RequestSession{}); !errors.Is(err, agent.ErrEnded) {
			c.Errorf("after the end: %v", err)
		}
	})
	c.want(agent.HungUp)
	if got := c.user.Ended(); got != "hung_up" {
		t.Errorf("the leg ended by %q", got)
	}
	if last := c.report.Turns[0]; last.Heard < time.Second || last.Heard > 2*time.Second || last.Unheard < time.Second || !last.Interrupted {
		t.Errorf("the last turn %+v, want one of which almost 2 s were heard", last)
	}
}

func TestEndsThatAreErrors(t *testing.T) {
	c := play(t, &agent.Agent{}, &voicelivetest.Options{}, func(c *call) { c.srv.Session(0).CloseWith(1008, "not you") })
	var ended *voicelive.SessionError
	if c.report.Reason != agent.ServiceLost || !errors.As(c.err, &ended) || ended.Kind != voicelive.KindPolicy {
		t.Errorf("the conversation ended as %s, error %v", c.report.Reason, c.err)
	}
	c = play(t, &agent.Agent{}, &voicelivetest.Options{}, func(c *call) { c.srv.Session(0).CloseWith(1000, "") })
	c.want(agent.ServiceEnded)

	c = play(t, &agent.Agent{}, &voicelivetest.Options{Models: []string{"other"}}, func(c *call) { c.Error("the conversation began") })
	if c.report == nil || c.report.Reason != agent.Unavailable || c.err == nil || c.user.Ended() != "unavailable" {
		t.Errorf("without a session: report %+v, error %v", c.report, c.err)
	}

	broken := errors.New("broken")
	c = play(t, &agent.Agent{HandleEvent: func(context.Context, *agent.Conversation, voicelive.ServerEvent) error { return broken }}, &voicelivetest.Options{}, func(c *call) {})
	if c.report.Reason != agent.Failed || !errors.Is(c.err, broken) {
		t.Errorf("the conversation ended as %s, error %v", c.report.Reason, c.err)
	}
}

func TestShutdown(t *testing.T) {
	a := &agent.Agent{}
	c := play(t, a, said(), func(c *call) {
		ctx, cancel := context.WithTimeout(c.Context(), time.Minute)
		defer cancel()
		down := make(chan error)
		go func() { down <- a.Shutdown(ctx) }()
		time.Sleep(time.Second)
		c.user.Say("Is anybody there?") // the conversation goes on
		c.user.Listen()
		if _, err := a.Serve(c.Context(), c.user.Leg()); !errors.Is(err, agent.ErrShutdown) {
			c.Errorf("Serve after Shutdown: %v", err)
		}
		if err := <-down; !errors.Is(err, nil) && !errors.Is(err, context.DeadlineExceeded) {
			c.Errorf("Shutdown: %v", err)
		}
		synctest.Wait() // play's goroutine gets what Serve returned
		select {
		case <-c.ended:
		default:
			c.Error("Shutdown returned before the end of the conversation")
		}
	})
	if len(c.report.Turns) != 1 {
		t.Errorf("turns %+v, want the one after Shutdown began", c.report.Turns)
	}
}
