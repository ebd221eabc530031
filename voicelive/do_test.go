package voicelive

import (
	"context"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// answerAll answers every event of the client by what reply returns for it.
func answerAll(reply func(e map[string]any) []string) func(*peer) {
	return func(p *peer) {
		for {
			e, err := p.event()
			if err != nil {
				return
			}
			for _, text := range reply(e) {
				if p.text("%s", text) != nil {
					return
				}
			}
		}
	}
}

// A confirmed event is one that Do can wait for. The answers end with what confirms it.
type confirmed struct {
	event   ClientEvent
	answers []string
}

// moreConfirmed are events that not every version of the API has. Tests of their own add them.
var moreConfirmed []confirmed

func TestDoReturnsWhatConfirms(t *testing.T) {
	for _, tt := range append([]confirmed{
		{&ClientEventSessionUpdate{}, []string{`{"type":"session.updated","session":{}}`}},
		{&ClientEventInputAudioBufferCommit{}, []string{`{"type":"input_audio_buffer.committed","item_id":"i"}`}},
		{&ClientEventInputAudioBufferClear{}, []string{`{"type":"input_audio_buffer.cleared"}`}},
		{&ClientEventConversationItemDelete{ItemID: "b"}, []string{`{"type":"conversation.item.deleted","item_id":"a"}`, `{"type":"conversation.item.deleted","item_id":"b"}`}},
		{&ClientEventConversationItemTruncate{ItemID: "b"}, []string{
			`{"type":"conversation.item.truncated","item_id":"a","content_index":0,"audio_end_ms":0}`, `{"type":"conversation.item.truncated","item_id":"b","content_index":0,"audio_end_ms":0}`}},
		{&ClientEventConversationItemRetrieve{ItemID: "b"}, []string{
			`{"type":"conversation.item.retrieved","item":{"type":"message","role":"user","id":"a"}}`, `{"type":"conversation.item.retrieved","item":{"type":"message","id":"b","role":"user"}}`}},
		{&ClientEventConversationItemCreate{Item: &UserMessageItem{ID: new("b"), Content: []MessageContentPart{&InputTextContentPart{Text: "x"}}}}, []string{
			`{"type":"conversation.item.created","item":{"type":"message","role":"user","id":"a"}}`, `{"type":"conversation.item.created","item":{"type":"message","id":"b","role":"user"}}`}},
		{&ClientEventConversationItemCreate{Item: &UserMessageItem{Content: []MessageContentPart{&InputTextContentPart{Text: "x"}}}}, []string{
			`{"type":"conversation.item.created","item":{"type":"message","role":"assistant","id":"a"}}`, `{"type":"conversation.item.created","item":{"type":"message","id":"b","role":"user"}}`}},
		{&ClientEventConversationItemCreate{Item: &FunctionCallOutputItem{CallID: "c2", Output: "1"}}, []string{
			`{"type":"conversation.item.created","item":{"type":"function_call","call_id":"c2","name":"f","arguments":"","id":"a"}}`,
			`{"type":"conversation.item.created","item":{"type":"function_call_output","call_id":"c1","output":"1","id":"a"}}`,
			`{"type":"conversation.item.created","item":{"type":"function_call_output","id":"b","call_id":"c2","output":"1"}}`}},
		{&ClientEventResponseCreate{}, []string{`{"type":"response.created","response":{"id":"r"}}`}},
		{&ClientEventResponseCancel{}, []string{`{"type":"response.done","response":{"id":"r","status":"cancelled"}}`}},
		{&ClientEventResponseCancel{ResponseID: new("r2")}, []string{`{"type":"response.done","response":{"id":"r1"}}`, `{"type":"response.done","response":{"id":"r2"}}`}},
		{&ClientEventResponseCancel{}, []string{`{"type":"error","error":{"type":"invalid_request_error","code":"response_cancel_not_active","message":"x","event_id":"%s"}}`}},
	}, moreConfirmed...) {
		t.Run(string(tt.event.EventType()), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, stop := serve(t, nil, answerAll(func(e map[string]any) []string {
					var texts []string
					for _, text := range append([]string{`{"type":"warning","warning":{"message":"of no interest"}}`}, tt.answers...) {
						texts = append(texts, strings.ReplaceAll(text, "%s", fmt.Sprint(e["event_id"])))
					}
					return texts
				}))
				defer stop()
				ev, err := s.Do(t.Context(), tt.event)
				if err != nil {
					t.Fatal(err)
				}
				got, err := ev.MarshalJSON()
				if err != nil {
					t.Fatal(err)
				}
				want := tt.answers[len(tt.answers)-1]
				if !strings.Contains(want, "%s") && string(got) != want {
					t.Errorf("got %s\nwant %s", got, want)
				}
				// The consumer gets the events as well.
				for range len(tt.answers) + 2 {
					recv(t, s)
				}
				if n := s.waiters.n.Load(); n != 0 {
					t.Errorf("%d waiters are left", n)
				}
			})
		})
	}
}

func TestDoReturnsTheErrorOfItsEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, answerAll(func(e map[string]any) []string {
			return []string{
				`{"type":"error","error":{"type":"x","message":"of another","event_id":"other"}}`,
				fmt.Sprintf(`{"type":"error","error":{"type":"invalid_request_error","code":"c","message":"no","param":"p","event_id":%q}}`, e["event_id"]),
			}
		}))
		defer stop()
		_, err := s.Do(t.Context(), &ClientEventSessionUpdate{EventID: new("mine")})
		e, ok := errors.AsType[*ServiceError](err)
		if !ok {
			t.Fatalf("got %v", err)
		}
		e.Event = nil
		if diff := cmp.Diff(&ServiceError{Type: "invalid_request_error", Code: "c", Message: "no", Param: "p", EventID: "mine"}, e); diff != "" {
			t.Error(diff)
		}
		_, err = s.RetrieveItemAndWait(t.Context(), "i")
		if e, ok := errors.AsType[*ServiceError](err); !ok || e.Code != "c" {
			t.Errorf("got %v", err)
		}
	})
}

const unnamedError = `{"type":"error","error":{"type":"invalid_request_error","code":%q,"message":"no","event_id":null}}`

// "An error that does not name the event that caused it is taken for the reply if this is the
// only request that waits."
func TestAnErrorThatNamesNoEventEndsTheOnlyDo(t *testing.T) {
	for name, event := range map[string]string{
		"null":     `{"type":"error","error":{"type":"invalid_request_error","code":"c","message":"no","event_id":null}}`,
		"absent":   `{"type":"error","error":{"type":"invalid_request_error","code":"c","message":"no"}}`,
		"empty":    `{"type":"error","error":{"type":"invalid_request_error","code":"c","message":"no","event_id":""}}`,
		"a text":   `{"type":"error","error":"no"}`,
		"no error": `{"type":"error","message":"no"}`,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, stop := serve(t, nil, answerAll(func(map[string]any) []string { return []string{event} }))
				defer stop()
				began := time.Now()
				_, err := s.Do(t.Context(), &ClientEventSessionUpdate{})
				e, ok := errors.AsType[*ServiceError](err)
				if !ok || !e.Unnamed || e.Message != "no" || Retryable(err) || time.Since(began) != 0 {
					t.Errorf("got %v after %v", err, time.Since(began))
				}
				recv(t, s)
				if e, ok := recv(t, s).(*ServerEventError); !ok {
					t.Errorf("received %v", e)
				}
			})
		})
	}
}

// "They also wrap the latest error of the service that named no event in the meantime."
func TestTwoThatWaitInVainLearnOfAnErrorThatNamesNoEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		s, stop := serve(t, nil, answerAll(func(map[string]any) []string {
			if n++; n < 2 {
				return nil
			}
			return []string{fmt.Sprintf(unnamedError, "first"), fmt.Sprintf(unnamedError, "second")}
		}))
		defer stop()
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				_, err := s.Do(ctx, &ClientEventSessionUpdate{})
				e, ok := errors.AsType[*ServiceError](err)
				if !errors.Is(err, context.DeadlineExceeded) || !ok || !e.Unnamed || e.Code != "second" {
					t.Errorf("got %v", err)
				}
			})
		}
		wg.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		time.AfterFunc(time.Millisecond, func() { s.Close() })
		if _, err := s.Do(ctx, &ClientEventInputAudioBufferCommit{}); !errors.Is(err, ErrClosed) {
			if e, ok := errors.AsType[*ServiceError](err); !ok || !e.Unnamed {
				t.Errorf("got %v", err)
			}
		}
	})
}

