// Package agenttest tests a voice agent: a user talks to it by a script, against the simulator of the service, in
// virtual time.
//
//	agenttest.Run(t, New, service, func(c *agenttest.Call) {
//		c.ExpectSay("How can I help?")
//		c.Say("What is the weather in Oslo?")
//		c.ExpectTool("get_weather", `{"city":"Oslo"}`)
//		c.Within(2 * time.Second).ExpectSay("cold")
//	})
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. A script runs on one goroutine.
package agenttest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/internal/samejson"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A Call is a call of a user with the agent. The methods of the user speak, interrupt, press keys and hang up.
type Call struct {
	*legtest.User

	// Server is the simulator, which can break the connection, for example.
	Server *voicelivetest.Server

	// Conversation is the handle of the agent on the call.
	Conversation *agent.Conversation

	t     testing.TB
	limit time.Duration // of the next expectation

	mu    sync.Mutex
	more  chan struct{} // closed when there is more in said or called
	said  []said        // that was not expected yet
	calls []called
	ended chan struct{}
}

type said struct {
	text  string // that was heard
	began time.Time
}

type called struct {
	call  tools.Call
	began time.Time
}

// patience is how long the next words or call may take without Within.
const patience = 30 * time.Second

// Run lets a user call an agent, and returns the report of the call. The agent is that of newAgent, with a client of the
// simulator; an agent without a model gets gpt-realtime. Nil options are those of voicelivetest. When the script has
// ended, the user hangs up. Run is a bubble of testing/synctest: time is virtual in all of it.
//
// The greeting is a response too, as all prompts are: a voicelivetest.Sequence begins with it. Of a prompt of agent.Say in
// a voice of Azure only the place counts, since the voice reads its text; in other voices the words are those of the Sequence.
func Run(t *testing.T, newAgent func(*voicelive.Client) *agent.Agent, service *voicelivetest.Options, script func(c *Call)) (report *agent.Report) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := &Call{User: legtest.New(t, leg.MuLaw), t: t, more: make(chan struct{}), ended: make(chan struct{})}
		o := voicelivetest.Options{}
		if service != nil {
			o = *service
		}
		if o.Hear == nil {
			o.Hear = c.Hear
		}
		c.Server = voicelivetest.NewServer(t, &o)
		client, err := voicelive.NewClient(c.Server.URL(), token{}, c.Server.ClientOptions())
		if err != nil {
			t.Fatal(err)
		}
		a := newAgent(client)
		if a.Connect.Agent == nil {
			a.Connect.Model = cmp.Or(a.Connect.Model, "gpt-realtime")
		}
		begun := make(chan struct{})
		w := &watcher{c: c, begun: begun}
		if a.Observer == nil {
			a.Observer = w
		} else {
			a.Observer = agent.Observers{a.Observer, w}
		}
		go func() {
			defer close(c.ended)
			if report, err = a.Serve(t.Context(), c.Leg()); err != nil && t.Context().Err() == nil {
				t.Errorf("the call ended with an error: %v", err)
			}
		}()
		select {
		case <-begun:
			script(c)
		case <-c.ended:
		}
		c.HangUp()
		<-c.ended
	})
	return report
}

// Within lets the next expectation fail if it is not met in time: the words begin to be heard, or the function is called.
// Without it that may take 30 s.
func (c *Call) Within(d time.Duration) *Call {
	c.limit = d
	return c
}

// ExpectSay waits until the user has heard a turn of the assistant with a text in it. Other turns may come before. The test
// fails if none comes.
func (c *Call) ExpectSay(text string) {
	c.t.Helper()
	began, limit := c.begin()
	var heard []string
	s, ok := expect(c, &c.said, limit, func(s said) bool {
		heard = append(heard, s.text)
		return strings.Contains(s.text, text)
	})
	switch {
	case !ok:
		c.t.Fatalf("the user did not hear %q, but %q", text, heard)
	case s.began.Sub(began) > limit:
		c.t.Errorf("the user heard %q after %v, not within %v", text, s.began.Sub(began), limit)
	}
}

