package voicelivetest_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// session.updated says what is in effect, also of what the client left out.
func TestEffectiveConfiguration(t *testing.T) {
	for _, tt := range []struct {
		name   string
		update string
		want   string // some members of the session
	}{
		{"nothing", `{}`, `{"input_audio_format":"pcm16","input_audio_sampling_rate":24000,"output_audio_format":"pcm16",
			"turn_detection":{"type":"server_vad","threshold":0.5,"prefix_padding_ms":300,"silence_duration_ms":500,"create_response":true,"interrupt_response":true,"auto_truncate":false}}`},
		{"server_vad", `{"turn_detection":{"type":"server_vad","interrupt_response":false}}`,
			`{"turn_detection":{"type":"server_vad","threshold":0.5,"prefix_padding_ms":300,"silence_duration_ms":500,"create_response":true,"interrupt_response":false,"auto_truncate":false}}`},
		{"azure_semantic_vad", `{"turn_detection":{"type":"azure_semantic_vad","create_response":false,"auto_truncate":true}}`,
			`{"turn_detection":{"type":"azure_semantic_vad","threshold":0.5,"prefix_padding_ms":300,"silence_duration_ms":500,"speech_duration_ms":200,"create_response":false,"interrupt_response":true,"auto_truncate":true}}`},
		{"semantic_vad", `{"turn_detection":{"type":"semantic_vad"}}`,
			`{"turn_detection":{"type":"semantic_vad","create_response":true,"interrupt_response":true,"auto_truncate":false}}`},
		{"no turn detection", `{"turn_detection":null}`, `{"turn_detection":null}`},
		{"G.711", `{"input_audio_format":"g711_alaw","output_audio_format":"g711_ulaw"}`,
			`{"input_audio_format":"g711_alaw","input_audio_sampling_rate":8000,"output_audio_format":"g711_ulaw"}`},
		{"16 kHz", `{"input_audio_sampling_rate":16000}`, `{"input_audio_format":"pcm16","input_audio_sampling_rate":16000}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, nil, func(t *testing.T, srv *voicelivetest.Server) {
				p := dial(t, srv)
				p.sendText(`{"type":"session.update","session":` + tt.update + `}`)
				updated := of[*voicelive.ServerEventSessionUpdated](t, p.until("session.updated"))
				var got, want map[string]any
				text, err := json.Marshal(updated.Session)
				if err != nil || json.Unmarshal(text, &got) != nil || json.Unmarshal([]byte(tt.want), &want) != nil {
					t.Fatal(err)
				}
				for name := range want {
					if diff := cmp.Diff(want[name], got[name]); diff != "" {
						t.Errorf("%s (-want +got):\n%s", name, diff)
					}
				}
			})
		})
	}
}

func TestSamplingRateFollowsTheFormat(t *testing.T) {
	bubble(t, nil, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		rate := func(session voicelive.RequestSession) int {
			p.send(update(session))
			return *of[*voicelive.ServerEventSessionUpdated](t, p.until("session.updated")).Session.InputAudioSamplingRate
		}
		if got := rate(voicelive.RequestSession{InputAudioFormat: voicelive.InputAudioFormatG711ULaw}); got != 8000 {
			t.Errorf("the rate of g711_ulaw is %d", got)
		}
		p.send(update(voicelive.RequestSession{InputAudioSamplingRate: new(16000)}))
		if c, _ := code(t, p.until("error")); c != "invalid_value" {
			t.Errorf("16 kHz of g711_ulaw get %s", c)
		}
		if got := rate(voicelive.RequestSession{InputAudioFormat: voicelive.InputAudioFormatPCM16}); got != 24000 {
			t.Errorf("the rate of pcm16 is %d", got)
		}
	})
}
