package voicelive

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// oneAtATime is a service that refuses a second response, each of which takes a second.
func oneAtATime(log *[]string) func(*peer) {
	return func(p *peer) {
		events := make(chan map[string]any)
		go func() {
			defer close(events)
			for {
				e, err := p.event()
				if err != nil {
					return
				}
				events <- e
			}
		}()
		n, active := 0, false
		var done <-chan time.Time
		for {
			select {
			case e, ok := <-events:
				switch {
				case !ok:
					return
				case e["type"] != "response.create":
					*log = append(*log, fmt.Sprint(e["type"]))
				case active:
					*log = append(*log, "refused")
					p.text(`{"type":"error","error":{"type":"invalid_request_error","code":"conversation_already_has_active_response","message":"x","event_id":%q}}`, e["event_id"])
				default:
					n++
					active = true
					done = time.After(time.Second)
					*log = append(*log, fmt.Sprint("response ", n))
					p.text(`{"type":"response.created","response":{"id":"r%d","status":"in_progress"}}`, n)
				}
			case <-done:
				active = false
				p.text(`{"type":"response.done","response":{"id":"r%d","status":"completed"}}`, n)
			}
		}
	}
}

func TestResponsesWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log []string
		s, stop := serve(t, nil, oneAtATime(&log))
		for range 3 {
			if err := s.CreateResponse(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.ClearInputAudioBuffer(t.Context()); err != nil {
			t.Fatal(err)
		}
		var got []ServerEventType
		for range 7 {
			got = append(got, recv(t, s).EventType())
		}
		const created, done = ServerEventTypeResponseCreated, ServerEventTypeResponseDone
		if diff := cmp.Diff([]ServerEventType{ServerEventTypeSessionCreated, created, done, created, done, created, done}, got); diff != "" {
			t.Error(diff)
		}
		stop()
		if diff := cmp.Diff([]string{"response 1", "input_audio_buffer.clear", "response 2", "response 3"}, log); diff != "" {
			t.Error(diff)
		}
	})
}

// What is created while a response.create waits is not the response that it asked for.
func TestDoWaitsForTheResponseThatItAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log []string
		s, stop := serve(t, nil, func(p *peer) {
			time.Sleep(time.Millisecond) // both are asked for before the first is created
			oneAtATime(&log)(p)
		})
		defer stop()
		go s.CreateResponse(t.Context(), nil)
		synctest.Wait()
		ev, err := s.Do(t.Context(), &ClientEventResponseCreate{})
		if err != nil {
			t.Fatal(err)
		}
		if id := ev.(*ServerEventResponseCreated).Response.ID; deref(id) != "r2" {
			t.Errorf("got %v", deref(id))
		}
	})
}

// A response that nobody waits for any more is not asked for.
func TestAQueuedResponseIsDroppedWithTheContextOfItsDo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log []string
		s, stop := serve(t, nil, oneAtATime(&log))
		if _, err := s.Do(t.Context(), &ClientEventResponseCreate{}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := s.Do(ctx, &ClientEventResponseCreate{}); !errors.Is(err, ErrNotSent) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		time.Sleep(3 * time.Second)
		stop()
		if diff := cmp.Diff([]string{"response 1"}, log); diff != "" {
			t.Error(diff)
		}
	})
}

