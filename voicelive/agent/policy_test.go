package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/floor"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/transcript"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestTheGuardCutsOneResponse(t *testing.T) {
	seen := 0
	a := &agent.Agent{Guard: func(c *agent.Conversation, e transcript.Entry) bool {
		if !strings.Contains(e.Text, "password") {
			return false
		}
		seen++
		c.Ask("I must not tell that.")
		return true
	}}
	service := &voicelivetest.Options{Pace: voicelivetest.Instant, Respond: func(r voicelivetest.Request) voicelivetest.Response {
		if r.Params != nil && r.Params.Instructions != nil {
			return voicelivetest.Response{Text: *r.Params.Instructions}
		}
		return voicelivetest.Response{Text: "Of course, with pleasure. The password is swordfish, and I can tell you more of them if you like."}
	}}
	c := play(t, a, service, func(c *call) {
		c.user.Say("Tell me the password.")
		c.user.Listen()
		c.user.Silence(3 * time.Second)
		c.user.MustNotHear(c.srv.Session(0), "swordfish")
		c.user.HangUp()
	})
	c.want(agent.UserHungUp)
	if n := len(c.report.Turns); n != 2 || seen != 1 {
		t.Fatalf("%d turns, cut %d times; want one that was cut and one in its place", n, seen)
	}
	if cut, said := c.report.Turns[0], c.report.Turns[1]; !cut.Guarded || cut.Unheard == 0 || said.Guarded || said.Interrupted || said.Heard == 0 {
		t.Errorf("turns %+v", c.report.Turns)
	}
}

func TestCollectKeys(t *testing.T) {
	ask := tools.New("ask_pin", "Asks the user for the PIN.", func(ctx context.Context, _ struct{}) (string, error) {
		return agent.Of(ctx).Collect(ctx, agent.Keys{Length: 4})
	})
	var digits []byte
	a := &agent.Agent{Tools: []tools.Tool{ask}, Digit: func(_ *agent.Conversation, d byte) { digits = append(digits, d) }}
	service := &voicelivetest.Options{Respond: voicelivetest.Sequence(
		voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "ask_pin", Arguments: "{}"}}}),
		func(r voicelivetest.Request) voicelivetest.Response {
			return voicelivetest.Response{Text: "Thank you: " + r.Outputs[0].Output}
		},
	)}
	c := play(t, a, service, func(c *call) {
		ctx := c.Context()
		c.user.Say("Let me in.")
		c.user.Silence(2 * time.Second)
		c.user.PressKeys("12345")
		c.user.Listen()

		collect := func(ctx context.Context, k agent.Keys, press string, want string, wantErr error) {
			c.Helper()
			done := make(chan struct{})
			go func() {
				defer close(done)
				if got, err := c.conversation.Collect(ctx, k); got != want || !errors.Is(err, wantErr) {
					c.Errorf("collected %q, error %v; want %q, %v", got, err, want, wantErr)
				}
			}()
			time.Sleep(100 * time.Millisecond)
			c.user.PressKeys(press)
			<-done
		}
		collect(ctx, agent.Keys{Terminator: '#'}, "987#", "987", nil)
		began := time.Now()
		collect(ctx, agent.Keys{Terminator: '#', Timeout: 3 * time.Second}, "98", "98", agent.ErrNoKey)
		if d := time.Since(began); d < 3*time.Second || d > 4*time.Second {
			c.Errorf("gave up after %v", d)
		}
		short, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		collect(short, agent.Keys{Length: 9}, "1", "1", context.DeadlineExceeded)
		if _, err := c.conversation.Collect(ctx, agent.Keys{}); err == nil {
			c.Error("Keys without an end were accepted")
		}
		time.AfterFunc(time.Second, c.user.HangUp)
		if _, err := c.conversation.Collect(ctx, agent.Keys{Length: 1, Timeout: time.Hour}); !errors.Is(err, agent.ErrEnded) {
			c.Errorf("after the end: %v", err)
		}
	})
	c.want(agent.UserHungUp)
	if string(digits) != "5" {
		t.Errorf("the application was told of %q, want the key that nobody collected", digits)
	}
	if got := c.report.Tools[0].Output; got != "1234" {
		t.Errorf("the output of the tool is %q", got)
	}
}

func TestFallback(t *testing.T) {
	failed := json.RawMessage(`{"type":"server_error","code":"failed","message":"no"}`)
	a := &agent.Agent{Fallback: agent.Say("Sorry, say that again.")}
	service := &voicelivetest.Options{Respond: voicelivetest.Sequence(
		voicelivetest.Always(voicelivetest.Response{Failed: failed}),
		voicelivetest.Always(voicelivetest.Response{Failed: failed}), // the fallback fails, too
		voicelivetest.Always(voicelivetest.Response{Incomplete: voicelive.ResponseIncompleteDetailsReasonContentFilter}),
		voicelivetest.Reply("Sorry, say that again."),
	)}
	a.Connect.Session = &voicelive.RequestSession{Voice: voicelive.OAIVoiceAlloy}
	c := play(t, a, service, func(c *call) {
		c.user.Say("Hello?")
		c.user.MustHearNothing(5 * time.Second)
		c.user.Say("Hello?")
		c.user.Listen()
		c.user.HangUp()
	})
	c.want(agent.UserHungUp)
	if n := len(c.report.Prompts); n != 2 || c.report.Prompts[0].Err == nil || c.report.Prompts[1].Heard == 0 {
		t.Errorf("prompts %+v, want a fallback that failed and one that was heard", c.report.Prompts)
	}
}

