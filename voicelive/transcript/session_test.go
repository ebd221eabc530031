package transcript_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/transcript"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// converse lets a transcript follow a session of a server of its own, and checks that the service found no fault.
func converse(t *testing.T, history *transcript.Transcript, talk func(*voicelive.Session)) {
	t.Helper()
	server := voicelivetest.NewServer(t, &voicelivetest.Options{Respond: voicelivetest.Reply("It is noon.", "It is one.", "It is two.")})
	session := server.Connect(t, nil)
	ended := make(chan bool)
	go func() {
		defer close(ended)
		for event, err := range session.Events(t.Context()) {
			if err != nil {
				t.Error(err)
				return
			}
			if err := history.HandleEvent(t.Context(), event); err != nil {
				t.Error(err)
			}
		}
	}()
	synctest.Wait()
	talk(session)
	time.Sleep(5 * time.Second)
	session.Close()
	<-ended
	server.Check(t)
}

func ask(t *testing.T, session *voicelive.Session, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if err := session.SendText(t.Context(), text); err != nil {
			t.Error(err)
		}
		time.Sleep(5 * time.Second)
	}
}

// TestATranscriptGoesOnWithAnotherSession restores it, from JSON or as it is, and nothing is there twice.
func TestATranscriptGoesOnWithAnotherSession(t *testing.T) {
	const want = "User: What time is it?\nAssistant: It is noon.\nUser: And now?\nAssistant: It is noon.\nUser: Still?\nAssistant: It is one.\n"
	for _, stored := range []bool{false, true} {
		for _, digest := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				history := transcript.New(nil)
				converse(t, history, func(s *voicelive.Session) { ask(t, s, "What time is it?") })
				before := history.Entries()
				if stored {
					b, err := json.Marshal(history)
					if err != nil {
						t.Fatal(err)
					}
					history = transcript.New(nil)
					if err := json.Unmarshal(b, history); err != nil {
						t.Fatal(err)
					}
				}
				if !stored {
					history.Continue()
				}
				converse(t, history, func(s *voicelive.Session) {
					items := history.Items(transcript.Limits{}).Items
					if digest {
						items = []voicelive.ConversationRequestItem{history.Digest(transcript.Limits{})}
					}
					if _, err := s.CreateItemsAndWait(t.Context(), items); err != nil {
						t.Error(err)
					}
					ask(t, s, "And now?", "Still?")
				})
				if diff := cmp.Diff(want, history.Text()); diff != "" {
					t.Errorf("stored %t, digest %t: text (-want +got):\n%s", stored, digest, diff)
				}
				if diff := cmp.Diff(before, history.Entries()[:len(before)], cmpopts.EquateApproxTime(0)); diff != "" {
					t.Errorf("what was said before has changed (-before +after):\n%s", diff)
				}
				items := history.Items(transcript.Limits{}).Items
				if len(items) != 6 {
					t.Errorf("%d items for a third session, want 6", len(items))
				}
			})
		}
	}
}

// TestALiveSessionIsCompacted, with items from a session before.
func TestALiveSessionIsCompacted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		history := transcript.New(nil)
		converse(t, history, func(s *voicelive.Session) { ask(t, s, "What time is it?") })
		history.Continue()
		converse(t, history, func(s *voicelive.Session) {
			if ids := history.Excess(transcript.Limits{Items: 1}); len(ids) > 0 {
				t.Errorf("%v must be deleted, which the session does not have", ids)
			}
			if _, err := s.CreateItemsAndWait(t.Context(), history.Items(transcript.Limits{}).Items); err != nil {
				t.Error(err)
			}
			ask(t, s, "And now?")
			ids := history.Excess(transcript.Limits{Items: 3})
			if len(ids) != 1 {
				t.Errorf("%v must be deleted, want one of four", ids)
			}
			for _, id := range ids {
				if err := s.DeleteItem(t.Context(), id); err != nil {
					t.Error(err)
				}
			}
			ask(t, s, "Still?")
			if ids := history.Excess(transcript.Limits{Items: 5}); len(ids) > 0 {
				t.Errorf("%v must be deleted of five", ids)
			}
		})
		const want = "Assistant: It is noon.\nUser: And now?\nAssistant: It is noon.\nUser: Still?\nAssistant: It is one.\n"
		if diff := cmp.Diff(want, history.Text()); diff != "" {
			t.Errorf("text (-want +got):\n%s", diff)
		}
	})
}
