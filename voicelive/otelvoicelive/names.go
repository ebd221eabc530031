package otelvoicelive

// Scope is the name of the instrumentation.
const Scope = "github.com/go-voicelive/voicelive-go/voicelive/otelvoicelive"

// The metrics. Durations are histograms in seconds.
const (
	MetricTurnLatency         = "voicelive.turn.response_latency"     // from the end of the user's speech until the first audio is heard
	MetricFirstAudio          = "voicelive.response.first_audio"      // from response.create until the first audio arrives
	MetricInterruptionSilence = "voicelive.interruption.stop_latency" // from speech_started until the interrupted audio is silent
	MetricInterruptionUnheard = "voicelive.interruption.unheard"      // audio that arrived and was dropped
	MetricToolDuration        = "voicelive.tool.duration"             // that a function took
	MetricTokens              = "voicelive.tokens"                    // counter
	MetricSessions            = "voicelive.sessions"                  // up-down counter of open sessions
	MetricSessionDuration     = "voicelive.session.duration"          // from the connection to the end
	MetricReconnects          = "voicelive.session.gaps"              // counter of sessions that replaced another one in a conversation
	MetricUnderruns           = "voicelive.playback.underruns"        // counter: the leg ran dry within a reply
	MetricQueueBytes          = "voicelive.queue.bytes"               // gauge: received and not yet taken, of all sessions
	MetricErrors              = "voicelive.errors"                    // counter of error events of the service
	MetricDropped             = "voicelive.telemetry.dropped"         // counter of spans that did not fit into the queue, or whose end panicked

	MetricOperationDuration = "gen_ai.client.operation.duration" // of connections and generations, as the official SDKs have it
	MetricTokenUsage        = "gen_ai.client.token.usage"        // histogram of tokens, as the official SDKs have it
)

// Attributes of metrics and spans that no convention has.
const (
	attrDirection  = "voicelive.direction"   // of tokens: input or output
	attrModality   = "voicelive.modality"    // of tokens: text, audio or image
	attrToolResult = "voicelive.tool.result" // done, failed or not_run
	attrPlanned    = "voicelive.gap.planned"
	attrErrorCode  = "voicelive.error.code"
	attrItemID     = "voicelive.item.id"
	attrStatus     = "voicelive.response.status"
	attrReason     = "voicelive.response.reason"
	attrHeard      = "voicelive.turn.heard"         // s
	attrUnheard    = "voicelive.turn.unheard"       // s
	attrLatency    = "voicelive.turn.latency"       // s
	attrGapSeconds = "voicelive.gap.duration"       // s
	attrGapCause   = "voicelive.gap.cause"          //
	attrReplayed   = "voicelive.gap.audio_replayed" // s
	attrLost       = "voicelive.gap.audio_lost"     // s

	eventFirstAudio   = "voicelive.first_audio"
	eventHeard        = "voicelive.audible"
	eventInterruption = "voicelive.interruption"
	eventGap          = "voicelive.gap"
	eventNotRun       = "voicelive.tool.not_run"
)

// The GenAI conventions, as drafted for realtime models.
const (
	genAIOperation      = "gen_ai.operation.name"
	genAIProvider       = "gen_ai.provider.name"
	genAIModel          = "gen_ai.request.model"
	genAIConversationID = "gen_ai.conversation.id"
	genAISessionID      = "gen_ai.realtime_session.id"
	genAIResponseID     = "gen_ai.response.id"
	genAIFinishReasons  = "gen_ai.response.finish_reasons"
	genAIAgentName      = "gen_ai.agent.name"
	genAIEndReason      = "gen_ai.agent.invocation.end_reason"
	genAIToolName       = "gen_ai.tool.name"
	genAIToolCallID     = "gen_ai.tool.call.id"
	genAIToolType       = "gen_ai.tool.type"
	genAIToolArguments  = "gen_ai.tool.call.arguments"
	genAIToolResult     = "gen_ai.tool.call.result"
	genAIInput          = "gen_ai.input.messages"
	genAIOutput         = "gen_ai.output.messages"
	genAIInputTokens    = "gen_ai.usage.input_tokens"
	genAIOutputTokens   = "gen_ai.usage.output_tokens"
	genAICacheRead      = "gen_ai.usage.cache_read.input_tokens"
	genAITextInput      = "gen_ai.usage.text.input_tokens"
	genAIAudioInput     = "gen_ai.usage.audio.input_tokens"
	genAIImageInput     = "gen_ai.usage.image.input_tokens"
	genAITextOutput     = "gen_ai.usage.text.output_tokens"
	genAIAudioOutput    = "gen_ai.usage.audio.output_tokens"
	genAITokenType      = "gen_ai.token.type"

	serverAddress = "server.address"
	serverPort    = "server.port"
	errorType     = "error.type"

	provider = "az.ai.voicelive"

	opConnect    = "connect"
	opTurn       = "invoke_agent"
	opGeneration = "realtime_inference"
	opSpeech     = "user_speech"
	opTool       = "execute_tool"
)

// The names of the official SDKs, where they differ.
const (
	azNamespace      = "az.namespace"
	azNamespaceValue = "Microsoft.CognitiveServices"
	azSystem         = "gen_ai.system"
	azSessionID      = "gen_ai.voice.session_id"
	azEventType      = "gen_ai.voice.event_type"
	azMessageSize    = "gen_ai.voice.message_size"
	azInputFormat    = "gen_ai.voice.input_audio_format"
	azOutputFormat   = "gen_ai.voice.output_audio_format"
	azFirstToken     = "gen_ai.voice.first_token_latency_ms"
	azTurns          = "gen_ai.voice.turn_count"
	azInterruptions  = "gen_ai.voice.interruption_count"
	azAudioSent      = "gen_ai.voice.audio_bytes_sent"
	azAudioReceived  = "gen_ai.voice.audio_bytes_received"
	azItemID         = "gen_ai.voice.item_id"
	azPreviousItemID = "gen_ai.voice.previous_item_id"
	azCallID         = "gen_ai.voice.call_id"
	azOutputIndex    = "gen_ai.voice.output_index"
	azRateLimits     = "gen_ai.voice.rate_limits"
	azMCPServer      = "gen_ai.voice.mcp.server_label"
	azMCPTool        = "gen_ai.voice.mcp.tool_name"
	azMCPApprovalID  = "gen_ai.voice.mcp.approval_request_id"
	azMCPApprove     = "gen_ai.voice.mcp.approve"
	azAgentID        = "gen_ai.agent.id"
	azThreadID       = "gen_ai.agent.thread_id"
	azContent        = "gen_ai.event.content"
	azErrorCode      = "error.code"

	azEventError      = "gen_ai.voice.error"
	azEventRateLimits = "gen_ai.voice.rate_limits.updated"

	opSend  = "send"
	opRecv  = "recv"
	opClose = "close"
)
