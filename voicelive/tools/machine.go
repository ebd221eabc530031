package tools

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/internal/samejson"
)

// A machine is the state of a Runner. It is fed events, results and times, and appends what is to
// be done to out.
type machine struct {
	tools   map[string]*Tool
	options RunnerOptions
	prefix  string // of ids

	current  string    // the response of the conversation that was created last
	ignored  []string  // responses that are out of band
	groups   []*group  // that are not over, in their order
	seen     []string  // call_ids, the latest
	listings []listing // of the tools of MCP servers, the latest
	waiting  []*call   // to run
	results  []string  // items of background calls, for which no response was asked yet
	due      time.Time // when it is
	running  int       // functions that have not returned
	keys     int
	closed   bool
	carried  []*call // to a later session, once closed

	out []action
}

// An action is one thing for the driver to do.
type action struct {
	run     *call
	event   voicelive.ClientEvent
	sends   *call // whose output event is
	approve *mcpCall
	settled *mcpCall // whose approval is decided
	cancel  *call
	ask     bool
	items   []string // that ask names
	tell    func()
}

// remembered bounds what is kept of ids.
const remembered = 512

func remember[T any](all []T, one T) []T {
	if len(all) == remembered {
		all = slices.Delete(all, 0, 1)
	}
	return append(all, one)
}

func (m *machine) handle(now time.Time, event voicelive.ServerEvent) {
	if m.closed {
		return
	}
	switch e := event.(type) {
	case *voicelive.ServerEventResponseCreated:
		m.created(&e.Response)
	case *voicelive.ServerEventResponseOutputItemAdded:
		m.item(now, e.ResponseID, e.Item, false)
	case *voicelive.ServerEventResponseOutputItemDone:
		m.item(now, e.ResponseID, e.Item, true)
	case *voicelive.ServerEventResponseFunctionCallArgumentsDelta:
		m.heard(now, e.ResponseID)
	case *voicelive.ServerEventResponseAudioDelta:
		m.heard(now, e.ResponseID)
	case *voicelive.ServerEventResponseAudioTranscriptDelta:
		m.heard(now, e.ResponseID)
	case *voicelive.ServerEventResponseTextDelta:
		m.heard(now, e.ResponseID)
	case *voicelive.ServerEventResponseFunctionCallArgumentsDone:
		if c := m.announce(now, e.ResponseID, e.CallID, e.ItemID, e.Name); c != nil {
			c.Arguments = e.Arguments
			if m.options.Sideband {
				c.complete, c.group.done, c.group.replies = true, true, true
				m.start(now, c)
			}
		}
	case *voicelive.ServerEventResponseDone:
		m.done(now, &e.Response)
	case *voicelive.ServerEventConversationItemCreated:
		m.itemCreated(now, e.Item)
	case *voicelive.ServerEventInputAudioBufferSpeechStarted:
		m.interrupted(now)
	case *voicelive.ServerEventResponseMCPCallInProgress:
		m.mcpStarted(now, e.ItemID)
	case *voicelive.ServerEventResponseMCPCallCompleted:
		m.mcpEnded(e.ItemID, nil)
	case *voicelive.ServerEventResponseMCPCallFailed:
		m.mcpEnded(e.ItemID, errMCPFailed)
	case *voicelive.ServerEventMCPListToolsFailed:
		m.listingFailed(e.ItemID)
	case *voicelive.ServerEventError:
		m.refused(e)
	}
}

func (m *machine) created(r *voicelive.Response) {
	id := deref(r.ID)
	if r.OutOfBand() {
		m.ignored = remember(m.ignored, id)
		return
	}
	m.current = id
}

// item takes an item of a response.
func (m *machine) item(now time.Time, response string, item voicelive.ResponseItem, done bool) {
	switch item := item.(type) {
	case *voicelive.ResponseFunctionCallItem:
		c := m.announce(now, response, item.CallID, deref(item.ID), item.Name)
		if c == nil || !done {
			return
		}
		if item.Arguments != "" || c.Arguments == "" {
			c.Arguments = item.Arguments
		}
		c.complete = item.Status == voicelive.ResponseItemStatusCompleted
		if t := m.tools[c.Name]; c.complete && t != nil && t.options.Early {
			m.start(now, c)
		}
	case *voicelive.ResponseMCPCallItem:
		m.mcpItem(now, response, item)
	case *voicelive.ResponseMCPApprovalRequestItem:
		m.approvalRequest(now, response, item)
	}
}

