package voicelive

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// line is what a response is for a test.
func (r ResponseInfo) line() string {
	s := fmt.Sprintf("%s %s", r.ID, r.Status)
	if r.OutOfBand {
		s += " out of band"
	}
	if r.EventID != "" {
		s += " for " + r.EventID
	}
	if r.Reason != "" {
		s += " since " + r.Reason
	}
	return fmt.Sprintf("%s %v %v", s, r.FirstAudio, r.Duration)
}

func responseLines(s *Session) (lines []string) {
	for _, r := range s.Responses() {
		lines = append(lines, r.line())
	}
	return lines
}

func TestResponsesAreTracked(t *testing.T) {
	const (
		createdConv = `{"type":"response.created","response":{"id":%q,"conversation_id":"conv"}}`
		createdNone = `{"type":"response.created","response":{"id":%q,"conversation_id":null}}`
		audio       = `{"type":"response.audio.delta","response_id":%q,"item_id":"i","output_index":0,"content_index":0,"delta":"AAAA"}`
		doneAs      = `{"type":"response.done","response":{"id":%q,"status":%q,"status_details":%s}}`
	)
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, func(p *peer) {
			p.text(createdConv, "a")
			time.Sleep(time.Second)
			p.text(createdNone, "b")
			p.text(audio, "a")
			time.Sleep(time.Second)
			p.text(audio, "b")
			p.text(audio, "b")
			p.text(`{"type":"input_audio_buffer.speech_started","audio_start_ms":0,"item_id":"i"}`)
			time.Sleep(time.Second)
			p.text(doneAs, "a", "cancelled", `{"type":"cancelled","reason":"turn_detected"}`)
			p.text(`{"type":"input_audio_buffer.speech_started","audio_start_ms":0,"item_id":"i"}`)
			time.Sleep(time.Second)
			p.text(doneAs, "b", "failed", `{"type":"failed","error":{"type":"server_error","code":"broken","message":"m"}}`)
			p.text(doneAs, "never created", "completed", "null")
			p.Drain()
		})
		defer stop()
		for i, want := range [][]string{
			{"a in_progress 0s 0s"},
			{"a in_progress 1s 0s", "b in_progress out of band 0s 0s"},
			{"a in_progress 1s 0s", "b in_progress out of band 1s 0s"},
			{"a cancelled since turn_detected 1s 3s", "b in_progress out of band 1s 0s"},
			{"a cancelled since turn_detected 1s 3s", "b failed out of band since broken 1s 3s"},
		} {
			synctest.Wait()
			if diff := cmp.Diff(want, responseLines(s)); diff != "" {
				t.Errorf("after %d s: %s", i, diff)
			}
			time.Sleep(time.Second)
		}
		if st := s.Stats(); st.Interruptions != 1 || st.Responses != 3 || st.FirstAudio != time.Second {
			t.Errorf("got %+v", st)
		}
	})
}

// Responses that the client asked for out of band, and those that it asked for with Do, are known
// by what their metadata repeats.
func TestAResponseIsKnownByItsRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		s, stop := serve(t, nil, answerAll(func(e map[string]any) []string {
			n++
			params, _ := e["response"].(map[string]any)
			metadata, _ := params["metadata"].(map[string]any)
			text := ""
			for name, value := range metadata {
				text += fmt.Sprintf(`,"metadata":{%q:%q}`, name, value)
			}
			return []string{fmt.Sprintf(`{"type":"response.created","response":{"id":"r%d"%s}}`, n, text)}
		}))
		defer stop()
		send := func(eventID string, params *ResponseCreateParams, wait bool) {
			t.Helper()
			e := &ClientEventResponseCreate{EventID: &eventID, Response: params}
			err := s.Send(t.Context(), e)
			if wait {
				_, err = s.Do(t.Context(), e)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		send("plain", nil, false)
		send("none", &ResponseCreateParams{Conversation: ResponseConversationNone}, false)
		send("not committed", &ResponseCreateParams{Commit: new(false)}, false)
		send("committed", &ResponseCreateParams{Commit: new(true)}, false)
		synctest.Wait()
		want := []string{"r1 in_progress 0s 0s", "r2 in_progress out of band for none 0s 0s", "r3 in_progress out of band for not committed 0s 0s", "r4 in_progress 0s 0s"}
		if diff := cmp.Diff(want, responseLines(s)); diff != "" {
			t.Error(diff)
		}
		for _, params := range []*ResponseCreateParams{nil, {Conversation: ResponseConversationNone}} {
			ev, err := s.Do(t.Context(), &ClientEventResponseCreate{Response: params})
			if err != nil {
				t.Fatal(err)
			}
			got := s.Responses()[len(s.Responses())-1]
			if created := ev.(*ServerEventResponseCreated); got.ID != deref(created.Response.ID) || got.EventID == "" || got.OutOfBand != (params != nil) {
				t.Errorf("got %v for %v", got.line(), ev)
			}
		}
	})
}

// A service that never ends its responses costs no memory without a bound.
func TestTheListOfResponsesIsBounded(t *testing.T) {
	var tracker responses
	for i := range 1000 {
		tracker.created(ResponseInfo{ID: fmt.Sprint(i), Status: ResponseStatusInProgress, Created: time.Now()})
		if i%2 == 0 {
			tracker.done(ResponseInfo{ID: fmt.Sprint(i), Status: ResponseStatusCompleted}, false)
		}
		done := 0
		for _, r := range tracker.list {
			if !r.Active() {
				done++
			}
		}
		if len(tracker.list) > maxResponses || done > maxDoneResponses {
			t.Fatalf("%d responses, %d of them done", len(tracker.list), done)
		}
	}
	if last := tracker.list[len(tracker.list)-1]; last.ID != "999" || !last.Active() {
		t.Errorf("the last is %s", last.line())
	}
}
