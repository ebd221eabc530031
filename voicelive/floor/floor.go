package floor

import (
	"context"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// A Floor tracks who speaks in one session, and sends requests for responses when
// nobody does. Its methods may be called from any goroutine.
//
// It sends while it is locked, so that HandleEvent cannot handle an event between the
// decision to send and the sending. HandleEvent waits while the network takes no data.
type Floor struct {
	ctx     context.Context
	sender  voicelive.Sender
	options Options

	mu      sync.Mutex
	machine machine
	timer   *time.Timer // calls tick
	armed   time.Time   // when it does; zero if it does not
	stop    func() bool // forgets ctx
}

// New returns a Floor for a session that begins. It sends with ctx; when ctx ends, it is closed.
// Nil options are the defaults.
func New(ctx context.Context, sender voicelive.Sender, o *Options) *Floor {
	if o == nil {
		o = &Options{}
	}
	f := &Floor{ctx: ctx, sender: sender, options: *o}
	f.machine.init(o.Limits.withDefaults())
	f.timer = time.AfterFunc(time.Hour, f.tick)
	f.timer.Stop()
	f.mu.Lock() // ctx may have ended
	defer f.mu.Unlock()
	f.stop = context.AfterFunc(ctx, f.Close)
	return f
}

// Close ends all requests that are not final as Dropped, with [ErrClosed]. The Floor does nothing
// from then on; requests are dropped at once.
func (f *Floor) Close() {
	f.do(func(now time.Time) {
		f.machine.close()
		f.timer.Stop()
		f.stop()
	})
}

// HandleEvent handles an event of the session. Call it in the order of the events. The
// error is always nil.
func (f *Floor) HandleEvent(ctx context.Context, event voicelive.ServerEvent) error {
	f.do(func(now time.Time) { f.machine.handle(now, event) })
	return nil
}

// Request asks for a response. If no state makes it wait, the request is sent before
// Request returns.
func (f *Floor) Request(r Request) *Handle {
	h := &Handle{floor: f, request: r, done: make(chan struct{})}
	f.do(func(now time.Time) { f.machine.request(h) })
	return h
}

// RequestResponse is [Floor.Request] with items only, for callers that do not need the
// outcome.
func (f *Floor) RequestResponse(items ...string) { f.Request(Request{Items: items}) }

// Hold keeps requests from being sent until release is called, or until
// [Limits.Held] has passed. The reason is for [Alarm] and [Floor.States]. Release may be
// called more than once.
func (f *Floor) Hold(reason string) (release func()) {
	h := &hold{reason: reason}
	f.do(func(now time.Time) { f.machine.hold(now, h) })
	return func() { f.do(func(time.Time) { f.machine.release(h) }) }
}

// SetAudible tells the floor whether the user hears audio of the assistant, for
// requests with AfterHeard.
func (f *Floor) SetAudible(audible bool) {
	f.do(func(now time.Time) { f.machine.setAudible(now, audible) })
}

// States returns the states for which a request would wait now. If there are none, it
// would be sent at once.
func (f *Floor) States() []State {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.machine.states()
}

func (f *Floor) tick() {
	f.do(func(now time.Time) {
		f.armed = time.Time{}
		f.machine.tick(now)
	})
}

// do makes a step of the machine, and carries out its actions.
func (f *Floor) do(step func(now time.Time)) {
	for _, call := range f.step(step) {
		call()
	}
}

// step returns the calls of callbacks, which are made without the lock.
func (f *Floor) step(step func(now time.Time)) (calls []func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	m, now := &f.machine, time.Now()
	step(now)
	for m.pump(now); len(m.out) > 0; m.pump(now) {
		out := m.out
		m.out = nil
		for _, a := range out {
			if call := f.perform(a); call != nil {
				calls = append(calls, call)
			}
		}
	}
	// The timer may fire too early, since deadlines move with each event, but never too late.
	if next := m.next(); !next.IsZero() && (f.armed.IsZero() || next.Before(f.armed)) {
		f.armed = next
		f.timer.Reset(next.Sub(now))
	}
	return calls
}

// perform carries out an action, or returns the call that does.
func (f *Floor) perform(a action) func() {
	switch {
	case a.event != nil:
		err := f.sender.Send(f.ctx, a.event)
		if err != nil && a.creation != nil {
			f.machine.sendFailed(a.creation, err)
		}
	case a.alarm != nil && f.options.Watchdog != nil:
		return func() { f.options.Watchdog(*a.alarm) }
	case a.dropped != "" && f.options.Dropped != nil:
		return func() { f.options.Dropped(a.dropped) }
	}
	return nil
}
