package transcript_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/transcript"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// TestTimesOfEntries has a call and a text, since their items complete in different ways.
func TestTimesOfEntries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		history := transcript.New(nil)
		server := voicelivetest.NewServer(t, &voicelivetest.Options{
			Hear: func(voicelivetest.Utterance) voicelivetest.Hearing {
				return voicelivetest.Hearing{Text: "Where is it?", Delay: time.Second}
			},
			Respond: voicelivetest.Sequence(
				voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "find", Arguments: "{}"}}}),
				voicelivetest.Reply("It is in Oslo."),
			),
		})
		session := server.Connect(t, &voicelive.ConnectOptions{Model: "gpt-realtime", Session: &voicelive.RequestSession{
			InputAudioTranscription: voicelive.NullableOf(voicelive.AudioInputTranscriptionOptions{Model: "whisper-1"}),
		}})
		go func() {
			for event := range session.Events(t.Context()) {
				history.HandleEvent(t.Context(), event)
			}
		}()
		time.Sleep(time.Second)
		server.Session(0).UserSays("", 2*time.Second) // and 500 ms of silence end the speech
		time.Sleep(2600 * time.Millisecond)
		if e := history.Entries()[0]; !e.Pending || !e.Ended.IsZero() {
			t.Errorf("the entry of the user, whose words are not known, is %+v, want a pending one without an end", e)
		}
		time.Sleep(6400 * time.Millisecond)
		if err := session.SendText(t.Context(), "And you?"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		session.Close()

		want := []struct {
			typ          transcript.Type
			began, ended time.Duration
		}{
			{transcript.Message, time.Second, 4500 * time.Millisecond}, // the transcription comes a second after the speech
			{transcript.FunctionCall, 3500 * time.Millisecond, 3520 * time.Millisecond},
			{transcript.Message, 10 * time.Second, 10 * time.Second},
			{transcript.Message, 10 * time.Second, 0}, // said in real time
		}
		entries := history.Entries()
		if len(entries) != len(want) {
			t.Fatalf("%d entries, want %d", len(entries), len(want))
		}
		for i, e := range entries {
			w := want[i]
			if from := e.Began.Sub(began); e.Type != w.typ || from != w.began {
				t.Errorf("entry %d is a %s that began after %v, want a %s after %v", i, e.Type, from, w.typ, w.began)
			}
			switch to := e.Ended.Sub(began); {
			case e.Ended.IsZero():
				t.Errorf("entry %d has no end", i)
			case w.ended != 0 && to != w.ended, to < w.began:
				t.Errorf("entry %d ended after %v, want %v", i, to, w.ended)
			}
		}
	})
}

// Whoever waits for an entry learns when there was nothing to wait for any more.
func TestAnEntryEndsWhenItsTranscriptionFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		history := transcript.New(nil)
		server := voicelivetest.NewServer(t, &voicelivetest.Options{Hear: func(voicelivetest.Utterance) voicelivetest.Hearing {
			return voicelivetest.Hearing{Failed: "too noisy", Delay: 3 * time.Second}
		}})
		session := server.Connect(t, &voicelive.ConnectOptions{Model: "gpt-realtime", Session: &voicelive.RequestSession{
			InputAudioTranscription: voicelive.NullableOf(voicelive.AudioInputTranscriptionOptions{Model: "whisper-1"}),
		}})
		go func() {
			for event := range session.Events(t.Context()) {
				history.HandleEvent(t.Context(), event)
			}
		}()
		server.Session(0).UserSays("", 2*time.Second) // and 500 ms of silence end the speech
		time.Sleep(10 * time.Second)
		synctest.Wait()
		e := history.Entries()[0]
		if after := e.Ended.Sub(began); e.Pending || e.Failed != "too noisy" || after != 5500*time.Millisecond {
			t.Errorf("the entry %+v ended after %v, want a failed one after 5.5s", e, after)
		}
	})
}
