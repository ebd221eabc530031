package transcript_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/playback"
	"github.com/go-voicelive/voicelive-go/voicelive/transcript"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// TestWhatAUserHasHeard of a story that arrives faster than it is played. The player knows it, and tells.
func TestWhatAUserHasHeard(t *testing.T) {
	const story = "Once upon a time there was a king who had three daughters, and the youngest was so fair that the sun itself wondered."
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		user := legtest.New(t, leg.PCM24kHz)
		server := voicelivetest.NewServer(t, &voicelivetest.Options{Hear: user.Hear, Pace: voicelivetest.Instant, Respond: voicelivetest.Reply(story, "Very well.")})
		to := &voicelive.RequestSession{TurnDetection: &voicelive.ServerVAD{},
			InputAudioTranscription: voicelive.NullableOf(voicelive.AudioInputTranscriptionOptions{Model: "azure-speech"})}
		session := server.Connect(t, &voicelive.ConnectOptions{Model: "m", Session: to})
		history := transcript.New(nil)
		l := user.Leg()
		player := playback.New(ctx, l, session, &playback.Options{Finished: func(f playback.Finished) {
			if f.Interrupted {
				history.SetHeard(f.ItemID, f.ContentIndex, f.Heard, f.Arrived)
			}
		}})
		writer, err := session.AudioWriter(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for in, err := l.Receive(ctx); err == nil; in, err = l.Receive(ctx) {
				_, _ = writer.Write(in.Audio) // the session has ended at last
				if err := player.HandleInput(ctx, in); err != nil {
					t.Error(err)
				}
			}
		}()
		go func() {
			for event, err := range session.Events(ctx) {
				if err != nil {
					return
				}
				for _, h := range []voicelive.Handler{player, history} {
					if err := h.HandleEvent(ctx, event); err != nil {
						t.Error(err)
					}
				}
			}
		}()
		user.Say("Tell me a story.")
		user.Interrupt(2*time.Second, "Stop!")
		user.Listen()

		entries, items := history.Entries(), user.Heard(server.Session(0))
		if len(entries) != 4 {
			t.Fatalf("entries %+v, want four", entries)
		}
		told := entries[1]
		if difference := told.HeardFor - items[0].Heard; !told.Interrupted || difference.Abs() > time.Millisecond || told.Text != story {
			t.Errorf("heard %v of %q, want %v", told.HeardFor, told.Text, items[0].Heard)
		}
		if told.Heard == "" || !strings.HasPrefix(items[0].Text, told.Heard) || len(items[0].Text)-len(told.Heard) > len(" daughters,") {
			t.Errorf("heard %q, want about %q", told.Heard, items[0].Text)
		}
		if entries[0].Text != "Tell me a story." || entries[2].Text != "Stop!" || entries[3].Said() != "Very well." {
			t.Errorf("text:\n%s", history.Text())
		}
		user.HangUp()
		user.Check(server.Session(0))
		server.Check(t)
	})
}
