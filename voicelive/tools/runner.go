package tools

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// An Asker asks for a response that takes items into account, when nobody speaks. It does not wait
// for the response. A floor.Floor is one.
type Asker interface {
	RequestResponse(items ...string)
}

// RunnerOptions are the options of a [Runner]. The zero value is usable. Callbacks are called from
// the goroutine that caused them, without a lock; they must not block.
type RunnerOptions struct {
	// Parallel is how many functions run at once; others wait. 0 is 16.
	Parallel int

	// MaxOutput is the largest output, in bytes. In place of a larger one, the model gets its
	// size. 0 is 256 KiB.
	MaxOutput int

	// Approve decides about MCP calls that need an approval. Nil denies all.
	Approve Approver

	// ApproveTimeout is how long Approve may take; the call is denied then. 0 is 30 s.
	ApproveTimeout time.Duration

	// Say speaks the Filler of a tool, and returns a func that withdraws the sentence if it is not
	// spoken yet. Nil speaks none.
	Say func(sentence string) (withdraw func())

	// Directive is called if a function returned a NoReply, an EndCall, a HandOff or a Transfer, after
	// its output was sent and before the Runner asks for a response.
	Directive func(call Call, directive any)

	// Sideband is for sessions in which the events of responses go elsewhere, such as those of WebRTC calls. A function
	// runs when its arguments are complete, as with Options.Early; outputs are sent when they are there; one that is not
	// refused within 5 s counts as confirmed.
	Sideband bool

	// Began is called before a function is called, on its goroutine, with the context that the function would get.
	// The function is called with the context that is returned.
	Began func(ctx context.Context, call Call) context.Context

	// Ended is called with the outcome of each call.
	Ended func(Call)

	// MCP is called for each MCP call that has ended, and for each listing that failed.
	MCP func(MCPCall)

	// Panic is called with the value of a panic of a function. The model learns only that the
	// function failed.
	Panic func(call Call, value any)
}

// A Runner runs the functions that the model calls in one session. Its methods may be called from any
// goroutine, and from its callbacks.
//
// It sends while it is locked, so that outputs precede the request for a response: HandleEvent waits
// while the network takes no data. The Asker is called without the lock.
type Runner struct {
	ctx    context.Context
	sender voicelive.Sender
	asker  Asker

	mu      sync.Mutex
	machine machine
	err     error // of the sender; the first one
	timer   *time.Timer
	armed   time.Time               // when timer calls tick; zero if it does not
	results map[*call]chan struct{} // closed when a function has returned, or was given up
}

// NewRunner returns a Runner for a session that begins. Functions run with contexts below ctx,
// which is that of the conversation: they go on when the session ends. Nil options are the
// defaults.
func NewRunner(ctx context.Context, sender voicelive.Sender, asker Asker, tools []Tool, o *RunnerOptions) (*Runner, error) {
	if sender == nil || asker == nil {
		return nil, errors.New("tools: a Runner needs a sender and an asker")
	}
	if _, err := Definitions(tools...); err != nil {
		return nil, err
	}
	r := &Runner{ctx: ctx, sender: sender, asker: asker, results: map[*call]chan struct{}{}}
	m := &r.machine
	if o != nil {
		m.options = *o
	}
	if m.options.Parallel <= 0 {
		m.options.Parallel = 16
	}
	if m.options.MaxOutput <= 0 {
		m.options.MaxOutput = 256 << 10
	}
	m.options.ApproveTimeout = orDefault(m.options.ApproveTimeout, 30*time.Second)
	m.prefix = "tl" + strings.ToLower(rand.Text()[:8])
	m.tools = make(map[string]*Tool, len(tools))
	for i := range tools {
		t := tools[i]
		m.tools[t.name] = &t
	}
	r.timer = time.AfterFunc(time.Hour, r.tick)
	r.timer.Stop()
	return r, nil
}

// HandleEvent handles an event of the session. Call it in the order of the events. The error is the
// first one of the sender.
func (r *Runner) HandleEvent(ctx context.Context, event voicelive.ServerEvent) error {
	return r.do(func(now time.Time) { r.machine.handle(now, event) })
}

// Calls returns the calls that are not confirmed or refused, in the order of their announcement.
func (r *Runner) Calls() (calls []Call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, g := range r.machine.groups {
		for _, c := range g.calls {
			if c.Outcome != Confirmed && c.Outcome != Refused {
				calls = append(calls, c.Call)
			}
		}
	}
	return calls
}

// A CarriedCall is a call whose output did not reach the conversation before the session ended,
// or a background call whose result did not.
type CarriedCall struct {
	Call
	Done   <-chan struct{} // closed when the function has returned, or was given up after its Timeout
	runner *Runner
	call   *call
}

// Result returns the output for the model, once Done is closed. Err is the reason if there is no
// output of the function.
func (c *CarriedCall) Result() (output string, err error) {
	c.runner.mu.Lock()
	defer c.runner.mu.Unlock()
	if c.call.result != "" {
		return c.call.result, c.call.Err
	}
	return c.call.Output, c.call.Err
}

