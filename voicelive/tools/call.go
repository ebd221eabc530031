package tools

import (
	"context"
	"sync"
	"time"
)

// An Outcome is the state of a call.
type Outcome string

// The outcomes. Exactly one of the last three ends each call.
const (
	Announced Outcome = "announced" // the model is writing it, or it waits for the end of its response
	Running   Outcome = "running"   // its function runs, or waits to run
	Written   Outcome = "written"   // its output was sent, and is neither confirmed nor refused

	Confirmed Outcome = "confirmed" // its output is part of the conversation
	Refused   Outcome = "refused"   // the service refused its output
	Carried   Outcome = "carried"   // the session ended before; see Runner.End
)

// A Call is a call of a function by the model.
type Call struct {
	ID         string // call_id
	ItemID     string // of the function_call item
	ResponseID string
	Name       string
	Arguments  string // as the model wrote them; incomplete if the response was interrupted

	Outcome  Outcome
	Output   string        // the output for the model; empty before there is one
	Err      error         // why there is no output of the function; for a Refused call, the error of the service
	Ran      bool          // the function was called
	Duration time.Duration // that the function took
}

// A call is a Call on its way.
type call struct {
	Call
	tool  *Tool
	group *group

	complete bool // its item is
	started  time.Time
	deadline time.Time // of the function, or of the wait for it
	filler   time.Time // when the Filler is due
	cancel   context.CancelFunc
	running  bool // the function has been started, and its result counts
	ended    bool // there is an output
	silent   bool // the function returned NoReply
	written  bool
	directed any // the directive that the function returned

	eventID, outputID string // of the output

	// Of a background call.
	result                  string
	delivered               bool   // the result was sent, or there will be none
	resultEvent, resultItem string // of a result that the service has neither confirmed nor refused
	resultDue               time.Time
}

// background reports whether the output only says that the function runs.
func (c *call) background() bool { return c.tool != nil && c.tool.options.Background && c.Ran }

// toldAll reports whether nothing follows the output: a background call has a result, too.
func (c *call) toldAll() bool { return !c.background() || c.delivered && c.resultItem == "" }

// resultTold notes that the conversation has the result, or will not get it.
func (c *call) resultTold() { c.resultItem, c.resultEvent = "", "" }

// waits reports whether the function is to run as soon as there is room.
func (c *call) waits() bool { return c.Outcome == Running && !c.Ran && !c.ended }

// A group are the calls of one response. When all have ended, one response is asked for.
type group struct {
	response string
	calls    []*call
	mcp      []*mcpCall
	done     bool // response.done came
	replies  bool // a response is to follow
	asked    bool
	heard    time.Time // when something was last heard of the response
	filler   *filler
}

// A filler is a sentence that is said while the user waits. Say is called without the lock of the
// Runner, so that the group may end meanwhile.
type filler struct {
	mu       sync.Mutex
	over     bool
	withdraw func()
}

func (f *filler) say(say func(string) func(), sentence string) {
	withdraw := say(sentence)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.withdraw = withdraw; f.over && withdraw != nil {
		withdraw()
	}
}

// end withdraws the sentence if it is not said yet.
func (f *filler) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.over = true; f.withdraw != nil {
		f.withdraw()
	}
}

// settled reports whether every call has an output that is written, and every MCP call has ended.
func (g *group) settled() bool {
	for _, c := range g.calls {
		if !c.written {
			return false
		}
	}
	for _, c := range g.mcp {
		if !c.over() {
			return false
		}
	}
	return g.done
}

// over reports whether nothing remains to be done.
func (g *group) over() bool {
	for _, c := range g.calls {
		if c.Outcome != Confirmed && c.Outcome != Refused || !c.toldAll() {
			return false
		}
	}
	return g.asked
}
