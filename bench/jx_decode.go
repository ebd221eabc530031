package main

import (
	"fmt"

	"github.com/go-faster/jx"
)

// What a generator on go-faster/jx emits for types.go: one function per type and
// direction, a switch over the names, unions by a look ahead at their tag.

func jxAudioDelta(d *jx.Decoder, v *audioDelta) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "response.audio.delta")
		case "event_id":
			return jxString(d, &v.EventID)
		case "response_id":
			return jxString(d, &v.ResponseID)
		case "item_id":
			return jxString(d, &v.ItemID)
		case "output_index":
			return jxInt(d, &v.OutputIndex)
		case "content_index":
			return jxInt(d, &v.ContentIndex)
		case "delta":
			return jxBytes(d, &v.Delta)
		}
		return d.Skip()
	})
}

func jxTranscriptDelta(d *jx.Decoder, v *transcriptDelta) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "response.audio_transcript.delta")
		case "event_id":
			return jxString(d, &v.EventID)
		case "response_id":
			return jxString(d, &v.ResponseID)
		case "item_id":
			return jxString(d, &v.ItemID)
		case "output_index":
			return jxInt(d, &v.OutputIndex)
		case "content_index":
			return jxInt(d, &v.ContentIndex)
		case "delta":
			return jxString(d, &v.Delta)
		}
		return d.Skip()
	})
}

func jxSessionUpdated(d *jx.Decoder, v *sessionUpdated) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "session.updated")
		case "event_id":
			return jxString(d, &v.EventID)
		case "session":
			return jxSession(d, &v.Session)
		}
		return d.Skip()
	})
}

func jxResponseDone(d *jx.Decoder, v *responseDone) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "response.done")
		case "event_id":
			return jxString(d, &v.EventID)
		case "response":
			return jxResponse(d, &v.Response)
		}
		return d.Skip()
	})
}

func jxItemCreated(d *jx.Decoder, v *itemCreated) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "conversation.item.created")
		case "event_id":
			return jxString(d, &v.EventID)
		case "previous_item_id":
			return jxOptional(d, &v.PreviousItemID, jxString)
		case "item":
			return jxItem(d, &v.Item)
		}
		return d.Skip()
	})
}

func jxSession(d *jx.Decoder, v *session) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "id":
			return jxOptional(d, &v.ID, jxString)
		case "model":
			return jxOptional(d, &v.Model, jxString)
		case "modalities":
			return jxStrings(d, &v.Modalities)
		case "animation":
			return jxOptional(d, &v.Animation, jxAnimation)
		case "voice":
			return jxVoice(d, &v.Voice)
		case "instructions":
			return jxOptional(d, &v.Instructions, jxString)
		case "input_audio_sampling_rate":
			return jxOptional(d, &v.InputAudioSamplingRate, jxInt)
		case "input_audio_format":
			return jxOptional(d, &v.InputAudioFormat, jxString)
		case "output_audio_format":
			return jxOptional(d, &v.OutputAudioFormat, jxString)
		case "turn_detection":
			return jxTurnDetection(d, &v.TurnDetection)
		case "input_audio_noise_reduction":
			return jxOptional(d, &v.InputAudioNoiseReduction, jxNoiseReduction)
		case "input_audio_echo_cancellation":
			return jxOptional(d, &v.InputAudioEchoCancellation, jxEchoCancellation)
		case "avatar":
			return jxOptional(d, &v.Avatar, jxAvatar)
		case "input_audio_transcription":
			return jxOptional(d, &v.InputAudioTranscription, jxTranscription)
		case "output_audio_timestamp_types":
			return jxStrings(d, &v.OutputAudioTimestampTypes)
		case "tools":
			return jxArray(d, &v.Tools, jxTool)
		case "tool_choice":
			return jxToolChoice(d, &v.ToolChoice)
		case "temperature":
			return jxOptional(d, &v.Temperature, jxFloat)
		case "max_response_output_tokens":
			return jxMaxTokens(d, &v.MaxResponseOutputTokens)
		case "reasoning_effort":
			return jxOptional(d, &v.ReasoningEffort, jxString)
		case "interim_response":
			return jxInterim(d, &v.InterimResponse)
		case "include":
			return jxStrings(d, &v.Include)
		case "metadata":
			return jxStringMap(d, &v.Metadata)
		case "agent":
			return jxOptional(d, &v.Agent, jxAgent)
		}
		return d.Skip()
	})
}

