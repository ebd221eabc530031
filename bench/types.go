package main

import "github.com/go-json-experiment/json/jsontext"

// The plain Go types that encoding/json, go-json-experiment/json, sonic and the
// jx functions share: what a careful person would write for the benched events,
// with every union concrete.

type audioDelta struct {
	Type         string `json:"type"`
	EventID      string `json:"event_id,omitzero"`
	ResponseID   string `json:"response_id"`
	ItemID       string `json:"item_id"`
	OutputIndex  int    `json:"output_index"`
	ContentIndex int    `json:"content_index"`
	Delta        []byte `json:"delta"`
}

type transcriptDelta struct {
	Type         string `json:"type"`
	EventID      string `json:"event_id,omitzero"`
	ResponseID   string `json:"response_id"`
	ItemID       string `json:"item_id"`
	OutputIndex  int    `json:"output_index"`
	ContentIndex int    `json:"content_index"`
	Delta        string `json:"delta"`
}

type sessionUpdated struct {
	Type    string  `json:"type"`
	EventID string  `json:"event_id,omitzero"`
	Session session `json:"session"`
}

type responseDone struct {
	Type     string   `json:"type"`
	EventID  string   `json:"event_id,omitzero"`
	Response response `json:"response"`
}

type itemCreated struct {
	Type           string  `json:"type"`
	EventID        string  `json:"event_id,omitzero"`
	PreviousItemID *string `json:"previous_item_id,omitzero"`
	Item           item    `json:"item"`
}

type audioAppend struct {
	Type    string `json:"type"`
	EventID string `json:"event_id,omitzero"`
	Audio   []byte `json:"audio"`
}

type sessionUpdate struct {
	Type    string  `json:"type"`
	EventID string  `json:"event_id,omitzero"`
	Session session `json:"session"`
}

type session struct {
	ID                         *string           `json:"id,omitzero"`
	Model                      *string           `json:"model,omitzero"`
	Modalities                 []string          `json:"modalities,omitzero"`
	Animation                  *animation        `json:"animation,omitzero"`
	Voice                      voice             `json:"voice,omitzero"`
	Instructions               *string           `json:"instructions,omitzero"`
	InputAudioSamplingRate     *int              `json:"input_audio_sampling_rate,omitzero"`
	InputAudioFormat           *string           `json:"input_audio_format,omitzero"`
	OutputAudioFormat          *string           `json:"output_audio_format,omitzero"`
	TurnDetection              turnDetection     `json:"turn_detection,omitzero"`
	InputAudioNoiseReduction   *noiseReduction   `json:"input_audio_noise_reduction,omitzero"`
	InputAudioEchoCancellation *echoCancellation `json:"input_audio_echo_cancellation,omitzero"`
	Avatar                     *avatar           `json:"avatar,omitzero"`
	InputAudioTranscription    *transcription    `json:"input_audio_transcription,omitzero"`
	OutputAudioTimestampTypes  []string          `json:"output_audio_timestamp_types,omitzero"`
	Tools                      []tool            `json:"tools,omitzero"`
	ToolChoice                 toolChoice        `json:"tool_choice,omitzero"`
	Temperature                *float64          `json:"temperature,omitzero"`
	MaxResponseOutputTokens    maxTokens         `json:"max_response_output_tokens,omitzero"`
	ReasoningEffort            *string           `json:"reasoning_effort,omitzero"`
	InterimResponse            interim           `json:"interim_response,omitzero"`
	Include                    []string          `json:"include,omitzero"`
	Metadata                   map[string]string `json:"metadata,omitzero"`
	Agent                      *agent            `json:"agent,omitzero"`
}

type animation struct {
	ModelName *string  `json:"model_name,omitzero"`
	Outputs   []string `json:"outputs,omitzero"`
}

type openAIVoice struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

type azureVoice struct {
	Type                       string   `json:"type"`
	Name                       string   `json:"name"`
	EndpointID                 *string  `json:"endpoint_id,omitzero"`
	Model                      *string  `json:"model,omitzero"`
	Temperature                *float64 `json:"temperature,omitzero"`
	CustomLexiconURL           *string  `json:"custom_lexicon_url,omitzero"`
	CustomTextNormalizationURL *string  `json:"custom_text_normalization_url,omitzero"`
	PreferLocales              []string `json:"prefer_locales,omitzero"`
	Locale                     *string  `json:"locale,omitzero"`
	Style                      *string  `json:"style,omitzero"`
	Pitch                      *string  `json:"pitch,omitzero"`
	Rate                       *string  `json:"rate,omitzero"`
	Volume                     *string  `json:"volume,omitzero"`
}

