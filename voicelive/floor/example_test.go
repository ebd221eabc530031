package floor_test

import (
	"context"
	"fmt"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/floor"
)

// printer prints what would be sent.
type printer struct{}

func (printer) Send(_ context.Context, e voicelive.ClientEvent) error {
	fmt.Println("sent:", e.EventType())
	return nil
}

// A request waits until the user has spoken. The service creates a response by itself, which
// satisfies the request.
func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	f := floor.New(ctx, printer{}, nil) // with a session in place of the printer

	tell := func(e voicelive.ServerEvent) { _ = f.HandleEvent(ctx, e) } // in the receive loop; never fails
	tell(&voicelive.ServerEventInputAudioBufferSpeechStarted{})
	request := f.Request(floor.Request{})
	fmt.Println(request.Result().Outcome, f.States())
	tell(&voicelive.ServerEventInputAudioBufferSpeechStopped{})
	tell(&voicelive.ServerEventResponseCreated{Response: voicelive.Response{ID: new("resp_1")}})
	result, err := request.Wait(ctx)
	fmt.Println(result.Outcome, result.ResponseID, err)

	tell(&voicelive.ServerEventResponseDone{Response: voicelive.Response{ID: new("resp_1")}})
	f.Request(floor.Request{})
	// Output:
	// waiting [speaking]
	// satisfied resp_1 <nil>
	// sent: response.create
}