func jxAnimation(d *jx.Decoder, v *animation) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "model_name":
			return jxOptional(d, &v.ModelName, jxString)
		case "outputs":
			return jxStrings(d, &v.Outputs)
		}
		return d.Skip()
	})
}

func jxOpenAIVoice(d *jx.Decoder, v *openAIVoice) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "openai")
		case "name":
			return jxString(d, &v.Name)
		}
		return d.Skip()
	})
}

func jxAzureVoice(d *jx.Decoder, v *azureVoice) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "azure-standard", "azure-custom", "azure-personal")
		case "name":
			return jxString(d, &v.Name)
		case "endpoint_id":
			return jxOptional(d, &v.EndpointID, jxString)
		case "model":
			return jxOptional(d, &v.Model, jxString)
		case "temperature":
			return jxOptional(d, &v.Temperature, jxFloat)
		case "custom_lexicon_url":
			return jxOptional(d, &v.CustomLexiconURL, jxString)
		case "custom_text_normalization_url":
			return jxOptional(d, &v.CustomTextNormalizationURL, jxString)
		case "prefer_locales":
			return jxStrings(d, &v.PreferLocales)
		case "locale":
			return jxOptional(d, &v.Locale, jxString)
		case "style":
			return jxOptional(d, &v.Style, jxString)
		case "pitch":
			return jxOptional(d, &v.Pitch, jxString)
		case "rate":
			return jxOptional(d, &v.Rate, jxString)
		case "volume":
			return jxOptional(d, &v.Volume, jxString)
		}
		return d.Skip()
	})
}

func jxServerVAD(d *jx.Decoder, v *serverVAD) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "server_vad")
		case "threshold":
			return jxOptional(d, &v.Threshold, jxFloat)
		case "prefix_padding_ms":
			return jxOptional(d, &v.PrefixPaddingMS, jxInt)
		case "silence_duration_ms":
			return jxOptional(d, &v.SilenceDurationMS, jxInt)
		case "end_of_utterance_detection":
			return jxEndOfUtterance(d, &v.EndOfUtteranceDetection)
		case "auto_truncate":
			return jxOptional(d, &v.AutoTruncate, jxBool)
		case "create_response":
			return jxOptional(d, &v.CreateResponse, jxBool)
		case "interrupt_response":
			return jxOptional(d, &v.InterruptResponse, jxBool)
		}
		return d.Skip()
	})
}

func jxSemanticVAD(d *jx.Decoder, v *semanticVAD) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "azure_semantic_vad", "azure_semantic_vad_en", "azure_semantic_vad_multilingual")
		case "threshold":
			return jxOptional(d, &v.Threshold, jxFloat)
		case "prefix_padding_ms":
			return jxOptional(d, &v.PrefixPaddingMS, jxInt)
		case "silence_duration_ms":
			return jxOptional(d, &v.SilenceDurationMS, jxInt)
		case "end_of_utterance_detection":
			return jxEndOfUtterance(d, &v.EndOfUtteranceDetection)
		case "speech_duration_ms":
			return jxOptional(d, &v.SpeechDurationMS, jxInt)
		case "remove_filler_words":
			return jxOptional(d, &v.RemoveFillerWords, jxBool)
		case "languages":
			return jxStrings(d, &v.Languages)
		case "auto_truncate":
			return jxOptional(d, &v.AutoTruncate, jxBool)
		case "create_response":
			return jxOptional(d, &v.CreateResponse, jxBool)
		case "interrupt_response":
			return jxOptional(d, &v.InterruptResponse, jxBool)
		}
		return d.Skip()
	})
}

