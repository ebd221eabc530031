package lint

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

const withReference = `{"input_audio_format": "pcm16", "input_audio_sampling_rate": 24000, "input_audio_echo_cancellation": {"type": "server_echo_cancellation", "reference_source": "client", "channels": 2}}`

// eventCases has, for each rule about events, an event that it finds and one that it does not.
var eventCases = []struct {
	rule, target, session string
	wrong, path, right    string
}{
	{"fixed-voice", "", `{"voice": "alloy"}`, `{"type": "session.update", "session": {"voice": "marin"}}`, "session.voice", `{"type": "session.update", "session": {"voice": "alloy"}}`},
	{"fixed-model", "", `{"model": "gpt-4o"}`, `{"type": "session.update", "session": {"model": "gpt-4.1"}}`, "session.model", `{"type": "session.update", "session": {"instructions": "Be brief."}}`},
	{"fixed-input-format", "", withReference, `{"type": "session.update", "session": {"input_audio_format": "g711_ulaw"}}`, "session.input_audio_format", `{"type": "session.update", "session": {"input_audio_format": "pcm16"}}`},
	{"fixed-input-rate", "", withReference, `{"type": "session.update", "session": {"input_audio_sampling_rate": 16000}}`, "session.input_audio_sampling_rate", `{"type": "session.update", "session": {"input_audio_sampling_rate": 24000}}`},
	{"fixed-echo-channels", "", withReference, `{"type": "session.update", "session": {"input_audio_echo_cancellation": {"type": "server_echo_cancellation", "channels": 1}}}`, "session.input_audio_echo_cancellation.channels", `{"type": "session.update", "session": {"temperature": 0.8}}`},
	{"fixed-echo-reference", "", withReference, `{"type": "session.update", "session": {"input_audio_echo_cancellation": {"type": "server_echo_cancellation", "reference_source": "server"}}}`, "session.input_audio_echo_cancellation.reference_source", `{"type": "session.update", "session": {"temperature": 0.8}}`},
	{"semantic-vad-model", "model=gpt-4o", `{}`, `{"type": "session.update", "session": {"turn_detection": {"type": "semantic_vad"}}}`, "session.turn_detection.type", `{"type": "session.update", "session": {"turn_detection": null}}`},
	{"timestamps-voice", "model=gpt-realtime", `{"output_audio_timestamp_types": ["word"]}`, `{"type": "session.update", "session": {"voice": "marin"}}`, "session", `{"type": "session.update", "session": {"output_audio_timestamp_types": []}}`},

	{"pre-generated-parts", "", `{}`, `{"type": "response.create", "response": {"pre_generated_assistant_message": {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}}}`,
		"response.pre_generated_assistant_message.content", `{"type": "response.create", "response": {"pre_generated_assistant_message": {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "a"}]}}}`},
	{"pre-generated-voice", "", `{"voice": "alloy"}`, `{"type": "response.create", "response": {"pre_generated_assistant_message": {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "a"}]}}}`,
		"response.pre_generated_assistant_message", `{"type": "response.create", "response": {"voice": {"type": "azure-standard", "name": "a"}, "pre_generated_assistant_message": {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "a"}]}}}`},
	{"tool-choice-model", "model=gpt-realtime", `{}`, `{"type": "response.create", "response": {"tool_choice": {"type": "function", "name": "f"}}}`, "response.tool_choice", `{"type": "response.create", "response": {"tool_choice": "auto"}}`},

	{"echo-chunk", "", withReference, `{"type": "input_audio_buffer.append", "audio": "AAAAAAAA"}`, "audio", `{"type": "input_audio_buffer.append", "audio": "AAAAAAAAAAA="}`},
	{"unknown-property", "", `{}`, `{"type": "response.create", "responses": {}}`, "responses", `{"type": "response.create", "response": {}}`},
	{"version", "api-version=2026-04-10", `{}`, `{"type": "response.create", "response": {"invoke_input": {"a": 1}}}`, "response.invoke_input", `{"type": "response.create"}`},
}

// TestRulesForEvents holds each rule about events to one that it finds and to one that it does not.
func TestRulesForEvents(t *testing.T) {
	for _, c := range eventCases {
		t.Run(c.rule, func(t *testing.T) {
			target, now := options(t, c.target), session(t, c.session)
			want := Finding{Rule: c.rule, Path: c.path}
			if found := CheckEvent(target, now, event(t, c.wrong)); !slices.ContainsFunc(found, want.same) {
				t.Errorf("%s: got %v, want %s at %q", c.wrong, found, c.rule, c.path)
			}
			for _, f := range CheckEvent(target, now, event(t, c.right)) {
				if f.Rule == c.rule {
					t.Errorf("%s: got %v, want nothing of %s", c.right, f, c.rule)
				}
			}
		})
	}
}

// TestAnUpdateIsNotBlamedForTheSession reports only what an update changes for the worse.
func TestAnUpdateIsNotBlamedForTheSession(t *testing.T) {
	now := session(t, `{"turn_detection": {"type": "semantic_vad"}}`)
	update := event(t, `{"type": "session.update", "session": {"temperature": 0.8}}`)
	if found := CheckEvent(options(t, "model=gpt-4o"), now, update); len(found) > 0 {
		t.Errorf("got %v, want nothing", found)
	}
}

// TestAnyEventIsChecked checks events of all kinds, odd ones too, as they are.
func TestAnyEventIsChecked(t *testing.T) {
	for _, file := range []string{"client-events.jsonl", "odd-events.jsonl"} {
		data, err := os.ReadFile("../testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range bytes.Lines(data) {
			e, err := voicelive.UnmarshalClientEvent(line)
			if err != nil {
				continue // an event of the service that is odd as one of the client
			}
			for _, f := range CheckEvent(nil, nil, e) {
				if f.Reason == "" || f.Fix == "" || f.Source == "" {
					t.Errorf("%s: an incomplete finding %+v", line, f)
				}
			}
		}
	}
	for _, e := range []voicelive.ClientEvent{nil, (*voicelive.ClientEventSessionUpdate)(nil)} {
		if found := CheckEvent(nil, nil, e); found != nil {
			t.Errorf("a nil event has findings: %v", found)
		}
	}
}

func event(t *testing.T, text string) voicelive.ClientEvent {
	t.Helper()
	e, err := voicelive.UnmarshalClientEvent([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return e
}
