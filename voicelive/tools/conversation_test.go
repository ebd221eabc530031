package tools_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/floor"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A conversation is one of the simulator with a floor and a Runner.
type conversation struct {
	*voicelive.Session
	service  *voicelivetest.Session
	turns    *floor.Floor
	runner   *tools.Runner
	outcomes map[string]tools.Outcome // of calls
	refused  int                      // outputs that the service refuses
}

// talk has a conversation in virtual time, and checks that the service found no fault with it.
func talk(t *testing.T, o *voicelivetest.Options, s *voicelive.RequestSession, r *tools.RunnerOptions, functions []tools.Tool, test func(c *conversation)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		definitions, err := tools.Definitions(functions...)
		if err != nil {
			t.Fatal(err)
		}
		s.Tools = append(s.Tools, definitions...)
		server := voicelivetest.NewServer(t, o)
		c := &conversation{Session: server.Connect(t, &voicelive.ConnectOptions{Model: "m", Session: s}), outcomes: map[string]tools.Outcome{}}
		c.service = server.Session(0)
		c.turns = floor.New(t.Context(), c, nil)
		r.Ended = func(call tools.Call) { c.outcomes[call.ID] = call.Outcome }
		if c.runner, err = tools.NewRunner(t.Context(), c, c.turns, functions, r); err != nil {
			t.Fatal(err)
		}
		ended := make(chan bool)
		go func() {
			defer close(ended)
			for event, err := range c.Events(t.Context()) {
				if err != nil {
					t.Error(err)
					return
				}
				for _, h := range []voicelive.Handler{c.turns, c.runner} {
					if err := h.HandleEvent(t.Context(), event); err != nil {
						t.Error(err)
					}
				}
			}
		}()
		test(c)
		c.Close()
		<-ended
		c.runner.End()
		if c.refused == 0 {
			server.Check(t)
			return
		}
		err = c.service.Check()
		if err == nil || strings.Count(err.Error(), "\n") != c.refused-1 || strings.Count(err.Error(), "invalid_tool_call_id") != c.refused {
			t.Errorf("the service says %v, want %d outputs that were refused", err, c.refused)
		}
	})
}

