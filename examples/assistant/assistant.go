package main

import (
	"context"
	"fmt"
	"io"
	"time"
	_ "time/tzdata" // not every machine has the zones

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
)

const greeting = "Hello, how can I help?"

// newAgent returns an agent that knows what time it is. It prints who says what to w.
func newAgent(client *voicelive.Client, model string, w io.Writer) *agent.Agent {
	printed := &console{w: w}
	return &agent.Agent{
		Client: client,
		Connect: voicelive.ConnectOptions{Model: model, Session: &voicelive.RequestSession{
			Instructions: new("You are a friendly assistant on the phone. Answer in one or two short sentences."),
			Voice:        &voicelive.AzureStandardVoice{Name: "en-US-AvaNeural"},
		}},
		Tools:       []tools.Tool{clock},
		Greeting:    agent.Say(greeting),
		Fallback:    agent.Say("I am sorry, I have no reply to that."),
		HandleEvent: printed.handleEvent,
		Observer:    printed,
	}
}

// clock is a function that the model may call. Errors are results, too: the model reads them, and may do better.
var clock = tools.New("get_time", "Tells what time it is somewhere.", func(_ context.Context, in struct {
	Zone string `json:"zone" jsonschema:"IANA time zone, such as Europe/Oslo"`
}) (string, error) {
	zone, err := time.LoadLocation(in.Zone)
	if err != nil {
		return "", err
	}
	return time.Now().In(zone).Format("15:04"), nil
})

// A console prints a conversation as it happens.
type console struct {
	agent.NoObserver
	w   io.Writer
	who string // whose line it is
}

func (c *console) say(who, text string) {
	if c.who != who {
		fmt.Fprintf(c.w, "\n%-11s", who)
		c.who = who
	}
	fmt.Fprint(c.w, text)
}

func (c *console) handleEvent(_ context.Context, _ *agent.Conversation, event voicelive.ServerEvent) error {
	switch e := event.(type) {
	case *voicelive.ServerEventConversationItemInputAudioTranscriptionCompleted:
		c.say("You:", e.Transcript)
	case *voicelive.ServerEventResponseAudioTranscriptDelta:
		c.say("Assistant:", e.Delta)
	case *voicelive.ServerEventError: // the conversation goes on
		c.note("%v", voicelive.NewServiceError(e))
	}
	return nil
}

// note prints a line of its own.
func (c *console) note(format string, args ...any) {
	c.who = ""
	fmt.Fprintf(c.w, "\n           ("+format+")", args...)
}

func (c *console) ObserveToolEnd(_ *agent.Conversation, call tools.Call) {
	c.note("%s(%s) = %s", call.Name, call.Arguments, call.Output)
}

func (c *console) ObserveInterruption(_ *agent.Conversation, i agent.Interruption) {
	c.note("interrupted: you heard %.1f s, and the assistant knows", i.Heard.Seconds())
}

func (c *console) ObserveTurnEnd(_ *agent.Conversation, t agent.Turn) {
	if t.Latency > 0 {
		c.note("first sound %.2f s after you stopped", t.Latency.Seconds())
	}
	if t.Status == voicelive.ResponseStatusFailed {
		c.note("the response failed: %s", t.Cause)
	}
}
