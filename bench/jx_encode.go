package main

import "github.com/go-faster/jx"

// The encoders that go with jx_decode.go, for the two client events.

func jxWriteAudioAppend(e *jx.Encoder, v *audioAppend) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(v.Type)
	if v.EventID != "" {
		e.FieldStart("event_id")
		e.Str(v.EventID)
	}
	e.FieldStart("audio")
	e.Base64(v.Audio)
	e.ObjEnd()
}

func jxWriteSessionUpdate(e *jx.Encoder, v *sessionUpdate) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(v.Type)
	if v.EventID != "" {
		e.FieldStart("event_id")
		e.Str(v.EventID)
	}
	e.FieldStart("session")
	jxWriteSession(e, &v.Session)
	e.ObjEnd()
}

func jxWriteSession(e *jx.Encoder, v *session) {
	e.ObjStart()
	if v.ID != nil {
		e.FieldStart("id")
		e.Str(*v.ID)
	}
	if v.Model != nil {
		e.FieldStart("model")
		e.Str(*v.Model)
	}
	if v.Modalities != nil {
		e.FieldStart("modalities")
		jxWriteStrings(e, v.Modalities)
	}
	if v.Animation != nil {
		e.FieldStart("animation")
		jxWriteAnimation(e, v.Animation)
	}
	if v.Voice.Value != nil {
		e.FieldStart("voice")
		jxWriteVoice(e, v.Voice)
	}
	if v.Instructions != nil {
		e.FieldStart("instructions")
		e.Str(*v.Instructions)
	}
	if v.InputAudioSamplingRate != nil {
		e.FieldStart("input_audio_sampling_rate")
		e.Int(*v.InputAudioSamplingRate)
	}
	if v.InputAudioFormat != nil {
		e.FieldStart("input_audio_format")
		e.Str(*v.InputAudioFormat)
	}
	if v.OutputAudioFormat != nil {
		e.FieldStart("output_audio_format")
		e.Str(*v.OutputAudioFormat)
	}
	if v.TurnDetection.Value != nil {
		e.FieldStart("turn_detection")
		jxWriteTurnDetection(e, v.TurnDetection)
	}
	if v.InputAudioNoiseReduction != nil {
		e.FieldStart("input_audio_noise_reduction")
		jxWriteNoiseReduction(e, v.InputAudioNoiseReduction)
	}
	if v.InputAudioEchoCancellation != nil {
		e.FieldStart("input_audio_echo_cancellation")
		jxWriteEchoCancellation(e, v.InputAudioEchoCancellation)
	}
	if v.Avatar != nil {
		e.FieldStart("avatar")
		jxWriteAvatar(e, v.Avatar)
	}
	if v.InputAudioTranscription != nil {
		e.FieldStart("input_audio_transcription")
		jxWriteTranscription(e, v.InputAudioTranscription)
	}
	if v.OutputAudioTimestampTypes != nil {
		e.FieldStart("output_audio_timestamp_types")
		jxWriteStrings(e, v.OutputAudioTimestampTypes)
	}
	if v.Tools != nil {
		e.FieldStart("tools")
		e.ArrStart()
		for i := range v.Tools {
			jxWriteTool(e, v.Tools[i])
		}
		e.ArrEnd()
	}
	if v.ToolChoice.Value != nil {
		e.FieldStart("tool_choice")
		jxWriteToolChoice(e, v.ToolChoice)
	}
	if v.Temperature != nil {
		e.FieldStart("temperature")
		e.Float64(*v.Temperature)
	}
	if v.MaxResponseOutputTokens.Value != nil {
		e.FieldStart("max_response_output_tokens")
		jxWriteMaxTokens(e, v.MaxResponseOutputTokens)
	}
	if v.ReasoningEffort != nil {
		e.FieldStart("reasoning_effort")
		e.Str(*v.ReasoningEffort)
	}
	if v.InterimResponse.Value != nil {
		e.FieldStart("interim_response")
		jxWriteInterim(e, v.InterimResponse)
	}
	if v.Include != nil {
		e.FieldStart("include")
		jxWriteStrings(e, v.Include)
	}
	if v.Metadata != nil {
		e.FieldStart("metadata")
		jxWriteStringMap(e, v.Metadata)
	}
	if v.Agent != nil {
		e.FieldStart("agent")
		jxWriteAgent(e, v.Agent)
	}
	e.ObjEnd()
}