// announce returns the call with an id, which may be new. It returns nil for one that does not
// concern this conversation, or has ended.
func (m *machine) announce(now time.Time, response, id, item, name string) *call {
	if id == "" || slices.Contains(m.ignored, response) {
		return nil
	}
	for _, g := range m.groups {
		for _, c := range g.calls {
			if c.ID == id {
				g.heard = now
				if name != "" {
					c.Name = name
				}
				return c
			}
		}
	}
	if slices.Contains(m.seen, id) {
		return nil
	}
	m.seen = remember(m.seen, id)
	g := m.group(now, response)
	c := &call{Call: Call{ID: id, ItemID: item, ResponseID: response, Name: name, Outcome: Announced}, group: g}
	g.calls = append(g.calls, c)
	return c
}

func (m *machine) find(response string) *group {
	for _, g := range slices.Backward(m.groups) {
		if g.response == response {
			return g
		}
	}
	return nil
}

// heard notes that a response goes on.
func (m *machine) heard(now time.Time, response string) {
	if g := m.find(response); g != nil {
		g.heard = now
	}
}

func (m *machine) group(now time.Time, response string) *group {
	g := m.find(response)
	if g == nil || g.asked && m.options.Sideband { // the response had another call
		g = &group{response: response}
		m.groups = append(m.groups, g)
	}
	g.heard = now
	return g
}

// done decides which calls of a response run.
func (m *machine) done(now time.Time, r *voicelive.Response) {
	id := deref(r.ID)
	if !slices.Contains(m.ignored, id) {
		for _, item := range r.Output {
			m.item(now, id, item, true)
		}
	}
	if g := m.find(id); g != nil && !g.done {
		m.end(now, g, r.Status)
	}
}

// end ends the response of a group.
func (m *machine) end(now time.Time, g *group, status voicelive.ResponseStatus) {
	g.done, g.heard = true, now
	runs := status == voicelive.ResponseStatusCompleted || status == voicelive.ResponseStatusIncomplete
	g.replies = runs
	for _, c := range g.calls {
		switch {
		case c.Ran || c.ended:
		case c.Outcome == Running && !runs: // an Early one that waits
			m.stop(now, c, errInterrupted)
		case c.Outcome == Running:
		case !runs:
			m.output(c, "", errInterrupted)
		case !c.complete:
			m.output(c, "", errIncomplete)
		default:
			m.start(now, c)
		}
	}
	if !runs {
		m.abandonMCP(g)
	}
}

// start lets a call run, or gives it an output that says why it does not.
func (m *machine) start(now time.Time, c *call) {
	if c.Outcome != Announced || c.ended {
		return
	}
	t := m.tools[c.Name]
	if t == nil {
		m.output(c, "", fmt.Errorf("there is no function %q", c.Name))
		return
	}
	c.tool = t
	if strings.TrimSpace(c.Arguments) == "" {
		c.Arguments = "{}" // some models write nothing for a function without arguments
	}
	for _, other := range m.alike(c) {
		switch t.options.Duplicates {
		case RejectDuplicates:
			m.output(c, "", errDuplicate)
			return
		case ReplaceDuplicates:
			m.stop(now, other, errReplaced)
		}
	}
	c.Outcome = Running
	c.deadline = now.Add(orDefault(t.options.Timeout, defaultTimeout)) // of the wait; that of the function follows it
	c.filler = now.Add(orDefault(t.options.FillerAfter, defaultFiller))
	m.waiting = append(m.waiting, c)
	m.next(now)
}

// next starts the calls that there is room for.
func (m *machine) next(now time.Time) {
	for len(m.waiting) > 0 && m.running < m.options.Parallel {
		c := m.waiting[0]
		m.waiting = m.waiting[1:]
		m.running++
		c.running, c.Ran, c.started = true, true, now
		c.deadline = now.Add(orDefault(c.tool.options.Timeout, defaultTimeout))
		m.out = append(m.out, action{run: c})
		if c.tool.options.Background {
			m.output(c, backgroundText, nil)
		}
	}
}

// alike returns the calls of the same function with the same arguments that run.
func (m *machine) alike(c *call) (others []*call) {
	if c.tool.options.Duplicates == "" || c.tool.options.Duplicates == AllowDuplicates {
		return nil
	}
	for _, g := range m.groups {
		for _, other := range g.calls {
			if other != c && other.Name == c.Name && (other.running || other.Outcome == Running) && samejson.Same(other.Arguments, c.Arguments) {
				others = append(others, other)
			}
		}
	}
	return others
}

