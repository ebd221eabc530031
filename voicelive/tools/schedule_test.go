package tools

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/race"
	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/internal/timeline"
)

var (
	schedules = flag.Int("schedules", race.Rounds(10_000), "the number of random schedules")
	first     = flag.Uint64("first", 1, "the seed of the first schedule")
	verbose   = flag.Bool("log", false, "print what happens in each schedule")
)

// TestSchedules lets a model call functions at random, which return, fail and hang at random, and is
// interrupted at random, in sessions that end at random. Each call must end as exactly one of
// confirmed, refused and carried.
func TestSchedules(t *testing.T) {
	const shards = 2
	for shard := range uint64(shards) {
		t.Run(fmt.Sprint(shard), func(t *testing.T) {
			t.Parallel()
			sum := map[Outcome]int{}
			for i := shard; i < uint64(*schedules); i += shards {
				seed := *first + i
				w := newWorld(seed)
				w.run()
				if len(w.faults) > 0 {
					t.Fatalf("seed %d:\n%s\nreplay it with: go test ./voicelive/tools -run '^TestSchedules$' -schedules 1 -log -first %d",
						seed, strings.Join(w.faults, "\n"), seed)
				}
				for _, c := range w.calls {
					sum[c.outcome]++
				}
			}
			for _, o := range []Outcome{Confirmed, Refused, Carried} {
				if sum[o] == 0 && *schedules >= 1000 {
					t.Errorf("no call was %s: the schedules do not reach it", o)
				}
			}
			t.Logf("calls: %v", sum)
		})
	}
}

type world struct {
	timeline.Timeline
	rnd     *rand.Rand
	machine machine
	faults  []string
	ended   bool

	latency time.Duration
	takes   bool // the service takes outputs of calls of interrupted responses
	ids     int

	calls     map[string]*fact
	responses map[string]*fakeResponse
	approvals map[string]int        // decisions
	asks      map[string]int        // by the output that they name
	results   map[string]sentResult // by item; those that are neither confirmed nor refused
	running   int
}

// A sentResult is that of a background call.
type sentResult struct {
	event string
	at    time.Time
}

// A fact is what is true of a call.
type fact struct {
	id, name  string
	response  string
	complete  bool
	outOfBand bool
	runs      int
	outputs   int
	told      int
	outcome   Outcome
}

// A fakeResponse is a response of the service.
type fakeResponse struct {
	status    voicelive.ResponseStatus
	doneAtUs  bool // response.done has arrived
	outOfBand bool
}

func newWorld(seed uint64) *world {
	rnd := rand.New(rand.NewPCG(seed, 0x7001))
	w := &world{rnd: rnd, latency: time.Duration(rnd.IntN(80)) * time.Millisecond, takes: rnd.IntN(2) == 0,
		calls: map[string]*fact{}, responses: map[string]*fakeResponse{}, approvals: map[string]int{}, asks: map[string]int{}, results: map[string]sentResult{}}
	m := &w.machine
	m.options = RunnerOptions{Parallel: 1 + rnd.IntN(3), MaxOutput: 100, ApproveTimeout: time.Second,
		Ended: func(c Call) { w.told(c) }, Approve: nil}
	if rnd.IntN(3) > 0 {
		m.options.Approve = func(context.Context, MCPCall) bool { return false } // the world decides in its own time
	}
	m.tools = map[string]*Tool{}
	for name, o := range map[string]Options{
		"plain": {Timeout: 2 * time.Second}, "early": {Early: true, Timeout: 2 * time.Second},
		"cancelled": {CancelOnInterruption: true}, "background": {Background: true},
		"single": {Duplicates: RejectDuplicates}, "latest": {Duplicates: ReplaceDuplicates},
	} {
		m.tools[name] = &Tool{name: name, options: o}
	}
	for range 1 + rnd.IntN(3) {
		w.After(w.random(4000), w.respond)
	}
	for range rnd.IntN(2) {
		w.After(w.random(4000), func() { w.send(&voicelive.ServerEventInputAudioBufferSpeechStarted{}) })
	}
	if rnd.IntN(3) == 0 {
		w.After(w.random(5000), w.end)
	}
	return w
}

func (w *world) random(ms int) time.Duration {
	return time.Duration(w.rnd.IntN(ms)+1) * time.Millisecond
}

