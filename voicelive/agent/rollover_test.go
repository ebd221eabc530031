package agent_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// items returns the texts of the items that a session was told by the client.
func items(s *voicelivetest.Session) (texts []string) {
	for _, r := range s.Received() {
		create, ok := r.Event.(*voicelive.ClientEventConversationItemCreate)
		if !ok {
			continue
		}
		switch item := create.Item.(type) {
		case *voicelive.UserMessageItem:
			texts = append(texts, "user: "+item.Content[0].(*voicelive.InputTextContentPart).Text)
		case *voicelive.AssistantMessageItem:
			texts = append(texts, "assistant: "+item.Content[0].(*voicelive.OutputTextContentPart).Text)
		case *voicelive.SystemMessageItem:
			texts = append(texts, "system: "+item.Content[0].(*voicelive.InputTextContentPart).Text)
		}
	}
	return texts
}

func TestALostConnection(t *testing.T) {
	a := &agent.Agent{Greeting: agent.Ask("Hello.")}
	c := play(t, a, said(), func(c *call) {
		c.user.Listen()
		c.user.Say("My name is Ada.")
		c.user.Listen()
		if err := c.conversation.UpdateSession(c.Context(), &voicelive.RequestSession{Instructions: new("Speak French.")}); err != nil {
			c.Error(err)
		}
		c.srv.Session(0).Abort()
		c.user.MustHearNothing(5 * time.Second)
		c.user.Say("Who am I?")
		c.user.Listen()
		c.user.HangUp()
		c.srv.Check(c)
	})
	c.want(agent.UserHungUp)
	r := c.report
	if len(r.Gaps) != 1 || len(r.Sessions) != 2 {
		t.Fatalf("gaps %+v in sessions %+v; want one gap", r.Gaps, r.Sessions)
	}
	g := r.Gaps[0]
	if d := g.To.Sub(g.From); g.Planned || g.Attempts != 1 || d <= 0 || d > time.Second || g.AudioLost != 0 || len(g.Omitted) > 0 || len(g.Cut) > 0 {
		t.Errorf("gap %+v", g)
	}
	want := "user: My name is Ada.|assistant: I have heard: My name is Ada."
	if got := strings.Join(items(c.srv.Session(1)), "|"); !strings.HasSuffix(got, want) {
		t.Errorf("the second session was told %q, want %q", got, want)
	}
	update := c.srv.Session(1).Received()[0].Event.(*voicelive.ClientEventSessionUpdate)
	if update.Session.Instructions == nil || *update.Session.Instructions != "Speak French." {
		t.Error("the second session does not know what the first was told")
	}
	if got := r.Transcript.Text(); !strings.HasSuffix(got, "Ada.\nUser: Who am I?\nAssistant: I have heard: Who am I?\n") || strings.Count(got, "My name is Ada") != 2 {
		t.Errorf("transcript:\n%s", got)
	}
}