// want holds what the service said, and the outcomes of calls, to what is wanted.
func (c *conversation) want(t *testing.T, outcomes map[string]tools.Outcome, said ...string) {
	t.Helper()
	if diff := cmp.Diff(outcomes, c.outcomes); diff != "" {
		t.Errorf("outcomes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(said, c.said(t)); diff != "" {
		t.Errorf("the service said (-want +got):\n%s", diff)
	}
}

// said are the transcripts of what the service said, in order.
func (c *conversation) said(t *testing.T) (all []string) {
	t.Helper()
	for _, sent := range c.service.Sent() {
		event, err := voicelive.UnmarshalServerEvent(sent.Raw)
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := event.(*voicelive.ServerEventResponseAudioTranscriptDone); ok {
			all = append(all, e.Transcript)
		}
	}
	return all
}

func sleep(d time.Duration, result string) func(context.Context, struct {
	N int `json:"n"`
}) (string, error) {
	return func(ctx context.Context, _ struct {
		N int `json:"n"`
	}) (string, error) {
		time.Sleep(d)
		return result, nil
	}
}

func calls(names ...string) []voicelivetest.Call {
	var all []voicelivetest.Call
	for i, name := range names {
		all = append(all, voicelivetest.Call{Name: name, Arguments: fmt.Sprintf(`{"n":%d}`, i)})
	}
	return all
}

// TestConversationsAreInterrupted with both readings of what becomes of outputs of cancelled calls.
func TestConversationsAreInterrupted(t *testing.T) {
	for _, refuses := range []bool{false, true} {
		t.Run(fmt.Sprintf("refused: %t", refuses), func(t *testing.T) {
			long := voicelivetest.Call{Name: "slow", Arguments: `{"n":2,"text":"` + strings.Repeat("a long mail ", 60) + `"}`}
			options := &voicelivetest.Options{RefuseCancelledOutputs: refuses, Respond: voicelivetest.Sequence(
				voicelivetest.Always(voicelivetest.Response{Calls: append(calls("fast", "slow"), long)}), // is interrupted
				voicelivetest.Always(voicelivetest.Response{Calls: calls("fast", "slow")}),
				voicelivetest.Reply("Both are done."), voicelivetest.Reply("Once more."))}
			session := &voicelive.RequestSession{TurnDetection: &voicelive.ServerVAD{}}
			functions := []tools.Tool{
				tools.New("fast", "", sleep(100*time.Millisecond, "fast")).With(tools.Options{Early: true}),
				tools.New("slow", "", sleep(2*time.Second, "slow"))}
			talk(t, options, session, &tools.RunnerOptions{}, functions, func(c *conversation) {
				c.turns.Request(floor.Request{})
				time.Sleep(500 * time.Millisecond)
				c.service.UserSays("Do it again.", time.Second)
				time.Sleep(20 * time.Second)
				first := tools.Confirmed
				if refuses {
					first, c.refused = tools.Refused, 3
				}
				c.want(t, map[string]tools.Outcome{"call_1": first, "call_2": first, "call_3": first, "call_4": tools.Confirmed, "call_5": tools.Confirmed}, "Both are done.")
			})
		})
	}
}

// TestResultsInTheBackground end while the model speaks, or in silence: one response tells of both.
func TestResultsInTheBackground(t *testing.T) {
	for takes, said := range map[time.Duration]string{time.Second: "I look for both, and I tell you as soon as I know more.", 10 * time.Second: "I look."} {
		options := &voicelivetest.Options{Respond: voicelivetest.Sequence(
			voicelivetest.Always(voicelivetest.Response{Calls: calls("search", "search")}),
			voicelivetest.Reply(said), voicelivetest.Reply("Both were found."), voicelivetest.Reply("Once more."))}
		background := tools.New("search", "", sleep(takes, "found")).With(tools.Options{Background: true})
		talk(t, options, &voicelive.RequestSession{}, &tools.RunnerOptions{}, []tools.Tool{background}, func(c *conversation) {
			c.turns.Request(floor.Request{})
			time.Sleep(40 * time.Second)
			c.want(t, map[string]tools.Outcome{"call_1": tools.Confirmed, "call_2": tools.Confirmed}, said, "Both were found.")
		})
	}
}

// TestAFillerIsNotSaidIntoSpeech interrupts a filler before the output comes. The reply to the user is the one that
// takes it into account.
func TestAFillerIsNotSaidIntoSpeech(t *testing.T) {
	options := &voicelivetest.Options{Respond: voicelivetest.Sequence(
		voicelivetest.Always(voicelivetest.Response{Calls: calls("slow")}),
		voicelivetest.Reply("One moment, please, this takes a while, as it always does."), voicelivetest.Reply("Never mind."),
		voicelivetest.Reply("It is done."), voicelivetest.Reply("Once more."))}
	session := &voicelive.RequestSession{TurnDetection: &voicelive.ServerVAD{}}
	slow := tools.New("slow", "", sleep(4*time.Second, "slow")).With(tools.Options{Filler: "One moment."})
	var c *conversation
	say := func(sentence string) func() {
		h := c.turns.Request(floor.Request{Params: &voicelive.ResponseCreateParams{Instructions: new("Say: " + sentence)}})
		return func() { h.Withdraw() }
	}
	talk(t, options, session, &tools.RunnerOptions{Say: say}, []tools.Tool{slow}, func(conv *conversation) {
		c = conv
		c.turns.Request(floor.Request{})
		time.Sleep(3500 * time.Millisecond)
		c.service.UserSays("Forget it.", 2*time.Second)
		time.Sleep(20 * time.Second)
		c.want(t, map[string]tools.Outcome{"call_1": tools.Confirmed}, "One moment, please, this ", "Never mind.")
	})
}

// TestMCPCalls with and without approval are followed by one response.
func TestMCPCalls(t *testing.T) {
	for _, approved := range []bool{true, false} {
		t.Run(fmt.Sprintf("approved: %t", approved), func(t *testing.T) {
			options := &voicelivetest.Options{Respond: voicelivetest.Sequence(
				voicelivetest.Always(voicelivetest.Response{Calls: calls("fast"), MCPCalls: []voicelivetest.MCPCall{{Server: "shop", Tool: "buy", Arguments: "{}"}}}),
				voicelivetest.Reply("That is all."), voicelivetest.Reply("Once more."))}
			session := &voicelive.RequestSession{Tools: []voicelive.Tool{&voicelive.MCPServer{ServerLabel: "shop", ServerURL: "https://shop.example.com", AllowedTools: []string{"buy"}}}}
			var told []tools.MCPCall
			r := &tools.RunnerOptions{Approve: func(context.Context, tools.MCPCall) bool { time.Sleep(time.Second); return approved }, MCP: func(c tools.MCPCall) { told = append(told, c) }}
			talk(t, options, session, r, []tools.Tool{tools.New("fast", "", sleep(time.Second, "fast"))}, func(c *conversation) {
				time.Sleep(time.Second)
				c.turns.Request(floor.Request{})
				time.Sleep(20 * time.Second)
				c.want(t, map[string]tools.Outcome{"call_1": tools.Confirmed}, "That is all.")
				if len(told) != 1 || told[0].Server != "shop" || told[0].Name != "buy" || (told[0].Err == nil) != approved {
					t.Errorf("told %+v, want the call of shop", told)
				}
			})
		})
	}
}