// returned takes the result of a function, which may have been given up.
func (m *machine) returned(now time.Time, c *call, result any, err error) {
	m.running--
	if c.running {
		m.result(now, c, result, err)
	}
	if !m.closed {
		m.next(now)
	}
}

// result ends a function that ran.
func (m *machine) result(now time.Time, c *call, result any, err error) {
	c.running = false
	c.Duration = now.Sub(c.started)
	var output string
	if err == nil {
		var value any
		value, c.directed = unwrap(result)
		_, c.silent = result.(NoReply)
		if output, err = text(value); err == nil && len(output) > m.options.MaxOutput {
			err = fmt.Errorf("the output has %d bytes, more than %d", len(output), m.options.MaxOutput)
		}
	}
	if !c.ended {
		m.output(c, output, err)
		return
	}
	// A background call, which got its output when it began.
	if c.Err = err; err != nil {
		output = errorText(err)
	}
	c.result = output
	m.deliver(now, c)
}

// output gives a call its output.
func (m *machine) output(c *call, output string, err error) {
	if err != nil {
		output = errorText(err)
	}
	c.ended, c.Output, c.Err = true, output, err
}

// deliver sends the result of a background call as a message of the system.
func (m *machine) deliver(now time.Time, c *call) {
	c.delivered = true
	if m.closed {
		return
	}
	id, event := m.key("bg"), m.key("ev")
	c.resultItem, c.resultEvent, c.resultDue = id, event, now.Add(resultLimit)
	if m.options.Sideband {
		c.resultDue = now.Add(sidebandLimit)
	}
	message := fmt.Sprintf("The function %s, which was called with %s, has ended. Its output: %s", c.Name, c.Arguments, c.result)
	m.out = append(m.out, action{event: &voicelive.ClientEventConversationItemCreate{
		EventID: &event,
		Item:    &voicelive.SystemMessageItem{ID: &id, Content: []voicelive.MessageContentPart{&voicelive.InputTextContentPart{Text: message}}},
	}})
	m.direct(c)
	if c.silent {
		return
	}
	if len(m.results) == 0 {
		m.due = now.Add(resultsTogether)
	}
	m.results = append(m.results, id)
}

// resultsTogether is how long the request for a response to a result waits for others, so that the user does not hear
// of each in a response of its own.
const resultsTogether = 300 * time.Millisecond

// resultLimit is how long the service may take to confirm or refuse a result. Then it counts as told, so that one
// confirmation that is missing does not keep the Runner busy for ever.
const resultLimit = time.Minute

// stop gives up a function that runs or waits to run.
func (m *machine) stop(now time.Time, c *call, err error) {
	if c.running {
		c.running = false
		m.out = append(m.out, action{cancel: c})
	}
	m.waiting = slices.DeleteFunc(m.waiting, func(other *call) bool { return other == c })
	if !c.ended {
		m.output(c, "", err)
	} else if c.background() && !c.delivered {
		c.Err, c.result = err, errorText(err)
		m.deliver(now, c)
	}
}

// interrupted cancels the functions whose tools ask for it.
func (m *machine) interrupted(now time.Time) {
	for _, g := range m.groups {
		for _, c := range g.calls {
			if c.tool != nil && c.tool.options.CancelOnInterruption && (c.running || c.Outcome == Running && !c.ended) {
				m.stop(now, c, errCancelled)
			}
		}
	}
}

// pump sends what can be sent: outputs of responses that are done, and one request for each group.
func (m *machine) pump() {
	if m.closed {
		return
	}
	for _, g := range m.groups {
		if !g.done {
			continue
		}
		for _, c := range g.calls {
			if c.ended && !c.written {
				m.write(c)
			}
		}
		if !g.asked && g.settled() {
			m.ask(g)
		}
	}
	m.groups = slices.DeleteFunc(m.groups, (*group).over)
}

// write sends the output of a call.
func (m *machine) write(c *call) {
	c.written, c.Outcome = true, Written
	c.eventID, c.outputID = m.key("ev"), m.key("out")
	m.out = append(m.out, action{sends: c, event: &voicelive.ClientEventConversationItemCreate{
		EventID: &c.eventID,
		Item:    &voicelive.FunctionCallOutputItem{ID: &c.outputID, CallID: c.ID, Output: c.Output},
	}})
	if !c.background() {
		m.direct(c)
	}
}