type serverVAD struct {
	Type                    string         `json:"type"`
	Threshold               *float64       `json:"threshold,omitzero"`
	PrefixPaddingMS         *int           `json:"prefix_padding_ms,omitzero"`
	SilenceDurationMS       *int           `json:"silence_duration_ms,omitzero"`
	EndOfUtteranceDetection endOfUtterance `json:"end_of_utterance_detection,omitzero"`
	AutoTruncate            *bool          `json:"auto_truncate,omitzero"`
	CreateResponse          *bool          `json:"create_response,omitzero"`
	InterruptResponse       *bool          `json:"interrupt_response,omitzero"`
}

type semanticVAD struct {
	Type                    string         `json:"type"`
	Threshold               *float64       `json:"threshold,omitzero"`
	PrefixPaddingMS         *int           `json:"prefix_padding_ms,omitzero"`
	SilenceDurationMS       *int           `json:"silence_duration_ms,omitzero"`
	EndOfUtteranceDetection endOfUtterance `json:"end_of_utterance_detection,omitzero"`
	SpeechDurationMS        *int           `json:"speech_duration_ms,omitzero"`
	RemoveFillerWords       *bool          `json:"remove_filler_words,omitzero"`
	Languages               []string       `json:"languages,omitzero"`
	AutoTruncate            *bool          `json:"auto_truncate,omitzero"`
	CreateResponse          *bool          `json:"create_response,omitzero"`
	InterruptResponse       *bool          `json:"interrupt_response,omitzero"`
}

type semanticDetection struct {
	Model          string  `json:"model"`
	ThresholdLevel *string `json:"threshold_level,omitzero"`
	TimeoutMS      *int    `json:"timeout_ms,omitzero"`
}

type noiseReduction struct {
	Type string `json:"type"`
}

type echoCancellation struct {
	Type            string  `json:"type"`
	ReferenceSource *string `json:"reference_source,omitzero"`
	Channels        *int    `json:"channels,omitzero"`
}

type transcription struct {
	Model        string            `json:"model"`
	Language     *string           `json:"language,omitzero"`
	CustomSpeech map[string]string `json:"custom_speech,omitzero"`
	PhraseList   []string          `json:"phrase_list,omitzero"`
}

type avatar struct {
	Type             *string      `json:"type,omitzero"`
	IceServers       []iceServer  `json:"ice_servers,omitzero"`
	Character        string       `json:"character"`
	Style            *string      `json:"style,omitzero"`
	Model            *string      `json:"model,omitzero"`
	Customized       bool         `json:"customized"`
	Video            *videoParams `json:"video,omitzero"`
	Scene            *scene       `json:"scene,omitzero"`
	OutputProtocol   *string      `json:"output_protocol,omitzero"`
	OutputAuditAudio *bool        `json:"output_audit_audio,omitzero"`
}

type iceServer struct {
	URLs       []string `json:"urls"`
	Username   *string  `json:"username,omitzero"`
	Credential *string  `json:"credential,omitzero"`
}

type videoParams struct {
	Bitrate    *int        `json:"bitrate,omitzero"`
	Codec      *string     `json:"codec,omitzero"`
	Crop       *crop       `json:"crop,omitzero"`
	Resolution *resolution `json:"resolution,omitzero"`
	Background *background `json:"background,omitzero"`
	GOPSize    *int        `json:"gop_size,omitzero"`
}

type crop struct {
	TopLeft     []int `json:"top_left"`
	BottomRight []int `json:"bottom_right"`
}

type resolution struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

type background struct {
	Color    *string `json:"color,omitzero"`
	ImageURL *string `json:"image_url,omitzero"`
}

type scene struct {
	Zoom      *float64 `json:"zoom,omitzero"`
	PositionX *float64 `json:"position_x,omitzero"`
	PositionY *float64 `json:"position_y,omitzero"`
	RotationX *float64 `json:"rotation_x,omitzero"`
	RotationY *float64 `json:"rotation_y,omitzero"`
	RotationZ *float64 `json:"rotation_z,omitzero"`
	Amplitude *float64 `json:"amplitude,omitzero"`
}

type functionTool struct {
	Type        string         `json:"type"`
	Name        string         `json:"name"`
	Description *string        `json:"description,omitzero"`
	Parameters  jsontext.Value `json:"parameters,omitzero"`
}