// An error with a code that belongs to another request is not taken for the reply.
func TestACodeTellsWhoseErrorItIs(t *testing.T) {
	for code, request := range map[string]ClientEvent{
		codeActiveResponse:  &ClientEventResponseCancel{},
		codeCancelNotActive: &ClientEventResponseCreate{},
		codeSessionExpired:  &ClientEventSessionUpdate{},
	} {
		t.Run(code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, stop := serve(t, nil, answerAll(func(e map[string]any) []string {
					return []string{fmt.Sprintf(unnamedError, code), fmt.Sprintf(`{"type":"error","error":{"type":"t","code":"its own","message":"m","event_id":%q}}`, e["event_id"])}
				}))
				defer stop()
				_, err := s.Do(t.Context(), request)
				if e, ok := errors.AsType[*ServiceError](err); !ok || e.Code != "its own" || e.Unnamed {
					t.Errorf("got %v", err)
				}
			})
		})
	}
}

// A response that the user's speech starts is not the one that was asked for.
func TestDoReturnsTheResponseThatItAskedFor(t *testing.T) {
	const speech = `{"type":"response.created","response":{"id":"of speech"}}`
	mark := func(e map[string]any) string {
		return e["response"].(map[string]any)["metadata"].(map[string]any)[markName].(string)
	}
	own := func(e map[string]any) string {
		return fmt.Sprintf(`{"type":"response.created","response":{"id":"own","metadata":{"mine":"x",%q:%q}}}`, markName, mark(e))
	}
	refused := func(e map[string]any) string {
		return fmt.Sprintf(`{"type":"error","error":{"type":"t","code":"conversation_already_has_active_response","message":"m","event_id":%q}}`, e["event_id"])
	}
	for name, tt := range map[string]struct {
		replies func(e map[string]any) []string
		took    time.Duration
		refused bool
	}{
		"first":               {func(e map[string]any) []string { return []string{own(e)} }, 0, false},
		"behind another":      {func(e map[string]any) []string { return []string{speech, own(e)} }, 0, false},
		"refused for another": {func(e map[string]any) []string { return []string{speech, refused(e)} }, 0, true},
		"without its metadata": {func(e map[string]any) []string {
			return []string{`{"type":"response.created","response":{"id":"own","metadata":null}}`}
		}, patience, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, stop := serve(t, nil, answerAll(tt.replies))
				defer stop()
				create := &ClientEventResponseCreate{Response: &ResponseCreateParams{Metadata: map[string]string{"mine": "x"}}}
				began := time.Now()
				ev, err := s.Do(t.Context(), create)
				if e, ok := errors.AsType[*ServiceError](err); ok != tt.refused || ok && e.Code != codeActiveResponse {
					t.Errorf("got %v", err)
				}
				if e, ok := ev.(*ServerEventResponseCreated); ok == tt.refused || ok && deref(e.Response.ID) != "own" {
					t.Errorf("got %v", ev)
				}
				if took := time.Since(began); took != tt.took {
					t.Errorf("it took %v, want %v", took, tt.took)
				}
				if diff := cmp.Diff(map[string]string{"mine": "x"}, create.Response.Metadata); diff != "" {
					t.Errorf("the event of the caller has changed: %s", diff)
				}
			})
		})
	}
}

// On a slow network, the refusal comes long after the response that speech had started before the request arrived.
func TestARefusalMayTakeTheTimeOfTheNetwork(t *testing.T) {
	for _, trip := range []time.Duration{0, time.Second, 3 * time.Second, 8 * time.Second} {
		t.Run(trip.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				far := wstest.LineOptions{Latency: trip / 2, Window: 64 << 10}
				s, stop := serveOver(t, lines(far, far), nil, func(p *peer) {
					time.Sleep(time.Millisecond) // it arrives behind the beginning of Do
					p.text(`{"type":"response.created","response":{"id":"of speech"}}`)
					answerAll(func(e map[string]any) []string {
						return []string{fmt.Sprintf(`{"type":"error","error":{"type":"t","code":"conversation_already_has_active_response","message":"m","event_id":%q}}`, e["event_id"])}
					})(p)
				})
				defer stop()
				ev, err := s.Do(t.Context(), &ClientEventResponseCreate{})
				if e, ok := errors.AsType[*ServiceError](err); !ok || e.Code != codeActiveResponse {
					t.Errorf("got %v, %v", ev, err)
				}
			})
		})
	}
}

// Once a service has repeated the metadata, a response without it is of another.
func TestAServiceThatRepeatsMetadataAlwaysDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		s, stop := serve(t, nil, answerAll(func(e map[string]any) []string {
			if n++; n == 1 {
				return []string{fmt.Sprintf(`{"type":"response.created","response":{"id":"own","metadata":{%q:%q}}}`, markName, e["event_id"])}
			}
			return []string{`{"type":"response.created","response":{"id":"of speech"}}`}
		}))
		defer stop()
		if _, err := s.Do(t.Context(), &ClientEventResponseCreate{}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if ev, err := s.Do(ctx, &ClientEventResponseCreate{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, %v", ev, err)
		}
	})
}

