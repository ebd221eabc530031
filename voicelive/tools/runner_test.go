package tools

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// A desk records what a Runner sends and asks for. It is its Sender and its Asker.
type desk struct {
	mu     sync.Mutex
	log    []string
	asked  [][]string        // the items of each request
	ids    map[string]string // event_ids of outputs, by call
	result struct{ item, event string }
	broken error
}

func (d *desk) Send(_ context.Context, e voicelive.ClientEvent) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	create := e.(*voicelive.ClientEventConversationItemCreate)
	switch item := create.Item.(type) {
	case *voicelive.FunctionCallOutputItem:
		d.log = append(d.log, item.CallID+": "+item.Output)
		if d.ids == nil {
			d.ids = map[string]string{}
		}
		d.ids[item.CallID] = *create.EventID
	case *voicelive.MCPApprovalResponseRequestItem:
		d.log = append(d.log, fmt.Sprintf("approve %s: %t", item.ApprovalRequestID, item.Approve))
	case *voicelive.SystemMessageItem:
		d.result.item, d.result.event = *item.ID, *create.EventID
		d.log = append(d.log, "system: "+item.Content[0].(*voicelive.InputTextContentPart).Text)
	}
	return d.broken
}

func (d *desk) RequestResponse(items ...string) {
	d.note(fmt.Sprintf("ask for %d", len(items)))
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = append(d.asked, items)
}

func (d *desk) note(text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.log = append(d.log, text)
}

func (d *desk) want(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	if diff := cmp.Diff(want, d.log); diff != "" {
		t.Errorf("sent and asked (-want +got):\n%s", diff)
	}
	d.log = nil
}

// in runs a test in virtual time with a Runner of some functions.
func in(t *testing.T, o *RunnerOptions, tools []Tool, test func(t *testing.T, r *Runner, d *desk)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		r, err := NewRunner(t.Context(), d, d, tools, o)
		if err != nil {
			t.Fatal(err)
		}
		test(t, r, d)
		r.End()
	})
}

