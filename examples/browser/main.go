// Browser lets you talk to an agent from a web page, at http://localhost:8080. Package service tells to whom.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/go-voicelive/voicelive-go/examples/internal/service"
	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/browser"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func main() {
	svc, err := service.Open(&voicelivetest.Options{Pace: 2, Hear: voicelivetest.Hear("(the simulator understands no words)"),
		Respond: voicelivetest.Reply("I am simulated: I hear that you speak, but not what you say. You can interrupt me at any time.")})
	if err == nil {
		var handler http.Handler
		if handler, err = newHandler(svc.Client, svc.Model); err == nil {
			fmt.Printf("Talk to %v at http://localhost:8080\n", svc)
			err = http.ListenAndServe("localhost:8080", handler)
		}
	}
	fmt.Fprintln(os.Stderr, "browser:", err)
	os.Exit(1)
}

// newHandler returns the page, with an agent behind it.
func newHandler(client *voicelive.Client, model string) (http.Handler, error) {
	return browser.NewHandler(func(ctx context.Context, call *browser.Call) error {
		a := &agent.Agent{
			Client: client,
			Connect: voicelive.ConnectOptions{Model: model, Session: &voicelive.RequestSession{
				Instructions: new("You are a friendly assistant. Answer in one or two short sentences."),
			}},
			Greeting: agent.Say("Hello, how can I help?"),
			HandleEvent: func(_ context.Context, c *agent.Conversation, _ voicelive.ServerEvent) error {
				call.Show(browser.View{Transcript: c.Transcript().Entries()})
				return nil
			},
			Observer: latency{call: call},
		}
		_, err := a.Serve(ctx, call)
		return err
	}, &browser.Options{Title: "Talk to an agent"})
}

// latency shows how long the user has waited for each reply.
type latency struct {
	agent.NoObserver
	call *browser.Call
}

func (l latency) ObserveTurnEnd(_ *agent.Conversation, turn agent.Turn) {
	l.call.Show(browser.View{Latency: turn.Latency})
}
