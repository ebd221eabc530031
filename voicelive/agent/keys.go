package agent

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Keys says when a sequence of keys of the telephone is complete. At least one of Length and
// Terminator is necessary.
type Keys struct {
	// Length is how many keys complete the sequence. 0 is any number, up to the Terminator.
	Length int

	// Terminator is the key that completes the sequence, such as '#'. It is no part of it. 0 is none.
	Terminator byte

	// Timeout is how long the next key may take. 0 is 10 s.
	Timeout time.Duration
}

// ErrNoKey is the error of [Conversation.Collect] if the user presses no key in time.
var ErrNoKey = errors.New("agent: no key was pressed in time")

// collector collects keys.
type collector struct {
	keys Keys
	got  []byte
	due  time.Time
	done chan error // nil when the sequence is complete
}

// Collect waits for keys that the user presses, from now on. The keys are those so far if an error is returned:
// ErrNoKey, ctx.Err, or ErrEnded. Agent.Digit is not told of them. Of several calls the latest one gets the
// keys.
//
// Called by a function of a tool, with the conversation that [Of] returns, the keys can be its output; called by the
// application, they can be an item of the conversation, or nothing that the model ever sees.
func (c *Conversation) Collect(ctx context.Context, k Keys) (keys string, err error) {
	if k.Length <= 0 && k.Terminator == 0 {
		return "", errors.New("agent: Keys needs a Length or a Terminator")
	}
	if k.Timeout <= 0 {
		k.Timeout = 10 * time.Second
	}
	col := &collector{keys: k, done: make(chan error, 1)}
	if !c.post(func() { c.collect(col) }) {
		return "", ErrEnded
	}
	select {
	case err = <-col.done:
		return string(col.got), err
	case <-ctx.Done():
		err = ctx.Err()
	case <-c.ctx.Done():
		err = ErrEnded
	}
	got := make(chan string, 1)
	if !c.post(func() { c.giveUpKeys(col); got <- string(col.got) }) {
		return "", err
	}
	select {
	case keys = <-got:
	case <-c.ctx.Done():
	}
	return keys, err
}

func (c *Conversation) collect(col *collector) {
	col.due = time.Now().Add(col.keys.Timeout)
	c.collectors = append(c.collectors, col)
}

func (c *Conversation) giveUpKeys(col *collector) {
	c.collectors = slices.DeleteFunc(c.collectors, func(other *collector) bool { return other == col })
}

// digit gives a key to the collector, or to the application.
func (c *Conversation) digit(digit byte) {
	c.idle = idle{} // the user is there
	defer c.settle()
	if n := len(c.collectors); n > 0 {
		c.collectors[n-1].add(c, digit)
	} else if c.agent.Digit != nil {
		c.agent.Digit(c, digit)
	}
}

func (col *collector) add(c *Conversation, digit byte) {
	col.due = time.Now().Add(col.keys.Timeout)
	if digit != col.keys.Terminator {
		col.got = append(col.got, digit)
	}
	if digit == col.keys.Terminator || len(col.got) == col.keys.Length {
		c.giveUpKeys(col)
		col.done <- nil
	}
}

// keysDue ends the collectors for which no key came in time.
func (c *Conversation) keysDue(now time.Time) {
	for _, col := range slices.Clone(c.collectors) {
		if !now.Before(col.due) {
			c.giveUpKeys(col)
			col.done <- ErrNoKey
		}
	}
}