func (w *world) fault(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf("at %v: ", w.Since())+fmt.Sprintf(format, args...))
}

func (w *world) log(format string, args ...any) {
	if *verbose {
		fmt.Printf("%8v  %s\n", w.Since(), fmt.Sprintf(format, args...))
	}
}

func (w *world) run() {
	for range 100_000 {
		wake := w.machine.wake()
		switch {
		case len(w.faults) > 0:
			return
		case w.Before(wake) || w.machine.closed && w.Before(time.Time{}):
			w.Next()
		case !wake.IsZero() && !w.machine.closed:
			w.Reach(wake)
			w.step(func() { w.machine.tick(w.Now()) })
		default:
			if !w.ended && len(w.machine.groups) > 0 {
				w.fault("%d responses are remembered for ever", len(w.machine.groups))
			}
			w.end()
			w.check()
			return
		}
	}
	w.fault("the runner is never at rest")
}

// end ends the session.
func (w *world) end() {
	if w.ended {
		return
	}
	w.log("the session ends")
	if slices.ContainsFunc(w.machine.groups, func(g *group) bool { return g.done && !g.asked && g.settled() }) {
		w.fault("a response was not asked for")
	}
	asked, again := maps.Clone(w.asks), []string(nil)
	w.step(func() {
		for _, c := range w.machine.close() {
			if c.resultItem != "" {
				again = append(again, c.resultItem)
			}
		}
	})
	for item, sent := range w.results {
		if !slices.Contains(again, item) && w.Now().Sub(sent.at) < resultLimit {
			w.fault("the result %s is lost", item)
		}
	}
	for _, item := range again {
		if _, ok := w.results[item]; !ok || w.asks[item] > asked[item] {
			w.fault("the result %s is told again, although the conversation has it or a response to it is asked for", item)
		}
	}
	w.ended = true
}

func (w *world) step(do func()) {
	do()
	for w.machine.pump(); len(w.machine.out) > 0; w.machine.pump() {
		out := w.machine.out
		w.machine.out = nil
		for _, a := range out {
			w.perform(a)
		}
	}
}

func (w *world) perform(a action) {
	switch {
	case a.run != nil:
		w.start(a.run)
	case a.approve != nil:
		if w.rnd.IntN(3) > 0 { // or nobody decides
			approved := w.rnd.IntN(2) == 0
			w.After(w.random(1500), func() { w.step(func() { w.machine.decided(w.Now(), a.approve, approved) }) })
		}
	case a.event != nil:
		w.receive(a.event)
	case a.ask:
		for _, item := range a.items {
			if w.asks[item]++; w.asks[item] > 1 {
				w.fault("a response to %s is asked for twice", item)
			}
		}
		w.log("asks for a response to %v", a.items)
	case a.tell != nil:
		a.tell()
	}
}

// start is the application's side of a call.
func (w *world) start(c *call) {
	w.running++
	if w.running > w.machine.options.Parallel {
		w.fault("%d functions run, more than %d", w.running, w.machine.options.Parallel)
	}
	f := w.calls[c.ID]
	f.runs++
	r := w.responses[f.response]
	early := c.Name == "early"
	if !early && (!r.doneAtUs || r.status != voicelive.ResponseStatusCompleted && r.status != voicelive.ResponseStatusIncomplete) {
		w.fault("%s runs in a response that is %s", c.ID, r.status)
	}
	if !f.complete {
		w.fault("%s runs although it is incomplete", c.ID)
	}
	w.log("%s %s runs", c.Name, c.ID)
	d := w.random(800)
	if w.rnd.IntN(10) == 0 {
		d = time.Hour // it hangs, and ignores its context
	}
	w.After(d, func() {
		w.running--
		w.step(func() {
			switch w.rnd.IntN(5) {
			case 0:
				w.machine.returned(w.Now(), c, nil, errors.New("no"))
			case 1:
				w.machine.returned(w.Now(), c, NoReply{"silence"}, nil)
			case 2:
				w.machine.returned(w.Now(), c, strings.Repeat("x", 101), nil)
			default:
				w.machine.returned(w.Now(), c, map[string]int{"degrees": 7}, nil)
			}
		})
	})
}

