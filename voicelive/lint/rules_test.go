package lint

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// cases has a configuration for each rule that it finds, and one with the fix that it does not.
var cases = []struct {
	rule          string
	target, wrong string // a query and a session
	path          string // of the finding
	right         string // a session; empty for that of wrong
	rightTarget   string // empty for target
}{
	{"native-voice-model", "model=gpt-realtime", `{"voice": {"type": "azure-realtime-native", "name": "ava"}}`, "voice", `{"voice": {"type": "azure-standard", "name": "en-US-AvaNeural"}}`, ""},
	{"native-voice-model", "model=gpt-4.1", `{"voice": {"type": "azure-realtime-native", "name": "ava"}}`, "voice", "", "model=azure-realtime"},
	{"azure-realtime-voice", "model=azure-realtime", `{"voice": {"type": "azure-standard", "name": "en-US-AvaNeural"}}`, "voice", `{"voice": {"type": "azure-realtime-native", "name": "ava"}}`, ""},
	{"openai-voice-model", "model=gpt-5-mini", `{"voice": "alloy"}`, "voice", `{"voice": {"type": "azure-standard", "name": "en-US-AvaNeural"}}`, ""},
	{"openai-voice-model", "model=mine&profile=byom-azure-openai-chat-completion", `{"voice": {"type": "openai", "name": "alloy"}}`, "voice", "", "model=mine&profile=byom-azure-openai-realtime"},
	{"voice-rate", "model=gpt-4o", `{"voice": {"type": "azure-standard", "name": "a", "rate": "1.6"}}`, "voice.rate", `{"voice": {"type": "azure-standard", "name": "a", "rate": "1.5"}}`, ""},
	{"timestamps-voice", "model=gpt-realtime", `{"voice": "marin", "output_audio_timestamp_types": ["word"]}`, "output_audio_timestamp_types", `{"output_audio_timestamp_types": ["word"]}`, ""},
	{"animation-voice", "model=gpt-realtime", `{"voice": "marin", "animation": {"outputs": ["viseme_id"]}}`, "animation", `{"voice": {"type": "azure-custom", "name": "a", "endpoint_id": "b"}, "animation": {"outputs": ["viseme_id"]}}`, ""},
	{"animation-outputs", "", `{"animation": {"outputs": ["viseme_id", "blendshapes"]}}`, "animation.outputs[1]", `{"animation": {"outputs": ["viseme_id"]}}`, ""},

	{"g711-rate", "", `{"input_audio_format": "g711_ulaw", "input_audio_sampling_rate": 24000}`, "input_audio_sampling_rate", `{"input_audio_format": "g711_ulaw", "input_audio_sampling_rate": 8000}`, ""},
	{"g711-rate-unset", "", `{"input_audio_format": "g711_alaw"}`, "input_audio_format", `{"input_audio_format": "g711_alaw", "input_audio_sampling_rate": 8000}`, ""},
	{"pcm-rate", "", `{"input_audio_sampling_rate": 48000}`, "input_audio_sampling_rate", `{"input_audio_sampling_rate": 16000}`, ""},
	{"noise-reduction-model", "model=gpt-4.1", `{"input_audio_noise_reduction": {"type": "near_field"}}`, "input_audio_noise_reduction.type", `{"input_audio_noise_reduction": {"type": "azure_deep_noise_suppression"}}`, ""},
	{"noise-reduction-model", "model=phi4-mini", `{"input_audio_noise_reduction": {"type": "far_field"}}`, "input_audio_noise_reduction.type", "", "model=gpt-realtime-mini"},
	{"echo-channels", "features=client_ec_reference:true", `{"input_audio_echo_cancellation": {"type": "server_echo_cancellation", "reference_source": "client"}}`, "input_audio_echo_cancellation", `{"input_audio_echo_cancellation": {"type": "server_echo_cancellation", "reference_source": "client", "channels": 2}}`, ""},
	{"echo-channels", "", `{"input_audio_echo_cancellation": {"type": "server_echo_cancellation", "channels": 2}}`, "input_audio_echo_cancellation", `{"input_audio_echo_cancellation": {"type": "server_echo_cancellation", "channels": 1}}`, ""},
	{"echo-feature", "", `{"input_audio_echo_cancellation": {"type": "server_echo_cancellation", "reference_source": "client", "channels": 2}}`, "input_audio_echo_cancellation.reference_source", "", "features=client_ec_reference:true"},
	{"echo-format", "", `{"input_audio_format": "g711_ulaw", "input_audio_echo_cancellation": {"type": "server_echo_cancellation", "reference_source": "client", "channels": 2}}`, "input_audio_echo_cancellation.reference_source", `{"input_audio_format": "pcm16", "input_audio_echo_cancellation": {"type": "server_echo_cancellation", "reference_source": "client", "channels": 2}}`, ""},
	{"echo-turns", "", `{"turn_detection": null, "input_audio_echo_cancellation": {"type": "server_echo_cancellation"}}`, "input_audio_echo_cancellation", `{"turn_detection": null, "input_audio_echo_cancellation": null}`, ""},
	{"echo-suggested", "", `{"input_audio_format": "pcm16", "turn_detection": {"type": "server_vad"}}`, "turn_detection", `{"input_audio_format": "pcm16", "turn_detection": {"type": "server_vad"}, "input_audio_echo_cancellation": null}`, ""},

	{"transcription-model", "model=gpt-4o", `{"input_audio_transcription": {"model": "gpt-4o-transcribe-diarize"}}`, "input_audio_transcription.model", "", "model=gpt-realtime"},
	{"transcription-realtime", "model=gpt-realtime", `{"input_audio_transcription": {"model": "azure-speech"}}`, "input_audio_transcription.model", `{"input_audio_transcription": {"model": "whisper-1"}}`, ""},
	{"phrase-list-model", "", `{"input_audio_transcription": {"model": "mai-transcribe-1", "phrase_list": ["Contoso"]}}`, "input_audio_transcription", `{"input_audio_transcription": {"model": "azure-speech", "phrase_list": ["Contoso"]}}`, ""},
	{"custom-speech-model", "", `{"input_audio_transcription": {"model": "whisper-1", "custom_speech": {"en-US": "id"}}}`, "input_audio_transcription", `{"input_audio_transcription": {"model": "azure-speech", "custom_speech": {"en-US": "id"}}}`, ""},
	{"transcription-prompt", "", `{"input_audio_transcription": {"model": "azure-speech", "prompt": "Contoso"}}`, "input_audio_transcription", `{"input_audio_transcription": {"model": "whisper-1", "prompt": "Contoso"}}`, ""},

	{"semantic-vad-model", "model=gpt-4o", `{"turn_detection": {"type": "semantic_vad"}}`, "turn_detection.type", `{"turn_detection": {"type": "azure_semantic_vad"}}`, ""},
	{"semantic-vad-model", "model=phi4-mm-realtime", `{"turn_detection": {"type": "semantic_vad"}}`, "turn_detection.type", "", "model=gpt-realtime-2.1"},
	{"end-of-utterance-model", "model=gpt-realtime", `{"turn_detection": {"type": "server_vad", "end_of_utterance_detection": {"model": "semantic_detection_v1"}}}`, "turn_detection.end_of_utterance_detection.model", "", "model=gpt-4o"},
	{"auto-truncate", "", `{"turn_detection": {"type": "server_vad", "auto_truncate": true, "interrupt_response": false}}`, "turn_detection", `{"turn_detection": {"type": "server_vad", "auto_truncate": true}}`, ""},
	{"truncation-suggested", "", `{"turn_detection": {"type": "azure_semantic_vad", "interrupt_response": true}}`, "turn_detection", `{"turn_detection": {"type": "azure_semantic_vad", "interrupt_response": true, "auto_truncate": false}}`, ""},

	{"modalities", "", `{"modalities": ["audio"]}`, "modalities", `{"modalities": ["text"]}`, ""},
	{"interim-model", "model=gpt-realtime", `{"interim_response": {"type": "static_interim_response", "texts": ["One moment."]}}`, "interim_response", "", "model=gpt-4.1"},
	{"interim-voice", "", `{"voice": "alloy", "interim_response": {"type": "static_interim_response", "texts": ["One moment."]}}`, "interim_response", `{"voice": {"type": "azure-standard", "name": "a"}, "interim_response": {"type": "static_interim_response", "texts": ["One moment."]}}`, ""},
	{"mcp-model", "model=phi4-mini", `{"tools": [{"type": "function", "name": "f"}, {"type": "mcp", "server_label": "s", "server_url": "https://s.example"}]}`, "tools[1].type", "", "model=gpt-4o"},
	{"tool-choice-model", "model=gpt-realtime", `{"tool_choice": {"type": "function", "name": "f"}}`, "tool_choice", `{"tool_choice": "required"}`, ""},
	{"reasoning-model", "model=gpt-4.1-mini", `{"reasoning_effort": "low"}`, "reasoning_effort", "", "model=gpt-5"},
	{"session-model", "model=gpt-4.1", `{"model": "gpt-4o"}`, "model", `{"model": "gpt-4.1"}`, ""},

	{"avatar-rtc", "rtc=true", `{"avatar": {"character": "lisa", "customized": false}}`, "avatar", "", "model=gpt-4o"},
	{"avatar-voice", "", `{"voice": "alloy", "avatar": {"character": "lisa", "customized": false}}`, "avatar", `{"voice": {"type": "azure-standard", "name": "a"}, "avatar": {"character": "lisa", "customized": false}}`, ""},
	{"avatar-missing", "", `{"modalities": ["text", "audio", "avatar"]}`, "modalities[2]", `{"modalities": ["text", "audio", "avatar"], "avatar": {"character": "lisa", "customized": false}}`, ""},
	{"photo-avatar-model", "", `{"avatar": {"type": "photo-avatar", "character": "anika", "customized": false}}`, "avatar", `{"avatar": {"type": "photo-avatar", "model": "vasa-1", "character": "anika", "customized": false}}`, ""},
	{"avatar-background", "", `{"avatar": {"character": "lisa", "customized": false, "video": {"background": {"color": "#00FF00FF", "image_url": "https://i.example"}}}}`, "avatar.video.background", `{"avatar": {"character": "lisa", "customized": false, "video": {"background": {"color": "#00FF00FF"}}}}`, ""},

	{"agent-instructions", "agent=a", `{"instructions": "Be brief."}`, "instructions", "", "model=gpt-4o"},
	{"agent-tools", "agent=a", `{"tools": []}`, "tools", "", "model=gpt-4o"},
	{"agent-tool-choice", "agent=a", `{"tool_choice": "auto"}`, "tool_choice", "", "model=gpt-4o"},
	{"agent-temperature", "agent=a", `{"temperature": 0.7}`, "temperature", "", "model=gpt-4o"},
	{"agent-max-tokens", "agent=a", `{"max_response_output_tokens": "inf"}`, "max_response_output_tokens", "", "model=gpt-4o"},
	{"agent-reasoning", "agent=a", `{"reasoning_effort": "low"}`, "reasoning_effort", "", "model=gpt-5"},

	{"profile-model", "profile=byom-azure-openai-realtime", `{}`, "", "", "profile=byom-azure-openai-realtime&model=mine"},
	{"profile-unknown", "profile=byom&model=mine", `{}`, "", "", "profile=byom-foundry-anthropic-messages&model=mine"},
	{"azure-realtime-version", "model=azure-realtime&api-version=2025-10-01", `{}`, "", "", "model=azure-realtime&api-version=2026-01-01-preview"},
	{"previews-version", "previews=A=V1Preview", `{}`, "", "", "previews=A=V1Preview&api-version=v1"},

	{"version", "api-version=2026-04-10", `{"input_audio_echo_cancellation": {"type": "server_echo_cancellation", "channels": 1}}`, "input_audio_echo_cancellation.channels", "", "api-version=2026-06-01-preview"},
	{"version", "rtc=true&api-version=2026-07-15", `{}`, "", "", "rtc=true&api-version=2026-06-01-preview"},
	{"version-unknown", "api-version=2026-4-10", `{}`, "", "", "api-version=2026-04-10"},
	{"unknown-property", "", `{"turn_detection": {"type": "server_vad", "treshold": 0.5}}`, "turn_detection.treshold", `{"turn_detection": {"type": "server_vad", "threshold": 0.5}}`, ""},
	{"unknown-property", "", `{"tools": [{"type": "function", "name": "f", "parameters": {"any": 1}, "strict": true}]}`, "tools[0].strict", `{"tools": [{"type": "function", "name": "f", "parameters": {"any": 1}}]}`, ""},
	{"invalid", "", `{"turn_detection": {"type": "server_vad", "threshold": 2}}`, "", `{"turn_detection": {"type": "server_vad", "threshold": 1}}`, ""},
}

