package agent_test

import (
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestHandles(t *testing.T) {
	var digits []byte
	a := &agent.Agent{
		Digit: func(_ *agent.Conversation, digit byte) { digits = append(digits, digit) },
	}
	c := play(t, a, said(), func(c *call) {
		ctx := c.Context()
		spoken, err := c.conversation.Ask("One moment, please.").Wait(ctx)
		if err != nil || spoken.Heard == 0 || spoken.How != agent.Asked {
			c.Errorf("spoken %+v, error %v", spoken, err)
		}
		if err := c.conversation.UpdateSession(ctx, &voicelive.RequestSession{Instructions: new("Speak French.")}); err != nil {
			c.Error(err)
		}
		if err := c.conversation.UpdateSession(ctx, &voicelive.RequestSession{InputAudioSamplingRate: new(11025)}); err == nil {
			c.Error("a sampling rate of 11,025 Hz was accepted")
		}
		if err := c.conversation.UpdateSession(ctx, nil); err == nil {
			c.Error("no update was accepted")
		}
		if err := c.conversation.AddItem(ctx, nil); err == nil {
			c.Error("no item was accepted")
		}
		if err := c.conversation.AddItem(ctx, &voicelive.SystemMessageItem{Content: []voicelive.MessageContentPart{
			&voicelive.InputTextContentPart{Text: "The user has an account."},
		}}); err != nil {
			c.Error(err)
		}
		c.conversation.Mute(true)
		c.user.Say("Nobody hears this.")
		c.user.MustHearNothing(3 * time.Second)
		c.conversation.Mute(false)
		c.user.Say("But this is heard.")
		c.user.Listen()
		c.user.PressKeys("12#")
		c.user.Silence(time.Second)
		c.user.HangUp()
	})
	c.want(agent.UserHungUp)
	if string(digits) != "12#" {
		t.Errorf("digits %q", digits)
	}
	if n := len(c.report.Turns); n != 2 {
		t.Errorf("%d turns, want that of the prompt and one reply", n)
	}
}

func TestPacketsAreCoalesced(t *testing.T) {
	appends := func(packet time.Duration) (n int) {
		c := play(t, &agent.Agent{Packet: packet}, &voicelivetest.Options{}, func(c *call) {
			c.user.Silence(10 * time.Second)
			c.user.HangUp()
		})
		for _, r := range c.srv.Session(0).Received() {
			if r.Type == voicelive.ClientEventTypeInputAudioBufferAppend {
				n++
			}
		}
		return n
	}
	if n := appends(0); n < 495 || n > 505 {
		t.Errorf("%d events for 10 s of packets of 20 ms, want 500", n)
	}
	if n := appends(100 * time.Millisecond); n < 98 || n > 102 {
		t.Errorf("%d events of 100 ms for 10 s, want 100", n)
	}
}
