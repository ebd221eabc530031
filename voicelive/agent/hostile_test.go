package agent_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A brokenLeg plays as its func says.
type brokenLeg struct {
	leg.Leg
	play func(ctx context.Context) error
}

func (l *brokenLeg) Play(ctx context.Context, audio []byte) error {
	if err := l.play(ctx); err != nil {
		return err
	}
	return l.Leg.Play(ctx, audio)
}

func TestALegThatBlocks(t *testing.T) {
	for name, test := range map[string]struct {
		end    func(c *agent.Conversation, cancel context.CancelFunc)
		reason agent.Reason
		err    error
	}{
		"the application hangs up": {func(c *agent.Conversation, _ context.CancelFunc) { c.HangUp("enough") }, agent.HungUp, nil},
		"the context ends":         {func(_ *agent.Conversation, cancel context.CancelFunc) { cancel() }, agent.Cancelled, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			blocks := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
			var cancel context.CancelFunc
			a := &agent.Agent{Greeting: agent.Ask("Hello.")}
			on := func(u *legtest.User) leg.Leg { return &brokenLeg{u.PlainLeg(), blocks} }
			a.Observer = &cancelled{cancel: &cancel}
			c := playOn(t, on, a, said(), func(c *call) {
				time.Sleep(5 * time.Second)
				test.end(c.conversation, cancel)
			})
			if c.report.Reason != test.reason || !errors.Is(c.err, test.err) {
				t.Errorf("the conversation ended as %s, error %v; want %s, %v", c.report.Reason, c.err, test.reason, test.err)
			}
			if d := c.report.Duration; d > 20*time.Second {
				t.Errorf("the conversation ended after %v", d)
			}
			check(t, c.report)
		})
	}
}

// cancelled gives a test the end of the context of a conversation.
type cancelled struct {
	agent.NoObserver
	cancel *context.CancelFunc
}

func (o *cancelled) ObserveBegin(ctx context.Context, _ *agent.Conversation) context.Context {
	ctx, *o.cancel = context.WithCancel(ctx)
	return ctx
}

// A stubbornLeg hangs up no sooner than its context ends.
type stubbornLeg struct{ leg.Leg }

func (stubbornLeg) HangUp(ctx context.Context, _ string) error {
	<-ctx.Done()
	return ctx.Err()
}

// Serve refuses the leg, and does not wait for ever until it has hung up.
func TestALegThatIsRefusedAndDoesNotHangUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, phone := leg.NewPipe(leg.MuLaw)
		report, err := (&agent.Agent{}).Serve(t.Context(), stubbornLeg{phone})
		if report != nil || err == nil || time.Since(began) > 10*time.Second {
			t.Errorf("after %v: report %+v, error %v; want an error without a client", time.Since(began), report, err)
		}
	})
}

func TestALegThatFails(t *testing.T) {
	broken := errors.New("the line is cut")
	on := func(u *legtest.User) leg.Leg {
		return &brokenLeg{u.PlainLeg(), func(context.Context) error { return broken }}
	}
	c := playOn(t, on, &agent.Agent{Greeting: agent.Ask("Hello.")}, said(), func(*call) {})
	if c.report.Reason != agent.LegFailed || !errors.Is(c.err, broken) {
		t.Errorf("the conversation ended as %s, error %v", c.report.Reason, c.err)
	}
}

// The service sends faster than real time: when the leg fails, no event of the service follows.
func TestALegThatFailsInTheMiddle(t *testing.T) {
	broken := errors.New("the line is cut")
	packets := 0
	on := func(u *legtest.User) leg.Leg {
		return &brokenLeg{u.PlainLeg(), func(context.Context) error {
			if packets++; packets > 7 {
				return broken
			}
			return nil
		}}
	}
	service := said()
	service.Pace = voicelivetest.Instant
	c := playOn(t, on, &agent.Agent{}, service, func(c *call) {
		c.conversation.Ask(strings.Repeat("Once upon a time there was a king. ", 5))
		<-c.ended
	})
	if c.report.Reason != agent.LegFailed || !errors.Is(c.err, broken) || c.report.Duration > 5*time.Second {
		t.Errorf("the conversation ended as %s after %v, error %v", c.report.Reason, c.report.Duration, c.err)
	}
	check(t, c.report)
}

