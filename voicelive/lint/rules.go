package lint

import "github.com/go-voicelive/voicelive-go/voicelive"

// Where the rules come from.
const (
	docs      = "https://learn.microsoft.com/azure/ai-services/speech-service/"
	howTo     = docs + "voice-live-how-to"
	overview  = docs + "voice-live#supported-models-and-regions"
	customize = docs + "voice-live-how-to-customize"
	reference = docs + "voice-live-api-reference-2026-06-01-preview"
	webrtc    = docs + "voice-live-webrtc"
	byom      = docs + "how-to-bring-your-own-model"
	faq       = docs + "voice-live-faq"
	seen      = "seen in public reports; not documented"
	sdkTests  = "tests of the official SDK for Python"
)

// sessionRules are about the properties of a session.
var sessionRules = []rule{
	// Voices.
	{id: "native-voice-model", severity: Error, at: "voice", is: nativeVoice, when: otherModels(azure),
		reason: "voices of type azure-realtime-native exist for the model azure-realtime only",
		source: howTo + "#azure-realtime-model", fix: "use a voice of type azure-standard, or the model azure-realtime"},
	{id: "azure-realtime-voice", severity: Warning, at: "voice", is: both(not(nativeVoice), not(isNull)), when: models(azure),
		reason: "the model azure-realtime has voices of its own, of type azure-realtime-native",
		source: howTo + "#azure-realtime-model", fix: `set voice to {"type": "azure-realtime-native", "name": "ava"}`},
	{id: "openai-voice-model", severity: Warning, at: "voice", is: openAIVoice, when: models(text, phiText, phiAudio),
		reason: "this model speaks with voices of Azure text to speech, not with those of OpenAI",
		source: overview, fix: "use a voice of type azure-standard, or a gpt-realtime model"},
	{id: "voice-rate", severity: Warning, at: "voice.rate", is: rateOutside(0.5, 1.5),
		reason: "the rate of a voice is a number from 0.5 to 1.5",
		source: howTo + "#speaking-rate", fix: "choose a rate in this range"},
	{id: "timestamps-voice", severity: Warning, at: "output_audio_timestamp_types", when: has("voice", openAIVoice),
		reason: "only voices of Azure text to speech have timestamps",
		source: howTo + "#audio-timestamps", fix: "use a voice of type azure-standard, or leave the timestamps out"},
	{id: "animation-voice", severity: Warning, at: "animation", when: has("voice", openAIVoice),
		reason: "only voices of Azure text to speech have visemes",
		source: howTo + "#viseme", fix: "use a voice of type azure-standard, or leave the animation out"},
	{id: "animation-outputs", severity: Suggestion, at: "animation.outputs[]", is: oneOf("blendshapes"),
		reason: "the documentation says that viseme_id alone is supported, the specification has blendshapes too",
		source: howTo + "#viseme", fix: "be ready for a session without blendshapes"},

	// Input audio.
	{id: "g711-rate", severity: Error, at: "input_audio_sampling_rate", is: not(oneOf(8000.0)), when: has("input_audio_format", g711),
		reason: "G.711 has 8000 samples per second",
		source: "specification: RequestSession.input_audio_sampling_rate", fix: "set input_audio_sampling_rate to 8000"},
	{id: "g711-rate-unset", severity: Suggestion, at: "input_audio_format", is: g711, when: hasNot("input_audio_sampling_rate", anything),
		reason: "the default of input_audio_sampling_rate is 24000, and G.711 has 8000",
		source: "specification: RequestSession.input_audio_sampling_rate", fix: "set input_audio_sampling_rate to 8000"},
	{id: "pcm-rate", severity: Error, at: "input_audio_sampling_rate", is: not(oneOf(8000.0, 16000.0, 24000.0)), when: hasNot("input_audio_format", not(oneOf("pcm16"))),
		reason: "pcm16 is taken with 8000, 16000 or 24000 samples per second",
		source: "specification: RequestSession.input_audio_sampling_rate", fix: "resample to 24000"},
	{id: "noise-reduction-model", severity: Error, at: "input_audio_noise_reduction.type", is: oneOf("near_field", "far_field"), when: otherModels(openAI),
		reason: "near_field and far_field are noise reduction of gpt-realtime models",
		source: howTo + "#input-audio-properties", fix: "use azure_deep_noise_suppression"},
	{id: "echo-channels", severity: Error, at: "input_audio_echo_cancellation", is: channelsWithoutReference,
		reason: "channels is 2 with the reference source client, and 1 with server",
		source: reference, fix: "set both, to client and 2 or to server and 1"},
	{id: "echo-feature", severity: Error, at: "input_audio_echo_cancellation.reference_source", is: oneOf("client"), when: without(feature("client_ec_reference:true")),
		reason: "the reference signal of the client is a preview feature",
		source: reference, fix: `add "client_ec_reference:true" to ConnectOptions.Features`},
	{id: "echo-format", severity: Error, at: "input_audio_echo_cancellation.reference_source", is: oneOf("client"), when: has("input_audio_format", not(oneOf("pcm16"))),
		reason: "the reference signal of the client is the second channel of pcm16",
		source: reference, fix: "set input_audio_format to pcm16"},
	{id: "echo-turns", severity: Warning, at: "input_audio_echo_cancellation", is: isObject, when: has("turn_detection", isNull),
		reason: "sessions with echo cancellation and without turn detection were seen to be refused",
		source: seen, fix: "set turn_detection, or leave the echo cancellation out"},
	{id: "echo-suggested", severity: Suggestion, at: "turn_detection", is: isObject,
		when:   all(hasNot("input_audio_echo_cancellation", anything), has("input_audio_format", oneOf("pcm16")), without(target(rtc))),
		reason: "if a loudspeaker plays the assistant, it hears and interrupts itself without echo cancellation",
		source: howTo + "#noise-suppression-and-echo-cancellation", fix: `set input_audio_echo_cancellation to {"type": "server_echo_cancellation"}, or to null for headsets`},

	// Transcription.
	{id: "transcription-model", severity: Error, at: "input_audio_transcription.model", is: openAITranscription, when: otherModels(openAI),
		reason: "this model transcribes for gpt-realtime models only",
		source: howTo + "#audio-input-transcription", fix: "use azure-speech"},
	{id: "transcription-realtime", severity: Warning, at: "input_audio_transcription.model", is: azureTranscription, when: models(openAI, phiAudio, azure),
		reason: "azure-speech and mai-transcribe are documented for models that take text, and for agents",
		source: howTo + "#audio-input-transcription", fix: "with gpt-realtime models use whisper-1 or gpt-4o-transcribe"},
	{id: "phrase-list-model", severity: Error, at: "input_audio_transcription", is: both(with("phrase_list"), otherTranscription),
		reason: "a phrase list works with azure-speech only",
		source: customize, fix: "set the model of the transcription to azure-speech"},
	{id: "custom-speech-model", severity: Error, at: "input_audio_transcription", is: both(with("custom_speech"), otherTranscription),
		reason: "custom speech works with azure-speech only",
		source: customize, fix: "set the model of the transcription to azure-speech"},
	{id: "transcription-prompt", severity: Warning, at: "input_audio_transcription", is: both(with("prompt"), where("model", azureTranscription)),
		reason: "only transcription models of OpenAI take a prompt",
		source: howTo + "#openai-transcription-models", fix: "use phrase_list"},

	// Turns.
	{id: "semantic-vad-model", severity: Error, at: "turn_detection.type", is: oneOf("semantic_vad"), when: otherModels(openAI),
		reason: "semantic_vad works with gpt-realtime models only",
		source: howTo + "#turn-detection-parameters", fix: "use azure_semantic_vad"},
	{id: "end-of-utterance-model", severity: Error, at: "turn_detection.end_of_utterance_detection.model",
		is: oneOf("semantic_detection_v1", "semantic_detection_v1_en", "semantic_detection_v1_multilingual"), when: models(openAI, azure, phiAudio),
		reason: "the service refuses semantic detection of the end of an utterance for models that take audio",
		source: seen, fix: "leave end_of_utterance_detection out"},
	{id: "auto-truncate", severity: Error, at: "turn_detection", is: both(where("auto_truncate", oneOf(true)), where("interrupt_response", oneOf(false))),
		reason: "auto_truncate needs interrupt_response",
		source: reference, fix: "set interrupt_response to true, or auto_truncate to false"},
	{id: "truncation-suggested", severity: Suggestion, at: "turn_detection", is: both(where("interrupt_response", oneOf(true)), not(with("auto_truncate"))),
		reason: "the model believes that an interrupted reply was heard in full, unless somebody truncates it",
		source: reference, fix: "set auto_truncate to true, or truncate where the user stopped to listen, as package playback does"},

	// What the model does.
	{id: "modalities", severity: Warning, at: "modalities", is: onlyAudio,
		reason: "audio alone is documented as no choice: the service sends the transcript too",
		source: reference, fix: `set modalities to ["text", "audio"]`},
	{id: "interim-model", severity: Error, at: "interim_response", is: isObject, when: models(openAI, azure, phiAudio),
		reason: "interim responses work with models that take text",
		source: docs + "how-to-voice-live-interim-response", fix: "leave interim_response out"},
	{id: "interim-voice", severity: Error, at: "interim_response", is: isObject, when: has("voice", openAIVoice),
		reason: "interim responses need a voice of Azure text to speech",
		source: docs + "how-to-voice-live-interim-response", fix: "use a voice of type azure-standard"},
	{id: "mcp-model", severity: Error, at: "tools[].type", is: oneOf("mcp"), when: models(phiText, phiAudio),
		reason: "Phi models do not call MCP servers",
		source: faq, fix: "use another model, or a function"},
	{id: "tool-choice-model", severity: Warning, at: "tool_choice", is: isObject, when: models(openAI, azure, phiAudio),
		reason: "models that take audio ignore the choice of one function",
		source: sdkTests, fix: "use auto, none or required"},
	{id: "reasoning-model", severity: Suggestion, at: "reasoning_effort", when: model("gpt-4o", "gpt-4.1"),
		reason: "this model does not reason before it speaks",
		source: "specification: RequestSession.reasoning_effort", fix: "leave reasoning_effort out"},
	{id: "session-model", severity: Error, at: "model", is: anything, when: otherModel,
		reason: "the URL names another model, which a session keeps",
		source: "specification: ClientEventSessionUpdate", fix: "leave model out of the session"},

	// Avatars.
	{id: "avatar-rtc", severity: Error, at: "avatar", is: isObject, when: target(rtc),
		reason: "a call over WebRTC has no avatar",
		source: webrtc, fix: "connect without RTC"},
	{id: "avatar-voice", severity: Warning, at: "avatar", is: isObject, when: has("voice", openAIVoice),
		reason: "avatars speak with voices of Azure text to speech",
		source: howTo + "#azure-text-to-speech-avatar", fix: "use a voice of type azure-standard"},
	{id: "avatar-missing", severity: Warning, at: "modalities[]", is: oneOf("avatar"), when: hasNot("avatar", isObject),
		reason: "the modality avatar needs the property avatar",
		source: howTo + "#azure-text-to-speech-avatar", fix: "set avatar"},
	{id: "photo-avatar-model", severity: Error, at: "avatar", is: both(where("type", oneOf("photo-avatar")), not(with("model"))),
		reason: "a photo avatar needs the model that drives it",
		source: howTo + "#use-a-photo-avatar", fix: `set avatar.model to "vasa-1"`},
	{id: "avatar-background", severity: Error, at: "avatar.video.background", is: with("color", "image_url"),
		reason: "a background has either a color or an image",
		source: "specification: Background", fix: "leave one of them out"},

	// Agents.
	{id: "agent-instructions", severity: Error, at: "instructions", is: not(oneOf("")), when: target(agent),
		reason: "an agent brings its own instructions",
		source: howTo + "#session-configuration", fix: "change the instructions of the agent"},
	{id: "agent-tools", severity: Warning, at: "tools", when: target(agent), reason: "an agent brings its own tools", source: seen, fix: ofAgent},
	{id: "agent-tool-choice", severity: Warning, at: "tool_choice", when: target(agent), reason: "an agent brings its own tools", source: seen, fix: ofAgent},
	{id: "agent-temperature", severity: Warning, at: "temperature", when: target(agent), reason: "an agent brings its own temperature", source: seen, fix: ofAgent},
	{id: "agent-max-tokens", severity: Warning, at: "max_response_output_tokens", when: target(agent), reason: "an agent brings its own limit of tokens", source: seen, fix: ofAgent},
	{id: "agent-reasoning", severity: Warning, at: "reasoning_effort", when: target(agent), reason: "an agent brings its own reasoning effort", source: seen, fix: ofAgent},
}