// TestRules holds each rule to a configuration that it finds and to one that it does not.
func TestRules(t *testing.T) {
	for _, c := range cases {
		t.Run(c.rule, func(t *testing.T) {
			want := Finding{Rule: c.rule, Path: c.path}
			if found := Check(options(t, c.target), session(t, c.wrong)); !slices.ContainsFunc(found, want.same) {
				t.Errorf("%s %s: got %v, want %s at %q", c.target, c.wrong, found, c.rule, c.path)
			}
			right, target := either(c.right, c.wrong), either(c.rightTarget, c.target)
			for _, f := range Check(options(t, target), session(t, right)) {
				if f.Rule == c.rule {
					t.Errorf("%s %s: got %v, want nothing of %s", target, right, f, c.rule)
				}
			}
		})
	}
}

// TestEveryRuleHasACase also holds the rules to findings that can be read.
func TestEveryRuleHasACase(t *testing.T) {
	tested := map[string]bool{}
	for _, c := range cases {
		tested[c.rule] = true
	}
	for _, c := range eventCases {
		tested[c.rule] = true
	}
	seen := map[string]bool{}
	for _, r := range slices.Concat(sessionRules, targetRules, fixedRules, responseRules) {
		if !tested[r.id] {
			t.Errorf("rule %s has no case", r.id)
		}
		if seen[r.id] {
			t.Errorf("rule %s is there twice", r.id)
		}
		seen[r.id] = true
		if r.reason == "" || r.source == "" || r.fix == "" || !slices.Contains(severities, r.severity) {
			t.Errorf("rule %s is incomplete: %+v", r.id, r)
		}
	}
}

