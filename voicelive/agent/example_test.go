package agent_test

import (
	"context"
	"fmt"
	"log"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// An agent with a tool. In place of the service there is a simulator, whose model calls the tool and
// says what it returned, and in place of a telephone a pipe.
func Example() {
	srv, err := voicelivetest.Start(&voicelivetest.Options{Pace: voicelivetest.Instant, Respond: voicelivetest.Sequence(
		voicelivetest.Reply("Hello, how can I help?"),
		voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "get_weather", Arguments: `{"city":"Oslo"}`}}}),
		voicelivetest.Reply("It is cold in Oslo. Goodbye!"),
	)})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client, err := srv.NewClient()
	if err != nil {
		log.Fatal(err)
	}

	weather := tools.New("get_weather", "Tells the weather in a city, and ends the call.", func(ctx context.Context, in struct {
		City string `json:"city" jsonschema:"the city, such as Oslo"`
	}) (tools.EndCall, error) {
		return tools.EndCall{Output: "It is cold in " + in.City}, nil
	})
	a := &agent.Agent{
		Client:   client,
		Connect:  voicelive.ConnectOptions{Model: "gpt-realtime", Session: &voicelive.RequestSession{Instructions: new("You are on the phone. Be brief.")}},
		Tools:    []tools.Tool{weather},
		Greeting: agent.Say("Hello, how can I help?"),
		Begin:    func(c *agent.Conversation) { c.Ask("Tell the weather in Oslo.") }, // as the user would
	}
	report, err := a.Serve(context.Background(), telephone())
	fmt.Print(report.Transcript.Text())
	fmt.Println(report.Reason, err)
	// Output:
	// Assistant: Hello, how can I help?
	// Function: get_weather({"city":"Oslo"}) = It is cold in Oslo
	// Assistant: It is cold in Oslo. Goodbye!
	// ended_by_tool <nil>
}

// telephone returns the leg of a user who listens.
func telephone() leg.Leg {
	user, phone := leg.NewPipe(leg.MuLaw)
	go func() {
		for {
			if _, err := user.Receive(context.Background()); err != nil {
				return
			}
		}
	}()
	return phone
}

// A chat in text.
func ExampleAgent_Attach() {
	srv, err := voicelivetest.Start(&voicelivetest.Options{Respond: voicelivetest.Reply("It is cold in Oslo.")})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client, err := srv.NewClient()
	if err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	text := []voicelive.Modality{voicelive.ModalityText}
	connect := voicelive.ConnectOptions{Model: "gpt-realtime", Session: &voicelive.RequestSession{Modalities: text}}
	session, err := client.Connect(ctx, &connect)
	if err != nil {
		log.Fatal(err)
	}
	a := &agent.Agent{Client: client, Connect: connect, Begin: func(c *agent.Conversation) {
		question := c.Write("What is the weather in Oslo?")
		go func() {
			<-question.Done()
			c.End("the user knows enough", agent.Prompt{})
		}()
	}}
	report, err := a.Attach(ctx, session, nil)
	fmt.Print(report.Transcript.Text())
	fmt.Println(report.Reason, err)
	// Output:
	// User: What is the weather in Oslo?
	// Assistant: It is cold in Oslo.
	// hung_up <nil>
}
