package voicelivetest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

const longText = "This is an answer that goes on for so long that there is time enough to say something else in the middle of it."

// of returns the last event of a type.
func of[E voicelive.ServerEvent](t *testing.T, events []voicelive.ServerEvent) (last E) {
	t.Helper()
	found := false
	for _, e := range events {
		if e, ok := e.(E); ok {
			last, found = e, true
		}
	}
	if !found {
		t.Fatalf("there is no %T in %q", last, types(events))
	}
	return last
}

// code is the code of the error among events, and the event_id that it carries.
func code(t *testing.T, events []voicelive.ServerEvent) (code, eventID string) {
	t.Helper()
	e := of[*voicelive.ServerEventError](t, events).Error
	if e.Code != nil {
		code = *e.Code
	}
	if e.EventID != nil {
		eventID = *e.EventID
	}
	return code, eventID
}

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

func TestManualTurn(t *testing.T) {
	bubble(t, nil, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.send(update(voicelive.RequestSession{TurnDetection: voicelive.NullTurnDetection{}}))
		p.send(&voicelive.ClientEventInputAudioBufferCommit{EventID: new("empty")})
		if c, id := code(t, p.until("error")); c != "input_audio_buffer_commit_empty" || id != "empty" {
			t.Errorf("an empty commit gets %s for %s", c, id)
		}
		p.send(&voicelive.ClientEventInputAudioBufferAppend{Audio: tone(24000, time.Second)}, &voicelive.ClientEventInputAudioBufferCommit{})
		p.until("conversation.item.created")
		time.Sleep(time.Minute)
		if n := len(p.events); n > 0 {
			t.Errorf("%d events came before response.create", n)
		}
		p.send(&voicelive.ClientEventResponseCreate{})
		p.until("response.done")
	})
}

func TestApproval(t *testing.T) {
	for approve, want := range map[bool][]string{
		true:  {"conversation.item.created", "response.mcp_call.in_progress", "response.mcp_call.completed", "response.output_item.done"},
		false: {"conversation.item.created", "response.mcp_call.failed", "response.output_item.done"},
	} {
		options := &voicelivetest.Options{Respond: voicelivetest.Say(voicelivetest.Answer{MCPCalls: []voicelivetest.MCPCall{{Server: "s", Tool: "t", Arguments: `{}`}}})}
		bubble(t, options, func(t *testing.T, srv *voicelivetest.Server) {
			p := dial(t, srv)
			p.send(update(voicelive.RequestSession{Tools: []voicelive.Tool{&voicelive.MCPServer{ServerLabel: "s", ServerURL: "https://s.example"}}}))
			p.until("mcp_list_tools.completed")
			p.send(&voicelive.ClientEventResponseCreate{})
			events := p.until("response.done")
			item := of[*voicelive.ServerEventConversationItemCreated](t, events).Item
			p.send(&voicelive.ClientEventConversationItemCreate{Item: &voicelive.MCPApprovalResponseRequestItem{ApprovalRequestID: item.GetID(), Approve: approve}})
			if diff := cmp.Diff(want, types(p.until("response.output_item.done"))); diff != "" {
				t.Errorf("approve %v (-want +got):\n%s", approve, diff)
			}
		})
	}
}

func TestSessionExpiresAfterAnHour(t *testing.T) {
	bubble(t, nil, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.until("session.created")
		began := time.Now()
		e := <-p.events
		if c, _ := code(t, []voicelive.ServerEvent{e}); c != "session_expired" || time.Since(began) != time.Hour {
			t.Errorf("after %v there is %s", time.Since(began), c)
		}
		if end, err := srv.Session(0).WaitEnd(t.Context()); err != nil || end.By != voicelivetest.ByServer || end.Code != 1001 {
			t.Errorf("the session ended with %+v, %v", end, err)
		}
	})
}

func TestSeedsAreReplayable(t *testing.T) {
	for seed := range uint64(200) {
		faults := voicelivetest.Faults{Seed: seed + 1, Menu: voicelivetest.FaultKinds()}
		script := faults.Script(0)
		again, err := voicelivetest.ParseScript(script.String())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(script.String(), again.String()); diff != "" || !cmp.Equal(script.String(), faults.Script(0).String()) {
			t.Errorf("seed %d (-made +read):\n%s", seed, diff)
		}
	}
}
