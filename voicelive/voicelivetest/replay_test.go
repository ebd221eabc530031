package voicelivetest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A recording plays as it was recorded.
func TestARecordingIsReplayed(t *testing.T) {
	const text = `{"type":"session.created","session":{}}
{"at":3,"event":{"type":"response.created","event_id":"e","response":{"id":"resp_r","status":"in_progress"}}}
{"type":"response.audio_transcript.delta","response_id":"resp_r","item_id":"i","output_index":0,"content_index":0,"delta":"Recorded.","future":1}
{"type":"response.cancel"}
{"type":"of.tomorrow","x":1}
{"type":"response.done","response":{"id":"resp_r","status":"completed"}}
{"type":"error","error":{"type":"t","message":"outside"}}
`
	respond, err := voicelivetest.Replay([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	bubble(t, &voicelivetest.Options{Respond: respond}, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.until("session.created")
		p.send(&voicelive.ClientEventResponseCreate{})
		events := p.until("response.done")
		want := []string{"response.created", "response.audio_transcript.delta", "of.tomorrow", "response.done"}
		if diff := cmp.Diff(want, types(events)); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		d := events[1].(*voicelive.ServerEventResponseAudioTranscriptDelta)
		if d.Delta != "Recorded." || d.ResponseID != "resp_r" {
			t.Errorf("got %+v", d)
		}
	})
	for _, bad := range []string{"", "{", `{"type":"session.created","session":{}}`, `{"event":3}`} {
		if _, err := voicelivetest.Replay([]byte(bad)); err == nil {
			t.Errorf("%q is taken for a recording", bad)
		}
	}
}