func TestALostConnectionInTheMiddle(t *testing.T) {
	story := strings.Repeat("Once upon a time there was a king. ", 5)
	t.Run("of a reply", func(t *testing.T) {
		service := &voicelivetest.Options{Respond: voicelivetest.Reply(story, "The end of the story.")}
		c := play(t, &agent.Agent{}, service, func(c *call) {
			c.user.Say("Tell a story.")
			time.Sleep(3 * time.Second)
			c.srv.Session(0).Abort()
			c.user.Listen()
			c.user.HangUp()
			c.srv.Check(c)
		})
		c.want(agent.UserHungUp)
		if len(c.report.Turns) != 2 || len(c.report.Gaps) != 1 {
			t.Fatalf("turns %+v, want the one that was cut and one that goes on", c.report.Turns)
		}
		if cut := c.report.Turns[0]; cut.Heard < time.Second || cut.Heard > 3*time.Second || cut.Status != "" {
			t.Errorf("the turn that was cut is %+v", cut)
		}
	})
	t.Run("of speech", func(t *testing.T) {
		c := play(t, &agent.Agent{}, said(), func(c *call) {
			time.AfterFunc(time.Second, func() { c.srv.Session(0).Abort() })
			c.user.Say("This is a long sentence, and nothing of it must be lost.")
			c.user.Listen()
			c.user.HangUp()
			c.srv.Check(c)
		})
		c.want(agent.UserHungUp)
		if len(c.report.Gaps) != 1 || c.report.Gaps[0].AudioReplayed < time.Second || c.report.Gaps[0].AudioLost != 0 {
			t.Errorf("gaps %+v, want one with all of the audio", c.report.Gaps)
		}
		if got := c.report.Transcript.Text(); !strings.Contains(got, "Assistant: I have heard: This is a long sentence") {
			t.Errorf("transcript:\n%s", got)
		}
	})
	t.Run("of a tool", func(t *testing.T) {
		a := &agent.Agent{Tools: []tools.Tool{tools.New("slow", "", func(ctx context.Context, _ struct{}) (string, error) {
			time.Sleep(5 * time.Second)
			return "forty-two", ctx.Err()
		})}}
		service := &voicelivetest.Options{Respond: func(r voicelivetest.Request) voicelivetest.Response {
			if r.Session.ID != nil && strings.HasSuffix(*r.Session.ID, "2") {
				return voicelivetest.Response{Text: "It is forty-two."}
			}
			return voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "slow", Arguments: "{}"}}}
		}}
		c := play(t, a, service, func(c *call) {
			c.user.Say("What is it?")
			time.Sleep(2 * time.Second)
			c.srv.Session(0).Abort()
			c.user.Listen()
			c.user.HangUp()
		})
		c.want(agent.UserHungUp)
		if g := c.report.Gaps; len(g) != 1 || len(g[0].Carried) != 1 || len(g[0].NotRun) != 0 {
			t.Errorf("gaps %+v, want one with a carried call", g)
		}
		told := items(c.srv.Session(1))
		if last := told[len(told)-1]; !strings.Contains(last, "slow") || !strings.Contains(last, "forty-two") {
			t.Errorf("the second session was told %q", told)
		}
		if len(c.report.Turns) != 2 {
			t.Errorf("turns %+v, want that of the call and one reply", c.report.Turns)
		}
	})
}

func TestPlannedRollover(t *testing.T) {
	a := &agent.Agent{Greeting: agent.Ask("Hello."), Rollover: agent.Rollover{After: time.Minute}}
	c := play(t, a, said(), func(c *call) {
		c.user.Listen()
		for range 5 {
			c.user.Say("Are you there?")
			c.user.Listen()
			c.user.MustHearNothing(20 * time.Second)
		}
		c.conversation.Rotate("because")
		c.user.Silence(2 * time.Second)
		c.user.HangUp()
		c.srv.Check(c)
	})
	c.want(agent.UserHungUp)
	r := c.report
	if len(r.Sessions) < 3 || len(r.Gaps) != len(r.Sessions)-1 || len(r.Turns) != 6 || len(r.Interruptions) != 0 {
		t.Fatalf("%d sessions, %d gaps, %d turns, %d interruptions", len(r.Sessions), len(r.Gaps), len(r.Turns), len(r.Interruptions))
	}
	for _, g := range r.Gaps {
		if !g.Planned || g.To.Sub(g.From) > 100*time.Millisecond || g.AudioLost > 0 || len(g.Omitted) > 0 {
			t.Errorf("gap %+v", g)
		}
	}
	if last := r.Gaps[len(r.Gaps)-1]; last.Cause != "because" {
		t.Errorf("the last gap is %+v", last)
	}
	if n := strings.Count(r.Transcript.Text(), "User: Are you there?\nAssistant: I have heard: Are you there?"); n != 5 {
		t.Errorf("the transcript has %d of 5 exchanges:\n%s", n, r.Transcript.Text())
	}
}

func TestRolloverByDigest(t *testing.T) {
	a := &agent.Agent{Rollover: agent.Rollover{Digest: true}}
	c := play(t, a, said(), func(c *call) {
		c.user.Say("My name is Ada.")
		c.user.Listen()
		c.conversation.Rotate("because")
		c.user.MustHearNothing(5 * time.Second)
		c.user.HangUp()
	})
	c.want(agent.UserHungUp)
	told := items(c.srv.Session(1))
	if len(told) != 1 || !strings.HasPrefix(told[0], "system: ") || !strings.Contains(told[0], "My name is Ada.") || !c.report.Gaps[0].Digest {
		t.Errorf("the second session was told %q, want a digest", told)
	}
}