// ExpectTool waits until the model has called a function, and the call has ended. Arguments is the JSON of the arguments,
// whatever its layout; empty is any. Other calls may come before. The test fails if none comes.
func (c *Call) ExpectTool(name, arguments string) tools.Call {
	c.t.Helper()
	began, limit := c.begin()
	var others []string
	call, ok := expect(c, &c.calls, limit, func(call called) bool {
		others = append(others, fmt.Sprintf("%s(%s)", call.call.Name, call.call.Arguments))
		return call.call.Name == name && (arguments == "" || samejson.Same(call.call.Arguments, arguments))
	})
	switch {
	case !ok:
		c.t.Fatalf("the model did not call %s(%s), but %q", name, arguments, others)
	case call.began.Sub(began) > limit:
		c.t.Errorf("the model called %s after %v, not within %v", name, call.began.Sub(began), limit)
	}
	return call.call
}

// Wait waits until the agent has ended the call. The test fails if that takes longer than a time.
func (c *Call) Wait(d time.Duration) {
	c.t.Helper()
	select {
	case <-c.ended:
	case <-time.After(d):
		c.t.Fatalf("the call did not end within %v", d)
	}
}

// begin begins an expectation. It returns when, and how long it may take.
func (c *Call) begin() (now time.Time, limit time.Duration) {
	limit = cmp.Or(c.limit, patience)
	c.limit = 0
	return time.Now(), limit
}

// length is how much longer than its beginning words, or a call, may take.
const length = 2 * time.Minute

// expect takes what comes until it is what is expected.
func expect[T any](c *Call, from *[]T, limit time.Duration, is func(T) bool) (found T, ok bool) {
	timeout := time.After(limit + length)
	for {
		c.mu.Lock()
		items, more := *from, c.more
		*from = nil
		c.mu.Unlock()
		if i := slices.IndexFunc(items, is); i >= 0 {
			c.mu.Lock()
			*from = append(items[i+1:], *from...)
			c.mu.Unlock()
			return items[i], true
		}
		select {
		case <-more:
		case <-c.ended:
			return found, false
		case <-timeout:
			return found, false
		}
	}
}

// A watcher tells a Call of what the agent does.
type watcher struct {
	agent.NoObserver
	c     *Call
	begun chan struct{}
	began sync.Map // when functions were called, by call
}

func (w *watcher) ObserveSession(c *agent.Conversation, _ *voicelive.Session) {
	if w.c.Conversation == nil {
		w.c.Conversation = c
		close(w.begun)
	}
}

func (w *watcher) ObserveTurnEnd(c *agent.Conversation, t agent.Turn) {
	if t.Audible.IsZero() {
		return
	}
	var texts []string
	for _, e := range c.Transcript().Entries() {
		switch {
		case e.ResponseID != t.ResponseID || e.Role != "assistant":
		case e.Interrupted:
			texts = append(texts, e.Heard)
		default:
			texts = append(texts, e.Text)
		}
	}
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	w.c.said = append(w.c.said, said{strings.Join(texts, " "), t.Audible})
	w.c.moreCame()
}

func (w *watcher) ObserveToolBegin(ctx context.Context, _ *agent.Conversation, call tools.Call) context.Context {
	w.began.Store(call.ID, time.Now())
	return ctx
}

func (w *watcher) ObserveToolEnd(_ *agent.Conversation, call tools.Call) {
	began, ran := w.began.Load(call.ID)
	if !ran {
		began = time.Now()
	}
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	w.c.calls = append(w.c.calls, called{call, began.(time.Time)})
	w.c.moreCame()
}

// moreCame wakes the expectation that waits. The caller has c.mu.
func (c *Call) moreCame() {
	close(c.more)
	c.more = make(chan struct{})
}

// A token is a credential; Foundry agents need one.
type token struct{}

func (token) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: "token", ExpiresOn: time.Now().Add(24 * time.Hour)}, nil
}
