package voicelivetest_test

import (
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestSpeechInterruptsAndTruncates(t *testing.T) {
	bubble(t, &voicelivetest.Options{Respond: voicelivetest.Reply(longText)}, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.send(update(voicelive.RequestSession{TurnDetection: &voicelive.ServerVAD{AutoTruncate: new(true), InterruptResponse: new(true)}}))
		p.send(userText("Go on!"), &voicelive.ClientEventResponseCreate{})
		p.until("response.audio.delta")
		p.say(24000, silence(24000, time.Second), tone(24000, time.Second))
		events := p.until("conversation.item.truncated")
		of[*voicelive.ServerEventInputAudioBufferSpeechStarted](t, events)
		response := of[*voicelive.ServerEventResponseDone](t, events).Response
		details, _ := response.StatusDetails.(*voicelive.ResponseCancelledDetails)
		if response.Status != voicelive.ResponseStatusCancelled || details == nil || details.Reason != voicelive.ResponseCancelledDetailsReasonTurnDetected {
			t.Errorf("the response is %s, %+v; want cancelled, turn_detected", response.Status, response.StatusDetails)
		}
		if at := of[*voicelive.ServerEventConversationItemTruncated](t, events).AudioEndMS; at < 1000 || at > 1200 {
			t.Errorf("the answer is truncated at %d ms, want a bit after 1000: when speech began", at)
		}
	})
}