func TestDoNeedsRoomInTheMetadata(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, func(p *peer) { p.Drain() })
		defer stop()
		full := map[string]string{}
		for i := range maxMetadata {
			full[fmt.Sprint(i)] = "x"
		}
		_, err := s.Do(t.Context(), &ClientEventResponseCreate{Response: &ResponseCreateParams{Metadata: full}})
		if !errors.Is(err, ErrNotSent) {
			t.Errorf("got %v", err)
		}
	})
}

// Each of many requests gets its own reply, in whatever order the service gives them.
func TestEachOfThousandsGetsItsOwnReply(t *testing.T) {
	const n = 4000
	var ws waiters
	var all []*waiter
	for i := range n {
		id := fmt.Sprint(i)
		all = append(all, ws.add("conversation.item.create", reply{ServerEventTypeError, id}, reply{ServerEventTypeConversationItemCreated, "id " + id}))
	}
	for i := n - 1; i >= 0; i-- {
		if i%2 == 0 {
			ws.failed(fmt.Appendf(nil, `{"type":"error","error":{"event_id":"%d"}}`, i))
		} else {
			ws.itemCreated(fmt.Appendf(nil, `{"item":{"id":"%d"}}`, i))
		}
		if len(all[i].found) != 1 {
			t.Fatalf("request %d has no reply", i)
		}
		ws.remove(all[i])
	}
	if ws.n.Load() != 0 || ws.queues != nil {
		t.Errorf("%d waiters are left, %v", ws.n.Load(), ws.queues)
	}
}

func TestDoEndsWithContextAndSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, func(p *peer) {
			p.event()
			time.Sleep(15 * time.Second)
			p.Close(1011, "broken")
			p.Drain()
		})
		defer stop()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Do(ctx, &ClientEventSessionUpdate{}); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrNotSent) {
			t.Errorf("got %v", err)
		}
		if _, err := s.Do(t.Context(), &ClientEventInputAudioBufferAppend{Audio: []byte{1, 2}}); !errors.Is(err, ErrNoConfirmation) || !errors.Is(err, ErrNotSent) {
			t.Errorf("got %v", err)
		}
		w := s.waiters.add("session.update", reply{ServerEventTypeSessionUpdated, ""})
		_, err := s.await(t.Context(), w)
		if e, ok := errors.AsType[*SessionError](err); !ok || e.Kind != KindServerError {
			t.Errorf("got %v", err)
		}
		if _, err := s.Do(t.Context(), &ClientEventSessionUpdate{}); !errors.Is(err, ErrNotSent) {
			t.Errorf("got %v", err)
		}
	})
}

func TestConcurrentDoGetTheirOwnAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, answerAll(func(e map[string]any) []string {
			if e["item_id"].(string)[0] == 'x' {
				return []string{fmt.Sprintf(`{"type":"error","error":{"type":"t","message":%q,"event_id":%q}}`, e["item_id"], e["event_id"])}
			}
			return []string{fmt.Sprintf(`{"type":"conversation.item.deleted","item_id":%q}`, e["item_id"])}
		}))
		defer stop()
		results := make(chan error)
		for i := range 50 {
			go func() {
				id := fmt.Sprintf("%c%d", "ax"[i%2], i)
				ev, err := s.Do(t.Context(), &ClientEventConversationItemDelete{ItemID: id})
				switch e, ok := errors.AsType[*ServiceError](err); {
				case ok && id[0] == 'x' && e.Message == id:
					results <- nil
				case err == nil && id[0] == 'a' && ev.(*ServerEventConversationItemDeleted).ItemID == id:
					results <- nil
				default:
					results <- fmt.Errorf("%s: got %v, %v", id, ev, err)
				}
			}()
		}
		for range 50 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
	})
}

// A helperCall sends an event of one type, and may wait for the answer.
type helperCall struct {
	typ    ClientEventType
	call   func(context.Context, *Session) error
	answer string
}