func TestNoSessionCanBeOpened(t *testing.T) {
	a := &agent.Agent{Rollover: agent.Rollover{Retry: 10 * time.Second}}
	service := &voicelivetest.Options{Faults: voicelivetest.Faults{Scripts: []voicelivetest.Script{nil}}}
	c := play(t, a, service, func(c *call) {
		go c.srv.Close()
		<-c.ended
	})
	if c.report.Reason != agent.ServiceLost || c.err == nil {
		t.Fatalf("the conversation ended as %s, error %v", c.report.Reason, c.err)
	}
	if g := c.report.Gaps; len(g) != 1 || !g[0].To.IsZero() || g[0].Attempts < 1 || g[0].AudioLost < time.Second {
		t.Errorf("gaps %+v, want one without an end", g)
	}
	if d := c.report.Duration; d < 0 || d > time.Minute {
		t.Errorf("the agent tried for %v", d)
	}
}

// A Foundry agent remembers its conversation: it is given the id, and told nothing.
func TestAFoundryAgentGoesOn(t *testing.T) {
	a := &agent.Agent{Connect: voicelive.ConnectOptions{Agent: &voicelive.Agent{Name: "shop", ProjectName: "project"}}}
	c := play(t, a, said(), func(c *call) {
		c.user.Say("My name is Ada.")
		c.user.Listen()
		c.srv.Session(0).Abort()
		c.user.MustHearNothing(5 * time.Second)
		c.user.HangUp()
	})
	c.want(agent.UserHungUp)
	if len(c.report.Gaps) != 1 || c.report.Gaps[0].ConversationID != "" {
		t.Fatalf("gaps %+v, want one in the same conversation", c.report.Gaps)
	}
	if told := items(c.srv.Session(1)); len(told) > 0 {
		t.Errorf("the second session was told %q", told)
	}
	first, second := c.srv.Session(0).Handshake().URL.Query(), c.srv.Session(1).Handshake().URL.Query()
	if first.Has("conversation-id") || !strings.HasPrefix(second.Get("conversation-id"), "thread_") {
		t.Errorf("the handshakes have conversation-id %q and %q, want none and that of the first session", first.Get("conversation-id"), second.Get("conversation-id"))
	}
	if a.Connect.Agent.ConversationID != "" {
		t.Error("the agent changed the options of the application")
	}
}

// The agent forgets the conversation: the application is told.
func TestAFoundryAgentForgets(t *testing.T) {
	a := &agent.Agent{Connect: voicelive.ConnectOptions{Agent: &voicelive.Agent{Name: "shop", ProjectName: "project"}}}
	service := said()
	service.ForgetThreads = true
	c := play(t, a, service, func(c *call) {
		c.user.Say("My name is Ada.")
		c.user.Listen()
		c.srv.Session(0).Abort()
		c.user.MustHearNothing(5 * time.Second)
		c.user.HangUp()
	})
	c.want(agent.UserHungUp)
	if g := c.report.Gaps; len(g) != 1 || g[0].ConversationID != "thread_sess_2" {
		t.Fatalf("gaps %+v, want one with the other conversation", g)
	}
}

// The service tells when it ends a session.
func TestRolloverBeforeTheSessionExpires(t *testing.T) {
	for _, limit := range []time.Duration{30 * time.Second, 3 * time.Minute} {
		service := said()
		service.SessionLimit, service.TellExpiry = limit, true
		c := play(t, &agent.Agent{}, service, func(c *call) {
			c.user.Silence(limit + limit/2)
			c.user.HangUp()
		})
		c.want(agent.UserHungUp)
		r := c.report
		if len(r.Gaps) != 1 || !r.Gaps[0].Planned || r.Gaps[0].To.Sub(r.Gaps[0].From) > time.Second {
			t.Fatalf("a limit of %v: gaps %+v, want one that was planned", limit, r.Gaps)
		}
		if age := r.Gaps[0].From.Sub(r.Began); age >= limit || age < limit*7/10 {
			t.Errorf("a limit of %v: the session was replaced after %v", limit, age)
		}
	}
}

