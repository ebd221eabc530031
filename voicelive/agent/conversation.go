package agent

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/transcript"
)

// A Conversation is one call. Its methods may be called from any goroutine, and from the
// callbacks of the [Agent]; those that wait for the service must not be called from callbacks.
type Conversation struct {
	// One goroutine, run, owns all that changes. Everything else reaches it as an event of the session,
	// an input of the leg, a deadline, or a func in the mailbox.

	id     string
	agent  *Agent
	leg    leg.Leg  // nil with Attach
	seen   Observer // Agent.Observer, or one that does nothing
	log    *slog.Logger
	ctx    context.Context // of tools and goroutines; ends with the conversation
	cancel context.CancelFunc
	group  sync.WaitGroup // all goroutines but run

	attached AttachOptions

	mailbox mailbox
	inputs  chan input
	events  chan received

	transcript *transcript.Transcript
	report     Report

	// Owned by run.
	asked      *voicelive.RequestSession // with all updates
	rollover   Rollover
	link       *link // nil between two sessions
	dialing    bool
	next       *voicelive.Session // that will replace that of link
	nextBy     time.Time          // when it does without a pause
	rotation   string             // why Rotate was called; empty if it was not
	swap       *swap              // nil but in a gap
	lookback   lookback
	thread     string   // conversation_id of a Foundry agent
	waiting    []func() // for a session that knows the conversation
	turns      turns
	heardAt    time.Time     // when the latest audio of the user was heard
	padded     time.Duration // silence that was sent since then, in place of the leg
	muted      bool
	audible    bool
	speeches   []*Speech // that are not over
	idle       idle
	collectors []*collector
	ending     *ending
	over       bool
	err        error // why it broke
	timer      *time.Timer
	armed      time.Time // when timer fires; zero if it has
}

// An input is one of the leg, or its end.
type input struct {
	leg.Input
	err error
}

// A received is an event of a session, or its end.
type received struct {
	link      *link
	event     voicelive.ServerEvent
	forwarded bool // by the user's side
	err       error
}

func newConversation(ctx context.Context, a *Agent, l leg.Leg, session *voicelive.RequestSession) *Conversation {
	c := &Conversation{
		id: newID("call_"), agent: a, leg: l, seen: a.Observer, asked: session,
		inputs: make(chan input), events: make(chan received),
	}
	c.transcript = transcript.New(&transcript.Options{Changed: c.changed})
	c.mailbox.ready = make(chan struct{}, 1)
	c.log = slog.New(slog.DiscardHandler)
	if a.Logger != nil {
		c.log = a.Logger.With("call_id", c.id)
	}
	if c.seen == nil {
		c.seen = NoObserver{}
	}
	c.ctx, c.cancel = context.WithCancel(context.WithValue(ctx, key{}, c))
	c.rollover = a.Rollover.withDefaults()
	if l != nil {
		c.lookback.format = l.Format()
	}
	c.report = Report{Version: ReportVersion, CallID: c.id, Began: time.Now(), Transcript: c.transcript}
	return c
}

type key struct{}

// Of returns the conversation of a context that a tool was given, or nil.
func Of(ctx context.Context) *Conversation {
	c, _ := ctx.Value(key{}).(*Conversation)
	return c
}

// ID returns the id of the call in logs and in the report.
func (c *Conversation) ID() string { return c.id }

// Transcript returns what was said. It grows.
func (c *Conversation) Transcript() *transcript.Transcript { return c.transcript }

// serve runs the conversation, which start begins, to its end.
func (c *Conversation) serve(start func()) (*Report, error) {
	c.ctx = c.seen.ObserveBegin(c.ctx, c)
	defer c.group.Wait()
	defer c.cancel()
	c.log.Info("the conversation begins")
	start()
	c.run()
	c.close()
	return &c.report, c.err
}

// call opens the first session. It is on its way as another one is after a gap: the user is heard meanwhile.
func (c *Conversation) call() {
	c.swap = &swap{gap: Gap{From: time.Now()}, backoff: firstBackoff}
	c.group.Go(c.receive)
	c.dial()
}

// begin lets the conversation begin: the application, then the greeting.
func (c *Conversation) begin() {
	if c.agent.Begin != nil {
		c.agent.Begin(c)
	}
	c.say(c.agent.Greeting, newSpeech(), false)
}

// run handles one thing after the other until the conversation is over.
func (c *Conversation) run() {
	c.timer = time.NewTimer(time.Hour)
	defer c.timer.Stop()
	for {
		// What an event has caused comes before the next event.
		if funcs := c.mailbox.take(false); len(funcs) > 0 {
			for _, f := range funcs {
				f()
			}
			c.settle()
		}
		if c.over {
			return
		}
		c.arm()
		select {
		case <-c.mailbox.ready:
		case e := <-c.events:
			c.event(e)
			c.settle()
		case in := <-c.inputs:
			c.input(in)
		case <-c.timer.C:
			c.armed = time.Time{}
		case <-c.ctx.Done():
			c.finish(Cancelled, context.Cause(c.ctx).Error(), c.ctx.Err())
		}
		c.deadlines(time.Now())
	}
}

// event handles an event of a session.
func (c *Conversation) event(e received) {
	if e.link != c.link {
		return // of a session that has been given up
	}
	if e.err != nil {
		c.lost(e.err)
		return
	}
	l := c.link
	runner := l.runner.HandleEvent
	if e.forwarded {
		runner = func(context.Context, voicelive.ServerEvent) error { return nil }
	}
	for _, handle := range []func(context.Context, voicelive.ServerEvent) error{
		l.floor.HandleEvent, l.player.HandleEvent, runner, c.transcript.HandleEvent, c.observe,
	} {
		if err := handle(c.ctx, e.event); err != nil {
			c.broke(err)
			return
		}
	}
	if c.agent.HandleEvent != nil {
		if err := c.agent.HandleEvent(c.ctx, c, e.event); err != nil {
			c.finish(Failed, err.Error(), err)
		}
	}
}

// broke ends the conversation because of an error of a layer, which is that of the session or of the leg.
// The end of the session follows as an event.
func (c *Conversation) broke(err error) {
	_, ended := errors.AsType[*voicelive.SessionError](err)
	switch {
	case ended, errors.Is(err, voicelive.ErrClosed):
	case errors.Is(err, leg.ErrHungUp):
		c.finish(UserHungUp, "", nil)
	default:
		for _, f := range c.mailbox.take(false) { // somebody may have ended it, while a leg blocked
			f()
		}
		switch {
		case c.ctx.Err() != nil:
			c.finish(Cancelled, context.Cause(c.ctx).Error(), c.ctx.Err())
		case errors.Is(err, voicelive.ErrNotSent):
			c.finish(Failed, err.Error(), err)
		default:
			c.finish(LegFailed, err.Error(), err)
		}
	}
}

// A mailbox takes funcs for the goroutine that owns a conversation.
type mailbox struct {
	ready chan struct{} // has a value when there are funcs

	mu     sync.Mutex
	funcs  []func()
	closed bool
}

// post lets run call f. It does not wait, and returns false after the end.
func (c *Conversation) post(f func()) bool {
	m := &c.mailbox
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return false
	}
	m.funcs = append(m.funcs, f)
	select {
	case m.ready <- struct{}{}:
	default:
	}
	return true
}

// take returns the funcs that were posted. After the last call none can be.
func (m *mailbox) take(last bool) []func() {
	m.mu.Lock()
	defer m.mu.Unlock()
	funcs := m.funcs
	m.funcs, m.closed = nil, last
	return funcs
}
