package agent

import (
	"context"
	"errors"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// Say says a text as it is, when nobody speaks. See the function [Say].
func (c *Conversation) Say(text string) *Speech { return c.Prompt(Say(text)) }

// Ask lets the model say something by instructions, when nobody speaks. See the function [Ask].
func (c *Conversation) Ask(instructions string) *Speech { return c.Prompt(Ask(instructions)) }

// Prompt says a prompt, when nobody speaks.
func (c *Conversation) Prompt(p Prompt) *Speech {
	s := newSpeech()
	if !c.post(func() { c.say(p, s, false) }) {
		c.drop(s, p)
	}
	return s
}

// Write adds a message that the user has written, and asks for the reply to it, when nobody speaks. Messages that are
// written before the reply begins have one reply together. The Speech is the first response to the message: if that
// only calls tools, the Speech is over before the reply that follows their outputs.
func (c *Conversation) Write(text string) *Speech { return c.Prompt(Prompt{text, Written}) }

// End hangs up after a goodbye has been heard. An interruption of the goodbye does not change that.
func (c *Conversation) End(reason string, goodbye Prompt) {
	c.post(func() { c.end(HungUp, reason, goodbye) })
}

// HangUp hangs up now. What the leg or a callback still does has 5 s.
func (c *Conversation) HangUp(reason string) {
	if c.post(func() { c.finish(HungUp, reason, nil) }) {
		time.AfterFunc(hangUpLimit, c.cancel)
	}
}

// Rotate lets the conversation go on in a new session at the next pause, as a planned rollover does. A session of
// [Agent.Attach] that cannot be replaced stays; the Logger is told that.
func (c *Conversation) Rotate(reason string) {
	c.post(func() { c.rotate(reason) })
}

// Mute sends silence in place of what the user says, until it is turned off. Time goes on for the
// service.
func (c *Conversation) Mute(mute bool) {
	c.post(func() { c.muted = mute })
}

// AddItem adds an item to the conversation, such as a message of the system or of the user. It waits until
// the service has confirmed the item; no response follows.
func (c *Conversation) AddItem(ctx context.Context, item voicelive.ConversationRequestItem) error {
	return c.do(ctx, func() voicelive.ClientEvent { return &voicelive.ClientEventConversationItemCreate{Item: item} })
}

// UpdateSession changes the session, and waits until the service has confirmed that. Later
// sessions of the conversation get the change as well. If the session ends before, the next one confirms it.
func (c *Conversation) UpdateSession(ctx context.Context, update *voicelive.RequestSession) error {
	if update == nil {
		return errors.New("agent: the update is nil")
	}
	return c.do(ctx, func() voicelive.ClientEvent { return &voicelive.ClientEventSessionUpdate{Session: *update} })
}

// do sends an event to the session that there is, and waits for its confirmation.
func (c *Conversation) do(ctx context.Context, event func() voicelive.ClientEvent) error {
	result := make(chan error, 1)
	posted := c.post(func() {
		c.confirm(event(), "", func(err error) { result <- err })
	})
	if !posted {
		return ErrEnded
	}
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-c.ctx.Done():
		return ErrEnded
	}
}

// confirm sends an event, and calls then when the service has confirmed or refused it. With a reason to hold the floor,
// no response is asked for before that. A change of the session that was confirmed is part of what is asked of later
// sessions; one that was not when its session ended is sent again.
func (c *Conversation) confirm(event voicelive.ClientEvent, hold string, then func(error)) {
	switch {
	case c.over:
		then(ErrEnded)
		return
	case c.link == nil || c.link.ended():
		c.waiting = append(c.waiting, func() { c.confirm(event, hold, then) })
		return
	}
	update, _ := event.(*voicelive.ClientEventSessionUpdate)
	if update != nil && c.leg != nil {
		if err := checkFormats(&update.Session, c.leg); err != nil {
			then(err)
			return
		}
	}
	l, release := c.link, func() {}
	if hold != "" {
		release = l.floor.Hold(hold)
	}
	c.group.Go(func() {
		_, err := l.session.Do(l.ctx, event)
		c.post(func() {
			switch {
			case update == nil:
			case err == nil:
				merge(c.asked, &update.Session)
			case l.ended():
				c.confirm(event, hold, then)
				return
			}
			then(err)
			release()
		})
	})
}
