package voicelivetest_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

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

func TestASessionThatIsPlayed(t *testing.T) {
	const created, cleared = `{"event_id":"e","type":"session.created","session":{"id":"mine"}}`, `{"type":"input_audio_buffer.cleared"}`
	options := &voicelivetest.Options{SessionLimit: time.Second, Forget: true, Play: func(s *voicelivetest.Session) func(voicelivetest.Received) {
		s.InjectJSON([]byte(created))
		return func(r voicelivetest.Received) {
			if string(r.Raw) != `{"type":"input_audio_buffer.clear"}` {
				t.Errorf("received %s", r.Raw)
			}
			s.InjectJSON([]byte(cleared))
			s.CloseWith(1008, "enough")
		}
	}}
	bubble(t, options, func(t *testing.T, srv *voicelivetest.Server) {
		session := srv.Connect(t, nil)
		time.Sleep(time.Hour) // there is no limit
		if err := session.ClearInputAudioBuffer(t.Context()); err != nil {
			t.Fatal(err)
		}
		var types []string
		for event, err := range session.Events(t.Context()) {
			if err != nil {
				types = append(types, err.Error())
				break
			}
			types = append(types, string(event.EventType()))
		}
		if got, want := fmt.Sprint(types), `[session.created input_audio_buffer.cleared voicelive: session ended: policy (close code 1008: "enough"), session mine, request `+session.RequestID()+`]`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// TestASessionCanBePrinted while it works, as tests do in their logs.
func TestASessionCanBePrinted(t *testing.T) {
	server := voicelivetest.NewServer(t, &voicelivetest.Options{})
	client := server.Connect(t, &voicelive.ConnectOptions{Model: "m"})
	printed := make(chan string)
	go func() { printed <- fmt.Sprintf("%v %+v", server.Session(0), server.Session(0)) }()
	for range 20 {
		if err := client.AppendInputAudioBuffer(t.Context(), make([]byte, 480)); err != nil {
			t.Error(err)
		}
	}
	if got, want := <-printed, "voicelivetest.Session(0) voicelivetest.Session(0)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An expired session was ended by the server, whatever the client does in the same moment.
func TestWhoEndedAnExpiredSession(t *testing.T) {
	for range 60 {
		bubble(t, &voicelivetest.Options{SessionLimit: time.Second}, func(t *testing.T, srv *voicelivetest.Server) {
			session := srv.Connect(t, nil)
			go func() {
				for range session.Events(t.Context()) {
				}
			}()
			for session.AppendInputAudioBuffer(t.Context(), make([]byte, 960)) == nil {
				time.Sleep(20 * time.Millisecond)
			}
			end, err := srv.Session(0).WaitEnd(t.Context())
			if err != nil || end.By != voicelivetest.ByServer || end.Code != 1001 {
				t.Fatalf("the session ended with %+v, %v", end, err)
			}
		})
	}
}

func TestAServerForgetsSessionsThatHaveEnded(t *testing.T) {
	bubble(t, &voicelivetest.Options{Forget: true}, func(t *testing.T, srv *voicelivetest.Server) {
		first := srv.Connect(t, nil)
		for range 250 {
			srv.Connect(t, nil).Close()
			synctest.Wait()
		}
		if got := len(srv.Sessions()); got < 100 || got > 201 {
			t.Errorf("%d sessions are kept", got)
		}
		if got := len(srv.Handshakes()); got < 100 || got > 200 {
			t.Errorf("%d requests are kept", got)
		}
		for i, want := range map[int]string{0: first.ID(), 1: "", 249: "sess_250", 250: "sess_251", 251: ""} {
			var got string
			if s := srv.Session(i); s != nil {
				got = fmt.Sprintf("sess_%d", i+1)
				if printed := s.String(); printed != fmt.Sprintf("voicelivetest.Session(%d)", i) {
					t.Errorf("session %d is %s", i, printed)
				}
			}
			if got != want {
				t.Errorf("session %d is %q, want %q", i, got, want)
			}
		}
		if _, err := srv.WaitSession(t.Context(), 1); err == nil || err.Error() != "session 1 is forgotten" {
			t.Errorf("waiting for a forgotten session: %v", err)
		}
	})
}
