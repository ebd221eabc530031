package playback_test

import (
	"context"
	"fmt"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/playback"
)

// printer prints what would be sent.
type printer struct{}

func (printer) Send(_ context.Context, e voicelive.ClientEvent) error {
	truncate := e.(*voicelive.ClientEventConversationItemTruncate)
	fmt.Println("truncate", truncate.ItemID, "at", truncate.AudioEndMS, "ms")
	return nil
}

// The user interrupts after 100 ms of 200 ms; the service is told.
func Example() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	user, phone := leg.NewPipe(leg.MuLaw)
	p := playback.New(ctx, phone, printer{}, nil) // with a session in place of the printer

	tell := func(e voicelive.ServerEvent) {
		if err := p.HandleEvent(ctx, e); err != nil { // in the receive loop
			fmt.Println(err)
		}
	}
	for range 2 {
		tell(&voicelive.ServerEventResponseAudioDelta{ResponseID: "resp_1", ItemID: "item_1", Delta: make([]byte, 800)})
		if p.Stats().Played == 0 {
			_, _ = user.Receive(ctx) // the user hears the first delta
		}
	}
	tell(&voicelive.ServerEventResponseDone{Response: voicelive.Response{ID: new("resp_1")}})
	tell(&voicelive.ServerEventInputAudioBufferSpeechStarted{})
	// Output: truncate item_1 at 100 ms
}
