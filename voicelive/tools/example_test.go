package tools_test

import (
	"context"
	"fmt"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
)

// printer prints what would be sent and asked for.
type printer struct{ asked chan bool }

func (printer) Send(_ context.Context, e voicelive.ClientEvent) error {
	output := e.(*voicelive.ClientEventConversationItemCreate).Item.(*voicelive.FunctionCallOutputItem)
	fmt.Println(output.CallID, output.Output)
	return nil
}

func (p printer) RequestResponse(items ...string) { close(p.asked) }

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