// helperCalls are the helpers by hand. Tests of events that not every version of the API has add theirs.
var helperCalls = []helperCall{
	{ClientEventTypeSessionUpdate, func(ctx context.Context, s *Session) error {
		return s.UpdateSession(ctx, &RequestSession{Instructions: new("x")})
	}, ""},
	{ClientEventTypeInputAudioBufferAppend, func(ctx context.Context, s *Session) error { return s.AppendInputAudioBuffer(ctx, []byte{1, 2}) }, ""},
	{ClientEventTypeInputAudioBufferCommit, func(ctx context.Context, s *Session) error { return s.CommitInputAudioBuffer(ctx) }, ""},
	{ClientEventTypeInputAudioBufferClear, func(ctx context.Context, s *Session) error { return s.ClearInputAudioBuffer(ctx) }, ""},
	{ClientEventTypeInputAudioTurnStart, func(ctx context.Context, s *Session) error { return s.StartInputAudioTurn(ctx, "t") }, ""},
	{ClientEventTypeInputAudioTurnAppend, func(ctx context.Context, s *Session) error { return s.AppendInputAudioTurn(ctx, "t", []byte{1, 2}) }, ""},
	{ClientEventTypeInputAudioTurnEnd, func(ctx context.Context, s *Session) error { return s.EndInputAudioTurn(ctx, "t") }, ""},
	{ClientEventTypeInputAudioTurnCancel, func(ctx context.Context, s *Session) error { return s.CancelInputAudioTurn(ctx, "t") }, ""},
	{ClientEventTypeInputAudioClear, func(ctx context.Context, s *Session) error { return s.ClearInputAudioTurns(ctx) }, ""},
	{ClientEventTypeConversationItemCreate, func(ctx context.Context, s *Session) error {
		return s.CreateItem(ctx, &FunctionCallOutputItem{CallID: "c", Output: "o"})
	}, ""},
	{ClientEventTypeConversationItemRetrieve, func(ctx context.Context, s *Session) error { _, err := s.RetrieveItemAndWait(ctx, "i"); return err }, `{"type":"conversation.item.retrieved","item":{"type":"message","role":"user","id":"i"}}`},
	{ClientEventTypeConversationItemTruncate, func(ctx context.Context, s *Session) error { return s.TruncateItem(ctx, "i", 0, 100*time.Millisecond) }, ""},
	{ClientEventTypeConversationItemDelete, func(ctx context.Context, s *Session) error { return s.DeleteItem(ctx, "i") }, ""},
	{ClientEventTypeResponseCreate, func(ctx context.Context, s *Session) error { return s.CreateResponse(ctx, nil) }, ""},
	{ClientEventTypeResponseCancel, func(ctx context.Context, s *Session) error { return s.CancelResponse(ctx) }, ""},
}

func TestHelpersSendTheirEvent(t *testing.T) {
	for _, tt := range helperCalls {
		t.Run(string(tt.typ), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got []string
				s, stop := serve(t, nil, answerAll(func(e map[string]any) []string {
					got = append(got, e["type"].(string))
					if tt.answer != "" {
						return []string{tt.answer}
					}
					return nil
				}))
				if err := tt.call(t.Context(), s); err != nil {
					t.Error(err)
				}
				stop()
				if diff := cmp.Diff([]string{string(tt.typ)}, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// TestEveryClientEventHasAHelper looks for those that are generated in the source.
func TestEveryClientEventHasAHelper(t *testing.T) {
	source, err := os.ReadFile("helpers.gen.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range ClientEventType("").Values() {
		e, err := UnmarshalClientEvent(fmt.Appendf(nil, `{"type":%q}`, typ))
		if err != nil {
			t.Fatal(err)
		}
		// An unknown one has only its type, such as an approval, which is an item.
		_, unknown := e.(*UnknownClientEvent)
		byHand := slices.ContainsFunc(helperCalls, func(c helperCall) bool { return c.typ == typ })
		if !unknown && !byHand && !strings.Contains(string(source), reflect.TypeOf(e).Elem().Name()+"{") {
			t.Errorf("no helper sends %s", typ)
		}
	}
}

// "A response.cancel without an event_id gets one", so that its error names it.
func TestCancelResponseHasAnEventID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ids []string
		s, stop := serve(t, nil, answerAll(func(e map[string]any) []string {
			ids = append(ids, fmt.Sprint(e["event_id"]))
			return nil
		}))
		for _, e := range []*ClientEventResponseCancel{{}, {EventID: new("mine")}} {
			if err := s.Send(t.Context(), e); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.CancelResponse(t.Context()); err != nil {
			t.Fatal(err)
		}
		stop()
		if diff := cmp.Diff([]string{"vl_1", "mine", "vl_3"}, ids); diff != "" {
			t.Error(diff)
		}
	})
}
