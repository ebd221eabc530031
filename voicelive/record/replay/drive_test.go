package replay_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/record"
	"github.com/go-voicelive/voicelive-go/voicelive/record/replay"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// The client of the call has the same conversation with another service, whose identifiers are others.
func TestDrivingTheClientOfACall(t *testing.T) {
	c := recordCall(t)
	synctest.Test(t, func(t *testing.T) {
		srv := voicelivetest.NewServer(t, service(voicelivetest.Hear("What is the weather?", "Stop! And what is the weather now?")))
		srv.Connect(t, nil) // so that the next session has other identifiers
		session := srv.Connect(t, nil)
		driven, err := replay.Drive(t.Context(), session, c, 1, nil)
		if err != nil {
			t.Fatalf("%v after %+v", err, driven)
		}
		synctest.Wait()
		var sent int
		for _, e := range c.Session(1) {
			if e.From == record.Client {
				sent++
			}
		}
		if driven.Sent != sent || len(srv.Session(1).Received()) != sent || len(driven.Errors) > 0 {
			t.Errorf("%d events are sent, want %d; errors %v", driven.Sent, sent, driven.Errors)
		}
		if diff := cmp.Diff(driven.Recorded, driven.Received); diff != "" {
			t.Errorf("the service does something else (-recorded +received):\n%s", diff)
		}
		if err := srv.Session(1).Check(); err != nil {
			t.Error(err)
		}
	})
}

func TestWhatCannotBeDriven(t *testing.T) {
	drop := strings.Replace(question, `"audio":"all"`, `"audio":"drop"`, 1) +
		`{"at_ns":1,"session":2,"from":"client","order":1,"event":{"type":"input_audio_buffer.append","audio":""}}` + "\n" +
		`{"at_ns":1,"session":3,"from":"client","order":1,"was":5}` + "\n"
	for _, tt := range []struct {
		text    string
		session int
		options replay.Options
		want    string
	}{
		{drop, 2, replay.Options{}, "replay: line 9: the audio is not in the cassette"},
		{drop, 2, replay.Options{IgnoreAudio: true}, "replay: the session has no event of the client"},
		{drop, 3, replay.Options{}, "replay: line 10: the event is not in the cassette"},
		{drop, 4, replay.Options{}, "replay: the session has no event of the client"},
		{question, 1, replay.Options{Patience: time.Second}, "replay: before the end: conversation.item.created number 1 has not come within 1s"},
	} {
		synctest.Test(t, func(t *testing.T) {
			srv := voicelivetest.NewServer(t, &voicelivetest.Options{Play: func(s *voicelivetest.Session) func(voicelivetest.Received) {
				s.InjectJSON([]byte(`{"type":"session.created","session":{"id":"s"}}`))
				return func(voicelivetest.Received) {}
			}})
			options := srv.ClientOptions()
			client, err := voicelive.NewClientWithKeyCredential(srv.URL(), key, options)
			if err != nil {
				t.Fatal(err)
			}
			s, err := client.Connect(t.Context(), &voicelive.ConnectOptions{Model: "m"})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if _, err := replay.Drive(t.Context(), s, cassette(t, tt.text), tt.session, &tt.options); err == nil || err.Error() != tt.want {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}
