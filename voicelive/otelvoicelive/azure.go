package otelvoicelive

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/record"
)

// azure makes the spans of the dialect AzureSDK. It needs no conversations.
type azure struct {
	agent.NoObserver
	t       *Telemetry
	tracer  trace.Tracer
	content bool
}

// azureEnabled reports whether the environment leaves the spans on.
func azureEnabled() bool { return !strings.EqualFold(os.Getenv(envTracing), "false") }

// An azureSession is the span of a connection and what is counted for it.
type azureSession struct {
	span   trace.Span
	ctx    context.Context
	common []attribute.KeyValue // of all spans

	turns, interruptions, audioSent, audioReceived atomic.Int64
	requested                                      atomic.Int64 // when response.create was sent, in ns; 0 if its first delta has come
}

func (a *azure) connect(ctx context.Context, e voicelive.ConnectInfo, s *session, began, now time.Time) {
	common := append([]attribute.KeyValue{attribute.String(azNamespace, azNamespaceValue), attribute.String(azSystem, provider)}, s.server...)
	if s.model != "" {
		common = append(common, attribute.String(genAIModel, s.model))
	}
	options := append(a.options(opConnect, began), trace.WithAttributes(common...))
	ctx, span := a.tracer.Start(context.WithoutCancel(ctx), opConnect, options...)
	if s.agent != "" {
		span.SetAttributes(attribute.String(genAIAgentName, s.agent))
	}
	if e.Err != nil {
		span.SetAttributes(attribute.String(errorType, kindOf(e.Err)))
		span.SetStatus(codes.Error, "")
		a.t.queue.add(func() { span.End(trace.WithTimestamp(now)) })
		return
	}
	common = append(common, attribute.String(azSessionID, e.Session.ID()))
	config := e.Session.Config()
	span.SetAttributes(attribute.String(azSessionID, e.Session.ID()), attribute.String(azInputFormat, string(config.InputAudioFormat)), attribute.String(azOutputFormat, string(config.OutputAudioFormat)))
	if config.Agent != nil {
		span.SetAttributes(attribute.String(azAgentID, config.Agent.AgentID), attribute.String(azThreadID, config.Agent.ThreadID))
	}
	s.azure = &azureSession{span: span, ctx: ctx, common: common}
}

func (*azure) options(operation string, at time.Time) []trace.SpanStartOption {
	return []trace.SpanStartOption{trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(at), trace.WithAttributes(attribute.String(genAIOperation, operation))}
}

func (*azure) audio() bool { return true }

func (a *azure) sent(s *session, e voicelive.EventInfo) {
	of := s.azure
	if of == nil {
		return
	}
	switch e.Type {
	case "input_audio_buffer.append":
		of.audioSent.Add(audioBytes(e.Bytes))
		return
	case "response.create":
		of.requested.Store(time.Now().UnixNano())
	case "response.cancel":
		of.interruptions.Add(1)
	}
	a.event(of, e, opSend, genAIInput, nil)
}

// audioBytes estimates the audio in an event from its size: base64 is a third larger, and there are some
// 60 bytes around it. Decoding would cost more than all else.
func audioBytes(size int) int64 { return max(0, int64(size)-60) * 3 / 4 }

func (a *azure) received(s *session, e voicelive.EventInfo) {
	of := s.azure
	if of == nil {
		return
	}
	if strings.HasSuffix(e.Type, ".delta") {
		if e.Type == "response.audio.delta" {
			of.audioReceived.Add(audioBytes(e.Bytes))
		}
		if e.Type == "response.audio.delta" || e.Type == "response.text.delta" {
			a.firstToken(of, e)
		}
		return
	}
	if e.Type == "response.done" {
		of.turns.Add(1)
	}
	a.event(of, e, opRecv, genAIOutput, nil)
}

// firstToken records the latency of a response, with the delta that ends it.
func (a *azure) firstToken(of *azureSession, e voicelive.EventInfo) {
	if of.requested.Load() == 0 {
		return
	}
	requested := of.requested.Swap(0)
	latency := attribute.Float64(azFirstToken, float64(time.Now().UnixNano()-requested)/1e6)
	of.span.SetAttributes(latency)
	a.event(of, e, opRecv, genAIOutput, []attribute.KeyValue{latency})
}

