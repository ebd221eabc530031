package agent

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/floor"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/transcript"
)

// A swap is a gap on its way.
type swap struct {
	gap     Gap
	redial  time.Time // when to connect again; zero if that is not the plan
	backoff time.Duration
	owed    bool // a response was on its way, or expected, or asked for
	carried []*tools.CarriedCall
	audio   time.Duration // of the user since the session was given up, and what was kept of before
}

const (
	firstBackoff = 250 * time.Millisecond
	maxBackoff   = 8 * time.Second

	// expiryMargin is how long before expires_at a session is replaced.
	expiryMargin = 2 * time.Minute
	// overdue is how long a planned replacement is put off while others wait to connect.
	overdue = 2 * time.Minute
	// retryPlanned is how long after a planned replacement has failed it is tried again.
	retryPlanned = time.Minute
	// onset is how much audio from before a gap the next session hears if the user was not known to speak.
	onset = time.Second
)

// rolloverOf returns when a session is to be replaced; zero for never.
func (c *Conversation) rolloverOf(s *voicelive.Session, config *voicelive.ResponseSession) time.Time {
	after := c.rollover.After
	if after < 0 {
		return time.Time{}
	}
	if at, ok := expiresAt(config); ok && c.agent.Rollover.After == 0 {
		if left := at.Sub(s.Began()); left > 0 { // the clocks are about the same
			after = left - min(expiryMargin, left/5)
		}
	}
	return s.Began().Add(after - rand.N(after/20+1))
}

// replaceable reports whether another session can take over.
func (c *Conversation) replaceable() bool { return c.agent.Client != nil && !c.attached.WebRTC }

// rotate lets the session be replaced as soon as possible.
func (c *Conversation) rotate(reason string) {
	if !c.replaceable() {
		c.log.Warn("the session cannot be replaced: it goes by WebRTC, or the agent has no client", "cause", reason)
		return
	}
	if c.link == nil {
		return // the next session is on its way
	}
	c.rotation = reason
	if c.next == nil {
		c.link.rollover = time.Now()
	}
}

// rolloverDeadlines does what is due.
func (c *Conversation) rolloverDeadlines(now time.Time) {
	if due := c.rolloverNext(); c.over || c.dialing || due.IsZero() || now.Before(due) {
		return
	}
	switch {
	case c.link == nil:
		c.dial()
	case c.next == nil && c.agent.Client.ConnectDelay() > 0 && now.Before(c.link.overdue):
		c.link.rollover = now.Add(retryPlanned/2 + rand.N(retryPlanned)) // others cannot wait
	case c.next == nil:
		c.link.rollover = time.Time{}
		c.dial() // while the session goes on
	default:
		c.replace()
	}
}

// rolloverNext returns when the next thing is due; zero for never.
func (c *Conversation) rolloverNext() time.Time {
	switch {
	case c.link == nil && c.swap != nil:
		return c.swap.redial
	case c.link == nil || c.link.release != nil:
		return time.Time{}
	case c.next != nil:
		return c.nextBy
	}
	return c.link.rollover
}

// dial opens a session beside the conversation.
func (c *Conversation) dial() {
	c.dialing = true
	o := c.options()
	ctx, cancel := c.ctx, context.CancelFunc(func() {})
	if c.link == nil && c.rollover.Retry > 0 {
		ctx, cancel = context.WithDeadline(ctx, c.swap.gap.From.Add(c.rollover.Retry))
	}
	c.group.Go(func() {
		defer cancel()
		session, err := c.agent.Client.Connect(ctx, &o)
		if !c.post(func() { c.dialled(session, err) }) && err == nil {
			_ = session.Close() // the conversation has ended
		}
	})
}

// dialled takes a new session, or the error of connecting.
func (c *Conversation) dialled(session *voicelive.Session, err error) {
	c.dialing = false
	now := time.Now()
	var redial, limit time.Time
	if s := c.swap; s != nil {
		s.gap.Attempts++
		redial, limit = now.Add(s.backoff/2+rand.N(s.backoff)), s.gap.From.Add(c.rollover.Retry)
	}
	switch {
	case err == nil:
		c.next, c.nextBy = session, now.Add(c.rollover.Wait)
		if c.link == nil && !c.over {
			c.resume()
		}
	case c.over:
	case c.link != nil:
		c.log.Warn("the next session could not be opened", "error", err)
		c.link.rollover = now.Add(retryPlanned)
	case !voicelive.Retryable(err), !redial.Before(limit):
		reason := ServiceLost
		if len(c.report.Sessions) == 0 {
			reason = Unavailable
		}
		c.finish(reason, err.Error(), err)
	default:
		c.log.Warn("no session could be opened", "error", err)
		c.swap.redial = redial
		c.swap.backoff = min(2*c.swap.backoff, maxBackoff)
	}
}