func jxSemanticDetection(d *jx.Decoder, v *semanticDetection) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "model":
			return jxKnown(d, &v.Model, "semantic_detection_v1", "semantic_detection_v1_en", "semantic_detection_v1_multilingual")
		case "threshold_level":
			return jxOptional(d, &v.ThresholdLevel, jxString)
		case "timeout_ms":
			return jxOptional(d, &v.TimeoutMS, jxInt)
		}
		return d.Skip()
	})
}

func jxNoiseReduction(d *jx.Decoder, v *noiseReduction) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxString(d, &v.Type)
		}
		return d.Skip()
	})
}

func jxEchoCancellation(d *jx.Decoder, v *echoCancellation) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxString(d, &v.Type)
		case "reference_source":
			return jxOptional(d, &v.ReferenceSource, jxString)
		case "channels":
			return jxOptional(d, &v.Channels, jxInt)
		}
		return d.Skip()
	})
}

func jxTranscription(d *jx.Decoder, v *transcription) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "model":
			return jxString(d, &v.Model)
		case "language":
			return jxOptional(d, &v.Language, jxString)
		case "custom_speech":
			return jxStringMap(d, &v.CustomSpeech)
		case "phrase_list":
			return jxStrings(d, &v.PhraseList)
		}
		return d.Skip()
	})
}

func jxAvatar(d *jx.Decoder, v *avatar) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxOptional(d, &v.Type, jxString)
		case "ice_servers":
			return jxArray(d, &v.IceServers, jxIceServer)
		case "character":
			return jxString(d, &v.Character)
		case "style":
			return jxOptional(d, &v.Style, jxString)
		case "model":
			return jxOptional(d, &v.Model, jxString)
		case "customized":
			return jxBool(d, &v.Customized)
		case "video":
			return jxOptional(d, &v.Video, jxVideoParams)
		case "scene":
			return jxOptional(d, &v.Scene, jxScene)
		case "output_protocol":
			return jxOptional(d, &v.OutputProtocol, jxString)
		case "output_audit_audio":
			return jxOptional(d, &v.OutputAuditAudio, jxBool)
		}
		return d.Skip()
	})
}

func jxIceServer(d *jx.Decoder, v *iceServer) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "urls":
			return jxStrings(d, &v.URLs)
		case "username":
			return jxOptional(d, &v.Username, jxString)
		case "credential":
			return jxOptional(d, &v.Credential, jxString)
		}
		return d.Skip()
	})
}

func jxVideoParams(d *jx.Decoder, v *videoParams) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "bitrate":
			return jxOptional(d, &v.Bitrate, jxInt)
		case "codec":
			return jxOptional(d, &v.Codec, jxString)
		case "crop":
			return jxOptional(d, &v.Crop, jxCrop)
		case "resolution":
			return jxOptional(d, &v.Resolution, jxResolution)
		case "background":
			return jxOptional(d, &v.Background, jxBackground)
		case "gop_size":
			return jxOptional(d, &v.GOPSize, jxInt)
		}
		return d.Skip()
	})
}

func jxCrop(d *jx.Decoder, v *crop) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "top_left":
			return jxInts(d, &v.TopLeft)
		case "bottom_right":
			return jxInts(d, &v.BottomRight)
		}
		return d.Skip()
	})
}

func jxResolution(d *jx.Decoder, v *resolution) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "width":
			return jxInt(d, &v.Width)
		case "height":
			return jxInt(d, &v.Height)
		}
		return d.Skip()
	})
}

func jxBackground(d *jx.Decoder, v *background) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "color":
			return jxOptional(d, &v.Color, jxString)
		case "image_url":
			return jxOptional(d, &v.ImageURL, jxString)
		}
		return d.Skip()
	})
}

func jxScene(d *jx.Decoder, v *scene) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "zoom":
			return jxOptional(d, &v.Zoom, jxFloat)
		case "position_x":
			return jxOptional(d, &v.PositionX, jxFloat)
		case "position_y":
			return jxOptional(d, &v.PositionY, jxFloat)
		case "rotation_x":
			return jxOptional(d, &v.RotationX, jxFloat)
		case "rotation_y":
			return jxOptional(d, &v.RotationY, jxFloat)
		case "rotation_z":
			return jxOptional(d, &v.RotationZ, jxFloat)
		case "amplitude":
			return jxOptional(d, &v.Amplitude, jxFloat)
		}
		return d.Skip()
	})
}

