package voicelivetest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// What a client restores keeps its identifiers, and nothing that the service makes afterwards has one of them.
func TestIDsAreUnique(t *testing.T) {
	call := voicelivetest.Always(voicelivetest.Response{Text: "Wait.", Calls: []voicelivetest.Call{{Name: "f", Arguments: "{}"}, {Name: "g", Arguments: "{}", ID: "chosen"}}})
	bubble(t, &voicelivetest.Options{Respond: call, Pace: voicelivetest.Instant}, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.send(
			&voicelive.ClientEventConversationItemCreate{Item: &voicelive.FunctionCallItem{ID: new("item_1"), CallID: "call_1", Name: "f", Arguments: "{}"}},
			&voicelive.ClientEventConversationItemCreate{Item: &voicelive.FunctionCallOutputItem{ID: new("item_2"), CallID: "call_1", Output: "1"}},
			userText("again"), &voicelive.ClientEventResponseCreate{},
		)
		items, calls := map[string]int{}, map[string]int{}
		for _, e := range p.until("response.done") {
			if e, ok := e.(*voicelive.ServerEventConversationItemCreated); ok {
				items[e.Item.GetID()]++
				if c, ok := e.Item.(*voicelive.ResponseFunctionCallItem); ok {
					calls[c.CallID]++
				}
			}
		}
		if diff := cmp.Diff(map[string]int{"item_1": 1, "item_2": 1, "item_3": 1, "item_4": 1, "item_5": 1, "item_6": 1}, items); diff != "" {
			t.Errorf("items (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(map[string]int{"call_1": 1, "call_2": 1, "chosen": 1}, calls); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	})
}

func TestSessionsShareNoIDs(t *testing.T) {
	bubble(t, &voicelivetest.Options{Pace: voicelivetest.Instant}, func(t *testing.T, srv *voicelivetest.Server) {
		seen := map[string]bool{}
		for range 3 {
			p := dial(t, srv)
			p.send(userText("Hello"), &voicelive.ClientEventResponseCreate{})
			for _, e := range p.until("response.done") {
				id := ""
				switch e := e.(type) {
				case *voicelive.ServerEventConversationItemCreated:
					id = e.Item.GetID()
				case *voicelive.ServerEventResponseCreated:
					id = *e.Response.ID
				}
				if id != "" && seen[id] {
					t.Errorf("two sessions have %s", id)
				}
				seen[id] = true
			}
		}
	})
}

func TestTruncateLeavesTextAlone(t *testing.T) {
	bubble(t, &voicelivetest.Options{Respond: voicelivetest.Reply("It is written.")}, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.send(&voicelive.ClientEventResponseCreate{Response: &voicelive.ResponseCreateParams{Modalities: []voicelive.Modality{voicelive.ModalityText}}})
		id := of[*voicelive.ServerEventResponseDone](t, p.until("response.done")).Response.Output[0].GetID()
		p.send(&voicelive.ClientEventConversationItemTruncate{ItemID: id, AudioEndMS: 1})
		if c, _ := code(t, p.until("error")); c != "invalid_value" {
			t.Errorf("got %s", c)
		}
		p.send(&voicelive.ClientEventConversationItemTruncate{ItemID: id}, &voicelive.ClientEventConversationItemRetrieve{ItemID: id})
		p.until("conversation.item.truncated")
		item := of[*voicelive.ServerEventConversationItemRetrieved](t, p.until("conversation.item.retrieved")).Item
		want := []voicelive.ContentPart{&voicelive.ResponseTextContentPart{Text: new("It is written.")}}
		if diff := cmp.Diff(want, item.(*voicelive.ResponseMessageItem).Content); diff != "" {
			t.Errorf("content (-want +got):\n%s", diff)
		}
	})
}

// Nothing is said of an item that the client has deleted while it was generated, and the response goes on without it.
func TestDeleteWhatIsGenerated(t *testing.T) {
	answer := voicelivetest.Response{Text: longText, Calls: []voicelivetest.Call{{Name: "f", Arguments: "{}"}}}
	for _, modalities := range [][]voicelive.Modality{{voicelive.ModalityText}, {voicelive.ModalityText, voicelive.ModalityAudio}} {
		bubble(t, &voicelivetest.Options{Respond: voicelivetest.Always(answer)}, func(t *testing.T, srv *voicelivetest.Server) {
			p := dial(t, srv)
			p.send(&voicelive.ClientEventResponseCreate{Response: &voicelive.ResponseCreateParams{Modalities: modalities}})
			id := of[*voicelive.ServerEventResponseOutputItemAdded](t, p.until("response.content_part.added")).Item.GetID()
			time.Sleep(100 * time.Millisecond)
			p.send(&voicelive.ClientEventConversationItemTruncate{ItemID: id})
			if c, _ := code(t, p.until("error")); c != "invalid_value" {
				t.Errorf("what is being generated is truncated: %s", c)
			}
			p.send(&voicelive.ClientEventConversationItemDelete{ItemID: id})
			p.until("conversation.item.deleted")
			events := p.until("response.done")
			want := []string{
				"response.output_item.added", "conversation.item.created", "response.function_call_arguments.delta",
				"response.function_call_arguments.done", "response.output_item.done", "response.done",
			}
			if diff := cmp.Diff(want, types(events)); diff != "" {
				t.Errorf("events after the deletion (-want +got):\n%s", diff)
			}
			if done := of[*voicelive.ServerEventResponseDone](t, events).Response; len(done.Output) != 1 || done.Output[0].GetID() == id {
				t.Errorf("the output of the response is %v", done.Output)
			}
		})
	}
}
