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

// servePipe lets an agent serve one end of a pipe. The user at the other end hears everything.
func servePipe(t *testing.T, srv *voicelivetest.Server) (user *leg.PipeEnd, reports <-chan *agent.Report) {
	t.Helper()
	client, err := srv.NewClient()
	if err != nil {
		t.Fatal(err)
	}
	user, phone := leg.NewPipe(leg.MuLaw)
	go func() {
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
	return user, ended
}

// sayASecond speaks for a second.
func sayASecond(t *testing.T, user *leg.PipeEnd) {
	t.Helper()
	for range 50 {
		if err := user.Play(t.Context(), speech(20*time.Millisecond)); err != nil {
			t.Error(err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// A telephone sends nothing while the user is silent, and tells later for how long.
func TestALegThatSendsNoSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := voicelivetest.NewServer(t, &voicelivetest.Options{Respond: voicelivetest.Reply("I have heard you.")})
		user, ended := servePipe(t, srv)
		time.Sleep(time.Second)
		sayASecond(t, user)
		time.Sleep(5 * time.Second)
		if err := user.Skip(t.Context(), 5*time.Second); err != nil {
			t.Error(err)
		}
		sayASecond(t, user)
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

// The leg tells the silence in pieces, of which the agent has sent the beginning already.
func TestSilenceInPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := voicelivetest.NewServer(t, nil)
		user, ended := servePipe(t, srv)
		time.Sleep(time.Second)
		sayASecond(t, user)
		time.Sleep(2 * time.Second)
		for range 4 {
			if err := user.Skip(t.Context(), 500*time.Millisecond); err != nil {
				t.Error(err)
			}
		}
		synctest.Wait()
		if err := user.HangUp(t.Context(), "enough"); err != nil {
			t.Error(err)
		}
		if report := <-ended; report.Silence != 2*time.Second {
			t.Errorf("silence of %v was sent, want 2 s", report.Silence)
		}
	})
}