// What the gap tells of functions: one is carried, and one did not run.
func TestFunctionsInAGap(t *testing.T) {
	wait := func(ctx context.Context, _ struct{}) (string, error) {
		time.Sleep(10 * time.Second)
		return "done", ctx.Err()
	}
	a := &agent.Agent{Tools: []tools.Tool{tools.New("first", "", wait), tools.New("second", "", wait)}}
	a.Runner.Parallel = 1
	c := callsInAGap(t, a, voicelivetest.Response{
		Calls: []voicelivetest.Call{{Name: "first", Arguments: "{}"}, {Name: "second", Arguments: "{}"}},
	})
	if g := c.report.Gaps[0]; len(g.Carried) != 1 || len(g.NotRun) != 1 || g.Carried[0] == g.NotRun[0] {
		t.Errorf("gap %+v, want a call that is carried and one that did not run", g)
	}
}

// And of MCP servers: one call was not approved, and one was lost.
func TestMCPCallsInAGap(t *testing.T) {
	a := &agent.Agent{}
	a.Runner.Approve = func(ctx context.Context, call tools.MCPCall) bool {
		<-ctx.Done()
		return false
	}
	a.Connect.Session = &voicelive.RequestSession{Tools: []voicelive.Tool{
		&voicelive.MCPServer{ServerLabel: "asks", ServerURL: "https://asks.example"},
		&voicelive.MCPServer{ServerLabel: "slow", ServerURL: "https://slow.example", RequireApproval: voicelive.MCPApprovalTypeNever},
	}}
	c := callsInAGap(t, a, voicelivetest.Response{
		MCPCalls: []voicelivetest.MCPCall{{Server: "asks", Tool: "t", Arguments: "{}"}, {Server: "slow", Tool: "t", Arguments: "{}"}},
	})
	if g := c.report.Gaps[0]; len(g.Denied) != 1 || len(g.MCPLost) != 1 {
		t.Errorf("gap %+v, want a denial and a call that was lost", g)
	}
	for _, call := range c.report.Tools {
		if call.Server == "" || call.Outcome != tools.Refused || call.Error == "" {
			t.Errorf("call %+v", call)
		}
	}
}

// callsInAGap loses the first session while calls are on their way.
func callsInAGap(t *testing.T, a *agent.Agent, calls voicelivetest.Response) *call {
	t.Helper()
	service := &voicelivetest.Options{
		MCP: map[string]voicelivetest.MCPServer{"slow": {Latency: 5 * time.Second}},
		Respond: func(r voicelivetest.Request) voicelivetest.Response {
			if strings.HasSuffix(*r.Session.ID, "1") {
				return calls
			}
			return voicelivetest.Response{Text: "It is done."}
		},
	}
	c := play(t, a, service, func(c *call) {
		c.user.Silence(10 * time.Second) // the servers list their tools
		c.user.Say("Do it.")
		c.user.Silence(3 * time.Second)
		c.srv.Session(0).Abort()
		c.user.Silence(20 * time.Second)
		c.user.HangUp()
	})
	c.want(agent.UserHungUp)
	check(t, c.report)
	if len(c.report.Gaps) != 1 || len(c.report.Tools) != 2 {
		t.Fatalf("gaps %+v, calls %+v; want one gap and two calls", c.report.Gaps, c.report.Tools)
	}
	return c
}

// The output of the function is part of the conversation; the hand-off that it asked for, and the reply, are not yet.
func TestAHandOffInAGap(t *testing.T) {
	a := &agent.Agent{Tools: []tools.Tool{tools.New("billing", "", func(context.Context, struct{}) (tools.HandOff, error) {
		return tools.HandOff{Session: &voicelive.RequestSession{Instructions: new("You are the billing department.")}}, nil
	})}}
	late := voicelivetest.Fault{Kind: voicelivetest.EventDelay, Body: "session.updated", After: time.Second, Delay: time.Minute}
	service := &voicelivetest.Options{
		Faults: voicelivetest.Faults{Scripts: []voicelivetest.Script{{late}}},
		Respond: func(r voicelivetest.Request) voicelivetest.Response {
			if *r.Session.ID == "sess_1" {
				return voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "billing", Arguments: "{}"}}}
			}
			return voicelivetest.Response{Text: "My instructions: " + *orEmpty(r.Session.Instructions)}
		},
	}
	c := play(t, a, service, func(c *call) {
		c.user.Silence(2 * time.Second)
		c.user.Say("I want to pay.")
		c.user.Silence(3 * time.Second)
		c.srv.Session(0).Abort()
		c.user.Listen()
		c.user.HangUp()
	})
	c.want(agent.UserHungUp)
	if g := c.report.Gaps; len(g) != 1 || len(g[0].Carried) != 0 {
		t.Fatalf("gaps %+v, want one without a call", g)
	}
	if text := c.report.Transcript.Text(); strings.Count(text, "My instructions: You are the billing department.") != 1 || len(c.report.Turns) != 2 {
		t.Errorf("%d turns, want that of the call and one reply:\n%s", len(c.report.Turns), text)
	}
}

