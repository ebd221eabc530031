package transcript_test

import (
	"context"
	"fmt"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/transcript"
)

// The user interrupts; the transcript tells what was heard.
func Example() {
	t := transcript.New(nil)
	item := &voicelive.ResponseMessageItem{ID: new("item_1"), Role: voicelive.MessageRoleAssistant}
	for _, e := range []voicelive.ServerEvent{ // in the receive loop
		&voicelive.ServerEventConversationItemCreated{Item: item},
		&voicelive.ServerEventResponseAudioDelta{ItemID: "item_1", Delta: make([]byte, 96_000)}, // 2 s
		&voicelive.ServerEventResponseAudioTranscriptDone{ItemID: "item_1", Transcript: "It is noon, and the sun is shining."},
		&voicelive.ServerEventConversationItemTruncated{ItemID: "item_1", AudioEndMS: 800},
	} {
		_ = t.HandleEvent(context.Background(), e) // never fails
	}
	fmt.Print(t.Text())
	// Output: Assistant: It is noon, … [interrupted by the user]
}