func tell(t *testing.T, r *Runner, events ...voicelive.ServerEvent) {
	t.Helper()
	for _, e := range events {
		if err := r.HandleEvent(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Wait()
}

func callOf(id, name, arguments string) voicelive.ResponseItem {
	return &voicelive.ResponseFunctionCallItem{ID: new("item_" + id), CallID: id, Name: name, Arguments: arguments, Status: voicelive.ResponseItemStatusCompleted}
}

func itemDone(item voicelive.ResponseItem) voicelive.ServerEvent {
	return &voicelive.ServerEventResponseOutputItemDone{ResponseID: "r1", Item: item}
}

func done(status voicelive.ResponseStatus, output ...voicelive.ResponseItem) voicelive.ServerEvent {
	return &voicelive.ServerEventResponseDone{Response: voicelive.Response{ID: new("r1"), Status: status, Output: output}}
}

func completed(output ...voicelive.ResponseItem) voicelive.ServerEvent {
	return done(voicelive.ResponseStatusCompleted, output...)
}

func confirmation(call string) voicelive.ServerEvent {
	return &voicelive.ServerEventConversationItemCreated{Item: &voicelive.ResponseFunctionCallOutputItem{ID: new("out_" + call), CallID: call}}
}

type none struct{}

// after returns a function that takes some time.
func after(d time.Duration, result string) func(context.Context, none) (string, error) {
	return func(ctx context.Context, _ none) (string, error) {
		select {
		case <-time.After(d):
			return result, nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

func TestCallsOfOneResponseAreOneGroup(t *testing.T) {
	var ended []string
	o := &RunnerOptions{Ended: func(c Call) { ended = append(ended, c.ID+" "+string(c.Outcome)) }}
	tools := []Tool{New("slow", "", after(2*time.Second, "slow")), New("fast", "", after(time.Second, "fast"))}
	in(t, o, tools, func(t *testing.T, r *Runner, d *desk) {
		tell(t, r, itemDone(callOf("a", "slow", "")), itemDone(callOf("b", "fast", "{}")), completed())
		if got := r.Calls(); len(got) != 2 || got[0].Outcome != Running {
			t.Errorf("calls %+v, want two that run", got)
		}
		time.Sleep(1500 * time.Millisecond)
		d.want(t, "b: fast")
		time.Sleep(time.Second)
		d.want(t, "a: slow", "ask for 2")
		tell(t, r, confirmation("b"), &voicelive.ServerEventError{Error: voicelive.ServerEventErrorDetails{EventID: new(d.ids["a"])}})
		if want := []string{"b confirmed", "a refused"}; !slices.Equal(ended, want) {
			t.Errorf("ended %v, want %v", ended, want)
		}
		if got := r.Calls(); len(got) > 0 {
			t.Errorf("calls %+v remain", got)
		}
	})
}

func TestCallsThatDoNotRun(t *testing.T) {
	ran := false
	tools := []Tool{New("f", "", func(context.Context, struct {
		City string `json:"city"`
	}) (string, error) {
		ran = true
		return "", nil
	})}
	for _, test := range []struct {
		name string
		done voicelive.ServerEvent
		want []string
	}{
		{"unknown", completed(callOf("a", "g", "{}")), []string{`a: {"error":"there is no function \"g\""}`, "ask for 1"}},
		{"interrupted", done(voicelive.ResponseStatusCancelled, callOf("a", "f", `{"city":"O`)), []string{"a: " + errorText(errInterrupted)}},
		{"failed", done(voicelive.ResponseStatusFailed, callOf("a", "f", "{}")), []string{"a: " + errorText(errInterrupted)}},
		{"incomplete", done(voicelive.ResponseStatusIncomplete, &voicelive.ResponseFunctionCallItem{CallID: "a", Name: "f"}), []string{"a: " + errorText(errIncomplete), "ask for 1"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			in(t, nil, tools, func(t *testing.T, r *Runner, d *desk) {
				tell(t, r, test.done)
				d.want(t, test.want...)
				if ran {
					t.Error("the function ran")
				}
			})
		})
	}
	in(t, nil, tools, func(t *testing.T, r *Runner, d *desk) {
		tell(t, r, completed(callOf("a", "f", `{}`)))
		d.mu.Lock()
		defer d.mu.Unlock()
		if len(d.log) != 2 || !strings.Contains(d.log[0], "the arguments are invalid") || !strings.Contains(d.log[0], "city") || ran {
			t.Errorf("sent %v, want an output that tells the model how to call the function", d.log)
		}
	})
}

func TestFunctionsThatFail(t *testing.T) {
	var panicked any
	o := &RunnerOptions{Panic: func(c Call, value any) { panicked = value }, MaxOutput: 10}
	tools := []Tool{
		New("error", "", func(context.Context, none) (string, error) { return "", errors.New("no such city") }),
		New("panic", "", func(context.Context, none) (string, error) { panic("a secret") }),
		New("large", "", func(context.Context, none) (string, error) { return "12345678901", nil }),
		New("hang", "", func(context.Context, none) (string, error) { time.Sleep(time.Hour); return "late", nil }).With(Options{Timeout: time.Second}),
		New("func", "", func(context.Context, none) (any, error) { return func() {}, nil }),
	}
	in(t, o, tools, func(t *testing.T, r *Runner, d *desk) {
		tell(t, r, completed(callOf("a", "error", ""), callOf("b", "panic", ""), callOf("c", "large", ""), callOf("d", "hang", ""), callOf("e", "func", "")))
		time.Sleep(2 * time.Second)
		synctest.Wait()
		slices.Sort(d.log)
		d.want(t, `a: {"error":"no such city"}`, `ask for 5`, `b: {"error":"the function failed"}`, `c: {"error":"the output has 11 bytes, more than 10"}`,
			`d: {"error":"the function took too long"}`, `e: {"error":"json: unsupported type: func()"}`)
		time.Sleep(2 * time.Hour)
		d.want(t)
		if panicked != "a secret" {
			t.Errorf("the application was told %v", panicked)
		}
	})
}

func TestEarly(t *testing.T) {
	tools := []Tool{New("f", "", after(time.Second, "read")).With(Options{Early: true})}
	in(t, nil, tools, func(t *testing.T, r *Runner, d *desk) {
		tell(t, r, itemDone(callOf("a", "f", "")))
		time.Sleep(2 * time.Second)
		d.want(t) // not before the response is done
		tell(t, r, completed())
		d.want(t, "a: read", "ask for 1")
	})
}

// A side-band tells of arguments, and of nothing else.
func TestSideband(t *testing.T) {
	var mu sync.Mutex // timers call at their times
	var ended []string
	o := &RunnerOptions{Sideband: true, Ended: func(c Call) {
		mu.Lock()
		defer mu.Unlock()
		ended = append(ended, c.ID+" "+string(c.Outcome))
	}}
	arguments := func(id string) voicelive.ServerEvent {
		return &voicelive.ServerEventResponseFunctionCallArgumentsDone{ResponseID: "r1", CallID: id, ItemID: "item_" + id, Name: "f", Arguments: "{}"}
	}
	in(t, o, []Tool{New("f", "", after(time.Second, "found"))}, func(t *testing.T, r *Runner, d *desk) {
		tell(t, r, arguments("a"))
		time.Sleep(500 * time.Millisecond)
		tell(t, r, arguments("b"))
		time.Sleep(time.Second)
		d.want(t, "a: found", "b: found", "ask for 2")
		tell(t, r, arguments("b")) // once is enough
		tell(t, r, arguments("c"))
		time.Sleep(2 * time.Second)
		d.want(t, "c: found", "ask for 1")
		time.Sleep(10 * time.Second)
		mu.Lock()
		defer mu.Unlock()
		if diff := cmp.Diff([]string{"a confirmed", "b confirmed", "c confirmed"}, ended); diff != "" || r.Busy() {
			t.Errorf("ended (-want +got), busy %t:\n%s", r.Busy(), diff)
		}
	})
}

func TestBegan(t *testing.T) {
	type key struct{}
	var began []string
	o := &RunnerOptions{Began: func(ctx context.Context, call Call) context.Context {
		began = append(began, call.ID)
		return context.WithValue(ctx, key{}, "traced")
	}}
	tools := []Tool{Raw("f", "", nil, func(ctx context.Context, _ json.RawMessage) (any, error) { return ctx.Value(key{}), nil })}
	in(t, o, tools, func(t *testing.T, r *Runner, d *desk) {
		tell(t, r, completed(callOf("a", "f", "{}"), callOf("b", "unknown", "{}")))
		if diff := cmp.Diff([]string{"a"}, began); diff != "" { // the other one does not run
			t.Errorf("began (-want +got):\n%s", diff)
		}
		if calls := r.Calls(); len(calls) != 2 || calls[0].Output != "traced" {
			t.Errorf("calls %+v, want the context of Began in the function", calls)
		}
	})
}

func TestAnInterruptionCancelsNothing(t *testing.T) {
	tools := []Tool{New("order", "", after(time.Second, "ordered")), New("search", "", after(time.Second, "found")).With(Options{CancelOnInterruption: true})}
	in(t, nil, tools, func(t *testing.T, r *Runner, d *desk) {
		tell(t, r, completed(callOf("a", "order", ""), callOf("b", "search", "")))
		time.Sleep(500 * time.Millisecond)
		tell(t, r, &voicelive.ServerEventInputAudioBufferSpeechStarted{})
		d.want(t, "b: "+errorText(errCancelled))
		time.Sleep(time.Second)
		d.want(t, "a: ordered", "ask for 2")
	})
}

func TestBackground(t *testing.T) {
	tools := []Tool{New("f", "", after(time.Minute-time.Second, "found")).With(Options{Background: true})}
	in(t, nil, tools, func(t *testing.T, r *Runner, d *desk) {
		tell(t, r, completed(callOf("a", "f", "")))
		d.want(t, "a: "+backgroundText, "ask for 1")
		tell(t, r, confirmation("a"))
		time.Sleep(time.Minute)
		d.want(t, "system: The function f, which was called with {}, has ended. Its output: found", "ask for 1")
	})
}

// The session ends when the result has been sent. It is carried until the service has said something of it, or nothing for long.
func TestAResultThatIsNotConfirmedIsCarried(t *testing.T) {
	background := New("f", "", after(5*time.Second, "found")).With(Options{Background: true})
	for name, test := range map[string]struct {
		options RunnerOptions
		event   func(item, event string) voicelive.ServerEvent
		after   time.Duration
		carried int
	}{
		"nothing was said": {after: 50 * time.Second, carried: 1},
		"another item was created": {event: func(string, string) voicelive.ServerEvent {
			return &voicelive.ServerEventConversationItemCreated{Item: &voicelive.ResponseMessageItem{ID: new("other")}}
		}, carried: 1},
		"it is confirmed": {event: func(item, _ string) voicelive.ServerEvent {
			return &voicelive.ServerEventConversationItemCreated{Item: &voicelive.ResponseMessageItem{ID: &item}}
		}},
		"it is refused": {event: func(_, event string) voicelive.ServerEvent {
			return &voicelive.ServerEventError{Error: voicelive.ServerEventErrorDetails{Type: "invalid_request_error", Message: "no", EventID: &event}}
		}},
		"nothing was said for long":                               {after: 2 * time.Minute},
		"nothing was said beside a WebRTC call":                   {options: RunnerOptions{Sideband: true}, after: 3 * time.Second, carried: 1},
		"nothing was said beside a WebRTC call for a few seconds": {options: RunnerOptions{Sideband: true}, after: 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, &test.options, []Tool{background}, func(t *testing.T, r *Runner, d *desk) {
				tell(t, r, completed(callOf("a", "f", "")), confirmation("a"))
				time.Sleep(5 * time.Second)
				d.want(t, "a: "+backgroundText, "ask for 1", "system: The function f, which was called with {}, has ended. Its output: found")
				if !r.Busy() {
					t.Error("not busy, although nothing was said of the result")
				}
				if test.event != nil {
					tell(t, r, test.event(d.result.item, d.result.event))
				}
				if test.after > 0 {
					time.Sleep(test.after)
					d.want(t, "ask for 1")
				}
				carried := r.End()
				if len(carried) != test.carried {
					t.Fatalf("%d calls are carried, want %d", len(carried), test.carried)
				}
				if test.carried == 0 {
					return
				}
				<-carried[0].Done
				if output, err := carried[0].Result(); output != "found" || err != nil {
					t.Errorf("output %q, error %v", output, err)
				}
				d.want(t) // who tells the result again asks for the response
			})
		})
	}
}

// Results that end within a moment have one response, also with a group that ends meanwhile.
func TestResultsInTheBackgroundAreToldTogether(t *testing.T) {
	background := func(d time.Duration) Tool {
		return New("f"+strconv.Itoa(int(d/time.Millisecond)), "", after(d, "found")).With(Options{Background: true})
	}
	result := func(name string) string {
		return "system: The function " + name + ", which was called with {}, has ended. Its output: found"
	}
	tools := []Tool{background(5000 * time.Millisecond), background(5200 * time.Millisecond), background(5400 * time.Millisecond), New("f", "", after(5500*time.Millisecond, "found"))}
	in(t, nil, tools, func(t *testing.T, r *Runner, d *desk) {
		tell(t, r, completed(callOf("a", "f5000", ""), callOf("b", "f5200", ""), callOf("c", "f5400", "")), confirmation("a"), confirmation("b"), confirmation("c"))
		other := itemDone(callOf("d", "f", "")).(*voicelive.ServerEventResponseOutputItemDone)
		other.ResponseID = "r2"
		tell(t, r, other, &voicelive.ServerEventResponseDone{Response: voicelive.Response{ID: new("r2"), Status: voicelive.ResponseStatusCompleted}})
		d.want(t, "a: "+backgroundText, "b: "+backgroundText, "c: "+backgroundText, "ask for 3")
		time.Sleep(5250 * time.Millisecond)
		d.want(t, result("f5000"), result("f5200"))
		if !r.Busy() {
			t.Error("nobody asks for a response, and nobody is going to")
		}
		time.Sleep(100 * time.Millisecond)
		d.want(t, "ask for 2")
		time.Sleep(time.Second)
		d.want(t, result("f5400"), "d: found", "ask for 2")
		time.Sleep(time.Minute)
		d.want(t)
	})
}

func TestDuplicates(t *testing.T) {
	for policy, want := range map[Duplicates][]string{
		AllowDuplicates:   {"a: found", "ask for 2", "b: found"},
		RejectDuplicates:  {"a: found", "ask for 2", "b: " + errorText(errDuplicate)},
		ReplaceDuplicates: {"a: " + errorText(errReplaced), "ask for 2", "b: found"},
	} {
		t.Run(string(policy), func(t *testing.T) {
			tool := Raw("f", "", nil, func(ctx context.Context, _ json.RawMessage) (any, error) {
				time.Sleep(time.Second)
				return "found", nil
			}).With(Options{Duplicates: policy})
			in(t, nil, []Tool{tool}, func(t *testing.T, r *Runner, d *desk) {
				tell(t, r, completed(callOf("a", "f", `{"x":1,"y":2}`), callOf("b", "f", `{ "y": 2, "x": 1 }`)))
				time.Sleep(2 * time.Second)
				synctest.Wait()
				slices.Sort(d.log)
				d.want(t, want...)
			})
		})
	}
}

func TestDirectives(t *testing.T) {
	var d *desk
	o := &RunnerOptions{Directive: func(c Call, directive any) { d.note(fmt.Sprintf("%s says %T", c.ID, directive)) }}
	tools := []Tool{
		New("silent", "", func(context.Context, none) (NoReply, error) { return NoReply{"quiet"}, nil }),
		New("end", "", func(context.Context, none) (any, error) { return EndCall{Output: "bye"}, nil }),
	}
	in(t, o, tools, func(t *testing.T, r *Runner, desk *desk) {
		d = desk
		tell(t, r, completed(callOf("a", "silent", "")))
		d.want(t, "a: quiet", "a says tools.NoReply")
	})
	in(t, o, tools, func(t *testing.T, r *Runner, desk *desk) {
		d = desk
		tell(t, r, completed(callOf("b", "end", "")))
		d.want(t, "b: bye", "b says tools.EndCall", "ask for 1")
	})
}

func TestFillers(t *testing.T) {
	var d *desk
	o := &RunnerOptions{Say: func(sentence string) func() {
		d.note("say " + sentence)
		return func() { d.note("withdraw") }
	}}
	tools := []Tool{
		New("slow", "", after(5*time.Second, "slow")).With(Options{Filler: "One moment."}),
		New("fast", "", after(time.Second, "fast")).With(Options{Filler: "One moment."}),
	}
	in(t, o, tools, func(t *testing.T, r *Runner, desk *desk) {
		d = desk
		tell(t, r, completed(callOf("a", "slow", ""), callOf("b", "fast", "")))
		time.Sleep(6 * time.Second)
		d.want(t, "b: fast", "say One moment.", "a: slow", "withdraw", "ask for 2")
	})
	in(t, o, tools, func(t *testing.T, r *Runner, desk *desk) {
		d = desk
		tell(t, r, completed(callOf("a", "fast", "")))
		time.Sleep(6 * time.Second)
		d.want(t, "a: fast", "ask for 1")
	})
}

func approvalRequest() voicelive.ServerEvent {
	return itemDone(&voicelive.ResponseMCPApprovalRequestItem{ID: new("q"), ServerLabel: "shop", Name: "buy", Arguments: new(`{"n":1}`)})
}

func TestApprovals(t *testing.T) {
	yes := func(ctx context.Context, c MCPCall) bool {
		return c.Server == "shop" && c.Name == "buy" && c.Arguments == `{"n":1}`
	}
	for _, test := range []struct {
		name    string
		approve Approver
		wait    time.Duration
		want    []string
	}{
		{"approved", yes, 0, []string{"approve q: true"}},
		{"without an approver", nil, 0, []string{"approve q: false", "ask for 0"}},
		{"denied", func(context.Context, MCPCall) bool { return false }, 0, []string{"approve q: false", "ask for 0"}},
		{"a panic", func(context.Context, MCPCall) bool { panic("no") }, 0, []string{"approve q: false", "ask for 0"}},
		{"too late", func(ctx context.Context, _ MCPCall) bool { time.Sleep(time.Minute); return true }, 31 * time.Second, []string{"approve q: false", "ask for 0"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			in(t, &RunnerOptions{Approve: test.approve}, nil, func(t *testing.T, r *Runner, d *desk) {
				tell(t, r, approvalRequest(), approvalRequest(), completed())
				time.Sleep(test.wait)
				synctest.Wait()
				slices.Sort(d.log)
				d.want(t, test.want...)
				time.Sleep(time.Hour)
			})
		})
	}
}

func TestMCPAndFunctionsAreOneGroup(t *testing.T) {
	var told []MCPCall
	o := &RunnerOptions{MCP: func(c MCPCall) { told = append(told, c) }}
	in(t, o, []Tool{New("f", "", after(time.Second, "found"))}, func(t *testing.T, r *Runner, d *desk) {
		tell(t, r, itemDone(callOf("a", "f", "")),
			&voicelive.ServerEventResponseOutputItemAdded{ResponseID: "r1", Item: &voicelive.ResponseMCPCallItem{ID: new("m"), ServerLabel: "shop", Name: "list"}},
			completed())
		time.Sleep(2 * time.Second)
		d.want(t, "a: found")
		tell(t, r, &voicelive.ServerEventResponseMCPCallFailed{ItemID: "m"})
		d.want(t, "ask for 1")
		if len(told) != 1 || told[0].Name != "list" || told[0].Err == nil {
			t.Errorf("told %+v, want a call that failed", told)
		}
		tell(t, r, &voicelive.ServerEventConversationItemCreated{Item: &voicelive.ResponseMCPListToolItem{ID: new("l"), ServerLabel: "shop"}},
			&voicelive.ServerEventMCPListToolsFailed{ItemID: "l"})
		if len(told) != 2 || told[1].ItemID != "l" || told[1].Server != "shop" || told[1].Err == nil {
			t.Errorf("told %+v, want a listing that failed", told)
		}
	})
}

// TestAnApprovalOfAnInterruptedResponse comes late: the user has spoken, and the service makes the call all the same.
func TestAnApprovalOfAnInterruptedResponse(t *testing.T) {
	for approved, want := range map[bool][]string{true: {"approve q: true", "ask for 0"}, false: {"approve q: false"}} {
		approve := func(context.Context, MCPCall) bool { time.Sleep(time.Second); return approved }
		in(t, &RunnerOptions{Approve: approve}, nil, func(t *testing.T, r *Runner, d *desk) {
			tell(t, r, approvalRequest(), done(voicelive.ResponseStatusCancelled))
			time.Sleep(2 * time.Second)
			item := &voicelive.ResponseMCPCallItem{ID: new("m"), ServerLabel: "shop", Name: "buy", ApprovalRequestID: new("q")}
			tell(t, r, &voicelive.ServerEventConversationItemCreated{Item: item}, &voicelive.ServerEventResponseMCPCallInProgress{ItemID: "m"},
				&voicelive.ServerEventResponseMCPCallCompleted{ItemID: "m"})
			time.Sleep(time.Hour)
			d.want(t, want...)
		})
	}
}

func TestAnMCPCallThatNeverEnds(t *testing.T) {
	in(t, nil, nil, func(t *testing.T, r *Runner, d *desk) {
		tell(t, r, itemDone(&voicelive.ResponseMCPCallItem{ID: new("m"), ServerLabel: "shop", Name: "list"}), completed())
		time.Sleep(59 * time.Second)
		d.want(t)
		time.Sleep(2 * time.Second)
		d.want(t, "ask for 0")
	})
}

func TestALostEndOfAResponse(t *testing.T) {
	in(t, nil, []Tool{New("f", "", after(time.Second, "found"))}, func(t *testing.T, r *Runner, d *desk) {
		tell(t, r, itemDone(callOf("a", "f", "")))
		time.Sleep(29 * time.Second)
		d.want(t)
		time.Sleep(3 * time.Second)
		d.want(t, "a: found", "ask for 1")
	})
}

// The ids are the same as float64.
func TestLongIDsAreNoDuplicates(t *testing.T) {
	tool := Raw("book", "", nil, func(context.Context, json.RawMessage) (any, error) {
		time.Sleep(time.Second)
		return "booked", nil
	}).With(Options{Duplicates: RejectDuplicates})
	in(t, nil, []Tool{tool}, func(t *testing.T, r *Runner, d *desk) {
		tell(t, r, completed(callOf("a", "book", `{"id":9007199254740992}`), callOf("b", "book", `{"id":9007199254740993}`)))
		time.Sleep(2 * time.Second)
		synctest.Wait()
		slices.Sort(d.log)
		d.want(t, "a: booked", "ask for 2", "b: booked")
	})
}

func TestCallsAreCarried(t *testing.T) {
	tools := []Tool{New("f", "", after(time.Minute-time.Second, "found")), New("g", "", after(0, "done")), New("h", "", after(30*time.Second, "late")).With(Options{Background: true})}
	in(t, nil, tools, func(t *testing.T, r *Runner, d *desk) {
		tell(t, r, completed(callOf("a", "f", ""), callOf("b", "g", ""), callOf("c", "h", "")))
		d.want(t, "c: "+backgroundText, "b: done")
		tell(t, r, confirmation("c"))
		carried := r.End()
		var ids []string
		for _, c := range carried {
			ids = append(ids, c.ID+" "+string(c.Outcome))
			<-c.Done
			if output, err := c.Result(); err != nil || output == "" || output == backgroundText {
				t.Errorf("%s: output %q, error %v", c.ID, output, err)
			}
		}
		if diff := cmp.Diff([]string{"a carried", "b carried", "c confirmed"}, ids); diff != "" {
			t.Errorf("carried (-want +got):\n%s", diff)
		}
		tell(t, r, completed(callOf("d", "g", "")))
		d.want(t)
	})
}

// A function that does not heed its context is given up, so that the next session gets a result.
func TestACarriedFunctionThatHangs(t *testing.T) {
	for name, test := range map[string]struct{ end, done time.Duration }{
		"in the session":    {2 * time.Minute, 2 * time.Minute},
		"after the session": {time.Second, time.Minute + returning},
	} {
		t.Run(name, func(t *testing.T) {
			f := New("f", "", func(context.Context, none) (string, error) {
				time.Sleep(time.Hour)
				return "found", nil
			})
			for _, tool := range []Tool{f, f.With(Options{Background: true})} {
				in(t, nil, []Tool{tool}, func(t *testing.T, r *Runner, d *desk) {
					began := time.Now()
					tell(t, r, completed(callOf("a", "f", "")))
					time.Sleep(test.end)
					synctest.Wait()
					carried := r.End()
					if len(carried) != 1 {
						t.Fatalf("carried %+v, want one call", carried)
					}
					<-carried[0].Done
					if _, err := carried[0].Result(); err != errTimeout {
						t.Errorf("error %v, want %v", err, errTimeout)
					}
					if took := time.Since(began); took != test.done {
						t.Errorf("done after %v, want %v", took, test.done)
					}
					time.Sleep(time.Hour) // what the function returns at last does not count
					synctest.Wait()
					if _, err := carried[0].Result(); err != errTimeout {
						t.Errorf("error %v once the function has returned, want %v", err, errTimeout)
					}
				})
			}
		})
	}
}

func TestACarriedDirective(t *testing.T) {
	end := New("end", "", func(context.Context, none) (EndCall, error) {
		time.Sleep(time.Second)
		return EndCall{Output: "ended", Reason: "enough"}, nil
	})
	o := &RunnerOptions{Directive: func(Call, any) { t.Error("the directive was told, although the output was not sent") }}
	in(t, o, []Tool{end}, func(t *testing.T, r *Runner, d *desk) {
		if r.Busy() {
			t.Error("busy without a call")
		}
		tell(t, r, itemDone(callOf("a", "end", "")))
		if !r.Busy() {
			t.Error("not busy, although a call was announced")
		}
		tell(t, r, completed())
		carried := r.End()
		<-carried[0].Done
		if directive, want := carried[0].Directive(), (EndCall{Output: "ended", Reason: "enough"}); directive != want {
			t.Errorf("directive %+v, want %+v", directive, want)
		}
		if output, err := carried[0].Result(); output != "ended" || err != nil {
			t.Errorf("output %q, error %v", output, err)
		}
	})
}

func TestAnOutputOfTheApplication(t *testing.T) {
	in(t, nil, []Tool{New("f", "", after(time.Second, "found"))}, func(t *testing.T, r *Runner, d *desk) {
		tell(t, r, completed(callOf("a", "f", "")), confirmation("a"))
		time.Sleep(2 * time.Second)
		d.want(t, "ask for 1")
		if want := []string{"out_a"}; !slices.Equal(d.asked[0], want) {
			t.Errorf("the response has to take %v into account, want %v", d.asked[0], want)
		}
	})
}

// TestFunctionsThatWait has more calls than may run at once, and functions that never return.
func TestFunctionsThatWait(t *testing.T) {
	hang := New("hang", "", func(context.Context, none) (string, error) { time.Sleep(time.Hour); return "", nil }).With(Options{Timeout: time.Second, Early: true})
	t.Run("for ever", func(t *testing.T) {
		in(t, &RunnerOptions{Parallel: 1}, []Tool{hang}, func(t *testing.T, r *Runner, d *desk) {
			tell(t, r, completed(callOf("a", "hang", ""), callOf("b", "hang", "")))
			time.Sleep(2 * time.Second)
			d.want(t, "a: "+errorText(errTimeout), "b: "+errorText(errBusy), "ask for 2")
			time.Sleep(time.Hour)
		})
	})
	t.Run("in a response that is interrupted", func(t *testing.T) {
		in(t, &RunnerOptions{Parallel: 1}, []Tool{hang}, func(t *testing.T, r *Runner, d *desk) {
			tell(t, r, itemDone(callOf("a", "hang", "")), itemDone(callOf("b", "hang", "")), done(voicelive.ResponseStatusCancelled))
			d.want(t, "b: "+errorText(errInterrupted))
			time.Sleep(time.Hour)
			d.want(t, "a: "+errorText(errTimeout))
		})
	})
}

// TestFunctionsThatDoNotReturn end their goroutine, as a failing test does.
func TestFunctionsThatDoNotReturn(t *testing.T) {
	exit := New("exit", "", func(context.Context, none) (string, error) { runtime.Goexit(); return "", nil })
	in(t, nil, []Tool{exit}, func(t *testing.T, r *Runner, d *desk) {
		tell(t, r, completed(callOf("a", "exit", "")))
		d.want(t, "a: "+errorText(errPanic), "ask for 1")
	})
}

// TestAResponseThatGoesOn has words of a minute behind its call.
func TestAResponseThatGoesOn(t *testing.T) {
	in(t, nil, []Tool{New("f", "", after(time.Second, "found"))}, func(t *testing.T, r *Runner, d *desk) {
		tell(t, r, itemDone(callOf("a", "f", "")))
		for _, e := range []voicelive.ServerEvent{&voicelive.ServerEventResponseAudioDelta{ResponseID: "r1"},
			&voicelive.ServerEventResponseAudioTranscriptDelta{ResponseID: "r1"}, &voicelive.ServerEventResponseTextDelta{ResponseID: "r1"}} {
			time.Sleep(20 * time.Second)
			tell(t, r, e)
		}
		d.want(t)
		tell(t, r, completed())
		time.Sleep(2 * time.Second)
		d.want(t, "a: found", "ask for 1")
	})
}

// TestSentencesBetween are what the service says by itself while the user waits, such as an interim response. In which
// order their events come is not documented: within the response of the call or in one of their own.
func TestSentencesBetween(t *testing.T) {
	sentence := &voicelive.ResponseMessageItem{ID: new("s")}
	within := []voicelive.ServerEvent{&voicelive.ServerEventResponseOutputItemAdded{ResponseID: "r1", Item: sentence}, itemDone(sentence)}
	other := voicelive.Response{ID: new("r2"), Status: voicelive.ResponseStatusCompleted, Output: []voicelive.ResponseItem{sentence}}
	own := []voicelive.ServerEvent{&voicelive.ServerEventResponseCreated{Response: other}, &voicelive.ServerEventResponseOutputItemDone{ResponseID: "r2", Item: sentence},
		&voicelive.ServerEventResponseDone{Response: other}}
	calls := []voicelive.ServerEvent{&voicelive.ServerEventResponseCreated{Response: voicelive.Response{ID: new("r1")}}, itemDone(callOf("a", "f", "")), completed(callOf("a", "f", ""))}
	for _, sentences := range [][]voicelive.ServerEvent{within, own} {
		for mask := range 1 << (len(calls) + len(sentences)) {
			var events []voicelive.ServerEvent // the calls where mask has a 1
			c, s := calls, sentences
			for ; len(c)+len(s) > 0; mask >>= 1 {
				from := &s
				if len(s) == 0 || mask&1 == 1 && len(c) > 0 {
					from = &c
				}
				events, *from = append(events, (*from)[0]), (*from)[1:]
			}
			in(t, nil, []Tool{New("f", "", after(time.Second, "found"))}, func(t *testing.T, r *Runner, d *desk) {
				tell(t, r, events...)
				time.Sleep(2 * time.Second)
				d.want(t, "a: found", "ask for 1")
			})
		}
	}
}

// TestNothingRemains ends sessions and contexts while functions and approvals go on. A goroutine that
// remained would keep the bubble from ending.
func TestNothingRemains(t *testing.T) {
	wait := func(ctx context.Context, _ MCPCall) bool { <-ctx.Done(); return true }
	var told []MCPCall
	options := &RunnerOptions{Approve: wait, MCP: func(c MCPCall) { told = append(told, c) }}
	tools := []Tool{New("f", "", after(time.Hour, "found"))}
	t.Run("End", func(t *testing.T) {
		in(t, options, tools, func(t *testing.T, r *Runner, d *desk) {
			begin := time.Now()
			tell(t, r, approvalRequest(), itemDone(&voicelive.ResponseMCPCallItem{ID: new("m"), ServerLabel: "shop", Name: "list"}), completed(callOf("a", "f", "")))
			carried := r.End()
			d.want(t, "approve q: false") // the decision is always sent
			if len(told) != 2 || told[0].Err != ErrEnded || told[0].Approved || told[1].Err != ErrEnded {
				t.Errorf("told %+v, want a request without a decision and a call that did not end", told)
			}
			<-carried[0].Done
			if _, err := carried[0].Result(); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != time.Minute {
				t.Errorf("error %v after %v, want that the time of the function ended", err, time.Since(begin))
			}
			time.Sleep(time.Hour)
			d.want(t)
		})
	})
	t.Run("context", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			d := &desk{}
			r, err := NewRunner(ctx, d, d, tools, &RunnerOptions{Approve: wait})
			if err != nil {
				t.Fatal(err)
			}
			tell(t, r, approvalRequest(), completed(callOf("a", "f", "")))
			cancel()
			synctest.Wait()
			if got := r.Calls(); len(got) != 1 || got[0].Outcome != Written || !errors.Is(got[0].Err, context.Canceled) {
				t.Errorf("calls %+v, want one whose function was cancelled", got)
			}
		})
	})
}

func TestARunnerNeedsSomebody(t *testing.T) {
	if _, err := NewRunner(t.Context(), nil, &desk{}, nil, nil); err == nil {
		t.Error("there is a Runner without a sender")
	}
	if _, err := NewRunner(t.Context(), &desk{}, nil, nil, nil); err == nil {
		t.Error("there is a Runner without an asker")
	}
}

func TestErrorsOfTheSenderAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{broken: errors.New("the session has ended")}
		r, err := NewRunner(t.Context(), d, d, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.HandleEvent(t.Context(), completed(callOf("a", "f", ""))); !errors.Is(err, d.broken) {
			t.Errorf("error %v, want %v", err, d.broken)
		}
		if carried := r.End(); len(carried) != 1 {
			t.Errorf("%d calls are carried, want 1", len(carried))
		}
	})
}
