package agent

import (
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// fallback says something in place of a response that the user could not hear, unless that was a fallback itself.
func (c *Conversation) fallback(t *turn) {
	p := c.fallbackOf(t)
	again := slices.ContainsFunc(c.speeches, func(s *Speech) bool {
		return s.fallback && s.handle.Result().ResponseID == t.ResponseID
	})
	if p == (Prompt{}) || again || c.over || c.ending != nil {
		return
	}
	if c.link != nil && c.link.restored && t.text != "" {
		// Restored messages of the assistant can make a model write.
		c.rollover.Digest = true
		c.rotate("the model writes after messages that were restored")
	}
	c.log.Warn("a response could not be heard", "response_id", t.ResponseID, "status", t.Status)
	s := newSpeech()
	s.fallback = true
	c.say(p, s, false)
}

// fallbackOf returns what is to be said in place of a response: nothing, Agent.Fallback if it failed or was
// filtered, or its text if it has no sound.
func (c *Conversation) fallbackOf(t *turn) Prompt {
	filtered := t.Status == voicelive.ResponseStatusIncomplete && t.Cause == string(voicelive.ResponseIncompleteDetailsReasonContentFilter)
	switch {
	case t.Status == voicelive.ResponseStatusFailed, filtered:
		return c.agent.Fallback
	case t.Status == voicelive.ResponseStatusCompleted && t.Arrived.IsZero() && t.text != "" && c.speaks():
		return Say(t.text)
	}
	return Prompt{}
}

// speaks reports whether the session was asked for sound.
func (c *Conversation) speaks() bool {
	return c.leg != nil && (c.asked.Modalities == nil || slices.Contains(c.asked.Modalities, voicelive.ModalityAudio))
}

// textOf returns what a response has written, not said.
func textOf(r *voicelive.Response) string {
	var texts []string
	for _, item := range r.Output {
		message, _ := item.(*voicelive.ResponseMessageItem)
		if message == nil {
			continue
		}
		for _, content := range message.Content {
			if text, ok := content.(*voicelive.ResponseTextContentPart); ok && text.Text != nil {
				texts = append(texts, *text.Text)
			}
		}
	}
	return strings.Join(texts, "\n")
}