// direct tells the directive that a function returned.
func (m *machine) direct(c *call) {
	if c.directed != nil && m.options.Directive != nil {
		told, directive := c.Call, c.directed
		m.out = append(m.out, action{tell: func() { m.options.Directive(told, directive) }})
	}
}

// ask asks for the response to a group, unless all of its calls want none.
func (m *machine) ask(g *group) {
	g.asked = true
	if g.filler != nil {
		m.out = append(m.out, action{tell: g.filler.end})
	}
	wanted := len(g.mcp) > 0
	var items []string
	for _, c := range g.calls {
		wanted = wanted || !c.silent
		if c.outputID != "" {
			items = append(items, c.outputID)
		}
	}
	replies := g.replies
	for _, c := range g.mcp {
		replies = replies || c.Approved && c.Err == nil // after the interruption: nobody else asks for its result
	}
	if replies && wanted {
		m.request(items...)
	}
}

// request asks for a response to items, and to the results that wait.
func (m *machine) request(items ...string) {
	m.out = append(m.out, action{ask: true, items: append(items, m.results...)})
	m.results = nil
}

func (m *machine) itemCreated(now time.Time, item voicelive.ResponseItem) {
	switch item := item.(type) {
	case *voicelive.ResponseMessageItem:
		id := deref(item.ID)
		if c := m.callOf(func(c *call) bool { return c.resultItem == id }); c != nil && id != "" {
			c.resultTold()
		}
	case *voicelive.ResponseFunctionCallOutputItem:
		if c := m.callOf(func(c *call) bool { return c.ID == item.CallID }); c != nil {
			c.outputID = cmp.Or(c.outputID, deref(item.ID))
			m.confirm(now, c)
		}
	case *voicelive.ResponseMCPCallItem:
		m.mcpItem(now, m.current, item)
	case *voicelive.ResponseMCPApprovalRequestItem:
		m.approvalRequest(now, m.current, item)
	case *voicelive.ResponseMCPListToolItem:
		m.listings = remember(m.listings, listing{deref(item.ID), item.ServerLabel})
	}
}

// confirm ends a call whose output is in the conversation. If the application sent it, ours is not
// sent any more.
func (m *machine) confirm(now time.Time, c *call) {
	if c.Outcome == Refused {
		return
	}
	c.written = true
	if !c.ended {
		c.ended = true
		m.stop(now, c, nil)
	}
	m.settle(c, Confirmed)
}

func (m *machine) refused(e *voicelive.ServerEventError) {
	id := deref(e.Error.EventID)
	if id == "" {
		return
	}
	if c := m.callOf(func(c *call) bool { return c.eventID == id && c.Outcome == Written }); c != nil {
		c.Err = voicelive.NewServiceError(e)
		m.settle(c, Refused)
	}
	if c := m.callOf(func(c *call) bool { return c.resultEvent == id }); c != nil {
		c.resultTold() // another session would refuse it, too
	}
}

func (m *machine) callOf(is func(*call) bool) *call {
	for _, g := range m.groups {
		if i := slices.IndexFunc(g.calls, is); i >= 0 {
			return g.calls[i]
		}
	}
	return nil
}

// settle gives a call its final outcome.
func (m *machine) settle(c *call, o Outcome) {
	if c.Outcome == o {
		return
	}
	c.Outcome = o
	if m.options.Ended != nil {
		told := c.Call
		m.out = append(m.out, action{tell: func() { m.options.Ended(told) }})
	}
}

// sendFailed takes an output back that did not get onto the wire; its call will be carried.
func (m *machine) sendFailed(c *call, err error) { c.Err = errors.Join(c.Err, err) }

// tick gives up what takes too long.
func (m *machine) tick(now time.Time) {
	if m.closed {
		for _, c := range m.carried {
			if c.running && !now.Before(c.deadline) {
				m.timeOut(now, c)
			}
		}
		return
	}
	if len(m.results) > 0 && !now.Before(m.due) {
		m.request()
	}
	for _, g := range m.groups {
		for _, c := range g.calls {
			switch {
			case now.Before(c.deadline):
			case c.running:
				m.timeOut(now, c)
			case c.waits():
				m.stop(now, c, errBusy)
			}
			if m.fills(c) && !now.Before(c.filler) {
				m.fill(c)
			}
			if due := m.silence(c); !due.IsZero() && !now.Before(due) {
				m.settle(c, Confirmed)
			}
			if c.resultItem != "" && !now.Before(c.resultDue) {
				c.resultTold()
			}
		}
		if !g.done && !now.Before(g.heard.Add(doneLimit)) {
			m.end(now, g, voicelive.ResponseStatusCompleted) // response.done was lost
		}
		for _, c := range g.mcp {
			m.tickMCP(now, c)
		}
	}
}

