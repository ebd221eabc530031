package agent

import "time"

// idle is how far the idle policy is.
type idle struct {
	due   time.Time // when the silence will have been too long; zero if there is none
	stage int       // how many prompts were said
}

// settle looks, after something has happened, whether nobody speaks.
func (c *Conversation) settle() {
	if c.over {
		return
	}
	if c.next != nil && c.link != nil && c.link.release == nil && c.quiet() && !c.pending() {
		c.replace()
	}
	if c.agent.Idle.After <= 0 {
		return
	}
	switch quiet := c.quiet(); {
	case !quiet:
		c.idle.due = time.Time{}
	case c.idle.due.IsZero():
		c.idle.due = time.Now().Add(c.agent.Idle.After)
	}
}

// quiet reports whether nobody speaks and nothing is about to be said.
func (c *Conversation) quiet() bool {
	return c.link != nil && !c.audible && len(c.speeches) == 0 &&
		len(c.link.floor.States()) == 0 && !c.link.runner.Busy()
}

// idleTooLong says the next prompt, or ends the conversation.
func (c *Conversation) idleTooLong() {
	c.idle.due = time.Time{}
	policy := &c.agent.Idle
	if c.idle.stage == len(policy.Prompts) {
		c.end(IdleTooLong, "", policy.Goodbye)
		return
	}
	c.say(policy.Prompts[c.idle.stage], newSpeech(), true)
	c.idle.stage++
}