func jxWriteAnimation(e *jx.Encoder, v *animation) {
	e.ObjStart()
	if v.ModelName != nil {
		e.FieldStart("model_name")
		e.Str(*v.ModelName)
	}
	if v.Outputs != nil {
		e.FieldStart("outputs")
		jxWriteStrings(e, v.Outputs)
	}
	e.ObjEnd()
}

func jxWriteVoice(e *jx.Encoder, v voice) {
	switch v := v.Value.(type) {
	case *openAIVoice:
		jxWriteOpenAIVoice(e, v)
	case *azureVoice:
		jxWriteAzureVoice(e, v)
	case *string:
		e.Str(*v)
	default:
		e.Null()
	}
}

func jxWriteOpenAIVoice(e *jx.Encoder, v *openAIVoice) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(v.Type)
	e.FieldStart("name")
	e.Str(v.Name)
	e.ObjEnd()
}

func jxWriteAzureVoice(e *jx.Encoder, v *azureVoice) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(v.Type)
	e.FieldStart("name")
	e.Str(v.Name)
	if v.EndpointID != nil {
		e.FieldStart("endpoint_id")
		e.Str(*v.EndpointID)
	}
	if v.Model != nil {
		e.FieldStart("model")
		e.Str(*v.Model)
	}
	if v.Temperature != nil {
		e.FieldStart("temperature")
		e.Float64(*v.Temperature)
	}
	if v.CustomLexiconURL != nil {
		e.FieldStart("custom_lexicon_url")
		e.Str(*v.CustomLexiconURL)
	}
	if v.CustomTextNormalizationURL != nil {
		e.FieldStart("custom_text_normalization_url")
		e.Str(*v.CustomTextNormalizationURL)
	}
	if v.PreferLocales != nil {
		e.FieldStart("prefer_locales")
		jxWriteStrings(e, v.PreferLocales)
	}
	if v.Locale != nil {
		e.FieldStart("locale")
		e.Str(*v.Locale)
	}
	if v.Style != nil {
		e.FieldStart("style")
		e.Str(*v.Style)
	}
	if v.Pitch != nil {
		e.FieldStart("pitch")
		e.Str(*v.Pitch)
	}
	if v.Rate != nil {
		e.FieldStart("rate")
		e.Str(*v.Rate)
	}
	if v.Volume != nil {
		e.FieldStart("volume")
		e.Str(*v.Volume)
	}
	e.ObjEnd()
}

func jxWriteTurnDetection(e *jx.Encoder, v turnDetection) {
	switch v := v.Value.(type) {
	case *serverVAD:
		jxWriteServerVAD(e, v)
	case *semanticVAD:
		jxWriteSemanticVAD(e, v)
	default:
		e.Null()
	}
}

func jxWriteServerVAD(e *jx.Encoder, v *serverVAD) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(v.Type)
	if v.Threshold != nil {
		e.FieldStart("threshold")
		e.Float64(*v.Threshold)
	}
	if v.PrefixPaddingMS != nil {
		e.FieldStart("prefix_padding_ms")
		e.Int(*v.PrefixPaddingMS)
	}
	if v.SilenceDurationMS != nil {
		e.FieldStart("silence_duration_ms")
		e.Int(*v.SilenceDurationMS)
	}
	if v.EndOfUtteranceDetection.Value != nil {
		e.FieldStart("end_of_utterance_detection")
		jxWriteEndOfUtterance(e, v.EndOfUtteranceDetection)
	}
	if v.AutoTruncate != nil {
		e.FieldStart("auto_truncate")
		e.Bool(*v.AutoTruncate)
	}
	if v.CreateResponse != nil {
		e.FieldStart("create_response")
		e.Bool(*v.CreateResponse)
	}
	if v.InterruptResponse != nil {
		e.FieldStart("interrupt_response")
		e.Bool(*v.InterruptResponse)
	}
	e.ObjEnd()
}

func jxWriteEndOfUtterance(e *jx.Encoder, v endOfUtterance) {
	switch v := v.Value.(type) {
	case *semanticDetection:
		jxWriteSemanticDetection(e, v)
	default:
		e.Null()
	}
}