// Directive returns the NoReply, EndCall, HandOff or Transfer that the function returned, once Done is closed, or
// nil. RunnerOptions.Directive may have been told of it.
func (c *CarriedCall) Directive() any {
	c.runner.mu.Lock()
	defer c.runner.mu.Unlock()
	return c.call.directed
}

// Busy reports whether calls are on their way, of functions or of MCP servers: announced, running, with
// an output that is not confirmed, or with a result for which no response was asked yet.
func (r *Runner) Busy() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.machine.groups)+len(r.machine.results) > 0
}

// End ends the session of the Runner. MCP calls that wait for an approval are denied, and the response to results of
// Background calls that have been sent is asked for; nothing follows. End returns the calls that are carried to a later
// session; their functions go on, for their Timeout at most.
func (r *Runner) End() (carried []*CarriedCall) {
	_ = r.do(func(time.Time) {
		for _, c := range r.machine.close() {
			done := r.results[c]
			if done == nil { // there is a result, or it did not run
				done = make(chan struct{})
				close(done)
			}
			carried = append(carried, &CarriedCall{Call: c.Call, Done: done, runner: r, call: c})
		}
	}) // the session has ended: its errors are known
	return carried
}

func (r *Runner) tick() {
	_ = r.do(func(now time.Time) {
		r.armed = time.Time{}
		r.machine.tick(now)
	}) // the next event tells the error
}

// do lets the machine make a step, and carries out what follows from it.
func (r *Runner) do(step func(now time.Time)) error {
	calls, err := r.step(step)
	for _, call := range calls {
		call()
	}
	return err
}

// step returns what is to be done without the lock.
func (r *Runner) step(step func(now time.Time)) (calls []func(), err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := &r.machine
	step(time.Now())
	for m.pump(); len(m.out) > 0; m.pump() {
		out := m.out
		m.out = nil
		for _, a := range out {
			if call := r.perform(a); call != nil {
				calls = append(calls, call)
			}
		}
	}
	// The timer may fire too early, since deadlines move with each event, but never too late.
	if wake := m.wake(); !wake.IsZero() && (r.armed.IsZero() || wake.Before(r.armed)) {
		r.armed = wake
		r.timer.Reset(time.Until(wake))
	}
	return calls, r.err
}

// perform carries out an action, or returns the call that does.
func (r *Runner) perform(a action) func() {
	switch {
	case a.run != nil:
		r.run(a.run)
	case a.cancel != nil:
		a.cancel.cancel()
		r.ended(a.cancel)
	case a.approve != nil:
		r.approve(a.approve)
	case a.settled != nil:
		if a.settled.cancel != nil {
			a.settled.cancel()
		}
	case a.event != nil:
		if err := r.sender.Send(r.ctx, a.event); err != nil {
			if r.err == nil {
				r.err = err
			}
			if a.sends != nil {
				r.machine.sendFailed(a.sends, err)
			}
		}
	case a.ask:
		return func() { r.asker.RequestResponse(a.items...) }
	}
	return a.tell
}

// run calls a function in a goroutine of its own. The caller has r.mu.
func (r *Runner) run(c *call) {
	ctx, cancel := context.WithDeadline(r.ctx, c.deadline)
	c.cancel = cancel
	r.results[c] = make(chan struct{})
	tool, arguments, told := c.tool, json.RawMessage(c.Arguments), c.Call
	go func() {
		defer cancel()
		result, err := any(nil), errPanic // of a function that ends its goroutine
		defer func() {
			_ = r.do(func(now time.Time) {
				r.machine.returned(now, c, result, err)
				r.ended(c)
			}) // the next event tells the error
		}()
		if began := r.machine.options.Began; began != nil {
			ctx = began(ctx, told)
		}
		result, err = r.call(ctx, tool, told, arguments)
	}()
}

// ended tells that a function has returned, or was given up. The caller has r.mu.
func (r *Runner) ended(c *call) {
	if done := r.results[c]; done != nil {
		delete(r.results, c)
		close(done)
	}
}

// call calls a function, and makes an error of a panic.
func (r *Runner) call(ctx context.Context, tool *Tool, told Call, arguments json.RawMessage) (result any, err error) {
	defer func() {
		if value := recover(); value != nil {
			result, err = nil, errPanic
			if r.machine.options.Panic != nil {
				r.machine.options.Panic(told, value)
			}
		}
	}()
	return tool.call(ctx, arguments)
}

// approve asks the application in a goroutine of its own. The caller has r.mu.
func (r *Runner) approve(c *mcpCall) {
	ctx, cancel := context.WithDeadline(r.ctx, c.deadline)
	c.cancel = cancel
	told := c.MCPCall
	go func() {
		defer cancel()
		approved := r.decide(ctx, told)
		_ = r.do(func(now time.Time) { r.machine.decided(now, c, approved) }) // the next event tells the error
	}()
}

// decide asks the application. One that panics has not approved.
func (r *Runner) decide(ctx context.Context, told MCPCall) (approved bool) {
	defer func() {
		if value := recover(); value != nil {
			approved = false
			if r.machine.options.Panic != nil {
				r.machine.options.Panic(Call{Name: told.Name, Arguments: told.Arguments}, value)
			}
		}
	}()
	return r.machine.options.Approve(ctx, told)
}
