package agent_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// speech is a loud tone in µ-law.
func speech(d time.Duration) []byte {
	tone := make([]byte, leg.MuLaw.Bytes(d))
	for i := range tone {
		tone[i] = 0x80 // loud, positive
		if i%16 < 8 {
			tone[i] = 0x00 // loud, negative
		}
	}
	return tone
}

// A telephone sends nothing while the user is silent, and tells later for how long.
func TestALegThatSendsNoSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := voicelivetest.NewServer(t, &voicelivetest.Options{Respond: voicelivetest.Reply("I have heard you.")})
		client, err := srv.NewClient()
		if err != nil {
			t.Fatal(err)
		}
		user, phone := leg.NewPipe(leg.MuLaw)
		go func() { // hears
			for {
				if _, err := user.Receive(t.Context()); err != nil {
					return
				}
			}
		}()
		a := &agent.Agent{Client: client, Connect: voicelive.ConnectOptions{Model: "gpt-realtime"}}
		ended := make(chan *agent.Report)
		go func() {
			report, err := a.Serve(t.Context(), phone)
			if err != nil {
				t.Error(err)
			}
			ended <- report
		}()
		say := func() {
			for range 50 {
				if err := user.Play(t.Context(), speech(20*time.Millisecond)); err != nil {
					t.Error(err)
				}
				time.Sleep(20 * time.Millisecond)
			}
		}
		time.Sleep(time.Second)
		say()
		time.Sleep(5 * time.Second)
		if err := user.Skip(t.Context(), 5*time.Second); err != nil {
			t.Error(err)
		}
		say()
		time.Sleep(5 * time.Second)
		if err := user.HangUp(t.Context(), "enough"); err != nil {
			t.Error(err)
		}
		report := <-ended
		if n := len(report.Turns); n != 2 {
			t.Errorf("%d replies to two sentences", n)
		}
		// 5 s for the first silence, and what ended the second sentence.
		if report.Silence < 5500*time.Millisecond || report.Silence > 7*time.Second {
			t.Errorf("silence of %v was sent", report.Silence)
		}
	})
}