func jxWriteSemanticDetection(e *jx.Encoder, v *semanticDetection) {
	e.ObjStart()
	e.FieldStart("model")
	e.Str(v.Model)
	if v.ThresholdLevel != nil {
		e.FieldStart("threshold_level")
		e.Str(*v.ThresholdLevel)
	}
	if v.TimeoutMS != nil {
		e.FieldStart("timeout_ms")
		e.Int(*v.TimeoutMS)
	}
	e.ObjEnd()
}

func jxWriteSemanticVAD(e *jx.Encoder, v *semanticVAD) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(v.Type)
	if v.Threshold != nil {
		e.FieldStart("threshold")
		e.Float64(*v.Threshold)
	}
	if v.PrefixPaddingMS != nil {
		e.FieldStart("prefix_padding_ms")
		e.Int(*v.PrefixPaddingMS)
	}
	if v.SilenceDurationMS != nil {
		e.FieldStart("silence_duration_ms")
		e.Int(*v.SilenceDurationMS)
	}
	if v.EndOfUtteranceDetection.Value != nil {
		e.FieldStart("end_of_utterance_detection")
		jxWriteEndOfUtterance(e, v.EndOfUtteranceDetection)
	}
	if v.SpeechDurationMS != nil {
		e.FieldStart("speech_duration_ms")
		e.Int(*v.SpeechDurationMS)
	}
	if v.RemoveFillerWords != nil {
		e.FieldStart("remove_filler_words")
		e.Bool(*v.RemoveFillerWords)
	}
	if v.Languages != nil {
		e.FieldStart("languages")
		jxWriteStrings(e, v.Languages)
	}
	if v.AutoTruncate != nil {
		e.FieldStart("auto_truncate")
		e.Bool(*v.AutoTruncate)
	}
	if v.CreateResponse != nil {
		e.FieldStart("create_response")
		e.Bool(*v.CreateResponse)
	}
	if v.InterruptResponse != nil {
		e.FieldStart("interrupt_response")
		e.Bool(*v.InterruptResponse)
	}
	e.ObjEnd()
}

func jxWriteNoiseReduction(e *jx.Encoder, v *noiseReduction) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(v.Type)
	e.ObjEnd()
}

func jxWriteEchoCancellation(e *jx.Encoder, v *echoCancellation) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(v.Type)
	if v.ReferenceSource != nil {
		e.FieldStart("reference_source")
		e.Str(*v.ReferenceSource)
	}
	if v.Channels != nil {
		e.FieldStart("channels")
		e.Int(*v.Channels)
	}
	e.ObjEnd()
}

func jxWriteAvatar(e *jx.Encoder, v *avatar) {
	e.ObjStart()
	if v.Type != nil {
		e.FieldStart("type")
		e.Str(*v.Type)
	}
	if v.IceServers != nil {
		e.FieldStart("ice_servers")
		e.ArrStart()
		for i := range v.IceServers {
			jxWriteIceServer(e, &v.IceServers[i])
		}
		e.ArrEnd()
	}
	e.FieldStart("character")
	e.Str(v.Character)
	if v.Style != nil {
		e.FieldStart("style")
		e.Str(*v.Style)
	}
	if v.Model != nil {
		e.FieldStart("model")
		e.Str(*v.Model)
	}
	e.FieldStart("customized")
	e.Bool(v.Customized)
	if v.Video != nil {
		e.FieldStart("video")
		jxWriteVideoParams(e, v.Video)
	}
	if v.Scene != nil {
		e.FieldStart("scene")
		jxWriteScene(e, v.Scene)
	}
	if v.OutputProtocol != nil {
		e.FieldStart("output_protocol")
		e.Str(*v.OutputProtocol)
	}
	if v.OutputAuditAudio != nil {
		e.FieldStart("output_audit_audio")
		e.Bool(*v.OutputAuditAudio)
	}
	e.ObjEnd()
}

func jxWriteIceServer(e *jx.Encoder, v *iceServer) {
	e.ObjStart()
	e.FieldStart("urls")
	jxWriteStrings(e, v.URLs)
	if v.Username != nil {
		e.FieldStart("username")
		e.Str(*v.Username)
	}
	if v.Credential != nil {
		e.FieldStart("credential")
		e.Str(*v.Credential)
	}
	e.ObjEnd()
}

