package floor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// A wire records what is sent, as "create" or "cancel ID".
type wire struct {
	mu     sync.Mutex
	sent   []voicelive.ClientEvent
	broken error
}

func (w *wire) Send(_ context.Context, e voicelive.ClientEvent) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken != nil {
		return w.broken
	}
	w.sent = append(w.sent, e)
	return nil
}

func (w *wire) texts() (texts []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range w.sent {
		switch e := e.(type) {
		case *voicelive.ClientEventResponseCreate:
			texts = append(texts, "create")
		case *voicelive.ClientEventResponseCancel:
			texts = append(texts, "cancel "+*e.ResponseID)
		}
	}
	return texts
}

func (w *wire) want(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, w.texts()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// latest is the latest response.create.
func (w *wire) latest() *voicelive.ClientEventResponseCreate {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range slices.Backward(w.sent) {
		if create, ok := e.(*voicelive.ClientEventResponseCreate); ok {
			return create
		}
	}
	return nil
}

// in runs a test in virtual time, with a floor that is closed at its end.
func in(t *testing.T, o *Options, test func(t *testing.T, f *Floor, w *wire)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		f := New(t.Context(), w, o)
		test(t, f, w)
	})
}

func tell(t *testing.T, f *Floor, events ...voicelive.ServerEvent) {
	t.Helper()
	for _, e := range events {
		if err := f.HandleEvent(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

func speechStarted() voicelive.ServerEvent {
	return &voicelive.ServerEventInputAudioBufferSpeechStarted{ItemID: "speech"}
}

func speechStopped() voicelive.ServerEvent {
	return &voicelive.ServerEventInputAudioBufferSpeechStopped{ItemID: "speech"}
}

func item(id string) voicelive.ServerEvent {
	return &voicelive.ServerEventConversationItemCreated{Item: &voicelive.ResponseFunctionCallOutputItem{ID: &id}}
}

func created(id string, of *voicelive.ClientEventResponseCreate) voicelive.ServerEvent {
	r := voicelive.Response{ID: &id, Status: voicelive.ResponseStatusInProgress}
	if of != nil {
		r.Metadata = of.Response.Metadata
	}
	return &voicelive.ServerEventResponseCreated{Response: r}
}

func done(id string) voicelive.ServerEvent {
	return &voicelive.ServerEventResponseDone{Response: voicelive.Response{ID: &id, Status: voicelive.ResponseStatusCompleted}}
}

func refusal(code, eventID string) voicelive.ServerEvent {
	return &voicelive.ServerEventError{Error: voicelive.ServerEventErrorDetails{Type: "invalid_request_error", Code: &code, Message: "no", EventID: &eventID}}
}

func outcome(t *testing.T, h *Handle, want Outcome) Result {
	t.Helper()
	got := h.Result()
	if got.Outcome != want {
		t.Errorf("the request is %s (%v), want %s", got.Outcome, got.Err, want)
	}
	return got
}

func TestARequestIsSentWhenNobodySpeaks(t *testing.T) {
	in(t, nil, func(t *testing.T, f *Floor, w *wire) {
		h := f.Request(Request{})
		outcome(t, h, Sent)
		w.want(t, "create")
		if p := w.latest().Response.CancelPrevious; p == nil || *p {
			t.Error("cancel_previous is not sent as false")
		}
		tell(t, f, created("r1", w.latest()))
		if got := h.Result().ResponseID; got != "r1" {
			t.Errorf("the response is %q, want r1", got)
		}
		tell(t, f, done("r1"))
		if got, err := h.Wait(t.Context()); err != nil || got.Status != voicelive.ResponseStatusCompleted || got.Outcome != Done {
			t.Errorf("result %+v, error %v", got, err)
		}
	})
}

func TestRequestsWaitAndCoalesce(t *testing.T) {
	in(t, nil, func(t *testing.T, f *Floor, w *wire) {
		release := f.Hold("a tool")
		first, second := f.Request(Request{Items: []string{"a"}}), f.Request(Request{Items: []string{"b"}})
		own := f.Request(Request{Params: &voicelive.ResponseCreateParams{Instructions: new("Say goodbye.")}})
		w.want(t)
		release()
		release()
		w.want(t, "create")
		tell(t, f, created("r1", w.latest()))
		outcome(t, own, Waiting)
		tell(t, f, done("r1"))
		outcome(t, first, Done)
		outcome(t, second, Done)
		w.want(t, "create", "create")
		if got := w.latest().Response.Instructions; got == nil || *got != "Say goodbye." {
			t.Error("the parameters of the request are not sent")
		}
	})
}

func TestNothingIsSaidTwice(t *testing.T) {
	in(t, nil, func(t *testing.T, f *Floor, w *wire) {
		tell(t, f, speechStarted())
		known, unknown := f.Request(Request{Items: []string{"a"}}), f.Request(Request{Items: []string{"b"}})
		tell(t, f, speechStopped(), item("a"))
		w.want(t) // the service will create a response by itself
		tell(t, f, created("r1", nil), item("b"), done("r1"))
		if got := outcome(t, known, Satisfied).ResponseID; got != "r1" {
			t.Errorf("satisfied by %q, want r1", got)
		}
		outcome(t, unknown, Sent) // the response could not know of it
		w.want(t, "create")
	})
}

func TestAResponseThatCrossesSpeech(t *testing.T) {
	var dropped []string
	in(t, &Options{Dropped: func(id string) { dropped = append(dropped, id) }}, func(t *testing.T, f *Floor, w *wire) {
		h := f.Request(Request{})
		tell(t, f, speechStarted(), created("r1", w.latest()))
		if diff := cmp.Diff([]string{"r1"}, dropped); diff != "" {
			t.Errorf("dropped (-want +got):\n%s", diff)
		}
		w.want(t, "create", "cancel r1")
		outcome(t, h, Waiting)
		tell(t, f, done("r1"), speechStopped(), created("r2", nil))
		outcome(t, h, Satisfied)
	})
}

// TestEveryStateHasALimit loses the event that ends each state.
func TestEveryStateHasALimit(t *testing.T) {
	limits := Limits{}.withDefaults()
	for _, test := range []struct {
		state State
		limit time.Duration
		enter func(f *Floor, w *wire) []voicelive.ServerEvent
	}{
		{Speaking, limits.Speaking, func(f *Floor, w *wire) []voicelive.ServerEvent { return []voicelive.ServerEvent{speechStarted()} }},
		{Expected, limits.Expected, func(f *Floor, w *wire) []voicelive.ServerEvent {
			return []voicelive.ServerEvent{speechStarted(), speechStopped()}
		}},
		{Generating, limits.Generating, func(f *Floor, w *wire) []voicelive.ServerEvent {
			return []voicelive.ServerEvent{created("r1", nil)}
		}},
		{Held, limits.Held, func(f *Floor, w *wire) []voicelive.ServerEvent { f.Hold("a tool"); return nil }},
		{Audible, limits.Audible, func(f *Floor, w *wire) []voicelive.ServerEvent { f.SetAudible(true); return nil }},
		{Creating, limits.Created, func(f *Floor, w *wire) []voicelive.ServerEvent { f.Request(Request{}); return nil }},
	} {
		t.Run(string(test.state), func(t *testing.T) {
			var alarms []Alarm
			o := &Options{Watchdog: func(a Alarm) { alarms = append(alarms, a) }}
			in(t, o, func(t *testing.T, f *Floor, w *wire) {
				tell(t, f, test.enter(f, w)...)
				sent := len(w.texts())
				h := f.Request(Request{AfterHeard: true})
				time.Sleep(test.limit - time.Millisecond)
				outcome(t, h, Waiting)
				if got := f.States(); !slices.Contains(got, test.state) {
					t.Errorf("states %v, want %s", got, test.state)
				}
				time.Sleep(2 * time.Millisecond)
				synctest.Wait()
				outcome(t, h, Sent)
				if got := len(w.texts()); got != sent+1 {
					t.Errorf("%d events were sent, want %d", got, sent+1)
				}
				if len(alarms) != 1 || alarms[0].State != test.state || alarms[0].Limit != test.limit {
					t.Errorf("alarms %+v, want one of %s after %v", alarms, test.state, test.limit)
				}
			})
		})
	}
}

func TestALateSignKeepsAResponseActive(t *testing.T) {
	in(t, nil, func(t *testing.T, f *Floor, w *wire) {
		tell(t, f, created("r1", nil))
		h := f.Request(Request{})
		for range 10 {
			time.Sleep(20 * time.Second)
			tell(t, f, &voicelive.ServerEventResponseAudioDelta{ResponseID: "r1"})
		}
		outcome(t, h, Waiting)
		time.Sleep(31 * time.Second)
		outcome(t, h, Sent)
	})
}

func TestABusyServiceIsAskedAgain(t *testing.T) {
	in(t, nil, func(t *testing.T, f *Floor, w *wire) {
		h := f.Request(Request{})
		busy := func() {
			tell(t, f, refusal("conversation_already_has_active_response", *w.latest().EventID))
		}
		busy()
		outcome(t, h, Waiting)
		time.Sleep(301 * time.Millisecond)
		w.want(t, "create", "create")
		busy()
		tell(t, f, created("r0", nil), done("r0")) // what was in the way has ended, without satisfying anything new
		outcome(t, h, Satisfied)
		h = f.Request(Request{Params: &voicelive.ResponseCreateParams{}})
		for range 6 {
			outcome(t, h, Sent)
			busy()
			time.Sleep(5 * time.Second)
		}
		var err *voicelive.ServiceError
		if r := outcome(t, h, Refused); !errors.As(r.Err, &err) || err.Code != "conversation_already_has_active_response" {
			t.Errorf("error %v, want that of the service", r.Err)
		}
	})
}

func TestAServiceThatDoesNotKnowCancelPrevious(t *testing.T) {
	in(t, nil, func(t *testing.T, f *Floor, w *wire) {
		h := f.Request(Request{})
		e := refusal("unknown_parameter", *w.latest().EventID).(*voicelive.ServerEventError)
		e.Error.Param = new("response.cancel_previous")
		tell(t, f, e)
		outcome(t, h, Sent)
		if w.latest().Response.CancelPrevious != nil {
			t.Error("cancel_previous is sent again")
		}
		tell(t, f, created("r1", w.latest()), done("r1"))
		outcome(t, h, Done)
	})
}

func TestOtherRefusalsEndARequest(t *testing.T) {
	in(t, nil, func(t *testing.T, f *Floor, w *wire) {
		h := f.Request(Request{})
		tell(t, f, refusal("invalid_voice", "somebody_else"))
		outcome(t, h, Sent)
		tell(t, f, refusal("invalid_voice", *w.latest().EventID))
		outcome(t, h, Refused)
		outcome(t, f.Request(Request{}), Sent)
	})
}

func TestRequestsThatPass(t *testing.T) {
	in(t, nil, func(t *testing.T, f *Floor, w *wire) {
		tell(t, f, created("r1", nil))
		f.Hold("a tool")
		none := f.Request(Request{Params: &voicelive.ResponseCreateParams{Conversation: voicelive.ResponseConversationNone}})
		outcome(t, none, Sent)
		tell(t, f, created("r2", w.latest()), done("r2"))
		outcome(t, none, Done)
		outcome(t, f.Request(Request{Params: &voicelive.ResponseCreateParams{CancelPrevious: new(true)}}), Sent)
		tell(t, f, speechStarted())
		outcome(t, f.Request(Request{Params: &voicelive.ResponseCreateParams{CancelPrevious: new(true)}}), Waiting)
	})
}

func TestWithoutEchoTheOrderCounts(t *testing.T) {
	in(t, nil, func(t *testing.T, f *Floor, w *wire) {
		h := f.Request(Request{})
		tell(t, f, created("r1", nil), done("r1"))
		if r := outcome(t, h, Done); !r.ByOrder {
			t.Error("the result does not say that it is a guess")
		}
	})
}

func TestTheUsersMetadataIsKept(t *testing.T) {
	in(t, nil, func(t *testing.T, f *Floor, w *wire) {
		metadata := map[string]string{"topic": "weather"}
		f.Request(Request{Params: &voicelive.ResponseCreateParams{Metadata: metadata}})
		if got := w.latest().Response.Metadata; got["topic"] != "weather" || len(got) != 2 {
			t.Errorf("metadata %v", got)
		}
		if len(metadata) != 1 {
			t.Error("the caller's metadata was changed")
		}
		tell(t, f, created("r1", w.latest()), done("r1"))
		for i := range 15 {
			metadata[fmt.Sprint(i)] = "x"
		}
		h := f.Request(Request{Params: &voicelive.ResponseCreateParams{Metadata: metadata}})
		if err := w.latest().Validate(); err != nil {
			t.Error(err)
		}
		tell(t, f, created("r2", nil), done("r2"))
		outcome(t, h, Sent) // a service that echoes has not echoed this: the response is of somebody else
	})
}

func TestWithdraw(t *testing.T) {
	in(t, nil, func(t *testing.T, f *Floor, w *wire) {
		sent := f.Request(Request{})
		waiting := f.Request(Request{})
		if sent.Withdraw() || !waiting.Withdraw() || waiting.Withdraw() {
			t.Error("only what is not sent can be withdrawn, once")
		}
		outcome(t, waiting, Withdrawn)
		tell(t, f, created("r1", w.latest()), done("r1"))
		w.want(t, "create")
	})
}

func TestClosing(t *testing.T) {
	in(t, nil, func(t *testing.T, _ *Floor, w *wire) {
		ctx, cancel := context.WithCancel(t.Context())
		f := New(ctx, w, nil)
		sent, waiting := f.Request(Request{}), f.Request(Request{})
		cancel()
		synctest.Wait()
		late := f.Request(Request{})
		for _, h := range []*Handle{sent, waiting, late} {
			if r := outcome(t, h, Dropped); !errors.Is(r.Err, ErrClosed) {
				t.Errorf("error %v, want %v", r.Err, ErrClosed)
			}
		}
		tell(t, f, speechStarted())
		if got := f.States(); got != nil {
			t.Errorf("a closed floor has the states %v", got)
		}
	})
}

func TestASendThatFails(t *testing.T) {
	in(t, nil, func(t *testing.T, f *Floor, w *wire) {
		w.broken = errors.New("the session has ended")
		if r := outcome(t, f.Request(Request{}), Dropped); r.Err != w.broken {
			t.Errorf("error %v, want %v", r.Err, w.broken)
		}
	})
}

func TestWaitEndsWithItsContext(t *testing.T) {
	in(t, nil, func(t *testing.T, f *Floor, w *wire) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if r, err := f.Request(Request{}).Wait(ctx); err != context.DeadlineExceeded || r.Outcome != Sent {
			t.Errorf("result %+v, error %v", r, err)
		}
	})
}

func TestFinalOutcomesOfLostEvents(t *testing.T) {
	in(t, nil, func(t *testing.T, f *Floor, w *wire) {
		h := f.Request(Request{})
		time.Sleep(time.Minute)
		if r := outcome(t, h, Dropped); !errors.Is(r.Err, ErrNoReply) {
			t.Errorf("error %v, want %v", r.Err, ErrNoReply)
		}
		h = f.Request(Request{})
		tell(t, f, created("r1", w.latest()))
		time.Sleep(time.Minute)
		if r := outcome(t, h, Dropped); !errors.Is(r.Err, ErrNotDone) {
			t.Errorf("error %v, want %v", r.Err, ErrNotDone)
		}
	})
}

// TestCallsFromEverywhere is for the race detector.
func TestCallsFromEverywhere(t *testing.T) {
	var f *Floor
	o := &Options{Watchdog: func(Alarm) { f.States() }, Dropped: func(string) { f.Request(Request{}) }}
	f = New(t.Context(), &wire{}, o)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 200 {
				h := f.Request(Request{Items: []string{"a"}})
				f.Hold("x")()
				f.SetAudible(i%2 == 0)
				tell(t, f, speechStarted(), speechStopped(), created(fmt.Sprint(i), nil), done(fmt.Sprint(i)))
				h.Withdraw()
				h.Result()
			}
		})
	}
	all.Wait()
}

