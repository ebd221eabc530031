package agent_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A call is a conversation to be tested: a user, an agent and the simulator, in virtual time.
type call struct {
	*testing.T
	user  *legtest.User
	srv   *voicelivetest.Server
	agent *agent.Agent

	conversation *agent.Conversation // once Begin was called
	ended        chan struct{}
	report       *agent.Report
	err          error
}

// play runs a script beside an agent, and waits for the end of the conversation.
func play(t *testing.T, a *agent.Agent, service *voicelivetest.Options, script func(c *call)) *call {
	t.Helper()
	return playOn(t, (*legtest.User).Leg, a, service, script)
}

// playOn is play with a leg of the user's.
func playOn(t *testing.T, on func(*legtest.User) leg.Leg, a *agent.Agent, service *voicelivetest.Options, script func(c *call)) *call {
	t.Helper()
	return playAll(t, on, nil, a, service, script)
}

// playWith is play with other options of the client.
func playWith(t *testing.T, client func(*voicelive.ClientOptions), a *agent.Agent, service *voicelivetest.Options, script func(c *call)) *call {
	t.Helper()
	return playAll(t, (*legtest.User).Leg, client, a, service, script)
}

func playAll(t *testing.T, on func(*legtest.User) leg.Leg, client func(*voicelive.ClientOptions), a *agent.Agent, service *voicelivetest.Options, script func(c *call)) *call {
	t.Helper()
	var c *call
	synctest.Test(t, func(t *testing.T) {
		c = &call{T: t, user: legtest.New(t, leg.MuLaw), agent: a, ended: make(chan struct{})}
		service.Hear = c.user.Hear
		c.srv = voicelivetest.NewServer(t, service)
		o := c.srv.ClientOptions()
		if client != nil {
			client(o)
		}
		if a.Connect.Agent == nil {
			a.Connect.Model = "gpt-realtime"
		}
		var err error
		a.Client, err = voicelive.NewClient(c.srv.URL(), token{}, o)
		if err != nil {
			t.Fatal(err)
		}
		begin := make(chan struct{})
		begun := a.Begin
		var once sync.Once
		a.Begin = func(conversation *agent.Conversation) {
			c.conversation = conversation
			if begun != nil {
				begun(conversation)
			}
			once.Do(func() { close(begin) })
		}
		go func() {
			defer close(c.ended)
			c.report, c.err = a.Serve(t.Context(), on(c.user))
		}()
		select {
		case <-begin:
			script(c)
		case <-c.ended:
		}
		select {
		case <-c.ended:
		case <-time.After(10 * time.Minute):
			t.Fatal("the conversation does not end")
		}
	})
	return c
}

// A token is the credential that Foundry agents need.
type token struct{}

func (token) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "token", ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
}

// want checks the end of the conversation.
func (c *call) want(reason agent.Reason) {
	c.Helper()
	if c.err != nil || c.report.Reason != reason {
		c.Fatalf("the conversation ended as %s (%s), error %v; want %s", c.report.Reason, c.report.Detail, c.err, reason)
	}
}