func jxWriteVideoParams(e *jx.Encoder, v *videoParams) {
	e.ObjStart()
	if v.Bitrate != nil {
		e.FieldStart("bitrate")
		e.Int(*v.Bitrate)
	}
	if v.Codec != nil {
		e.FieldStart("codec")
		e.Str(*v.Codec)
	}
	if v.Crop != nil {
		e.FieldStart("crop")
		jxWriteCrop(e, v.Crop)
	}
	if v.Resolution != nil {
		e.FieldStart("resolution")
		jxWriteResolution(e, v.Resolution)
	}
	if v.Background != nil {
		e.FieldStart("background")
		jxWriteBackground(e, v.Background)
	}
	if v.GOPSize != nil {
		e.FieldStart("gop_size")
		e.Int(*v.GOPSize)
	}
	e.ObjEnd()
}

func jxWriteCrop(e *jx.Encoder, v *crop) {
	e.ObjStart()
	e.FieldStart("top_left")
	jxWriteInts(e, v.TopLeft)
	e.FieldStart("bottom_right")
	jxWriteInts(e, v.BottomRight)
	e.ObjEnd()
}

func jxWriteResolution(e *jx.Encoder, v *resolution) {
	e.ObjStart()
	e.FieldStart("width")
	e.Int(v.Width)
	e.FieldStart("height")
	e.Int(v.Height)
	e.ObjEnd()
}

func jxWriteBackground(e *jx.Encoder, v *background) {
	e.ObjStart()
	if v.Color != nil {
		e.FieldStart("color")
		e.Str(*v.Color)
	}
	if v.ImageURL != nil {
		e.FieldStart("image_url")
		e.Str(*v.ImageURL)
	}
	e.ObjEnd()
}

func jxWriteScene(e *jx.Encoder, v *scene) {
	e.ObjStart()
	if v.Zoom != nil {
		e.FieldStart("zoom")
		e.Float64(*v.Zoom)
	}
	if v.PositionX != nil {
		e.FieldStart("position_x")
		e.Float64(*v.PositionX)
	}
	if v.PositionY != nil {
		e.FieldStart("position_y")
		e.Float64(*v.PositionY)
	}
	if v.RotationX != nil {
		e.FieldStart("rotation_x")
		e.Float64(*v.RotationX)
	}
	if v.RotationY != nil {
		e.FieldStart("rotation_y")
		e.Float64(*v.RotationY)
	}
	if v.RotationZ != nil {
		e.FieldStart("rotation_z")
		e.Float64(*v.RotationZ)
	}
	if v.Amplitude != nil {
		e.FieldStart("amplitude")
		e.Float64(*v.Amplitude)
	}
	e.ObjEnd()
}

func jxWriteTranscription(e *jx.Encoder, v *transcription) {
	e.ObjStart()
	e.FieldStart("model")
	e.Str(v.Model)
	if v.Language != nil {
		e.FieldStart("language")
		e.Str(*v.Language)
	}
	if v.CustomSpeech != nil {
		e.FieldStart("custom_speech")
		jxWriteStringMap(e, v.CustomSpeech)
	}
	if v.PhraseList != nil {
		e.FieldStart("phrase_list")
		jxWriteStrings(e, v.PhraseList)
	}
	e.ObjEnd()
}

func jxWriteTool(e *jx.Encoder, v tool) {
	switch v := v.Value.(type) {
	case *functionTool:
		jxWriteFunctionTool(e, v)
	case *mcpServer:
		jxWriteMcpServer(e, v)
	default:
		e.Null()
	}
}

func jxWriteFunctionTool(e *jx.Encoder, v *functionTool) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(v.Type)
	e.FieldStart("name")
	e.Str(v.Name)
	if v.Description != nil {
		e.FieldStart("description")
		e.Str(*v.Description)
	}
	if v.Parameters != nil {
		e.FieldStart("parameters")
		e.Raw(v.Parameters)
	}
	e.ObjEnd()
}

