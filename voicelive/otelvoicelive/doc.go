// Package otelvoicelive tells OpenTelemetry about sessions and conversations: traces of
// their turns, and metrics that fit voice.
//
// A [Telemetry] is an observer of sessions and of conversations. Set it for both:
//
//	telemetry := otelvoicelive.New(nil)
//	client, err := voicelive.NewClient(endpoint, cred, &voicelive.ClientOptions{Observer: telemetry})
//	a := &agent.Agent{Client: client, Observer: telemetry}
//
// It uses the OpenTelemetry API alone: the program chooses the SDK and its exporters. With
// neither, nothing is recorded.
//
// # Traces
//
// With the dialect [GenAI], which is the default, there is no span as long as a session: nobody could
// see it before its end. There is a span for each connection, and for each turn
//
//	invoke_agent             from the speech of the user until the reply was heard or dropped
//	    user_speech          what the turn replies to
//	    realtime_inference   from response.created to response.done
//	    execute_tool         each function that the model calls
//
// The span of the turn is linked to that of the connection. If the context of [agent.Agent.Serve]
// or Connect has a span, all of these lie below it; otherwise each turn is a trace of its own, and
// gen_ai.conversation.id and gen_ai.realtime_session.id tell what belongs together. Gaps between
// sessions and errors of the service are events of the turn in which they occur, or of the next one.
// Without package agent there are connections and generations.
//
// The conventions for realtime models are in development; their names may change in a minor
// version, together with those of the conventions.
//
// With the dialect [AzureSDK], the names and the tree are those of the official VoiceLive SDKs, so
// that their dashboards work: a span for the connection that ends with the session, and below it one
// for each event that was sent or received. There are none for deltas and audio.
//
// # Content
//
// What was said and written, arguments and results of functions are recorded only if
// [Options.Content] or the environment says so: OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT, or
// AZURE_TRACING_GEN_AI_CONTENT_RECORDING_ENABLED of older SDKs. If both are set and differ, nothing is
// recorded. AZURE_EXPERIMENTAL_ENABLE_GENAI_TRACING=false turns the spans of AzureSDK off.
//
// Credentials and SDP are replaced in any case, and URLs lose their user, query and fragment, as in a cassette of package
// record. Texts are not searched for credentials.
//
// # Metrics
//
// Their names, units and buckets are constants and do not change; see the guide to observability.
//
// # No harm
//
// Telemetry does not break or slow a call. Spans end on a goroutine of their own, which exists
// while there is something to end; a span processor that blocks fills its queue, and what does not
// fit is dropped and counted. Panics of the SDK and its exporters are recovered. A span is started, and
// a metric recorded, where it happens: samplers and views should be fast, as always.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. A Telemetry may be used by any number of
// clients and agents, from any goroutine.
package otelvoicelive