// lost handles the end of a session.
func (c *Conversation) lost(err error) {
	cause := err.Error()
	if err == io.EOF {
		cause = "the service closed the session"
	}
	switch {
	case err == io.EOF && !c.link.ended():
		c.finish(UserHungUp, "", nil)
		return
	case c.next != nil || c.dialing: // a planned replacement: the next session takes over, whatever ended this one
	case err == io.EOF:
		c.finish(ServiceEnded, cause, nil)
		return
	case !voicelive.Retryable(err), c.rollover.Retry < 0:
		c.finish(ServiceLost, cause, err)
		return
	}
	c.giveUp(cause, false)
	e, _ := errors.AsType[*voicelive.SessionError](err)
	switch {
	case c.next != nil:
		c.resume()
	case c.dialing:
	case e != nil && e.Kind == voicelive.KindSessionExpired:
		c.dial()
	default:
		c.swap.redial = time.Now().Add(firstBackoff/2 + rand.N(firstBackoff))
	}
}

// replace lets the next session take over.
func (c *Conversation) replace() {
	cause := c.rotation
	if cause == "" {
		cause = "the session is about to expire"
	}
	c.giveUp(cause, true)
	c.resume()
}

// giveUp gives the session up, and begins a gap unless the conversation is in one.
func (c *Conversation) giveUp(cause string, planned bool) {
	states := c.link.floor.States()
	speaking := slices.Contains(states, floor.Speaking) // the reply to that serves what waits
	waits := c.link.reply != nil && c.link.reply.Result().Outcome == floor.Waiting && !speaking
	generating := slices.ContainsFunc(c.turns.order, func(id string) bool { return !c.turns.open[id].done })
	s := c.swap
	if s == nil {
		s = &swap{gap: Gap{From: time.Now(), Cause: cause, Planned: planned}, backoff: firstBackoff}
		if !speaking {
			c.lookback.keep(onset)
		}
		c.lookback.keep(maxLookback)
		s.audio = c.lookback.format.Duration(len(c.lookback.audio))
		c.swap = s
	}
	c.rotation = "" // there will be another session
	s.redial = time.Time{}
	s.owed = s.owed || generating || waits || slices.Contains(states, floor.Expected) || slices.Contains(states, floor.Creating)
	c.turns.speaking = false
	carried, before := c.unlink(), len(c.report.Interruptions)
	for _, f := range c.mailbox.take(false) { // what the layers have told
		f()
	}
	c.abandonTurns()
	s.carried = append(s.carried, carried...)
	s.gap.Cut = append(s.gap.Cut, c.report.Interruptions[before:]...)
	for _, call := range carried {
		if call.Ran {
			s.gap.Carried = append(s.gap.Carried, call.ID)
		} else {
			s.gap.NotRun = append(s.gap.NotRun, call.ID)
		}
	}
	for _, e := range c.transcript.Entries() {
		if e.Pending && e.Role == transcript.User && e.Text == "" {
			s.gap.NotTranscribed = append(s.gap.NotTranscribed, e.ID)
		}
	}
	c.log.Warn("the session is given up", "cause", cause, "planned", planned)
}

// pending reports whether text of the conversation is still to come.
func (c *Conversation) pending() bool {
	return slices.ContainsFunc(c.transcript.Entries(), func(e transcript.Entry) bool { return e.Pending })
}

// resume opens the next session, and tells it of the conversation.
func (c *Conversation) resume() {
	session, first := c.next, len(c.report.Sessions) == 0
	c.next = nil
	if err := c.open(session, session); err != nil {
		c.finish(Failed, err.Error(), err)
		return
	}
	if first {
		c.swap = nil
		c.begin()
		c.replay()
		c.goOn()
		return
	}
	l := c.link
	l.release = l.floor.Hold("the session is told of the conversation")
	restored := c.history()
	ids := make([]string, len(restored.Items))
	for i, item := range restored.Items {
		ids[i] = item.GetID()
	}
	c.transcript.Continue(ids...)
	c.swap.gap.Omitted = restored.Omitted
	c.group.Go(func() {
		results, err := l.session.CreateItemsAndWait(l.ctx, restored.Items)
		c.post(func() {
			if c.link == l && !c.over {
				c.restored(ids, results, err)
			}
		})
	})
}

