package voicelivetest_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A recording plays as it was recorded.
func TestARecordingIsReplayed(t *testing.T) {
	const text = `{"cassette":1,"began":"2026-11-26T12:00:00Z","audio":"all","text":"all"}
{"at_ns":1,"session":1,"connected":{"endpoint":"https://host","duration_ns":1}}
{"type":"session.created","session":{}}
{"at":3,"event":{"type":"response.created","event_id":"e","response":{"id":"resp_r","status":"in_progress"}}}
{"type":"response.audio_transcript.delta","response_id":"resp_r","item_id":"i","output_index":0,"content_index":0,"delta":"Recorded.","future":1}
{"type":"response.cancel"}
{"at_ns":3,"session":1,"from":"client","event":{"type":"of.the.client"}}
{"type":"of.tomorrow","x":1}
{"type":"response.done","response":{"id":"resp_r","status":"completed"}}
{"type":"error","error":{"type":"t","message":"outside"}}
`
	respond, err := voicelivetest.Replay([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	bubble(t, &voicelivetest.Options{Respond: respond}, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.until("session.created")
		p.send(&voicelive.ClientEventResponseCreate{})
		events := p.until("response.done")
		want := []string{"response.created", "response.audio_transcript.delta", "of.tomorrow", "response.done"}
		if diff := cmp.Diff(want, types(events)); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		d := events[1].(*voicelive.ServerEventResponseAudioTranscriptDelta)
		if d.Delta != "Recorded." || d.ResponseID != "resp_r" {
			t.Errorf("got %+v", d)
		}
	})
	for _, bad := range []string{"", "{", `{"type":"session.created","session":{}}`, `{"event":3}`} {
		if _, err := voicelivetest.Replay([]byte(bad)); err == nil {
			t.Errorf("%q is taken for a recording", bad)
		}
	}
}

// record holds a conversation of spoken turns, and returns the server events and the ids of the items created.
func record(t *testing.T, options *voicelivetest.Options, turns int) (recording []byte, ids []string) {
	t.Helper()
	srv := voicelivetest.NewServer(t, options)
	p := dial(t, srv)
	for range turns {
		srv.Session(0).UserSays("Hello.", time.Second)
		for _, e := range p.until("response.done") {
			text, err := e.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			recording = append(append(recording, text...), '\n')
			if e, ok := e.(*voicelive.ServerEventConversationItemCreated); ok {
				ids = append(ids, e.Item.GetID())
			}
		}
	}
	if err := srv.Session(0).Check(); err != nil {
		t.Error(err)
	}
	return recording, ids
}

// A recording of the simulator itself, with late transcripts and other ids, is the same conversation when it is replayed.
func TestTheSimulatorReplaysItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		late := func(voicelivetest.Utterance) voicelivetest.Hearing { return voicelivetest.Hearing{Delay: time.Second} }
		recording, recorded := record(t, &voicelivetest.Options{Respond: voicelivetest.Reply("Good morning, dear friend.", "Bye."), Hear: late}, 2)
		for _, recording := range [][]byte{recording, bytes.ReplaceAll(recording, []byte(`"item_`), []byte(`"recorded_`))} {
			respond, err := voicelivetest.Replay(recording)
			if err != nil {
				t.Fatal(err)
			}
			again, ids := record(t, &voicelivetest.Options{Respond: respond, Hear: late}, 4) // the last turn stays
			seen := map[string]bool{}
			for _, id := range ids {
				if seen[id] {
					t.Errorf("two items have the id %s: %q", id, ids)
				}
				seen[id] = true
			}
			if len(ids) != 2*len(recorded) {
				t.Errorf("%d items were created, want %d", len(ids), 2*len(recorded))
			}
			for i, line := range bytes.Split(bytes.TrimSpace(recording), []byte("\n")) {
				was, _ := voicelive.UnmarshalServerEvent(line)
				is, _ := voicelive.UnmarshalServerEvent(bytes.Split(again, []byte("\n"))[i])
				if was.EventType() != is.EventType() {
					t.Fatalf("event %d is %s, and was %s", i, is.EventType(), was.EventType())
				}
			}
		}
	})
}

