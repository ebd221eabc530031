package lint

import "testing"

// working are sessions that are known to work, or that the documentation shows as examples.
var working = []struct{ target, session string }{
	{"", `{}`},
	{"model=gpt-realtime", `{"modalities": ["text", "audio"], "voice": "alloy", "turn_detection": {"type": "server_vad", "threshold": 0.5, "prefix_padding_ms": 300, "silence_duration_ms": 500}, "input_audio_transcription": {"model": "whisper-1"}}`},
	{"model=gpt-realtime-mini&api-version=2025-10-01", `{"voice": {"type": "openai", "name": "alloy"}, "turn_detection": {"type": "semantic_vad", "eagerness": "low"}, "input_audio_noise_reduction": {"type": "near_field"}}`},
	{"model=gpt-realtime", `{"voice": {"type": "azure-standard", "name": "en-US-Ava:DragonHDLatestNeural", "temperature": 0.8}, "turn_detection": {"type": "azure_semantic_vad", "silence_duration_ms": 500}, "input_audio_noise_reduction": {"type": "azure_deep_noise_suppression"}, "input_audio_echo_cancellation": {"type": "server_echo_cancellation"}, "output_audio_timestamp_types": ["word"]}`},
	{"model=gpt-4.1&api-version=2026-04-10", `{"voice": {"type": "azure-standard", "name": "en-US-AvaNeural", "rate": "1.2"}, "input_audio_transcription": {"model": "azure-speech", "language": "en", "phrase_list": ["Contoso"]}, "turn_detection": {"type": "azure_semantic_vad_multilingual", "remove_filler_words": true, "languages": ["en", "de"], "end_of_utterance_detection": {"model": "semantic_detection_v1_multilingual", "threshold_level": "default", "timeout_ms": 1000}}}`},
	{"model=gpt-4.1", `{"input_audio_transcription": {"model": "mai-transcribe"}, "modalities": ["text", "audio"], "turn_detection": {"type": "azure_semantic_vad_multilingual"}}`},
	{"model=gpt-5", `{"reasoning_effort": "low", "interim_response": {"type": "llm_interim_response", "triggers": ["latency", "tool"], "latency_threshold_ms": 1500}, "tools": [{"type": "mcp", "server_label": "docs", "server_url": "https://mcp.example", "require_approval": "never"}, {"type": "function", "name": "f", "description": "d", "parameters": {"type": "object", "properties": {"type": {"type": "string"}}}}], "tool_choice": {"type": "function", "name": "f"}}`},
	{"model=azure-realtime&api-version=2026-07-15", `{"voice": {"type": "azure-realtime-native", "name": "ava"}, "modalities": ["text", "audio"], "instructions": "You are a helpful assistant."}`},
	{"model=phi4-mm-realtime", `{"voice": {"type": "azure-standard", "name": "en-US-AvaNeural"}, "turn_detection": {"type": "azure_semantic_vad"}}`},
	{"agent=support", `{"voice": {"type": "azure-standard", "name": "en-US-AvaNeural"}, "turn_detection": {"type": "azure_semantic_vad"}, "input_audio_transcription": {"model": "azure-speech"}, "instructions": ""}`},
	{"model=my-deployment", `{"voice": "alloy", "turn_detection": {"type": "semantic_vad"}, "input_audio_transcription": {"model": "gpt-4o-transcribe", "prompt": "Azure"}}`},
	{"model=my-claude&profile=byom-foundry-anthropic-messages", `{"voice": {"type": "azure-custom", "name": "a", "endpoint_id": "b"}}`},
	{"model=gpt-4o", `{"avatar": {"character": "lisa", "style": "casual-sitting", "customized": false, "ice_servers": [{"urls": ["stun:a.example"]}], "video": {"bitrate": 2000000, "codec": "h264", "resolution": {"width": 1080, "height": 1920}, "background": {"color": "#00FF00FF"}}}, "animation": {"outputs": ["viseme_id"]}}`},
	{"model=gpt-4o&api-version=2026-06-01-preview&features=client_ec_reference:true", `{"input_audio_format": "pcm16", "input_audio_sampling_rate": 24000, "input_audio_echo_cancellation": {"type": "server_echo_cancellation", "reference_source": "client", "channels": 2}, "turn_detection": {"type": "server_vad"}}`},
	{"model=gpt-realtime&api-version=2026-06-01-preview&rtc=true", `{"voice": "alloy", "turn_detection": {"type": "server_vad"}}`},
	{"model=gpt-4o", `{"input_audio_format": "g711_ulaw", "output_audio_format": "g711_ulaw", "input_audio_sampling_rate": 8000, "turn_detection": null}`},
	{"model=gpt-4o&api-version=v1", `{"metadata": {"call": "42"}, "max_response_output_tokens": "inf", "temperature": 0.7}`},
}

// TestSessionsThatWork finds no errors and nothing to warn of in them.
func TestSessionsThatWork(t *testing.T) {
	for _, w := range working {
		for _, f := range Check(options(t, w.target), session(t, w.session)) {
			if f.Severity != Suggestion {
				t.Errorf("%s %s: got %v, want nothing", w.target, w.session, f)
			}
		}
	}
}