func TestEventsCostNoAllocation(t *testing.T) {
	f := New(t.Context(), &wire{}, nil)
	tell(t, f, created("r1", nil))
	delta := &voicelive.ServerEventResponseAudioDelta{ResponseID: "r1", Delta: make([]byte, 4800)}
	if n := testing.AllocsPerRun(100, func() { tell(t, f, delta) }); n != 0 {
		t.Errorf("%v allocations for a delta", n)
	}
}

// BenchmarkDelta is what a floor costs for each delta of audio, ten a second.
func BenchmarkDelta(b *testing.B) {
	f := New(b.Context(), &wire{}, nil)
	delta := &voicelive.ServerEventResponseAudioDelta{ResponseID: "r1", Delta: make([]byte, 4800)}
	b.ReportAllocs()
	for b.Loop() {
		if err := f.HandleEvent(b.Context(), delta); err != nil {
			b.Fatal(err)
		}
	}
}

// Nobody tells that speech has stopped once turn detection is off.
func TestTurnDetectionIsSwitchedOffInSpeech(t *testing.T) {
	for _, off := range []voicelive.TurnDetection{nil, voicelive.NullTurnDetection{}} {
		in(t, nil, func(t *testing.T, f *Floor, w *wire) {
			tell(t, f, speechStarted())
			h := f.Request(Request{})
			tell(t, f, &voicelive.ServerEventSessionUpdated{Session: voicelive.ResponseSession{TurnDetection: &voicelive.ServerVAD{}}})
			outcome(t, h, Waiting)
			tell(t, f, &voicelive.ServerEventSessionUpdated{Session: voicelive.ResponseSession{TurnDetection: off}})
			outcome(t, h, Sent)
			w.want(t, "create")
		})
	}
}