func jxFunctionTool(d *jx.Decoder, v *functionTool) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "function")
		case "name":
			return jxString(d, &v.Name)
		case "description":
			return jxOptional(d, &v.Description, jxString)
		case "parameters":
			return jxRaw(d, &v.Parameters)
		}
		return d.Skip()
	})
}

func jxMcpServer(d *jx.Decoder, v *mcpServer) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "mcp")
		case "server_label":
			return jxString(d, &v.ServerLabel)
		case "server_url":
			return jxString(d, &v.ServerURL)
		case "authorization":
			return jxOptional(d, &v.Authorization, jxString)
		case "headers":
			return jxStringMap(d, &v.Headers)
		case "allowed_tools":
			return jxStrings(d, &v.AllowedTools)
		case "require_approval":
			return jxApproval(d, &v.RequireApproval)
		}
		return d.Skip()
	})
}

func jxFunctionChoice(d *jx.Decoder, v *functionChoice) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "function")
		case "name":
			return jxString(d, &v.Name)
		}
		return d.Skip()
	})
}

func jxStaticInterim(d *jx.Decoder, v *staticInterim) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "static_interim_response")
		case "triggers":
			return jxStrings(d, &v.Triggers)
		case "latency_threshold_ms":
			return jxOptional(d, &v.LatencyThresholdMS, jxInt)
		case "texts":
			return jxStrings(d, &v.Texts)
		}
		return d.Skip()
	})
}

func jxLlmInterim(d *jx.Decoder, v *llmInterim) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "llm_interim_response")
		case "triggers":
			return jxStrings(d, &v.Triggers)
		case "latency_threshold_ms":
			return jxOptional(d, &v.LatencyThresholdMS, jxInt)
		case "model":
			return jxOptional(d, &v.Model, jxString)
		case "instructions":
			return jxOptional(d, &v.Instructions, jxString)
		case "max_completion_tokens":
			return jxOptional(d, &v.MaxCompletionTokens, jxInt)
		}
		return d.Skip()
	})
}

func jxAgent(d *jx.Decoder, v *agent) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxString(d, &v.Type)
		case "name":
			return jxString(d, &v.Name)
		case "description":
			return jxOptional(d, &v.Description, jxString)
		case "agent_id":
			return jxString(d, &v.AgentID)
		case "thread_id":
			return jxString(d, &v.ThreadID)
		}
		return d.Skip()
	})
}

func jxResponse(d *jx.Decoder, v *response) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "id":
			return jxOptional(d, &v.ID, jxString)
		case "object":
			return jxOptional(d, &v.Object, jxString)
		case "status":
			return jxOptional(d, &v.Status, jxString)
		case "status_details":
			return jxStatusDetails(d, &v.StatusDetails)
		case "output":
			return jxArray(d, &v.Output, jxItem)
		case "usage":
			return jxOptional(d, &v.Usage, jxUsage)
		case "conversation_id":
			return jxOptional(d, &v.ConversationID, jxString)
		case "voice":
			return jxVoice(d, &v.Voice)
		case "modalities":
			return jxStrings(d, &v.Modalities)
		case "output_audio_format":
			return jxOptional(d, &v.OutputAudioFormat, jxString)
		case "temperature":
			return jxOptional(d, &v.Temperature, jxFloat)
		case "max_output_tokens":
			return jxMaxTokens(d, &v.MaxOutputTokens)
		case "metadata":
			return jxStringMap(d, &v.Metadata)
		}
		return d.Skip()
	})
}

func jxCancelledDetails(d *jx.Decoder, v *cancelledDetails) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "cancelled", "incomplete")
		case "reason":
			return jxString(d, &v.Reason)
		}
		return d.Skip()
	})
}

