//go:build !race

package agent_test

import (
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// An exchange is what the service sends for a sentence of the user and a reply. %[1]d is its number.
var exchange = []string{
	`{"type":"input_audio_buffer.speech_started","audio_start_ms":0,"item_id":"user_%[1]d"}`,
	`{"type":"input_audio_buffer.speech_stopped","audio_end_ms":900,"item_id":"user_%[1]d"}`,
	`{"type":"conversation.item.created","item":{"id":"user_%[1]d","type":"message","role":"user","status":"completed","content":[{"type":"input_audio"}]}}`,
	`{"type":"conversation.item.input_audio_transcription.completed","item_id":"user_%[1]d","content_index":0,"transcript":"This is what I say."}`,
	`{"type":"response.created","response":{"id":"resp_%[1]d","status":"in_progress","output":[]}}`,
	`{"type":"response.output_item.added","response_id":"resp_%[1]d","output_index":0,"item":{"id":"item_%[1]d","type":"message","role":"assistant","status":"in_progress","content":[]}}`,
	`{"type":"response.audio_transcript.delta","response_id":"resp_%[1]d","item_id":"item_%[1]d","output_index":0,"content_index":0,"delta":"This is my reply to it."}`,
	`{"type":"response.audio.delta","response_id":"resp_%[1]d","item_id":"item_%[1]d","output_index":0,"content_index":0,"delta":"AAAAAAAAAAAAAAAA"}`,
	`{"type":"response.audio.done","response_id":"resp_%[1]d","item_id":"item_%[1]d","output_index":0,"content_index":0}`,
	`{"type":"response.output_item.done","response_id":"resp_%[1]d","output_index":0,"item":{"id":"item_%[1]d","type":"message","role":"assistant","status":"completed","content":[{"type":"audio","transcript":"This is my reply to it."}]}}`,
	`{"type":"response.done","response":{"id":"resp_%[1]d","status":"completed","output":[]}}`,
}

// TestNothingGrowsButTheTranscriptAndTheReport has a call of many exchanges with a service that keeps nothing.
func TestNothingGrowsButTheTranscriptAndTheReport(t *testing.T) {
	// A transcript of this text, and a turn in the report, in bytes.
	const most = 4 << 10
	const rounds = 1000 // the server keeps the types of its last 10,000 events
	synctest.Test(t, func(t *testing.T) {
		config := `{"id":"s","input_audio_format":"g711_ulaw","output_audio_format":"g711_ulaw","input_audio_sampling_rate":8000,"turn_detection":{"type":"server_vad"}}`
		srv := voicelivetest.NewServer(t, &voicelivetest.Options{Forget: true, Play: func(s *voicelivetest.Session) func(voicelivetest.Received) {
			s.InjectJSON([]byte(`{"type":"session.created","session":` + config + `}`))
			return func(r voicelivetest.Received) {
				if r.Type == voicelive.ClientEventTypeSessionUpdate {
					s.InjectJSON([]byte(`{"type":"session.updated","session":` + config + `}`))
				}
			}
		}})
		user, reports := servePipe(t, srv)
		packet := leg.MuLaw.AppendSilence(nil, 800)
		n := 0
		talk := func() (heap uint64) {
			for range rounds {
				n++
				for range 10 {
					if err := user.Play(t.Context(), packet); err != nil {
						t.Fatal(err)
					}
				}
				synctest.Wait()
				for _, text := range exchange {
					srv.Session(0).InjectJSON(fmt.Appendf(nil, text, n))
				}
				time.Sleep(time.Second)
			}
			runtime.GC()
			runtime.GC() // what pools held
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			return m.HeapAlloc
		}
		synctest.Wait()
		before := talk()
		after := talk()
		if err := user.HangUp(t.Context(), ""); err != nil {
			t.Error(err)
		}
		if r := <-reports; len(r.Turns) != n || len(r.Transcript.Entries()) != 2*n {
			t.Errorf("%d turns and %d entries of %d exchanges", len(r.Turns), len(r.Transcript.Entries()), n)
		}
		growth := (int64(after) - int64(before)) / rounds
		t.Logf("an exchange takes %d bytes", growth)
		if growth > most {
			t.Errorf("an exchange takes %d bytes, more than %d", growth, most)
		}
	})
}

// sessions remembers the sessions of a conversation, and keeps none of them.
type sessions struct {
	agent.NoObserver
	all []weak.Pointer[voicelive.Session]
}

func (s *sessions) ObserveSession(_ *agent.Conversation, session *voicelive.Session) {
	s.all = append(s.all, weak.Make(session))
}

func TestASessionThatWasReplacedIsForgotten(t *testing.T) {
	var seen sessions
	a := &agent.Agent{Observer: &seen}
	play(t, a, said(), func(c *call) {
		for range 5 {
			c.conversation.Rotate("because")
			c.user.Silence(2 * time.Second)
		}
		runtime.GC()
		if len(seen.all) != 6 {
			t.Fatalf("%d sessions, want 6", len(seen.all))
		}
		for i, s := range seen.all[:4] { // the last ones may be in use
			if s.Value() != nil {
				t.Errorf("session %d is still in memory", i)
			}
		}
		c.user.HangUp()
	})
}
