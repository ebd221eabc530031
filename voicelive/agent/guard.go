package agent

import "github.com/go-voicelive/voicelive-go/voicelive/transcript"

// A Guard looks at what the assistant says, each time when there is more of it, and reports whether to cut the response:
// it is cancelled, what was not heard of it is dropped, and the conversation is corrected. Other responses
// play on. The text comes before its sound, but a part of it may have been heard. A Guard is called on
// the goroutine of the conversation, and must not block; it may say something in place with [Conversation.Say].
type Guard func(c *Conversation, said transcript.Entry) (cut bool)

// changed shows the guard what the assistant says. It is called from the goroutine that changes the transcript.
func (c *Conversation) changed(e transcript.Entry) {
	if c.agent.Guard != nil && e.Role == transcript.Assistant && e.ResponseID != "" && e.Text != "" {
		c.post(func() { c.guard(e) })
	}
}

func (c *Conversation) guard(e transcript.Entry) {
	t := c.turns.open[e.ResponseID]
	if t == nil || t.Guarded || c.link == nil || c.over || !c.agent.Guard(c, e) {
		return
	}
	t.Guarded = true
	c.log.Warn("the guard cuts a response", "response_id", e.ResponseID)
	if err := c.link.player.Cut(e.ResponseID); err != nil {
		c.broke(err)
	}
}