// TestAResponseThatTheEndOfTheSessionFindsWaitingIsNotSent, and its Do tells so.
func TestAResponseThatTheEndOfTheSessionFindsWaitingIsNotSent(t *testing.T) {
	for name, end := range map[string]func(*Session){"Close": func(s *Session) { s.Close() }, "CloseWith": func(s *Session) { s.CloseWith(4000, "enough") }} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log []string
				s, stop := serve(t, nil, oneAtATime(&log))
				if _, err := s.Do(t.Context(), &ClientEventResponseCreate{}); err != nil {
					t.Fatal(err)
				}
				time.AfterFunc(100*time.Millisecond, func() { end(s) })
				if _, err := s.Do(t.Context(), &ClientEventResponseCreate{}); !errors.Is(err, ErrNotSent) || !errors.Is(err, ErrClosed) {
					t.Errorf("got %v", err)
				}
				stop()
				if diff := cmp.Diff([]string{"response 1"}, log); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestARefusedResponseIsAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log []string
		s, stop := serve(t, nil, func(p *peer) {
			// The service starts a response on its own while the client's is under way.
			e, err := p.event()
			if err != nil {
				return
			}
			p.text(`{"type":"response.created","response":{"id":"own"}}`)
			p.text(`{"type":"error","error":{"type":"invalid_request_error","code":"conversation_already_has_active_response","message":"x","event_id":%q}}`, e["event_id"])
			p.text(`{"type":"response.done","response":{"id":"own"}}`)
			oneAtATime(&log)(p)
		})
		if err := s.Send(t.Context(), &ClientEventResponseCreate{EventID: new("mine")}); err != nil {
			t.Fatal(err)
		}
		for range 5 {
			recv(t, s)
		}
		stop()
		if diff := cmp.Diff([]string{"response 1"}, log); diff != "" {
			t.Error(diff)
		}
	})
}

func TestARefusalWithoutAResponseIsRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ids []string
		s, stop := serve(t, nil, answerAll(func(e map[string]any) []string {
			ids = append(ids, fmt.Sprint(e["event_id"]))
			if len(ids) < 3 {
				return []string{fmt.Sprintf(`{"type":"error","error":{"type":"t","code":"conversation_already_has_active_response","message":"x","event_id":%q}}`, e["event_id"])}
			}
			return []string{`{"type":"response.created","response":{"id":"r"}}`}
		}))
		defer stop()
		began := time.Now()
		ev, err := s.Do(t.Context(), &ClientEventResponseCreate{EventID: new("mine")})
		if err != nil || ev.EventType() != ServerEventTypeResponseCreated || time.Since(began) != 2*gateRetry {
			t.Errorf("got %v, %v after %v", ev, err, time.Since(began))
		}
		if diff := cmp.Diff([]string{"mine", "mine", "mine"}, ids); diff != "" {
			t.Error(diff)
		}
	})
}

func TestOtherRefusalsLetTheNextResponseThrough(t *testing.T) {
	for name, format := range map[string]string{
		"named":           `{"type":"error","error":{"type":"t","code":"invalid","message":"x","event_id":%q}}`,
		"not named":       `{"type":"error","error":{"type":"t","code":"invalid","message":"x","event_id":null},"was":%q}`,
		"event_id absent": `{"type":"error","error":{"type":"t","message":"x"},"was":%q}`,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var ids []string
				s, stop := serve(t, nil, answerAll(func(e map[string]any) []string {
					ids = append(ids, fmt.Sprint(e["event_id"]))
					return []string{fmt.Sprintf(format, e["event_id"])}
				}))
				for i := range 3 {
					if err := s.Send(t.Context(), &ClientEventResponseCreate{EventID: new(fmt.Sprint(i))}); err != nil {
						t.Fatal(err)
					}
				}
				synctest.Wait()
				stop()
				if diff := cmp.Diff([]string{"0", "1", "2"}, ids); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestTheGateIsBoundedAndCanBeTurnedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		count := answerAll(func(map[string]any) []string { sent++; return nil })
		s, stop := serve(t, nil, count)
		for range 1 + maxQueuedResponses {
			if err := s.CreateResponse(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.CreateResponse(t.Context(), nil); !errors.Is(err, ErrNotSent) {
			t.Errorf("got %v", err)
		}
		outside := &ResponseCreateParams{Conversation: ResponseConversationNone}
		if err := s.CreateResponse(t.Context(), outside); err != nil {
			t.Errorf("got %v", err)
		}
		stop()
		if sent != 2 {
			t.Errorf("sent %d, want the first and the one outside of the conversation", sent)
		}
		if err := s.CreateResponse(t.Context(), nil); !errors.Is(err, ErrNotSent) || !errors.Is(err, ErrClosed) {
			t.Errorf("got %v", err)
		}

		sent = 0
		s, stop = serve(t, func(o *ClientOptions) { o.NoResponseGate = true }, count)
		for range 5 {
			if err := s.CreateResponse(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
		stop()
		if sent != 5 {
			t.Errorf("sent %d without a gate", sent)
		}
	})
}