func TestAConversation(t *testing.T) {
	a := &agent.Agent{Greeting: agent.Say("Hello, how can I help?")}
	a.Connect.Session = &voicelive.RequestSession{Voice: voicelive.OAIVoiceAlloy}
	service := &voicelivetest.Options{Respond: voicelivetest.Reply("Hello, how can I help?", "It is cold and dark in Oslo today."), Latency: 300 * time.Millisecond}
	c := play(t, a, service, func(c *call) {
		c.user.Listen()
		c.user.Say("What is the weather in Oslo?")
		c.user.Listen()
		c.user.HangUp()
		c.user.Check(c.srv.Session(0))
		c.srv.Check(c)
	})
	c.want(agent.UserHungUp)
	r := c.report
	if len(r.Turns) != 2 || len(r.Prompts) != 1 || len(r.Interruptions) != 0 || len(r.Sessions) != 1 {
		t.Fatalf("report %+v, want two turns, one prompt, one session and no interruption", r)
	}
	if p := r.Prompts[0]; p.How != agent.Instructed || p.Heard != r.Turns[0].Heard || p.Interrupted || p.Heard == 0 {
		t.Errorf("prompt %+v, want one that the model was instructed to say, and that was heard", p)
	}
	greeting, reply := r.Turns[0], r.Turns[1]
	if !greeting.SpeechEnded.IsZero() || greeting.Latency != 0 {
		t.Errorf("the greeting replies to speech: %+v", greeting)
	}
	if reply.Latency < 800*time.Millisecond || reply.Latency > time.Second || reply.Endpointing < 500*time.Millisecond || reply.Endpointing > reply.Latency-300*time.Millisecond || reply.Unheard != 0 {
		t.Errorf("the reply has latency %v and endpointing %v, %v unheard; want the silence of 500 ms in both", reply.Latency, reply.Endpointing, reply.Unheard)
	}
	if r.Tokens.Total == 0 || r.Tokens.Total != greeting.Tokens.Total+reply.Tokens.Total {
		t.Errorf("tokens %+v are not those of the turns", r.Tokens)
	}
	if text := r.Transcript.Text(); !strings.Contains(text, "User: What is the weather in Oslo?\nAssistant: It is cold") {
		t.Errorf("transcript:\n%s", text)
	}
	if _, err := json.Marshal(r); err != nil {
		t.Error(err)
	}
}

func TestTheVoiceReadsAPrompt(t *testing.T) {
	a := &agent.Agent{Greeting: agent.Say("Hello, how can I help?")}
	a.Connect.Session = &voicelive.RequestSession{Voice: &voicelive.AzureStandardVoice{Name: "en-US-AvaNeural"}}
	c := play(t, a, &voicelivetest.Options{}, func(c *call) {
		c.user.Listen()
		c.user.HangUp()
	})
	c.want(agent.UserHungUp)
	if p := c.report.Prompts[0]; p.How != agent.PreGenerated || p.Heard == 0 {
		t.Errorf("prompt %+v, want one that the voice has read", p)
	}
	if got := c.report.Transcript.Text(); got != "Assistant: Hello, how can I help?\n" {
		t.Errorf("transcript %q", got)
	}
	if a.Connect.Session.InputAudioFormat != "" || a.Connect.Session.TurnDetection != nil {
		t.Error("the agent changed the session of the application")
	}
	update, ok := c.srv.Session(0).Received()[0].Event.(*voicelive.ClientEventSessionUpdate)
	if !ok || update.Session.OutputAudioTimestampTypes == nil || update.Session.InputAudioTranscription.IsZero() || update.Session.TurnDetection == nil {
		t.Errorf("the session asked for is %+v, want word times, transcription and turn detection", update)
	}
}

func TestAnInterruptionIsTold(t *testing.T) {
	a := &agent.Agent{Greeting: agent.Ask("Tell a story.")}
	service := &voicelivetest.Options{Respond: voicelivetest.Reply(strings.Repeat("Once upon a time there was a king. ", 5), "Very well.")}
	c := play(t, a, service, func(c *call) {
		c.user.Interrupt(2*time.Second, "Stop, please!")
		c.user.Listen()
		c.user.HangUp()
		c.user.Check(c.srv.Session(0))
		c.srv.Check(c)
	})
	c.want(agent.UserHungUp)
	if len(c.report.Interruptions) != 1 {
		t.Fatalf("interruptions %+v, want one", c.report.Interruptions)
	}
	i, told := c.report.Interruptions[0], c.report.Turns[0]
	if i.Heard < 2*time.Second || i.Heard > 3*time.Second || i.Unheard <= 0 || told.Heard != i.Heard || !told.Interrupted || !c.report.Prompts[0].Interrupted {
		t.Errorf("interruption %+v of turn %+v", i, told)
	}
}