// receive is what the service makes of events of the client.
func (w *world) receive(event voicelive.ClientEvent) {
	if w.ended {
		w.fault("%s is sent after the end", event.EventType())
	}
	if err := event.Validate(); err != nil {
		w.fault("%s is not valid: %v", event.EventType(), err)
	}
	create := event.(*voicelive.ClientEventConversationItemCreate)
	switch item := create.Item.(type) {
	case *voicelive.FunctionCallOutputItem:
		if len(*item.ID) > 32 {
			w.fault("the id %s has more than 32 characters", *item.ID)
		}
		f := w.calls[item.CallID]
		if f.outputs++; f.outputs > 1 {
			w.fault("%s has two outputs", f.id)
		}
		r := w.responses[f.response]
		if !r.doneAtUs {
			w.fault("the output of %s is sent before its response is done", f.id)
		}
		w.log("output of %s: %s", f.id, item.Output)
		w.After(w.latency, func() {
			if r.status == voicelive.ResponseStatusCancelled && !w.takes {
				w.send(&voicelive.ServerEventError{Error: voicelive.ServerEventErrorDetails{Type: "invalid_request_error", Message: "no such call", EventID: create.EventID}})
				return
			}
			w.send(&voicelive.ServerEventConversationItemCreated{Item: &voicelive.ResponseFunctionCallOutputItem{ID: item.ID, CallID: item.CallID}})
		})
	case *voicelive.MCPApprovalResponseRequestItem:
		if w.approvals[item.ApprovalRequestID]++; w.approvals[item.ApprovalRequestID] > 1 {
			w.fault("%s is decided twice", item.ApprovalRequestID)
		}
		if item.Approve && w.rnd.IntN(4) > 0 { // or the call hangs
			id := "call_of_" + item.ApprovalRequestID
			w.After(w.random(500), func() {
				w.send(&voicelive.ServerEventConversationItemCreated{Item: &voicelive.ResponseMCPCallItem{ID: &id, ApprovalRequestID: &item.ApprovalRequestID}})
				w.send(&voicelive.ServerEventResponseMCPCallInProgress{ItemID: id})
				w.send(&voicelive.ServerEventResponseMCPCallCompleted{ItemID: id})
			})
		}
	case *voicelive.SystemMessageItem:
		if text := item.Content[0].(*voicelive.InputTextContentPart).Text; !strings.HasPrefix(text, "The function background,") {
			w.fault("a result is delivered that was given up: %s", text)
		}
		w.results[*item.ID] = sentResult{*create.EventID, w.Now()}
		switch w.rnd.IntN(6) {
		case 0: // nothing is heard of it
		case 1:
			w.send(&voicelive.ServerEventError{Error: voicelive.ServerEventErrorDetails{Type: "invalid_request_error", Message: "no", EventID: create.EventID}})
		default:
			w.send(&voicelive.ServerEventConversationItemCreated{Item: &voicelive.ResponseMessageItem{ID: item.ID, Role: voicelive.MessageRoleSystem}})
		}
	default:
		w.fault("a %T is sent", item)
	}
}

// send delivers an event to the client, in order.
func (w *world) send(event voicelive.ServerEvent) {
	w.After(w.latency, func() {
		if w.ended {
			return
		}
		w.log("receives %s", event.EventType())
		if done, ok := event.(*voicelive.ServerEventResponseDone); ok {
			w.responses[*done.Response.ID].doneAtUs = true
		}
		if item, ok := event.(*voicelive.ServerEventResponseOutputItemDone); ok && !w.responses[item.ResponseID].outOfBand {
			if request, ok := item.Item.(*voicelive.ResponseMCPApprovalRequestItem); ok {
				w.approvals[*request.ID] = 0
			}
		}
		switch e := event.(type) {
		case *voicelive.ServerEventConversationItemCreated:
			delete(w.results, e.Item.GetID())
		case *voicelive.ServerEventError:
			maps.DeleteFunc(w.results, func(_ string, sent sentResult) bool { return sent.event == *e.Error.EventID })
		}
		w.step(func() { w.machine.handle(w.Now(), event) })
	})
}

