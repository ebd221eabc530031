package agent_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A diary is an observer of conversations and of sessions that writes down what happens.
type diary struct {
	voicelive.NoObserver
	t *testing.T

	mu    sync.Mutex
	lines []string
	tool  []string // on the goroutine of a function
}

type traced struct{}

func (d *diary) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *diary) noteTool(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.tool = append(d.tool, fmt.Sprintf(format, args...))
}

func (d *diary) ObserveConnect(ctx context.Context, _ voicelive.ConnectInfo) {
	d.note("connect %v", ctx.Value(traced{}))
}

func (d *diary) ObserveBegin(ctx context.Context, c *agent.Conversation) context.Context {
	if agent.Of(ctx) != c {
		d.t.Error("the context does not know the conversation")
	}
	d.note("begin")
	return context.WithValue(ctx, traced{}, "in the trace")
}

func (d *diary) ObserveSession(_ *agent.Conversation, s *voicelive.Session) {
	d.note("session %t", s.ID() != "")
}
func (d *diary) ObserveGap(_ *agent.Conversation, g agent.Gap) { d.note("gap planned %t", g.Planned) }
func (d *diary) ObserveSpeech(_ *agent.Conversation, s agent.UserSpeech) {
	d.note("speech %t", s.ItemID != "" && s.Began.Before(s.Ended) && !s.Told.Before(s.Ended))
}
func (d *diary) ObserveTurnBegin(_ *agent.Conversation, t agent.Turn) {
	d.note("turn begins %t", t.ResponseID != "" && !t.Began.IsZero())
}
func (d *diary) ObserveInterruption(_ *agent.Conversation, i agent.Interruption) {
	d.note("interruption %t", i.Heard > 0 && i.Unheard > 0)
}
func (d *diary) ObserveTurnEnd(_ *agent.Conversation, t agent.Turn) {
	if !t.Audible.IsZero() && (t.Arrived.After(t.Audible) || t.Began.After(t.Arrived) || t.Generated.Before(t.Began)) {
		d.t.Errorf("turn %+v: its times are in no order", t)
	}
	d.note("turn ends %s %s heard %t tokens %t", t.Status, t.Cause, t.Heard > 0, t.Tokens.Total > 0)
}
func (d *diary) ObserveToolBegin(ctx context.Context, _ *agent.Conversation, call tools.Call) context.Context {
	d.noteTool("tool begins %s %t %v", call.Name, call.ResponseID != "", ctx.Value(traced{}))
	return context.WithValue(ctx, traced{}, "in the tool")
}
func (d *diary) ObserveToolEnd(_ *agent.Conversation, call tools.Call) {
	d.note("tool ends %s %s %v", call.Name, call.Outcome, call.Duration)
}
func (d *diary) ObserveEnd(_ *agent.Conversation, r *agent.Report) {
	d.note("end %s turns %d", r.Reason, len(r.Turns))
}

func TestObserver(t *testing.T) {
	d, other := &diary{t: t}, &diary{t: t}
	a := &agent.Agent{
		Observer: agent.Observers{d, other, agent.NoObserver{}},
		Tools: []tools.Tool{tools.New("look", "", func(ctx context.Context, _ struct{}) (string, error) {
			d.noteTool("tool runs %v", ctx.Value(traced{}))
			time.Sleep(time.Second)
			return "done", nil
		})},
	}
	service := &voicelivetest.Options{
		Pace: voicelivetest.Instant,
		Respond: voicelivetest.Sequence(
			voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "look", Arguments: "{}"}, {Name: "other", Arguments: "{}"}}}),
			voicelivetest.Reply(strings.Repeat("Once upon a time there was a king. ", 5)),
			voicelivetest.Always(voicelivetest.Response{Failed: []byte(`{"type":"server_error","code":"too_late","message":"no"}`)}),
		),
	}
	c := playWith(t, func(o *voicelive.ClientOptions) { o.Observer = d }, a, service, func(c *call) {
		c.user.Say("Look.")
		c.user.Interrupt(2*time.Second, "Stop, please!")
		c.user.MustHearNothing(3 * time.Second)
		c.srv.Session(0).Abort()
		c.user.Silence(3 * time.Second)
		c.user.HangUp()
	})
	c.want(agent.UserHungUp)
	want := []string{
		"begin",
		"connect in the trace",
		"session true",
		"speech true",
		"turn begins true",
		"turn ends completed  heard false tokens true",
		"tool ends other confirmed 0s",
		"tool ends look confirmed 1s",
		"turn begins true",
		"interruption true",
		"turn ends completed  heard true tokens true",
		"speech true",
		"turn begins true",
		"turn ends failed too_late heard false tokens true",
		"connect in the trace",
		"session true",
		"gap planned false",
		"end user_hung_up turns 3",
	}
	if diff := cmp.Diff(want, d.lines); diff != "" {
		t.Errorf("what the observer was told (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"tool begins look true in the trace", "tool runs in the tool"}, d.tool); diff != "" {
		t.Errorf("what it was told of the function (-want +got):\n%s", diff)
	}
	if len(other.lines) != len(d.lines)-2 { // two connections
		t.Errorf("the second observer was told %q", other.lines)
	}
}