// The service takes everything and says nothing any more.
func TestAServiceThatNeverReplies(t *testing.T) {
	a := &agent.Agent{Limits: agent.Limits{Duration: 5 * time.Minute, Goodbye: agent.Say("Goodbye.")}}
	service := &voicelivetest.Options{Latency: time.Hour}
	c := play(t, a, service, func(c *call) {
		c.user.Say("Is anybody there?")
		<-c.ended
	})
	c.want(agent.LimitReached)
	if d := c.report.Duration; d > 6*time.Minute || c.report.Alarms == 0 {
		t.Errorf("the conversation ended after %v with %d alarms", d, c.report.Alarms)
	}
	check(t, c.report)
}

// The session is lost at every moment of a call in which a function runs, the user interrupts, and the function ends the call.
func TestTheSessionIsLostAtAnyMoment(t *testing.T) {
	for at := 500 * time.Millisecond; at < 20*time.Second; at += 1250 * time.Millisecond {
		t.Run(at.String(), func(t *testing.T) {
			var runs atomic.Int32
			a := &agent.Agent{Greeting: agent.Ask("Hello."), Tools: []tools.Tool{
				tools.New("hang_up", "", func(context.Context, struct{}) (tools.EndCall, error) {
					runs.Add(1)
					time.Sleep(2 * time.Second)
					return tools.EndCall{Output: "Say goodbye."}, nil
				}),
			}}
			service := &voicelivetest.Options{Lenient: true, Respond: func(r voicelivetest.Request) voicelivetest.Response {
				switch {
				case r.Params != nil && r.Params.Instructions != nil:
					return voicelivetest.Response{Text: *r.Params.Instructions}
				case strings.Contains(r.Text, "goodbye") && len(r.Outputs) == 0 && runs.Load() == 0:
					return voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "hang_up", Arguments: "{}"}}}
				case runs.Load() > 0:
					return voicelivetest.Response{Text: "Goodbye, and thank you for your call."}
				}
				return voicelivetest.Response{Text: strings.Repeat("Once upon a time there was a king. ", 5)}
			}}
			c := play(t, a, service, func(c *call) {
				time.AfterFunc(at, c.srv.Session(0).Abort)
				c.user.Silence(2 * time.Second)
				c.user.Say("Tell a story.")
				c.user.Silence(4 * time.Second)
				c.user.Say("Thank you, and goodbye.")
				select {
				case <-c.ended:
				case <-time.After(time.Minute):
					c.user.HangUp()
				}
			})
			c.want(agent.EndedByTool)
			check(t, c.report)
			if n := len(c.report.Tools); n != 1 || runs.Load() != 1 {
				t.Errorf("calls %+v, %d runs; want one", c.report.Tools, runs.Load())
			}
			if last := c.report.Turns[len(c.report.Turns)-1]; last.Heard < time.Second {
				t.Errorf("the goodbye was not heard: %+v", last)
			}
		})
	}
}

// And in the middle of a goodbye of the application.
func TestTheSessionIsLostInAGoodbye(t *testing.T) {
	for _, after := range []time.Duration{0, 500 * time.Millisecond, 1500 * time.Millisecond} {
		c := play(t, &agent.Agent{}, said(), func(c *call) {
			c.user.Silence(time.Second)
			c.conversation.End("enough", agent.Ask("Goodbye, and thank you very much for your call."))
			time.AfterFunc(after, c.srv.Session(0).Abort)
			<-c.ended
		})
		c.want(agent.HungUp)
		check(t, c.report)
		if p := c.report.Prompts; len(p) != 1 || p[0].Interrupted || p[0].Heard < 2*time.Second || len(c.report.Gaps) != 1 {
			t.Errorf("after %v: prompts %+v, gaps %+v; want a goodbye that was heard behind one gap", after, p, c.report.Gaps)
		}
	}
}