func (f Finding) same(other Finding) bool { return f.Rule == other.Rule && f.Path == other.Path }

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// options reads a target as a query.
func options(t *testing.T, query string) *voicelive.ConnectOptions {
	t.Helper()
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	o := &voicelive.ConnectOptions{
		Model: q.Get("model"), Profile: q.Get("profile"), APIVersion: q.Get("api-version"), RTC: q.Has("rtc"),
		Features: q["features"], Previews: q["previews"],
	}
	if name := q.Get("agent"); name != "" {
		o.Agent = &voicelive.Agent{Name: name, ProjectName: "p"}
	}
	return o
}

func session(t *testing.T, text string) *voicelive.RequestSession {
	t.Helper()
	s := &voicelive.RequestSession{}
	if err := json.Unmarshal([]byte(text), s); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return s
}

// TestFindingsAreOneLine keeps String to a line, and the JSON to stable names.
func TestFindingsAreOneLine(t *testing.T) {
	found := Check(options(t, "model=gpt-4o"), session(t, `{"turn_detection": {"type": "semantic_vad"}}`))
	if len(found) != 1 {
		t.Fatalf("got %v, want one finding", found)
	}
	const line = "error: turn_detection.type: semantic_vad works with gpt-realtime models only (use azure_semantic_vad) [semantic-vad-model]"
	if got := found[0].String(); got != line {
		t.Errorf("got %s, want %s", got, line)
	}
	data, err := json.Marshal(found[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"rule", "severity", "path", "reason", "source", "fix"} {
		if !strings.Contains(string(data), `"`+name+`":"`) {
			t.Errorf("%s has no %s", data, name)
		}
	}
}
