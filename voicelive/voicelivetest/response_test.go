package voicelivetest_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestCancel(t *testing.T) {
	bubble(t, &voicelivetest.Options{Respond: voicelivetest.Reply(longText)}, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.send(&voicelive.ClientEventResponseCreate{})
		p.until("response.audio.delta")
		p.send(&voicelive.ClientEventResponseCreate{EventID: new("second")})
		if c, id := code(t, p.until("error")); c != "conversation_already_has_active_response" || id != "second" {
			t.Errorf("a second response gets %s for %s", c, id)
		}
		p.send(&voicelive.ClientEventResponseCancel{})
		done := of[*voicelive.ServerEventResponseDone](t, p.until("response.done")).Response
		want := &voicelive.ResponseCancelledDetails{Reason: voicelive.ResponseCancelledDetailsReasonClientCancelled}
		if got, _ := done.StatusDetails.(*voicelive.ResponseCancelledDetails); got == nil || got.Reason != want.Reason {
			t.Errorf("status_details are %+v, want %+v", done.StatusDetails, want)
		}
		p.send(&voicelive.ClientEventResponseCancel{EventID: new("late")})
		if c, id := code(t, p.until("error")); c != "response_cancel_not_active" || id != "late" {
			t.Errorf("a late cancellation gets %s for %s", c, id)
		}
	})
}

func TestTextTurn(t *testing.T) {
	bubble(t, &voicelivetest.Options{Respond: voicelivetest.Reply("One two three.")}, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.until("session.created")
		p.send(update(voicelive.RequestSession{Modalities: []voicelive.Modality{voicelive.ModalityText}}))
		p.until("session.updated")
		p.send(userText("Count!"), &voicelive.ClientEventResponseCreate{})
		events := p.until("response.done")
		want := []string{
			"conversation.item.created", "response.created", "rate_limits.updated", "response.output_item.added", "conversation.item.created",
			"response.content_part.added", "response.text.delta", "response.text.done", "response.content_part.done",
			"response.output_item.done", "response.done",
		}
		if diff := cmp.Diff(want, types(events)); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		var text strings.Builder
		for _, e := range events {
			if d, ok := e.(*voicelive.ServerEventResponseTextDelta); ok {
				text.WriteString(d.Delta)
			}
		}
		if got := text.String(); got != "One two three." {
			t.Errorf("the deltas are %q", got)
		}
		done := events[len(events)-1].(*voicelive.ServerEventResponseDone)
		if done.Response.Status != voicelive.ResponseStatusCompleted || done.Response.Usage.TotalTokens == 0 {
			t.Errorf("response.done has %+v", done.Response)
		}
	})
}
