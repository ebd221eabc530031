package voicelive_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A writer without options sends 100 ms in an event, whatever the format of the session.
func TestAnAudioWriterTakesTheFormatOfItsSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := voicelivetest.NewServer(t, nil)
		session := srv.Connect(t, &voicelive.ConnectOptions{Model: "m", Session: &voicelive.RequestSession{
			InputAudioFormat: voicelive.InputAudioFormatG711ULaw, InputAudioSamplingRate: new(8000),
		}})
		for _, o := range []voicelive.AudioWriterOptions{{Format: voicelive.InputAudioFormatPCM16}, {SampleRate: 16000}} {
			if _, err := session.AudioWriter(t.Context(), &o); err == nil {
				t.Errorf("a writer of %+v is accepted in a session of G.711", o)
			}
		}
		mic, err := session.AudioWriter(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 100 { // 2 s in frames of 20 ms, as from a phone
			if _, err := mic.Write(make([]byte, 160)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(20 * time.Millisecond)
		}
		var appends int
		for _, r := range srv.Session(0).Received() {
			if r.Type == voicelive.ClientEventTypeInputAudioBufferAppend {
				appends++
			}
		}
		if appends != 20 {
			t.Errorf("%d events in 2 s, want 20", appends)
		}
	})
}

func TestAnItemThatIsTruncatedBeyondItsEndIsNoError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := voicelivetest.NewServer(t, &voicelivetest.Options{Respond: voicelivetest.Reply("Hello.")})
		session := srv.Connect(t, nil)
		if err := session.CreateResponse(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		var length time.Duration
		for event, err := range session.Events(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			switch e := event.(type) {
			case *voicelive.ServerEventResponseAudioDelta:
				length += time.Duration(len(e.Delta)/48) * time.Millisecond
			case *voicelive.ServerEventResponseDone:
				if err := session.TruncateItem(t.Context(), e.Response.Output[0].GetID(), 0, length+time.Millisecond); err != nil {
					t.Fatal(err)
				}
			case *voicelive.ServerEventError:
				if !voicelive.IsBenign(e) {
					t.Errorf("not benign: %v", voicelive.NewServiceError(e))
				}
				return
			}
		}
	})
}
