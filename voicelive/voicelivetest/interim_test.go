package voicelivetest_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func init() {
	variations = append(variations, func(r *rand.Rand, params *voicelive.ResponseCreateParams) {
		if r.IntN(5) == 0 {
			params.InterimResponse = &voicelive.StaticInterimResponseConfig{LatencyThresholdMS: new(500)}
		}
	})
}

func TestInterimResponse(t *testing.T) {
	latency, tool := voicelive.InterimResponseTriggerLatency, voicelive.InterimResponseTriggerTool
	static := func(triggers ...voicelive.InterimResponseTrigger) voicelive.InterimResponseConfig {
		return &voicelive.StaticInterimResponseConfig{Texts: []string{"Hm."}, Triggers: triggers, LatencyThresholdMS: new(1000)}
	}
	call := voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "f", Arguments: "{}"}}, Delay: 3 * time.Second}
	speech := voicelivetest.Response{Text: "Yes.", Delay: 3 * time.Second}
	quick := voicelivetest.Response{Text: "Yes.", Delay: time.Second / 2}
	for _, tt := range []struct {
		name   string
		config voicelive.InterimResponseConfig
		answer voicelivetest.Response
		at     time.Duration // of the interim response; 0 is none
		text   string
	}{
		{"none", nil, speech, 0, ""},
		{"latency is the default", static(), speech, time.Second, "Hm."},
		{"latency", static(latency), speech, time.Second, "Hm."},
		{"no latency to speak of", static(latency), quick, 0, ""},
		{"tool, and none is called", static(tool), speech, 0, ""},
		{"tool", static(tool), call, 1, "Hm."},
		{"a model's, from two seconds on", &voicelive.LLMInterimResponseConfig{}, speech, 2 * time.Second, "One moment, please."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, &voicelivetest.Options{Respond: voicelivetest.Always(tt.answer)}, func(t *testing.T, srv *voicelivetest.Server) {
				p := dial(t, srv)
				p.until("session.created")
				began := time.Now()
				p.send(update(voicelive.RequestSession{InterimResponse: tt.config}), &voicelive.ClientEventResponseCreate{})
				var said []string
				var at time.Duration
				for _, sent := range p.until("response.done") {
					if e, ok := sent.(*voicelive.ServerEventResponseAudioTranscriptDone); ok {
						said = append(said, e.Transcript)
					}
				}
				for _, sent := range srv.Session(0).Sent() {
					if sent.Type == voicelive.ServerEventTypeResponseContentPartAdded && at == 0 {
						at = max(sent.At, 1)
					}
				}
				want := []string{}
				if tt.at > 0 {
					want = append(want, tt.text)
				}
				if tt.answer.Text != "" {
					want = append(want, tt.answer.Text)
				}
				if diff := cmp.Diff(want, append([]string{}, said...)); diff != "" {
					t.Errorf("it says (-want +got):\n%s", diff)
				}
				if tt.at > 0 && at != tt.at {
					t.Errorf("it speaks after %v, want %v", at, tt.at)
				}
				if d := time.Since(began); d < tt.answer.Delay {
					t.Errorf("the response is done after %v, before its delay", d)
				}
			})
		})
	}
}