func jxFailedDetails(d *jx.Decoder, v *failedDetails) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "failed")
		case "error":
			return jxRaw(d, &v.Error)
		}
		return d.Skip()
	})
}

func jxMessageItem(d *jx.Decoder, v *messageItem) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "message")
		case "id":
			return jxOptional(d, &v.ID, jxString)
		case "object":
			return jxOptional(d, &v.Object, jxString)
		case "role":
			return jxString(d, &v.Role)
		case "content":
			return jxArray(d, &v.Content, jxContentPart)
		case "status":
			return jxString(d, &v.Status)
		}
		return d.Skip()
	})
}

func jxFunctionCallItem(d *jx.Decoder, v *functionCallItem) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "function_call")
		case "id":
			return jxOptional(d, &v.ID, jxString)
		case "object":
			return jxOptional(d, &v.Object, jxString)
		case "name":
			return jxString(d, &v.Name)
		case "call_id":
			return jxString(d, &v.CallID)
		case "arguments":
			return jxString(d, &v.Arguments)
		case "status":
			return jxString(d, &v.Status)
		}
		return d.Skip()
	})
}

func jxTextPart(d *jx.Decoder, v *textPart) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "text", "input_text")
		case "text":
			return jxOptional(d, &v.Text, jxString)
		}
		return d.Skip()
	})
}

func jxAudioPart(d *jx.Decoder, v *audioPart) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "audio")
		case "transcript":
			return jxOptional(d, &v.Transcript, jxString)
		}
		return d.Skip()
	})
}

func jxInputAudioPart(d *jx.Decoder, v *inputAudioPart) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "type":
			return jxKnown(d, &v.Type, "input_audio")
		case "audio":
			return jxBytes(d, &v.Audio)
		case "transcript":
			return jxOptional(d, &v.Transcript, jxString)
		}
		return d.Skip()
	})
}

func jxUsage(d *jx.Decoder, v *usage) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "total_tokens":
			return jxInt(d, &v.TotalTokens)
		case "input_tokens":
			return jxInt(d, &v.InputTokens)
		case "output_tokens":
			return jxInt(d, &v.OutputTokens)
		case "input_token_details":
			return jxInputTokens(d, &v.InputTokenDetails)
		case "output_token_details":
			return jxOutputTokens(d, &v.OutputTokenDetails)
		}
		return d.Skip()
	})
}

func jxInputTokens(d *jx.Decoder, v *inputTokens) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "cached_tokens":
			return jxInt(d, &v.CachedTokens)
		case "text_tokens":
			return jxInt(d, &v.TextTokens)
		case "audio_tokens":
			return jxInt(d, &v.AudioTokens)
		case "image_tokens":
			return jxInt(d, &v.ImageTokens)
		case "cached_tokens_details":
			return jxCachedTokens(d, &v.CachedTokensDetails)
		}
		return d.Skip()
	})
}

func jxOutputTokens(d *jx.Decoder, v *outputTokens) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "text_tokens":
			return jxInt(d, &v.TextTokens)
		case "audio_tokens":
			return jxInt(d, &v.AudioTokens)
		case "reasoning_tokens":
			return jxOptional(d, &v.ReasoningTokens, jxInt)
		}
		return d.Skip()
	})
}

func jxCachedTokens(d *jx.Decoder, v *cachedTokens) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		switch string(key) {
		case "text_tokens":
			return jxInt(d, &v.TextTokens)
		case "audio_tokens":
			return jxInt(d, &v.AudioTokens)
		case "image_tokens":
			return jxInt(d, &v.ImageTokens)
		}
		return d.Skip()
	})
}

func jxVoice(d *jx.Decoder, v *voice) error {
	if d.Next() == jx.Null {
		return d.Null()
	}
	if d.Next() == jx.String {
		s := new(string)
		v.Value = s
		return jxString(d, s)
	}
	tag, err := jxTag(d, "type")
	if err != nil {
		return err
	}
	switch string(tag) {
	case "openai":
		e := new(openAIVoice)
		v.Value = e
		return jxOpenAIVoice(d, e)
	case "azure-standard", "azure-custom", "azure-personal":
		e := new(azureVoice)
		v.Value = e
		return jxAzureVoice(d, e)
	}
	return fmt.Errorf("unknown variant %q", tag)
}