// event makes the span of an event.
func (a *azure) event(of *azureSession, e voicelive.EventInfo, operation, messages string, more []attribute.KeyValue) {
	now := time.Now()
	var read wireEvent
	if json.Unmarshal(e.JSON, &read) != nil {
		read = wireEvent{} // it has a value of another type: the span goes without
	}
	content := ""
	if a.content {
		if kept, ok := (record.Header{}).Reduce(e.JSON, e.Type); ok { // without credentials
			content = string(kept)
		}
	}
	attrs := append(append(read.attributes(), of.common...), attribute.String(azEventType, e.Type), attribute.Int(azMessageSize, e.Bytes))
	attrs = append(attrs, more...)
	typ := e.Type
	a.t.queue.add(func() {
		_, span := a.tracer.Start(of.ctx, operation+" "+typ, append(a.options(operation, now), trace.WithAttributes(attrs...))...)
		about := []attribute.KeyValue{attribute.String(azSystem, provider), attribute.String(azEventType, typ)}
		if content != "" {
			about = append(about, attribute.String(azContent, content))
		}
		span.AddEvent(messages, trace.WithTimestamp(now), trace.WithAttributes(about...))
		switch typ {
		case "error":
			span.AddEvent(azEventError, trace.WithTimestamp(now), trace.WithAttributes(attribute.String(azErrorCode, read.Error.Code)))
		case "rate_limits.updated":
			span.AddEvent(azEventRateLimits, trace.WithTimestamp(now), trace.WithAttributes(attribute.String(azRateLimits, string(read.RateLimits))))
		}
		span.End(trace.WithTimestamp(now))
	})
}

// A wireEvent is what a span tells of an event.
type wireEvent struct {
	ResponseID     string          `json:"response_id"`
	ItemID         string          `json:"item_id"`
	PreviousItemID string          `json:"previous_item_id"`
	CallID         string          `json:"call_id"`
	OutputIndex    *int            `json:"output_index"`
	RateLimits     json.RawMessage `json:"rate_limits"`
	Item           struct {
		ID                string `json:"id"`
		Type              string `json:"type"`
		CallID            string `json:"call_id"`
		ServerLabel       string `json:"server_label"`
		Name              string `json:"name"`
		ApprovalRequestID string `json:"approval_request_id"`
		Approve           *bool  `json:"approve"`
	} `json:"item"`
	Response struct {
		ID             string `json:"id"`
		ConversationID string `json:"conversation_id"`
		Status         string `json:"status"`
		Usage          *struct {
			InputTokens  int `json:"input_tokens"`
			OutputTokens int `json:"output_tokens"`
		} `json:"usage"`
	} `json:"response"`
	Error struct {
		Code string `json:"code"`
	} `json:"error"`
}

func (e *wireEvent) attributes() []attribute.KeyValue {
	var attrs []attribute.KeyValue
	text := func(name string, values ...string) {
		for _, v := range values {
			if v != "" {
				attrs = append(attrs, attribute.String(name, v))
				return
			}
		}
	}
	text(genAIResponseID, e.ResponseID, e.Response.ID)
	text(azItemID, e.ItemID, e.Item.ID)
	text(azPreviousItemID, e.PreviousItemID)
	text(azCallID, e.CallID, e.Item.CallID)
	text(genAIConversationID, e.Response.ConversationID)
	text(azMCPServer, e.Item.ServerLabel)
	text(azMCPApprovalID, e.Item.ApprovalRequestID)
	if e.Item.Type != "message" {
		text(azMCPTool, e.Item.Name)
	}
	if e.Item.Approve != nil {
		attrs = append(attrs, attribute.Bool(azMCPApprove, *e.Item.Approve))
	}
	if e.OutputIndex != nil {
		attrs = append(attrs, attribute.Int(azOutputIndex, *e.OutputIndex))
	}
	if e.Response.Status != "" {
		text(genAIFinishReasons, `["`+e.Response.Status+`"]`)
	}
	if u := e.Response.Usage; u != nil {
		attrs = append(attrs, attribute.Int(genAIInputTokens, u.InputTokens), attribute.Int(genAIOutputTokens, u.OutputTokens))
	}
	return attrs
}

func (*azure) response(*session, voicelive.ResponseInfo) {}
func (*azure) failed(*session, voicelive.ErrorInfo)      {}

func (a *azure) closed(s *session, e voicelive.CloseInfo) {
	of := s.azure
	if of == nil {
		return
	}
	now := time.Now()
	a.t.queue.add(func() {
		_, span := a.tracer.Start(of.ctx, opClose, append(a.options(opClose, now), trace.WithAttributes(of.common...))...)
		span.End(trace.WithTimestamp(now))
		of.span.SetAttributes(attribute.Int64(azTurns, of.turns.Load()), attribute.Int64(azInterruptions, of.interruptions.Load()),
			attribute.Int64(azAudioSent, of.audioSent.Load()), attribute.Int64(azAudioReceived, of.audioReceived.Load()))
		if e.Err != nil {
			of.span.SetAttributes(attribute.String(errorType, kindOf(e.Err)))
			of.span.SetStatus(codes.Error, "")
		}
		of.span.End(trace.WithTimestamp(now))
	})
}