// speeches notes when the user spoke.
type speeches struct {
	agent.NoObserver
	all []agent.UserSpeech
}

func (s *speeches) ObserveSpeech(_ *agent.Conversation, speech agent.UserSpeech) {
	s.all = append(s.all, speech)
}

// The service counts the padding before speech, and the silence that ends it, as speech.
func TestWhenAUserSpoke(t *testing.T) {
	seen := &speeches{}
	var began, ended time.Time
	a := &agent.Agent{Observer: seen}
	a.Connect.Session = &voicelive.RequestSession{TurnDetection: &voicelive.ServerVAD{SilenceDurationMS: new(900)}}
	c := play(t, a, said(), func(c *call) {
		c.user.Silence(time.Second)
		began = time.Now()
		c.user.Say("What is the weather in Oslo?")
		ended = time.Now()
		c.user.Silence(3 * time.Second)
		c.user.HangUp()
	})
	c.want(agent.UserHungUp)
	if len(seen.all) != 1 {
		t.Fatalf("speeches %+v, want one", seen.all)
	}
	s := seen.all[0]
	for what, d := range map[string]time.Duration{"began": s.Began.Sub(began), "ended": s.Ended.Sub(ended), "told": s.Told.Sub(ended) - 900*time.Millisecond} {
		if d.Abs() > 60*time.Millisecond {
			t.Errorf("the speech %s %v later than it did", what, d)
		}
	}
}

// The agent does not know any more, or not yet, when that audio was sent.
func TestWhenAUserSpokeIsNotGuessed(t *testing.T) {
	seen := &speeches{}
	c := play(t, &agent.Agent{Observer: seen}, said(), func(c *call) {
		c.user.Silence(3 * time.Minute)
		for _, ms := range []int{1000, 179_000, 999_000} {
			c.srv.Session(0).Inject(&voicelive.ServerEventInputAudioBufferSpeechStarted{ItemID: "item", AudioStartMS: ms})
			c.srv.Session(0).Inject(&voicelive.ServerEventInputAudioBufferSpeechStopped{ItemID: "item", AudioEndMS: ms})
			c.user.Silence(time.Second)
		}
		c.user.HangUp()
	})
	c.want(agent.UserHungUp)
	if len(seen.all) != 3 {
		t.Fatalf("speeches %+v, want three", seen.all)
	}
	for i, s := range seen.all {
		if known := i == 1; s.Began.IsZero() == known || s.Ended.IsZero() == known {
			t.Errorf("speech %d: %+v, want times: %t", i, s, known)
		}
		if since := s.Told.Sub(s.Ended); i == 1 && (since < 1900*time.Millisecond || since > 2100*time.Millisecond) {
			t.Errorf("the user had spoken %v before the service told it, want 2 s", since)
		}
	}
}

// The offsets of a session say nothing of those of the next one.
func TestWhenAUserSpokeInAnotherSession(t *testing.T) {
	seen := &speeches{}
	c := play(t, &agent.Agent{Observer: seen}, said(), func(c *call) {
		c.user.Silence(50 * time.Second)
		c.srv.Session(0).Inject(&voicelive.ServerEventInputAudioBufferSpeechStarted{ItemID: "item", AudioStartMS: 40_000})
		c.srv.Session(0).Inject(&voicelive.ServerEventInputAudioBufferSpeechStopped{ItemID: "item", AudioEndMS: 42_000})
		c.user.Silence(time.Second)
		c.conversation.Rotate("test")
		c.user.Silence(20 * time.Second)
		c.srv.Session(1).Inject(&voicelive.ServerEventInputAudioBufferSpeechStopped{ItemID: "other", AudioEndMS: 5000})
		c.user.Silence(time.Second)
		c.user.HangUp()
	})
	c.want(agent.UserHungUp)
	if len(seen.all) != 2 {
		t.Fatalf("speeches %+v, want two", seen.all)
	}
	if s := seen.all[1]; s.Ended.IsZero() || s.Told.Before(s.Ended) {
		t.Errorf("speech %+v, whose end was sent in the session", s)
	}
}