func jxTurnDetection(d *jx.Decoder, v *turnDetection) error {
	if d.Next() == jx.Null {
		return d.Null()
	}
	tag, err := jxTag(d, "type")
	if err != nil {
		return err
	}
	switch string(tag) {
	case "server_vad":
		e := new(serverVAD)
		v.Value = e
		return jxServerVAD(d, e)
	case "azure_semantic_vad", "azure_semantic_vad_en", "azure_semantic_vad_multilingual":
		e := new(semanticVAD)
		v.Value = e
		return jxSemanticVAD(d, e)
	}
	return fmt.Errorf("unknown variant %q", tag)
}

func jxEndOfUtterance(d *jx.Decoder, v *endOfUtterance) error {
	if d.Next() == jx.Null {
		return d.Null()
	}
	tag, err := jxTag(d, "model")
	if err != nil {
		return err
	}
	switch string(tag) {
	case "semantic_detection_v1", "semantic_detection_v1_en", "semantic_detection_v1_multilingual":
		e := new(semanticDetection)
		v.Value = e
		return jxSemanticDetection(d, e)
	}
	return fmt.Errorf("unknown variant %q", tag)
}

func jxTool(d *jx.Decoder, v *tool) error {
	if d.Next() == jx.Null {
		return d.Null()
	}
	tag, err := jxTag(d, "type")
	if err != nil {
		return err
	}
	switch string(tag) {
	case "function":
		e := new(functionTool)
		v.Value = e
		return jxFunctionTool(d, e)
	case "mcp":
		e := new(mcpServer)
		v.Value = e
		return jxMcpServer(d, e)
	}
	return fmt.Errorf("unknown variant %q", tag)
}

func jxToolChoice(d *jx.Decoder, v *toolChoice) error {
	if d.Next() == jx.Null {
		return d.Null()
	}
	if d.Next() == jx.String {
		s := new(string)
		v.Value = s
		return jxString(d, s)
	}
	tag, err := jxTag(d, "type")
	if err != nil {
		return err
	}
	switch string(tag) {
	case "function":
		e := new(functionChoice)
		v.Value = e
		return jxFunctionChoice(d, e)
	}
	return fmt.Errorf("unknown variant %q", tag)
}

func jxInterim(d *jx.Decoder, v *interim) error {
	if d.Next() == jx.Null {
		return d.Null()
	}
	tag, err := jxTag(d, "type")
	if err != nil {
		return err
	}
	switch string(tag) {
	case "static_interim_response":
		e := new(staticInterim)
		v.Value = e
		return jxStaticInterim(d, e)
	case "llm_interim_response":
		e := new(llmInterim)
		v.Value = e
		return jxLlmInterim(d, e)
	}
	return fmt.Errorf("unknown variant %q", tag)
}

func jxItem(d *jx.Decoder, v *item) error {
	if d.Next() == jx.Null {
		return d.Null()
	}
	tag, err := jxTag(d, "type")
	if err != nil {
		return err
	}
	switch string(tag) {
	case "message":
		e := new(messageItem)
		v.Value = e
		return jxMessageItem(d, e)
	case "function_call":
		e := new(functionCallItem)
		v.Value = e
		return jxFunctionCallItem(d, e)
	}
	return fmt.Errorf("unknown variant %q", tag)
}

func jxContentPart(d *jx.Decoder, v *contentPart) error {
	if d.Next() == jx.Null {
		return d.Null()
	}
	tag, err := jxTag(d, "type")
	if err != nil {
		return err
	}
	switch string(tag) {
	case "text", "input_text":
		e := new(textPart)
		v.Value = e
		return jxTextPart(d, e)
	case "audio":
		e := new(audioPart)
		v.Value = e
		return jxAudioPart(d, e)
	case "input_audio":
		e := new(inputAudioPart)
		v.Value = e
		return jxInputAudioPart(d, e)
	}
	return fmt.Errorf("unknown variant %q", tag)
}