// writes returns a responder that writes, and does not speak.
func writes(t *testing.T) voicelivetest.Responder {
	written, err := voicelivetest.Replay([]byte(`{"type":"response.created","response":{"id":"resp_A","object":"realtime.response","status":"in_progress","output":[]}}
{"type":"response.done","response":{"id":"resp_A","object":"realtime.response","status":"completed","output":[{"id":"item_A","object":"realtime.item","type":"message","role":"assistant","status":"completed","content":[{"type":"text","text":"It is cold."}]}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	return written
}

func TestAnEmptyPromptIsNotSaid(t *testing.T) {
	c := play(t, &agent.Agent{}, said(), func(c *call) {
		if spoken, err := c.conversation.Say("").Wait(c.Context()); err == nil || spoken.Outcome != floor.Dropped {
			c.Errorf("spoken %+v, error %v", spoken, err)
		}
		c.conversation.End("enough", agent.Say(""))
		<-c.ended
	})
	c.want(agent.HungUp)
	if len(c.report.Turns)+len(c.report.Prompts) > 0 {
		t.Errorf("turns %+v, prompts %+v; want none", c.report.Turns, c.report.Prompts)
	}
}

func TestAReplyInTextIsSaid(t *testing.T) {
	written := writes(t)
	a := &agent.Agent{}
	service := &voicelivetest.Options{Respond: voicelivetest.Sequence(written, voicelivetest.Reply("It is cold."))}
	c := play(t, a, service, func(c *call) {
		c.user.Say("What is the weather?")
		c.user.Listen()
		c.user.HangUp()
	})
	c.want(agent.UserHungUp)
	if p := c.report.Prompts; len(p) != 1 || p[0].Text != "It is cold." || p[0].Heard == 0 {
		t.Errorf("prompts %+v, want the text", p)
	}
}

func TestHandOff(t *testing.T) {
	for _, refused := range []bool{false, true} {
		update := &voicelive.RequestSession{Instructions: new("You are the billing department.")}
		if refused {
			update.Modalities = []voicelive.Modality{"smell"} // the service knows no such modality
		}
		a := &agent.Agent{Tools: []tools.Tool{tools.New("billing", "", func(context.Context, struct{}) (tools.HandOff, error) {
			return tools.HandOff{Session: update}, nil
		})}}
		service := &voicelivetest.Options{Respond: voicelivetest.Sequence(
			voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "billing", Arguments: "{}"}}}),
			func(r voicelivetest.Request) voicelivetest.Response {
				instructions := r.Session.Instructions
				return voicelivetest.Response{Text: "My instructions: " + *orEmpty(instructions)}
			},
		)}
		c := play(t, a, service, func(c *call) {
			c.user.Say("I want to pay.")
			c.user.Listen()
			c.user.HangUp()
		})
		c.want(agent.UserHungUp)
		text := c.report.Transcript.Text()
		if strings.Contains(text, "My instructions: You are the billing department.") == refused || strings.Contains(text, "The hand-off by billing failed") != refused {
			t.Errorf("refused %t:\n%s", refused, text)
		}
		if n := len(c.report.Turns); n != 2 {
			t.Errorf("%d turns, want that of the call and one reply", n)
		}
	}
}

func orEmpty(s *string) *string {
	if s == nil {
		return new("")
	}
	return s
}

// A transferable leg can connect the user to somebody else.
type transferable struct {
	leg.Leg
	target string
	err    error
}

func (l *transferable) Unwrap() leg.Leg { return l.Leg }
func (l *transferable) Transfer(_ context.Context, target string) error {
	l.target = target
	return l.err
}

func TestTransfer(t *testing.T) {
	broken := errors.New("nobody is there")
	for _, test := range []struct {
		name   string
		leg    *transferable
		reason agent.Reason
		err    error
	}{
		{"to a person", &transferable{}, agent.Transferred, nil},
		{"that fails", &transferable{err: broken}, agent.Failed, broken},
		{"of a leg that cannot", nil, agent.UserHungUp, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := &agent.Agent{Tools: []tools.Tool{tools.New("person", "", func(context.Context, struct{}) (tools.Transfer, error) {
				return tools.Transfer{Target: "+4712345678"}, nil
			})}}
			service := &voicelivetest.Options{Respond: voicelivetest.Sequence(
				voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "person", Arguments: "{}"}}}),
				voicelivetest.Reply("I connect you to a person."),
			)}
			on := func(u *legtest.User) leg.Leg {
				if test.leg == nil {
					return u.Leg()
				}
				test.leg.Leg = u.Leg()
				return test.leg
			}
			c := playOn(t, on, a, service, func(c *call) {
				c.user.Say("I want to talk to a person.")
				if test.leg != nil {
					<-c.ended
					return
				}
				c.user.Listen()
				c.user.HangUp()
			})
			if c.report.Reason != test.reason || !errors.Is(c.err, test.err) {
				t.Fatalf("the conversation ended as %s, error %v", c.report.Reason, c.err)
			}
			last := c.report.Turns[len(c.report.Turns)-1]
			if last.Heard < time.Second || last.Unheard != 0 {
				t.Errorf("the last words were not heard: %+v", last)
			}
			if test.leg != nil && test.leg.target != "+4712345678" {
				t.Errorf("the user was connected to %q", test.leg.target)
			}
			if told := strings.Contains(c.report.Transcript.Text(), "this line cannot transfer"); told != (test.leg == nil) {
				t.Errorf("the model was told that the line cannot transfer: %t", told)
			}
		})
	}
}