// Items of a replayed response are part of the conversation: they are followed, retrieved with their audio, and truncated.
func TestReplayedItemsAreInTheConversation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		recording, _ := record(t, &voicelivetest.Options{Respond: voicelivetest.Reply("Good morning.")}, 1)
		respond, err := voicelivetest.Replay(bytes.ReplaceAll(recording, []byte(`"item_2"`), []byte(`"recorded"`)))
		if err != nil {
			t.Fatal(err)
		}
		srv := voicelivetest.NewServer(t, &voicelivetest.Options{Respond: respond})
		p := dial(t, srv)
		p.send(&voicelive.ClientEventResponseCreate{Response: &voicelive.ResponseCreateParams{Metadata: map[string]string{"mine": "1"}}})
		events := p.until("response.done")
		audio := 0
		for _, e := range events {
			if e, ok := e.(*voicelive.ServerEventResponseAudioDelta); ok {
				audio += len(e.Delta)
			}
		}
		for _, r := range []voicelive.Response{
			of[*voicelive.ServerEventResponseCreated](t, events).Response, of[*voicelive.ServerEventResponseDone](t, events).Response,
		} {
			if r.Metadata["mine"] != "1" {
				t.Errorf("the metadata is %v", r.Metadata)
			}
		}
		p.send(&voicelive.ClientEventConversationItemRetrieve{ItemID: "recorded"})
		item := of[*voicelive.ServerEventConversationItemRetrieved](t, p.until("conversation.item.retrieved")).Item.(*voicelive.ResponseMessageItem)
		part := item.Content[0].(*voicelive.ResponseAudioContentPart)
		text, _ := part.Extra.Get("audio")
		var retrieved []byte
		if err := json.Unmarshal(text, &retrieved); err != nil || len(retrieved) != audio || *part.Transcript != "Good morning." {
			t.Errorf("the item has %d bytes of audio and says %q, want %d", len(retrieved), *part.Transcript, audio)
		}
		p.send(&voicelive.ClientEventConversationItemTruncate{ItemID: "recorded", AudioEndMS: 100}, userText("again"))
		p.until("conversation.item.truncated")
		e := of[*voicelive.ServerEventConversationItemCreated](t, p.until("conversation.item.created"))
		if e.PreviousItemID == nil || *e.PreviousItemID != "recorded" {
			t.Errorf("the next item follows %v", e.PreviousItemID)
		}
	})
}

// What the user of the recording has done is not done again.
func TestAReplayedInterruption(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := voicelivetest.NewServer(t, &voicelivetest.Options{Respond: voicelivetest.Reply(longText), InterruptLatency: time.Second})
		p := dial(t, srv)
		p.send(&voicelive.ClientEventResponseCreate{})
		p.until("response.audio.delta")
		srv.Session(0).UserSays("Stop", time.Second/2)
		p.until("response.done")
		var recording []byte
		for _, sent := range srv.Session(0).Sent() {
			recording = append(append(recording, sent.Raw...), '\n')
		}
		respond, err := voicelivetest.Replay(recording)
		if err != nil {
			t.Fatal(err)
		}
		srv = voicelivetest.NewServer(t, &voicelivetest.Options{Respond: respond})
		p = dial(t, srv)
		p.send(&voicelive.ClientEventResponseCreate{})
		events := p.until("response.done")
		if done := of[*voicelive.ServerEventResponseDone](t, events).Response; done.Status != voicelive.ResponseStatusCancelled {
			t.Errorf("the response is %s", done.Status)
		}
		for _, name := range types(events) {
			if strings.HasPrefix(name, "input_audio_buffer.") {
				t.Errorf("%s is replayed", name)
			}
		}
	})
}