// The result of a function in the background was sent. The session ends before the service has confirmed it, or before
// the reply: it is told once, and has one reply.
func TestAResultInAGap(t *testing.T) {
	for name, test := range map[string]struct {
		latency, after time.Duration
		carried        int
	}{
		"confirmed, and no reply was asked for yet": {0, 100 * time.Millisecond, 0},
		"not confirmed": {time.Second, 0, 1},
		"not confirmed, although a reply was asked for": {time.Second, 500 * time.Millisecond, 1},
	} {
		t.Run(name, func(t *testing.T) {
			a := &agent.Agent{Tools: []tools.Tool{tools.New("search", "", func(context.Context, struct{}) (string, error) {
				time.Sleep(20 * time.Second)
				return "forty-two", nil
			}).With(tools.Options{Background: true})}}
			first := voicelivetest.Sequence(
				voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "search", Arguments: "{}"}}}),
				voicelivetest.Reply("I search."),
			)
			service := &voicelivetest.Options{Link: voicelivetest.Link{Latency: test.latency}, Respond: func(r voicelivetest.Request) voicelivetest.Response {
				if *r.Session.ID == "sess_1" {
					return first(r)
				}
				return voicelivetest.Response{Text: "It is forty-two."}
			}}
			results := func(s *voicelivetest.Session) (n int) {
				for _, text := range items(s) {
					if strings.Contains(text, "Its output: forty-two") {
						n++
					}
				}
				return n
			}
			c := play(t, a, service, func(c *call) {
				c.user.Say("Search for it.")
				if err := c.srv.Session(0).Wait(c.Context(), func(s *voicelivetest.Session) bool { return results(s) > 0 }); err != nil {
					c.Error(err)
				}
				c.user.Silence(test.after)
				c.srv.Session(0).Abort()
				c.user.Listen()
				c.user.HangUp()
			})
			c.want(agent.UserHungUp)
			if g := c.report.Gaps; len(g) != 1 || len(g[0].Carried) != test.carried || results(c.srv.Session(1)) != 1 {
				t.Errorf("gaps %+v, and the second session was told %q; want the result once", g, items(c.srv.Session(1)))
			}
			if text := c.report.Transcript.Text(); !strings.HasSuffix(text, "Assistant: It is forty-two.\n") || len(c.report.Turns) != 3 {
				t.Errorf("%d turns, want that of the call and two replies:\n%s", len(c.report.Turns), text)
			}
		})
	}
}

// The session that is told of a carried result ends as well.
func TestAResultInTwoGaps(t *testing.T) {
	a := &agent.Agent{Tools: []tools.Tool{tools.New("search", "", func(context.Context, struct{}) (string, error) {
		time.Sleep(20 * time.Second)
		return "forty-two", nil
	})}}
	service := &voicelivetest.Options{Link: voicelivetest.Link{Latency: time.Second}, Respond: func(r voicelivetest.Request) voicelivetest.Response {
		if *r.Session.ID == "sess_1" {
			return voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "search", Arguments: "{}"}}}
		}
		return voicelivetest.Response{Text: "It is forty-two."}
	}}
	told := func(s *voicelivetest.Session) bool {
		return strings.Contains(strings.Join(items(s), "|"), "Its output: forty-two")
	}
	c := play(t, a, service, func(c *call) {
		c.user.Say("Search for it.")
		c.user.Silence(5 * time.Second)
		c.srv.Session(0).Abort()
		c.user.Silence(5 * time.Second)
		if err := c.srv.Session(1).Wait(c.Context(), told); err != nil {
			c.Error(err)
		}
		c.srv.Session(1).Abort()
		c.user.Listen()
		c.user.HangUp()
	})
	c.want(agent.UserHungUp)
	check(t, c.report)
	if n := len(c.report.Gaps); n != 2 || !told(c.srv.Session(2)) {
		t.Errorf("%d gaps, and the third session was told %q; want the result", n, items(c.srv.Session(2)))
	}
	if text := c.report.Transcript.Text(); !strings.HasSuffix(text, "Assistant: It is forty-two.\n") || len(c.report.Turns) != 2 {
		t.Errorf("%d turns, want that of the call and one reply:\n%s", len(c.report.Turns), text)
	}
}