func jxWriteMcpServer(e *jx.Encoder, v *mcpServer) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(v.Type)
	e.FieldStart("server_label")
	e.Str(v.ServerLabel)
	e.FieldStart("server_url")
	e.Str(v.ServerURL)
	if v.Authorization != nil {
		e.FieldStart("authorization")
		e.Str(*v.Authorization)
	}
	if v.Headers != nil {
		e.FieldStart("headers")
		jxWriteStringMap(e, v.Headers)
	}
	if v.AllowedTools != nil {
		e.FieldStart("allowed_tools")
		jxWriteStrings(e, v.AllowedTools)
	}
	if v.RequireApproval.Value != nil {
		e.FieldStart("require_approval")
		jxWriteApproval(e, v.RequireApproval)
	}
	e.ObjEnd()
}

func jxWriteToolChoice(e *jx.Encoder, v toolChoice) {
	switch v := v.Value.(type) {
	case *functionChoice:
		jxWriteFunctionChoice(e, v)
	case *string:
		e.Str(*v)
	default:
		e.Null()
	}
}

func jxWriteFunctionChoice(e *jx.Encoder, v *functionChoice) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(v.Type)
	e.FieldStart("name")
	e.Str(v.Name)
	e.ObjEnd()
}

func jxWriteInterim(e *jx.Encoder, v interim) {
	switch v := v.Value.(type) {
	case *staticInterim:
		jxWriteStaticInterim(e, v)
	case *llmInterim:
		jxWriteLlmInterim(e, v)
	default:
		e.Null()
	}
}

func jxWriteStaticInterim(e *jx.Encoder, v *staticInterim) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(v.Type)
	if v.Triggers != nil {
		e.FieldStart("triggers")
		jxWriteStrings(e, v.Triggers)
	}
	if v.LatencyThresholdMS != nil {
		e.FieldStart("latency_threshold_ms")
		e.Int(*v.LatencyThresholdMS)
	}
	if v.Texts != nil {
		e.FieldStart("texts")
		jxWriteStrings(e, v.Texts)
	}
	e.ObjEnd()
}

func jxWriteLlmInterim(e *jx.Encoder, v *llmInterim) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(v.Type)
	if v.Triggers != nil {
		e.FieldStart("triggers")
		jxWriteStrings(e, v.Triggers)
	}
	if v.LatencyThresholdMS != nil {
		e.FieldStart("latency_threshold_ms")
		e.Int(*v.LatencyThresholdMS)
	}
	if v.Model != nil {
		e.FieldStart("model")
		e.Str(*v.Model)
	}
	if v.Instructions != nil {
		e.FieldStart("instructions")
		e.Str(*v.Instructions)
	}
	if v.MaxCompletionTokens != nil {
		e.FieldStart("max_completion_tokens")
		e.Int(*v.MaxCompletionTokens)
	}
	e.ObjEnd()
}

func jxWriteAgent(e *jx.Encoder, v *agent) {
	e.ObjStart()
	e.FieldStart("type")
	e.Str(v.Type)
	e.FieldStart("name")
	e.Str(v.Name)
	if v.Description != nil {
		e.FieldStart("description")
		e.Str(*v.Description)
	}
	e.FieldStart("agent_id")
	e.Str(v.AgentID)
	e.FieldStart("thread_id")
	e.Str(v.ThreadID)
	e.ObjEnd()
}

func jxWriteMaxTokens(e *jx.Encoder, v maxTokens) {
	switch v := v.Value.(type) {
	case *int:
		e.Int(*v)
	case *string:
		e.Str(*v)
	}
}

func jxWriteApproval(e *jx.Encoder, v approval) {
	switch v := v.Value.(type) {
	case *string:
		e.Str(*v)
	case *map[string][]string:
		e.ObjStart()
		for name, tools := range *v {
			e.FieldStart(name)
			jxWriteStrings(e, tools)
		}
		e.ObjEnd()
	}
}

func jxWriteStrings(e *jx.Encoder, v []string) {
	e.ArrStart()
	for _, s := range v {
		e.Str(s)
	}
	e.ArrEnd()
}

func jxWriteInts(e *jx.Encoder, v []int) {
	e.ArrStart()
	for _, n := range v {
		e.Int(n)
	}
	e.ArrEnd()
}

func jxWriteStringMap(e *jx.Encoder, v map[string]string) {
	e.ObjStart()
	for name, s := range v {
		e.FieldStart(name)
		e.Str(s)
	}
	e.ObjEnd()
}
