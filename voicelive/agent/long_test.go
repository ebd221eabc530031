//go:build !race

package agent_test

import (
	"flag"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

var calls = flag.Int("calls", 1, "how many calls of an hour to have")

// TestCallsOfAnHour talks for an hour: a sentence and a reply each minute, and two sessions. Calls with
// the race detector are shorter, see TestRandomConversations.
func TestCallsOfAnHour(t *testing.T) {
	for range *calls {
		synctest.Test(t, callOfAnHour)
	}
}

func callOfAnHour(t *testing.T) {
	srv := voicelivetest.NewServer(t, &voicelivetest.Options{
		Respond: voicelivetest.Reply("I have heard you, and this is my reply to it."),
		Hear:    voicelivetest.Hear("This is what I say."),
		Forget:  true,
	})
	user, reports := servePipe(t, srv)
	const packet = 100 * time.Millisecond
	silence, tone := leg.MuLaw.AppendSilence(nil, leg.MuLaw.Bytes(packet)), speech(packet)
	ticks := time.NewTicker(packet)
	defer ticks.Stop()
	for i := range int(time.Hour / packet) {
		<-ticks.C
		audio := silence
		if second := i / 10 % 60; second >= 20 && second < 22 {
			audio = tone
		}
		if err := user.Play(t.Context(), audio); err != nil {
			t.Fatal(err)
		}
	}
	if err := user.HangUp(t.Context(), "an hour is over"); err != nil {
		t.Error(err)
	}
	r := <-reports
	if r.Reason != agent.UserHungUp || len(r.Turns) != 60 || len(r.Sessions) != 2 || len(r.Gaps) != 1 || len(r.Interruptions) != 0 {
		t.Errorf("the call ended as %s after %d turns in %d sessions, %d gaps, %d interruptions; want 60 turns in 2 sessions",
			r.Reason, len(r.Turns), len(r.Sessions), len(r.Gaps), len(r.Interruptions))
	}
	if g := r.Gaps[0]; !g.Planned || g.To.Sub(g.From) > time.Second || g.AudioLost > 0 || len(g.Omitted) > 0 {
		t.Errorf("gap %+v", g)
	}
	if n := strings.Count(r.Transcript.Text(), "User: This is what I say.\nAssistant: I have heard you"); n != 60 {
		t.Errorf("the transcript has %d of 60 exchanges", n)
	}
	check(t, r)
}
