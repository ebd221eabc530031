package agent

import (
	"context"
	"slices"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
)

// A Reason says why a conversation ended.
type Reason string

// The reasons.
const (
	UserHungUp   Reason = "user_hung_up"
	HungUp       Reason = "hung_up"       // Conversation.HangUp or Conversation.End
	EndedByTool  Reason = "ended_by_tool" // tools.EndCall
	Transferred  Reason = "transferred"   // tools.Transfer
	IdleTooLong  Reason = "idle"
	LimitReached Reason = "limit_reached"
	Cancelled    Reason = "cancelled"     // the context of Serve ended
	ServiceEnded Reason = "service_ended" // the service closed the session in an orderly way
	ServiceLost  Reason = "service_lost"  // the connection broke
	Unavailable  Reason = "unavailable"   // no session could be opened
	LegFailed    Reason = "leg_failed"
	Failed       Reason = "failed" // Agent.HandleEvent returned an error, or something could not be sent
)

const defaultEnding = 30 * time.Second

// An ending waits for the last words.
type ending struct {
	reason   Reason
	detail   string
	deadline time.Time
	reply    bool   // the last words are the reply to a tool
	transfer string // to connect the user to, in place of hanging up
}

// prepareEnding begins to end the conversation, unless it does so already.
func (c *Conversation) prepareEnding(e ending) bool {
	if c.ending != nil || c.over {
		return false
	}
	limit := c.agent.Limits.Ending
	if limit <= 0 {
		limit = defaultEnding
	}
	e.deadline = time.Now().Add(limit)
	c.ending = &e
	c.log.Info("the conversation is about to end", "reason", e.reason, "detail", e.detail)
	return true
}

// end ends the conversation when a goodbye has been heard, or was interrupted.
func (c *Conversation) end(reason Reason, detail string, goodbye Prompt) {
	if !c.prepareEnding(ending{reason: reason, detail: detail}) {
		return
	}
	s := newSpeech()
	s.then = c.finishEnding
	c.say(goodbye, s, false)
}

// finishEnding ends the conversation after its last words.
func (c *Conversation) finishEnding() {
	e := c.ending
	if e.transfer != "" && !c.over {
		transferer, _ := leg.As[leg.Transferer](c.leg) // direct has asked
		if err := transferer.Transfer(c.ctx, e.transfer); err != nil {
			c.finish(Failed, "the transfer failed: "+err.Error(), err)
			return
		}
	}
	c.finish(e.reason, e.detail, nil)
}

// finish ends the conversation now.
func (c *Conversation) finish(reason Reason, detail string, err error) {
	if c.over {
		return
	}
	c.over, c.err = true, err
	c.report.Reason, c.report.Detail = reason, detail
}

// hangUpLimit is how long a leg may take to hang up.
const hangUpLimit = 5 * time.Second

// hangUp hangs up a leg, even if ctx has ended.
func hangUp(ctx context.Context, l leg.Leg, reason string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hangUpLimit)
	defer cancel()
	return l.HangUp(ctx, reason)
}

// close gives everything up, and completes the report.
func (c *Conversation) close() {
	var carried []*tools.CarriedCall
	if c.link != nil {
		carried = c.unlink()
	}
	if s := c.swap; s != nil && len(c.report.Sessions) > 0 {
		carried = append(carried, s.carried...)
		s.gap.AudioLost = s.audio
		c.report.Gaps = append(c.report.Gaps, s.gap)
	}
	if c.leg != nil {
		if err := hangUp(c.ctx, c.leg, string(c.report.Reason)); err != nil {
			c.log.Warn("the leg did not hang up", "error", err)
		}
	}
	for _, f := range c.mailbox.take(true) {
		f()
	}
	for _, f := range c.waiting {
		f()
	}
	if c.next != nil {
		_ = c.next.Close() // it was not used
	}
	for _, s := range slices.Clone(c.speeches) {
		c.requested(s, s.handle.Result())
	}
	c.abandonTurns()
	c.report.Ended = time.Now()
	c.report.Duration = c.report.Ended.Sub(c.report.Began)
	c.log.Info("the conversation has ended", "reason", c.report.Reason, "detail", c.report.Detail, "duration", c.report.Duration, "carried", len(carried))
	c.seen.ObserveEnd(c, &c.report)
}

// deadlines does what is due.
func (c *Conversation) deadlines(now time.Time) {
	limits := &c.agent.Limits
	due := func(t time.Time) bool { return !t.IsZero() && !now.Before(t) }
	switch {
	case c.over:
	case c.ending != nil:
		if due(c.ending.deadline) {
			c.finishEnding()
		}
	case limits.Duration > 0 && due(c.report.Began.Add(limits.Duration)):
		c.end(LimitReached, "duration", limits.Goodbye)
	case limits.Tokens > 0 && c.report.Tokens.Total >= limits.Tokens:
		c.end(LimitReached, "tokens", limits.Goodbye)
	case due(c.idle.due):
		c.idleTooLong()
	}
	c.rolloverDeadlines(now)
	c.keysDue(now)
	if !c.over && due(c.quietDue()) {
		c.pad(now)
	}
}

// arm lets the timer fire when the next thing is due, or before: deadlines move with each event.
func (c *Conversation) arm() {
	next := time.Now().Add(time.Hour)
	earliest := func(t time.Time) {
		if !t.IsZero() && t.Before(next) {
			next = t
		}
	}
	if c.ending != nil {
		earliest(c.ending.deadline)
	} else {
		if c.agent.Limits.Duration > 0 {
			earliest(c.report.Began.Add(c.agent.Limits.Duration))
		}
		earliest(c.idle.due)
	}
	earliest(c.quietDue())
	for _, col := range c.collectors {
		earliest(col.due)
	}
	if !c.dialing {
		earliest(c.rolloverNext())
	}
	if c.armed.IsZero() || next.Before(c.armed) {
		c.armed = next
		c.timer.Reset(time.Until(next))
	}
}