// history returns what the next session is told. A Foundry agent remembers by itself.
func (c *Conversation) history() transcript.Restored {
	switch {
	case c.agent.Connect.Agent != nil:
		return transcript.Restored{}
	case c.rollover.Digest:
		c.swap.gap.Digest = true
		var r transcript.Restored
		if digest := c.transcript.Digest(c.rollover.History); digest != nil {
			r.Items = append(r.Items, digest)
		}
		return r
	}
	return c.transcript.Items(c.rollover.History)
}

// restored lets the conversation go on in a session that knows it.
func (c *Conversation) restored(ids []string, results []voicelive.ItemResult, err error) {
	if c.link.ended() {
		return // the gap goes on; lost follows
	}
	if err != nil && results == nil {
		c.finish(Failed, "the session could not be told of the conversation: "+err.Error(), err)
		return
	}
	l, s := c.link, c.swap
	for i, r := range results {
		if r.Err != nil {
			s.gap.Omitted = append(s.gap.Omitted, transcript.Omission{ID: ids[i], Reason: r.Err.Error()})
		}
	}
	release := l.release
	l.release, c.swap = nil, nil
	l.restored = len(ids) > 0 && !s.gap.Digest

	s.gap.AudioReplayed = c.replay()
	s.gap.AudioLost = max(s.audio-s.gap.AudioReplayed, 0)
	for _, call := range s.carried {
		c.carry(call)
	}
	c.goOn()
	if s.owed && (c.ending == nil || c.ending.reply) { // other last words have been requested
		c.reply(nil)
	}
	release()

	s.gap.To = time.Now()
	c.report.Gaps = append(c.report.Gaps, s.gap)
	c.log.Info("the conversation goes on", "session_id", l.session.ID(), "attempts", s.gap.Attempts)
	c.seen.ObserveGap(c, s.gap)
}

// goOn does what had to wait for a session.
func (c *Conversation) goOn() {
	waiting := c.waiting
	c.waiting = nil
	for _, f := range waiting {
		f()
	}
}

// replay sends the latest audio of the user to a session that has not heard it.
func (c *Conversation) replay() time.Duration {
	latest := c.lookback.take()
	c.lookback.add(latest)
	if len(latest) > 0 {
		if err := c.send(latest); err != nil {
			c.broke(err)
		}
	}
	return c.lookback.format.Duration(len(latest))
}

// carry tells the session the result of a call of an earlier one, when there is one.
func (c *Conversation) carry(call *tools.CarriedCall) {
	select {
	case <-call.Done: // now, so that other replies that are owed are one with that to the call
		c.carried(call)
		return
	default:
	}
	c.group.Go(func() {
		select {
		case <-call.Done:
			c.post(func() { c.carried(call) })
		case <-c.ctx.Done():
		}
	})
}

// carried tells the result of a call of an earlier session, until one has confirmed or refused it.
func (c *Conversation) carried(call *tools.CarriedCall) {
	switch {
	case c.over:
		return
	case c.link == nil || c.link.ended():
		c.waiting = append(c.waiting, func() { c.carried(call) })
		return
	}
	l := c.link
	output, _ := call.Result() // of an error, it is the text for the model
	item := systemMessage("The function " + call.Name + ", which was called with " + call.Arguments + ", has ended. Its output: " + output)
	c.confirm(&voicelive.ClientEventConversationItemCreate{Item: item}, "a result is told", func(err error) {
		if err != nil && l.ended() {
			c.carried(call)
		}
	})
	c.direct(call.Call, call.Directive())
	if _, silent := call.Directive().(tools.NoReply); !silent {
		c.reply([]string{*item.ID})
	}
}

// foundry notes the conversation of a Foundry agent.
func (c *Conversation) foundry(a *voicelive.AgentConfig) {
	if a == nil || a.ThreadID == "" || a.ThreadID == c.thread {
		return
	}
	if c.thread != "" {
		c.log.Warn("the Foundry agent has forgotten the conversation", "conversation_id", a.ThreadID)
		if c.swap != nil {
			c.swap.gap.ConversationID = a.ThreadID
		}
	}
	c.thread = a.ThreadID
}