// respond is a response with calls.
func (w *world) respond() {
	w.ids++
	id := fmt.Sprint("resp", w.ids)
	r := &fakeResponse{outOfBand: w.rnd.IntN(8) == 0}
	w.responses[id] = r
	response := voicelive.Response{ID: &id}
	if r.outOfBand {
		response.Extra.Set("conversation_id", []byte("null"))
	}
	w.send(&voicelive.ServerEventResponseCreated{Response: response})
	r.status = []voicelive.ResponseStatus{voicelive.ResponseStatusCompleted, voicelive.ResponseStatusCompleted, voicelive.ResponseStatusIncomplete,
		voicelive.ResponseStatusCancelled, voicelive.ResponseStatusFailed}[w.rnd.IntN(5)]
	at := w.random(50)
	n := 1 + w.rnd.IntN(3)
	for i := range n {
		at += w.random(100)
		if w.rnd.IntN(6) == 0 {
			w.mcp(id, at)
			continue
		}
		w.ids++
		names := []string{"plain", "plain", "early", "cancelled", "background", "single", "latest", "unknown"}
		f := &fact{id: fmt.Sprint("call", w.ids), name: names[w.rnd.IntN(len(names))], response: id, outOfBand: r.outOfBand}
		f.complete = r.status == voicelive.ResponseStatusCompleted || i < n-1 || w.rnd.IntN(2) == 0
		item := func(status voicelive.ResponseItemStatus) voicelive.ResponseItem {
			return &voicelive.ResponseFunctionCallItem{ID: new("item_" + f.id), CallID: f.id, Name: f.name, Arguments: `{"a": 1}`, Status: status}
		}
		final := voicelive.ResponseItemStatusIncomplete
		if f.complete {
			final = voicelive.ResponseItemStatusCompleted
		}
		response.Output = append(response.Output, item(final))
		streamed := w.rnd.IntN(4) > 0 // or only response.done tells
		w.After(at, func() {
			w.calls[f.id] = f
			if streamed {
				w.send(&voicelive.ServerEventResponseOutputItemAdded{ResponseID: id, Item: item(voicelive.ResponseItemStatusInProgress)})
				w.send(&voicelive.ServerEventResponseFunctionCallArgumentsDone{ResponseID: id, CallID: f.id, Arguments: `{"a": 1}`})
				w.send(&voicelive.ServerEventResponseOutputItemDone{ResponseID: id, Item: item(final)})
			}
		})
	}
	w.After(at+w.random(100), func() {
		response.Status = r.status
		w.send(&voicelive.ServerEventResponseDone{Response: response})
	})
}

// mcp is a call of an MCP server, perhaps with an approval.
func (w *world) mcp(response string, at time.Duration) {
	w.ids++
	id := fmt.Sprint("mcp", w.ids)
	approval := w.rnd.IntN(2) == 0
	w.After(at, func() {
		if approval {
			w.send(&voicelive.ServerEventResponseOutputItemDone{ResponseID: response, Item: &voicelive.ResponseMCPApprovalRequestItem{ID: &id, Name: "x", ServerLabel: "s"}})
			return
		}
		w.send(&voicelive.ServerEventResponseOutputItemAdded{ResponseID: response, Item: &voicelive.ResponseMCPCallItem{ID: &id, Name: "x", ServerLabel: "s"}})
		w.After(w.random(1000), func() {
			if w.rnd.IntN(4) == 0 {
				w.send(&voicelive.ServerEventResponseMCPCallFailed{ItemID: id})
			} else {
				w.send(&voicelive.ServerEventResponseMCPCallCompleted{ItemID: id})
			}
		})
	})
}

func (w *world) told(c Call) {
	f := w.calls[c.ID]
	f.told++
	f.outcome = c.Outcome
	w.log("%s is %s", c.ID, c.Outcome)
}

func (w *world) check() {
	for _, f := range w.calls {
		switch {
		case f.outOfBand:
			if f.told+f.runs+f.outputs > 0 {
				w.fault("%s is out of band, and was not left alone", f.id)
			}
		case f.told > 1 || f.runs > 1:
			w.fault("%s was told %d times and ran %d times", f.id, f.told, f.runs)
		case f.told == 0 && (f.outputs > 0 || f.runs > 0):
			w.fault("%s ran %d times, has %d outputs and no outcome", f.id, f.runs, f.outputs)
		case f.told == 0 && w.responses[f.response].doneAtUs:
			w.fault("%s was announced and has no outcome", f.id)
		}
	}
	for id, decisions := range w.approvals {
		if decisions != 1 {
			w.fault("%s was decided %d times", id, decisions)
		}
	}
}
