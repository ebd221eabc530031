package voicelivetest_test

import (
	"strings"
	"testing"
	"time"

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

// commit: "Whether to commit the response to the conversation", and conversation none says the same.
func TestOutOfBandResponse(t *testing.T) {
	for name, params := range map[string]*voicelive.ResponseCreateParams{
		"commit":       {Commit: new(false)},
		"conversation": {Conversation: voicelive.ResponseConversationNone},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, &voicelivetest.Options{Respond: voicelivetest.Reply(longText)}, func(t *testing.T, srv *voicelivetest.Server) {
				p := dial(t, srv)
				p.send(&voicelive.ClientEventResponseCreate{})
				active := of[*voicelive.ServerEventResponseCreated](t, p.until("response.created")).Response
				p.send(&voicelive.ClientEventInputAudioBufferAppend{Audio: tone(24000, 100*time.Millisecond)})
				p.send(&voicelive.ClientEventResponseCreate{Response: params})
				aside := of[*voicelive.ServerEventResponseCreated](t, p.until("response.created")).Response
				if active.ConversationID == nil || aside.ConversationID != nil {
					t.Errorf("conversation_id is %v in band and %v out of band", active.ConversationID, aside.ConversationID)
				}
				p.until("response.done")
				done := of[*voicelive.ServerEventResponseDone](t, p.until("response.done")).Response
				if *done.ID != *aside.ID || done.Status != voicelive.ResponseStatusCompleted {
					t.Errorf("the last response is %s, %s, want the one beside the conversation, completed", *done.ID, done.Status)
				}
				p.send(&voicelive.ClientEventConversationItemRetrieve{ItemID: done.Output[0].GetID()})
				if c, _ := code(t, p.until("error")); c != "item_retrieve_invalid_item_id" {
					t.Errorf("its item is in the conversation: %s", c)
				}
				if n := count(srv.Session(0), voicelive.ServerEventTypeInputAudioBufferCommitted); n != 0 {
					t.Error("the input audio buffer was committed")
				}
			})
		})
	}
}

// input_items are "the context for this response", append_input_items are appended to the conversation.
func TestContextOfAResponse(t *testing.T) {
	item := func(id string) voicelive.ConversationRequestItem {
		return &voicelive.UserMessageItem{ID: &id, Content: []voicelive.MessageContentPart{&voicelive.InputTextContentPart{Text: id}}}
	}
	items := func(ids ...string) []voicelive.ConversationRequestItem {
		list := []voicelive.ConversationRequestItem{}
		for _, id := range ids {
			list = append(list, item(id))
		}
		return list
	}
	for _, tt := range []struct {
		name         string
		params       voicelive.ResponseCreateParams
		context      string
		conversation string // after the response, without its output
	}{
		{"none", voicelive.ResponseCreateParams{}, "old", "old"},
		{"append", voicelive.ResponseCreateParams{AppendInputItems: items("a")}, "old a", "old a"},
		{"input", voicelive.ResponseCreateParams{InputItems: items("i", "j")}, "i j", "old"},
		{"empty input", voicelive.ResponseCreateParams{InputItems: items()}, "", "old"},
		{"both", voicelive.ResponseCreateParams{InputItems: items("i"), AppendInputItems: items("a")}, "i a", "old a"},
		{"append out of band", voicelive.ResponseCreateParams{AppendInputItems: items("a"), Commit: new(false)}, "old a", "old"},
		{"an id of the conversation", voicelive.ResponseCreateParams{InputItems: items("old")}, "old", "old"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var context []string
			var conversation []string
			respond := func(turn voicelivetest.Request) voicelivetest.Response {
				context, conversation = conversation, nil
				for _, i := range turn.Items {
					conversation = append(conversation, i.GetID())
				}
				return voicelivetest.Response{}
			}
			bubble(t, &voicelivetest.Options{Respond: respond}, func(t *testing.T, srv *voicelivetest.Server) {
				p := dial(t, srv)
				p.send(&voicelive.ClientEventConversationItemCreate{Item: item("old")})
				p.send(&voicelive.ClientEventResponseCreate{Response: &tt.params})
				p.until("response.done")
				p.send(&voicelive.ClientEventResponseCreate{})
				p.until("response.done")
				if got := strings.Join(context, " "); got != tt.context {
					t.Errorf("the response replies to %q, want %q", got, tt.context)
				}
				if got := strings.Join(conversation, " "); got != tt.conversation {
					t.Errorf("the conversation is %q, want %q", got, tt.conversation)
				}
			})
		})
	}
}

func TestARefusedContextChangesNothing(t *testing.T) {
	bubble(t, nil, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.send(&voicelive.ClientEventResponseCreate{EventID: new("mine"), Response: &voicelive.ResponseCreateParams{AppendInputItems: []voicelive.ConversationRequestItem{
			userText("first").Item, &voicelive.FunctionCallOutputItem{CallID: "nobody's", Output: "1"},
		}}})
		if c, id := code(t, p.until("error")); c != "invalid_tool_call_id" || id != "mine" {
			t.Errorf("got %s for %s", c, id)
		}
		time.Sleep(time.Second)
		if n := count(srv.Session(0), voicelive.ServerEventTypeConversationItemCreated); n != 0 {
			t.Errorf("%d items were created", n)
		}
	})
}

func TestCancelPrevious(t *testing.T) {
	for _, tt := range []struct {
		absentCancels bool
		params        voicelive.ResponseCreateParams
		cancels       bool
	}{
		{false, voicelive.ResponseCreateParams{}, false},
		{true, voicelive.ResponseCreateParams{}, true},
		{false, voicelive.ResponseCreateParams{CancelPrevious: new(true)}, true},
		{true, voicelive.ResponseCreateParams{CancelPrevious: new(false)}, false},
	} {
		bubble(t, &voicelivetest.Options{Respond: voicelivetest.Reply(longText), CancelPrevious: tt.absentCancels}, func(t *testing.T, srv *voicelivetest.Server) {
			p := dial(t, srv)
			p.send(&voicelive.ClientEventResponseCreate{})
			p.until("response.audio.delta")
			p.send(&voicelive.ClientEventResponseCreate{Response: &tt.params})
			if !tt.cancels {
				if c, _ := code(t, p.until("error")); c != "conversation_already_has_active_response" {
					t.Errorf("%+v: got %s", tt, c)
				}
				return
			}
			if done := of[*voicelive.ServerEventResponseDone](t, p.until("response.created")).Response; done.Status != voicelive.ResponseStatusCancelled {
				t.Errorf("%+v: the first response is %s", tt, done.Status)
			}
		})
	}
}