// timeOut gives up a function that runs.
func (m *machine) timeOut(now time.Time, c *call) {
	c.Duration = now.Sub(c.started)
	m.stop(now, c, errTimeout)
}

// silence returns when an output counts as confirmed although nothing was heard of it; zero if it does not.
func (m *machine) silence(c *call) (due time.Time) {
	if !m.options.Sideband || c.Outcome != Written {
		return due
	}
	if due = c.group.heard; c.Ran && due.Before(c.started.Add(c.Duration)) {
		due = c.started.Add(c.Duration)
	}
	return due.Add(sidebandLimit)
}

// sidebandLimit is how long the service may take to refuse an output.
const sidebandLimit = 5 * time.Second

// doneLimit is how long nothing may be heard of a response with calls.
const doneLimit = 30 * time.Second

// fills reports whether the user waits for a call that has a filler.
func (m *machine) fills(c *call) bool {
	return c.group.filler == nil && m.options.Say != nil && c.tool != nil && c.tool.options.Filler != "" && c.Outcome == Running && !c.ended
}

// fill says a filler, once for a group.
func (m *machine) fill(c *call) {
	f, sentence := &filler{}, c.tool.options.Filler
	c.group.filler = f
	m.out = append(m.out, action{tell: func() { f.say(m.options.Say, sentence) }})
}

// wake returns when tick must be called next; zero if it need not.
func (m *machine) wake() (wake time.Time) {
	earliest := func(t time.Time) {
		if wake.IsZero() || t.Before(wake) {
			wake = t
		}
	}
	if m.closed {
		for _, c := range m.carried {
			if c.running {
				earliest(c.deadline)
			}
		}
		return wake
	}
	if len(m.results) > 0 {
		earliest(m.due)
	}
	for _, g := range m.groups {
		for _, c := range g.calls {
			if c.running || c.waits() {
				earliest(c.deadline)
			}
			if m.fills(c) {
				earliest(c.filler)
			}
			if due := m.silence(c); !due.IsZero() {
				earliest(due)
			}
			if c.resultItem != "" {
				earliest(c.resultDue)
			}
		}
		if !g.done {
			earliest(g.heard.Add(doneLimit))
		}
		for _, c := range g.mcp {
			if !c.over() && !c.deadline.IsZero() {
				earliest(c.deadline)
			}
		}
	}
	return wake
}

// returning is how long a carried function may take to return after its context has ended. One that returns by then tells
// its own error.
const returning = time.Second

// close ends the session. It returns the calls that go on.
func (m *machine) close() (carried []*call) {
	if m.closed {
		return nil
	}
	for _, g := range m.groups {
		for _, c := range g.mcp {
			m.endMCP(c, ErrEnded)
			m.decided(time.Time{}, c, false)
		}
	}
	m.closed = true
	for _, g := range m.groups {
		for _, c := range g.calls {
			switch {
			case c.Outcome != Confirmed && c.Outcome != Refused:
				if !c.Ran && !c.ended {
					m.output(c, "", errInterrupted)
					m.waiting = slices.DeleteFunc(m.waiting, func(other *call) bool { return other == c })
				}
				m.settle(c, Carried)
				carried = append(carried, c)
			case !c.toldAll():
				carried = append(carried, c)
			}
		}
	}
	m.results = slices.DeleteFunc(m.results, func(item string) bool { // those that are told again
		return slices.ContainsFunc(carried, func(c *call) bool { return c.resultItem == item })
	})
	if len(m.results) > 0 {
		m.request() // the asker may ask the next session
	}
	for _, c := range carried {
		c.deadline = c.deadline.Add(returning)
	}
	m.carried = carried
	return carried
}

// key returns a new id. Ids of items have 32 characters at most.
func (m *machine) key(kind string) string {
	m.keys++
	return m.prefix + kind + strconv.Itoa(m.keys)
}

func orDefault(d, value time.Duration) time.Duration {
	if d <= 0 {
		return value
	}
	return d
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