func jxStatusDetails(d *jx.Decoder, v *statusDetails) error {
	if d.Next() == jx.Null {
		return d.Null()
	}
	tag, err := jxTag(d, "type")
	if err != nil {
		return err
	}
	switch string(tag) {
	case "cancelled", "incomplete":
		e := new(cancelledDetails)
		v.Value = e
		return jxCancelledDetails(d, e)
	case "failed":
		e := new(failedDetails)
		v.Value = e
		return jxFailedDetails(d, e)
	}
	return fmt.Errorf("unknown variant %q", tag)
}

func jxMaxTokens(d *jx.Decoder, v *maxTokens) error {
	if d.Next() == jx.String {
		s := new(string)
		v.Value = s
		return jxString(d, s)
	}
	n := new(int)
	v.Value = n
	return jxInt(d, n)
}

func jxApproval(d *jx.Decoder, v *approval) error {
	if d.Next() == jx.String {
		s := new(string)
		v.Value = s
		return jxString(d, s)
	}
	tools := make(map[string][]string)
	v.Value = &tools
	return d.Obj(func(d *jx.Decoder, key string) error {
		var names []string
		err := jxStrings(d, &names)
		tools[key] = names
		return err
	})
}

// jxTag reads one string of an object and goes back to its start. The tag is
// valid until the next read.
func jxTag(d *jx.Decoder, name string) (tag []byte, err error) {
	err = d.Capture(func(d *jx.Decoder) error {
		members, err := d.ObjIter()
		if err != nil {
			return err
		}
		for members.Next() {
			if string(members.Key()) == name {
				tag, err = d.StrBytes()
				return err
			}
			if err := d.Skip(); err != nil {
				return err
			}
		}
		return members.Err()
	})
	return tag, err
}

// jxKnown reads a string that is nearly always one of a few: no memory for them.
func jxKnown(d *jx.Decoder, v *string, known ...string) error {
	b, err := d.StrBytes()
	if err != nil {
		return err
	}
	for _, s := range known {
		if string(b) == s {
			*v = s
			return nil
		}
	}
	*v = string(b)
	return nil
}

func jxString(d *jx.Decoder, v *string) (err error) {
	*v, err = d.Str()
	return err
}

func jxInt(d *jx.Decoder, v *int) (err error) {
	*v, err = d.Int()
	return err
}

func jxFloat(d *jx.Decoder, v *float64) (err error) {
	*v, err = d.Float64()
	return err
}

func jxBool(d *jx.Decoder, v *bool) (err error) {
	*v, err = d.Bool()
	return err
}

func jxBytes(d *jx.Decoder, v *[]byte) (err error) {
	*v, err = d.Base64()
	return err
}

func jxRaw[T ~[]byte](d *jx.Decoder, v *T) error {
	raw, err := d.Raw()
	*v = append(*v, raw...) // raw is part of the input
	return err
}

func jxOptional[T any](d *jx.Decoder, v **T, read func(*jx.Decoder, *T) error) error {
	if d.Next() == jx.Null {
		return d.Null()
	}
	*v = new(T)
	return read(d, *v)
}

func jxArray[T any](d *jx.Decoder, v *[]T, read func(*jx.Decoder, *T) error) error {
	*v = make([]T, 0)
	return d.Arr(func(d *jx.Decoder) error {
		var element T
		if err := read(d, &element); err != nil {
			return err
		}
		*v = append(*v, element)
		return nil
	})
}

func jxStrings(d *jx.Decoder, v *[]string) error { return jxArray(d, v, jxString) }
func jxInts(d *jx.Decoder, v *[]int) error       { return jxArray(d, v, jxInt) }

func jxStringMap(d *jx.Decoder, v *map[string]string) error {
	*v = make(map[string]string)
	return d.Obj(func(d *jx.Decoder, key string) error {
		s, err := d.Str()
		(*v)[key] = s
		return err
	})
}