func TestAModelThatWritesAfterARestorationGetsADigest(t *testing.T) {
	written := writes(t)
	speak := voicelivetest.Reply("I speak.")
	service := &voicelivetest.Options{Respond: func(r voicelivetest.Request) voicelivetest.Response {
		if r.Session.ID != nil && strings.HasSuffix(*r.Session.ID, "2") && r.Params == nil {
			return written(r)
		}
		return speak(r)
	}}
	c := play(t, &agent.Agent{}, service, func(c *call) {
		c.user.Say("My name is Ada.")
		c.user.Listen()
		c.conversation.Rotate("because")
		c.user.MustHearNothing(3 * time.Second)
		c.user.Say("Who am I?")
		c.user.Listen() // to the text
		c.user.Silence(3 * time.Second)
		c.user.Say("Who am I?")
		c.user.Listen()
		c.user.HangUp()
	})
	c.want(agent.UserHungUp)
	g := c.report.Gaps
	if len(g) != 2 || g[0].Digest || !g[1].Digest || len(c.report.Prompts) != 1 || c.report.Prompts[0].Heard == 0 {
		t.Fatalf("gaps %+v, prompts %+v; want one gap with items, one with a digest, and a text that was said", g, c.report.Prompts)
	}
	if told := items(c.srv.Session(2)); len(told) != 1 || !strings.Contains(told[0], "My name is Ada.") {
		t.Errorf("the third session was told %q", told)
	}
}

// The next session is connected, and waits for a pause; or it is being connected. It takes over however the session ends.
func TestASessionEndsWhileTheNextOneIsOnItsWay(t *testing.T) {
	for name, end := range map[string]struct {
		code  int
		retry time.Duration
		cause string
	}{
		"in an orderly way":            {1000, 0, "the service closed the session"},
		"by an error that is for good": {1008, 0, "1008"},
		"and nobody wants to retry":    {1011, -1, "1011"},
	} {
		for _, connecting := range []bool{false, true} {
			t.Run(name+map[bool]string{false: ", when it waits", true: ", when it is connecting"}[connecting], func(t *testing.T) {
				a := &agent.Agent{Greeting: agent.Ask(strings.Repeat("Once upon a time there was a king. ", 5))}
				a.Rollover = agent.Rollover{After: 40 * time.Second, Retry: end.retry}
				service := said()
				if connecting {
					late := voicelivetest.Fault{Kind: voicelivetest.HandshakeStall, Delay: 3 * time.Second}
					service.Faults.Scripts = []voicelivetest.Script{nil, {late}}
				}
				c := play(t, a, service, func(c *call) {
					c.user.Silence(time.Second)
					c.conversation.Rotate("because")
					c.user.Silence(time.Second)
					c.srv.Session(0).CloseWith(end.code, "")
					c.user.Listen()
					c.user.Say("Are you there?")
					c.user.Listen()
					c.user.Silence(45 * time.Second)
					c.user.HangUp()
				})
				c.want(agent.UserHungUp)
				check(t, c.report)
				g := c.report.Gaps
				if len(g) != 2 || g[0].Planned || !strings.Contains(g[0].Cause, end.cause) || g[0].AudioLost != 0 || len(g[0].Cut) != 1 {
					t.Fatalf("gaps %+v, want one that tells of %q, and a planned one", g, end.cause)
				}
				if !g[1].Planned || g[1].Cause == "because" {
					t.Errorf("the second gap is %+v, want one of its own cause", g[1])
				}
				if d := g[0].To.Sub(g[0].From); !connecting && d > time.Second || connecting && g[0].Attempts != 1 {
					t.Errorf("the gap took %v, with %d attempts", d, g[0].Attempts)
				}
				if text := c.report.Transcript.Text(); !strings.HasSuffix(text, "Assistant: I have heard: Are you there?\n") {
					t.Errorf("transcript:\n%s", text)
				}
			})
		}
	}
}