const ofAgent = "set it in the agent"

// targetRules are about where the session is opened.
var targetRules = []rule{
	{id: "profile-model", severity: Error, when: target(func(o *voicelive.ConnectOptions) bool { return o.Profile != "" && o.Model == "" }),
		reason: "a profile is for a model of your own, which has a name",
		source: byom, fix: "set ConnectOptions.Model to the name of the deployment"},
	{id: "profile-unknown", severity: Warning, when: target(func(o *voicelive.ConnectOptions) bool { return o.Profile != "" && profiles[o.Profile] == "" }),
		reason: "no such profile is documented",
		source: byom, fix: "use byom-azure-openai-realtime or byom-azure-openai-chat-completion"},
	{id: "azure-realtime-version", severity: Warning, when: all(models(azure), before("2026-01-01")),
		reason: "the model azure-realtime needs version 2026-01-01-preview or later",
		source: howTo + "#azure-realtime-model", fix: "choose a later ConnectOptions.APIVersion"},
	{id: "previews-version", severity: Warning, when: all(target(func(o *voicelive.ConnectOptions) bool { return len(o.Previews) > 0 }), without(version("v1"))),
		reason: "the header VoiceLive-Features belongs to version v1",
		source: "specification: version v1", fix: "use ConnectOptions.Features, or version v1"},
}
