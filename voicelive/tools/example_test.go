package tools_test

import (
	"context"
	"fmt"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// printer prints what would be sent and asked for.
type printer struct{ asked chan bool }

func (printer) Send(_ context.Context, e voicelive.ClientEvent) error {
	output := e.(*voicelive.ClientEventConversationItemCreate).Item.(*voicelive.FunctionCallOutputItem)
	fmt.Println(output.CallID, output.Output)
	return nil
}

func (p printer) RequestResponse(items ...string) { close(p.asked) }

// direct asks at once, without a floor.
type direct struct{ session *voicelive.Session }

func (d direct) RequestResponse(items ...string) {
	if err := d.session.CreateResponse(context.Background(), nil); err != nil {
		fmt.Println(err)
	}
}

func ExampleAsker() {
	ctx := context.Background()
	now := tools.New("now", "Tells the time.", func(context.Context, struct{}) (string, error) { return "noon", nil })
	session := connect(now, voicelivetest.Sequence(
		voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "now"}}}), voicelivetest.Reply("It is noon.")))
	defer session.Close()
	runner, err := tools.NewRunner(ctx, session, direct{session}, []tools.Tool{now}, nil)
	if err == nil {
		err = session.SendText(ctx, "What time is it?")
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	for event, err := range session.Events(ctx) {
		if err == nil {
			err = runner.HandleEvent(ctx, event)
		}
		if e, ok := event.(*voicelive.ServerEventResponseAudioTranscriptDone); ok {
			fmt.Println(e.Transcript, err)
			return
		}
	}
	// Output: It is noon. <nil>
}

// connect opens a session with the simulator.
func connect(t tools.Tool, responses voicelivetest.Responder) *voicelive.Session {
	definitions, err := tools.Definitions(t)
	if err != nil {
		panic(err)
	}
	simulator, err := voicelivetest.Start(&voicelivetest.Options{Pace: voicelivetest.Instant, Respond: responses})
	if err != nil {
		panic(err)
	}
	client, err := simulator.NewClient()
	if err != nil {
		panic(err)
	}
	session, err := client.Connect(context.Background(), &voicelive.ConnectOptions{Model: "m", Session: &voicelive.RequestSession{Tools: definitions}})
	if err != nil {
		panic(err)
	}
	return session
}

func Example() {
	weather := tools.New("get_weather", "Tells the weather in a city.",
		func(ctx context.Context, in struct {
			City string `json:"city" jsonschema:"the city, such as Oslo"`
		}) (map[string]int, error) {
			return map[string]int{"degrees": len(in.City)}, nil
		})
	ctx := context.Background()
	p := printer{make(chan bool)} // with a session and a floor in its place
	runner, err := tools.NewRunner(ctx, p, p, []tools.Tool{weather}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = runner.HandleEvent(ctx, &voicelive.ServerEventResponseDone{Response: voicelive.Response{ // in the receive loop
		Status: voicelive.ResponseStatusCompleted, Output: []voicelive.ResponseItem{&voicelive.ResponseFunctionCallItem{
			CallID: "call_1", Name: "get_weather", Arguments: `{"city":"Oslo"}`, Status: voicelive.ResponseItemStatusCompleted,
		}}}})
	<-p.asked
	fmt.Println(err)
	// Output:
	// call_1 {"degrees":4}
	// <nil>
}