func weather(ctx context.Context, in struct {
	City string `json:"city" jsonschema:"the city, such as Oslo"`
}) (string, error) {
	if agent.Of(ctx) == nil {
		return "", errors.New("no conversation")
	}
	return "cold in " + in.City, nil
}

func TestAToolEndsTheCall(t *testing.T) {
	a := &agent.Agent{Tools: []tools.Tool{
		tools.New("get_weather", "Tells the weather in a city.", weather),
		tools.New("hang_up", "Ends the call.", func(context.Context, struct{}) (tools.EndCall, error) {
			return tools.EndCall{Reason: "the user is satisfied"}, nil
		}),
	}}
	service := &voicelivetest.Options{Respond: voicelivetest.Sequence(
		voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "get_weather", Arguments: `{"city":"Oslo"}`}}}),
		func(r voicelivetest.Request) voicelivetest.Response {
			return voicelivetest.Response{Text: "It is " + r.Outputs[0].Output}
		},
		voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "hang_up", Arguments: `{}`}}}),
		voicelivetest.Reply("Goodbye, and thank you for your call."),
	)}
	c := play(t, a, service, func(c *call) {
		c.user.Say("What is the weather in Oslo?")
		c.user.Listen()
		c.user.Say("Thank you, goodbye.")
		<-c.ended
		c.user.Check(c.srv.Session(0))
		c.srv.Check(c)
	})
	c.want(agent.EndedByTool)
	r := c.report
	if len(r.Tools) != 2 || r.Tools[0].Output != "cold in Oslo" || r.Tools[0].Outcome != tools.Confirmed {
		t.Errorf("tools %+v", r.Tools)
	}
	if last := r.Turns[len(r.Turns)-1]; last.Interrupted || last.Unheard != 0 || last.Heard < time.Second {
		t.Errorf("the goodbye was not heard: %+v", last)
	}
	if r.Detail != "the user is satisfied" {
		t.Errorf("detail %q", r.Detail)
	}
}

func TestArgumentsAreRefusedBeforeDialling(t *testing.T) {
	tool := tools.New("f", "", func(context.Context, struct{}) (string, error) { return "", nil })
	for name, a := range map[string]*agent.Agent{
		"a Foundry agent has tools": {Tools: []tools.Tool{tool}, Connect: voicelive.ConnectOptions{Agent: &voicelive.Agent{Name: "a"}}},
		"other audio formats":       {Connect: voicelive.ConnectOptions{Session: &voicelive.RequestSession{InputAudioFormat: voicelive.InputAudioFormatPCM16}}},
		"is negative":               {Packet: -1},
		`"f"`:                       {Tools: []tools.Tool{tool, tool}},
		"are set by the agent":      {Runner: tools.RunnerOptions{Directive: func(tools.Call, any) {}}},
	} {
		c := play(t, a, &voicelivetest.Options{}, func(*call) { t.Error("the conversation began") })
		if c.err == nil || !strings.Contains(c.err.Error(), name) || c.report != nil {
			t.Errorf("error %v, want one with %q", c.err, name)
		}
		if got := len(c.srv.Handshakes()); got > 0 {
			t.Errorf("%s: the agent has dialled", name)
		}
	}
}

func TestServeWithoutALegOrAClient(t *testing.T) {
	a := &agent.Agent{}
	if report, err := a.Serve(t.Context(), nil); err == nil || report != nil {
		t.Errorf("without a leg: report %+v, error %v", report, err)
	}
	_, phone := leg.NewPipe(leg.MuLaw)
	if report, err := a.Serve(t.Context(), phone); err == nil || report != nil || phone.Reason() == "" {
		t.Errorf("without a client: report %+v, error %v, the leg ended by %q", report, err, phone.Reason())
	}
	_, phone = leg.NewPipe(leg.PCM48kHz)
	if _, err := a.Serve(t.Context(), phone); err == nil {
		t.Error("a leg of a format that the service does not take was served")
	}
}
