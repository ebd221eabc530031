package agent_test

import (
	"strings"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/playback"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// Noise holds the assistant, which goes on; words interrupt it.
func TestHoldAndResume(t *testing.T) {
	story := strings.Repeat("Once upon a time there was a king. ", 6)
	for words, interrupts := range map[string]bool{"": false, "Stop!": true} {
		a := &agent.Agent{Greeting: agent.Ask("Tell a story."), Playback: playback.Options{OnSpeech: playback.Pause}}
		a.Connect.Session = &voicelive.RequestSession{TurnDetection: &voicelive.ServerVAD{InterruptResponse: new(false), CreateResponse: new(false)}}
		service := &voicelivetest.Options{Pace: voicelivetest.Instant, Respond: voicelivetest.Reply(story)}
		c := play(t, a, service, func(c *call) {
			c.user.Interrupt(2*time.Second, words)
			c.user.Silence(30 * time.Second)
			c.user.HangUp()
			c.user.Check(c.srv.Session(0))
		})
		c.want(agent.UserHungUp)
		turn := c.report.Turns[0]
		if turn.Interrupted != interrupts || (turn.Unheard > 0) != interrupts || len(c.report.Interruptions) > 0 != interrupts {
			t.Errorf("after %q the turn is %+v", words, turn)
		}
		if d := turn.Ended.Sub(turn.Audible) - turn.Heard; !interrupts && d < 2*time.Second {
			t.Errorf("the story was not held: it was heard in %v more than its length", d)
		}
	}
}