type mcpServer struct {
	Type            string            `json:"type"`
	ServerLabel     string            `json:"server_label"`
	ServerURL       string            `json:"server_url"`
	Authorization   *string           `json:"authorization,omitzero"`
	Headers         map[string]string `json:"headers,omitzero"`
	AllowedTools    []string          `json:"allowed_tools,omitzero"`
	RequireApproval approval          `json:"require_approval,omitzero"`
}

type functionChoice struct {
	Type string `json:"type"`
	Name string `json:"name"`
}

type staticInterim struct {
	Type               string   `json:"type"`
	Triggers           []string `json:"triggers,omitzero"`
	LatencyThresholdMS *int     `json:"latency_threshold_ms,omitzero"`
	Texts              []string `json:"texts,omitzero"`
}

type llmInterim struct {
	Type                string   `json:"type"`
	Triggers            []string `json:"triggers,omitzero"`
	LatencyThresholdMS  *int     `json:"latency_threshold_ms,omitzero"`
	Model               *string  `json:"model,omitzero"`
	Instructions        *string  `json:"instructions,omitzero"`
	MaxCompletionTokens *int     `json:"max_completion_tokens,omitzero"`
}

type agent struct {
	Type        string  `json:"type"`
	Name        string  `json:"name"`
	Description *string `json:"description,omitzero"`
	AgentID     string  `json:"agent_id"`
	ThreadID    string  `json:"thread_id"`
}

type response struct {
	ID                *string           `json:"id,omitzero"`
	Object            *string           `json:"object,omitzero"`
	Status            *string           `json:"status,omitzero"`
	StatusDetails     statusDetails     `json:"status_details"`
	Output            []item            `json:"output,omitzero"`
	Usage             *usage            `json:"usage,omitzero"`
	ConversationID    *string           `json:"conversation_id,omitzero"`
	Voice             voice             `json:"voice,omitzero"`
	Modalities        []string          `json:"modalities,omitzero"`
	OutputAudioFormat *string           `json:"output_audio_format,omitzero"`
	Temperature       *float64          `json:"temperature,omitzero"`
	MaxOutputTokens   maxTokens         `json:"max_output_tokens,omitzero"`
	Metadata          map[string]string `json:"metadata,omitzero"`
}

type cancelledDetails struct {
	Type   string `json:"type"`
	Reason string `json:"reason"`
}

type failedDetails struct {
	Type  string         `json:"type"`
	Error jsontext.Value `json:"error"`
}

type messageItem struct {
	Type    string        `json:"type"`
	ID      *string       `json:"id,omitzero"`
	Object  *string       `json:"object,omitzero"`
	Role    string        `json:"role"`
	Content []contentPart `json:"content"`
	Status  string        `json:"status"`
}

type functionCallItem struct {
	Type      string  `json:"type"`
	ID        *string `json:"id,omitzero"`
	Object    *string `json:"object,omitzero"`
	Name      string  `json:"name"`
	CallID    string  `json:"call_id"`
	Arguments string  `json:"arguments"`
	Status    string  `json:"status"`
}

type textPart struct {
	Type string  `json:"type"`
	Text *string `json:"text,omitzero"`
}

type audioPart struct {
	Type       string  `json:"type"`
	Transcript *string `json:"transcript,omitzero"`
}

type inputAudioPart struct {
	Type       string  `json:"type"`
	Audio      []byte  `json:"audio"`
	Transcript *string `json:"transcript,omitzero"`
}

type usage struct {
	TotalTokens        int          `json:"total_tokens"`
	InputTokens        int          `json:"input_tokens"`
	OutputTokens       int          `json:"output_tokens"`
	InputTokenDetails  inputTokens  `json:"input_token_details"`
	OutputTokenDetails outputTokens `json:"output_token_details"`
}

type inputTokens struct {
	CachedTokens        int          `json:"cached_tokens"`
	TextTokens          int          `json:"text_tokens"`
	AudioTokens         int          `json:"audio_tokens"`
	ImageTokens         int          `json:"image_tokens"`
	CachedTokensDetails cachedTokens `json:"cached_tokens_details"`
}

type outputTokens struct {
	TextTokens      int  `json:"text_tokens"`
	AudioTokens     int  `json:"audio_tokens"`
	ReasoningTokens *int `json:"reasoning_tokens,omitzero"`
}

type cachedTokens struct {
	TextTokens  int `json:"text_tokens"`
	AudioTokens int `json:"audio_tokens"`
	ImageTokens int `json:"image_tokens"`
}
