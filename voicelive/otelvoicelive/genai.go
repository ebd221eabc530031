package otelvoicelive

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
)

// genAI makes the spans of the dialect GenAI.
type genAI struct {
	t       *Telemetry
	tracer  trace.Tracer
	content bool

	conversations sync.Map // *agent.Conversation to *conversation
}

// A conversation is what its spans need.
type conversation struct {
	ctx context.Context // of the caller, with its trace
	id  string

	mu      sync.Mutex
	session *session // the latest
	sid     string   // its id
	speech  []agent.UserSpeech
	turns   []*turn // that are open, the latest last
	recent  []*turn // that have ended, the latest last
	tools   map[string]trace.Span
	pending []note // for the turn that comes next
}

// A turn is an open span and its context.
type turn struct {
	response string
	span     trace.Span
	ctx      context.Context
	speech   []agent.UserSpeech // that it replies to
}

// A note is an event for a span.
type note struct {
	name  string
	at    time.Time
	attrs []attribute.KeyValue
}

func (n note) addTo(span trace.Span) {
	span.AddEvent(n.name, trace.WithTimestamp(n.at), trace.WithAttributes(n.attrs...))
}

const remembered = 32 // turns, speech and notes that a conversation keeps

// keep appends to a list of bounded length.
func keep[T any](list []T, v T) []T {
	if len(list) >= remembered {
		list = list[1:]
	}
	return append(list, v)
}

func (g *genAI) of(c *agent.Conversation) *conversation {
	if known, ok := g.conversations.Load(c); ok {
		return known.(*conversation)
	}
	return nil
}

// common are the attributes of every span.
func common(operation string, s *session) []attribute.KeyValue {
	attrs := []attribute.KeyValue{attribute.String(genAIOperation, operation), attribute.String(genAIProvider, provider)}
	if s.model != "" {
		attrs = append(attrs, attribute.String(genAIModel, s.model))
	}
	if s.agent != "" {
		attrs = append(attrs, attribute.String(genAIAgentName, s.agent))
	}
	return append(attrs, s.server...)
}

// named is the name of a span: the operation and what it is about.
func named(operation, about string) string { return strings.TrimSpace(operation + " " + about) }

func (g *genAI) connect(ctx context.Context, e voicelive.ConnectInfo, s *session, began, now time.Time) {
	attrs := common(opConnect, s)
	if e.Session != nil {
		attrs = append(attrs, attribute.String(genAISessionID, e.Session.ID()))
	}
	_, span := g.tracer.Start(ctx, named(opConnect, s.model), trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(began), trace.WithAttributes(attrs...))
	s.connected = span.SpanContext()
	g.t.queue.add(func() {
		if e.Err != nil {
			span.SetAttributes(attribute.String(errorType, kindOf(e.Err)))
			span.SetStatus(codes.Error, "")
		}
		span.End(trace.WithTimestamp(now))
	})
}

func (*genAI) audio() bool                            { return false }
func (*genAI) sent(*session, voicelive.EventInfo)     {}
func (*genAI) received(*session, voicelive.EventInfo) {}

// response makes the spans of responses that are no turn of a conversation.
func (g *genAI) response(s *session, e voicelive.ResponseInfo) {
	if s.conversation.Load() != nil && !e.OutOfBand {
		return
	}
	ctx := s.ctx
	if c := s.conversation.Load(); c != nil {
		ctx = c.ctx
	}
	began, ended := e.Created, e.Created.Add(e.Duration)
	if began.IsZero() {
		began = time.Now()
		ended = began
	}
	sid := e.Session.ID()
	g.t.queue.add(func() {
		attrs := append(common(opGeneration, s), attribute.String(genAIResponseID, e.ID), attribute.String(genAISessionID, sid))
		_, span := g.tracer.Start(ctx, named(opGeneration, s.model), trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(began),
			trace.WithAttributes(attrs...), trace.WithLinks(trace.Link{SpanContext: s.connected}))
		if !span.IsRecording() {
			return
		}
		span.SetAttributes(outcome(e.Status, e.Reason)...)
		if e.Usage != nil {
			span.SetAttributes(usage(agent.Tokens{
				InputText: e.Usage.InputTokenDetails.TextTokens, InputAudio: e.Usage.InputTokenDetails.AudioTokens, InputImage: e.Usage.InputTokenDetails.ImageTokens,
				Cached: e.Usage.InputTokenDetails.CachedTokens, OutputText: e.Usage.OutputTokenDetails.TextTokens, OutputAudio: e.Usage.OutputTokenDetails.AudioTokens,
			})...)
		}
		if e.Status == voicelive.ResponseStatusFailed {
			span.SetStatus(codes.Error, "")
		}
		span.End(trace.WithTimestamp(ended))
	})
}

// outcome describes how a response ended.
func outcome(status voicelive.ResponseStatus, reason string) []attribute.KeyValue {
	attrs := []attribute.KeyValue{attribute.StringSlice(genAIFinishReasons, []string{finish(status, reason)}), attribute.String(attrStatus, string(status))}
	if reason != "" {
		attrs = append(attrs, attribute.String(attrReason, reason))
	}
	if status == voicelive.ResponseStatusFailed {
		if reason == "" {
			reason = "failed"
		}
		attrs = append(attrs, attribute.String(errorType, reason))
	}
	return attrs
}

// finish is a finish reason in the words of the conventions where they have one.
func finish(status voicelive.ResponseStatus, reason string) string {
	switch {
	case status == voicelive.ResponseStatusCompleted:
		return "stop"
	case status == voicelive.ResponseStatusFailed:
		return "error"
	case reason == "max_output_tokens":
		return "length"
	case reason != "":
		return reason
	}
	return string(status)
}

// usage are the attributes of tokens.
func usage(n agent.Tokens) []attribute.KeyValue {
	var attrs []attribute.KeyValue
	for _, count := range []struct {
		name   string
		tokens int
	}{
		{genAIInputTokens, n.InputText + n.InputAudio + n.InputImage}, {genAIOutputTokens, n.OutputText + n.OutputAudio},
		{genAITextInput, n.InputText}, {genAIAudioInput, n.InputAudio}, {genAIImageInput, n.InputImage}, {genAICacheRead, n.Cached},
		{genAITextOutput, n.OutputText}, {genAIAudioOutput, n.OutputAudio},
	} {
		if count.tokens > 0 {
			attrs = append(attrs, attribute.Int(count.name, count.tokens))
		}
	}
	return attrs
}

func (g *genAI) failed(s *session, e voicelive.ErrorInfo) {
	if c := s.conversation.Load(); c != nil {
		c.note(note{azEventError, time.Now(), []attribute.KeyValue{attribute.String(errorType, e.Type), attribute.String(attrErrorCode, e.Code)}})
	}
}

func (g *genAI) closed(s *session, _ voicelive.CloseInfo) { s.conversation.Store(nil) }

// note adds an event to the turn that began last, or keeps it for the next one.
func (c *conversation) note(n note) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.turns) == 0 {
		c.pending = keep(c.pending, n)
		return
	}
	n.addTo(c.turns[len(c.turns)-1].span)
}

func (g *genAI) ObserveBegin(ctx context.Context, c *agent.Conversation) context.Context {
	g.conversations.Store(c, &conversation{
		ctx: context.WithoutCancel(ctx), id: c.ID(), session: unknownSession, tools: map[string]trace.Span{},
	})
	return ctx
}

func (g *genAI) ObserveSession(c *agent.Conversation, s *voicelive.Session) {
	known := g.of(c)
	if known == nil {
		return
	}
	of := g.t.session(s)
	if of != unknownSession {
		of.conversation.Store(known)
	}
	known.mu.Lock()
	defer known.mu.Unlock()
	known.session, known.sid = of, s.ID()
}

func (g *genAI) ObserveGap(c *agent.Conversation, gap agent.Gap) {
	if known := g.of(c); known != nil {
		known.note(note{eventGap, gap.To, []attribute.KeyValue{
			attribute.Float64(attrGapSeconds, gap.To.Sub(gap.From).Seconds()), attribute.Bool(attrPlanned, gap.Planned), attribute.String(attrGapCause, gap.Cause),
			attribute.Float64(attrReplayed, gap.AudioReplayed.Seconds()), attribute.Float64(attrLost, gap.AudioLost.Seconds()),
		}})
	}
}

func (g *genAI) ObserveSpeech(c *agent.Conversation, s agent.UserSpeech) {
	if known := g.of(c); known != nil {
		known.mu.Lock()
		defer known.mu.Unlock()
		known.speech = keep(known.speech, s)
	}
}

func (g *genAI) ObserveTurnBegin(c *agent.Conversation, t agent.Turn) {
	known := g.of(c)
	if known == nil {
		return
	}
	known.mu.Lock()
	defer known.mu.Unlock()
	g.begin(known, t)
}

// begin starts the span of a turn. The caller holds the lock.
func (g *genAI) begin(c *conversation, t agent.Turn) *turn {
	began := t.Began
	opened := &turn{response: t.ResponseID}
	if !t.SpeechEnded.IsZero() { // it replies to all speech since the last one
		opened.speech, c.speech = c.speech, nil
		for _, s := range opened.speech {
			if !s.Began.IsZero() && s.Began.Before(began) {
				began = s.Began
			}
		}
	}
	attrs := append(common(opTurn, c.session), attribute.String(genAIConversationID, c.id), attribute.String(genAISessionID, c.sid), attribute.String(genAIResponseID, t.ResponseID))
	options := []trace.SpanStartOption{trace.WithTimestamp(began), trace.WithAttributes(attrs...)}
	if c.session.connected.IsValid() {
		options = append(options, trace.WithLinks(trace.Link{SpanContext: c.session.connected}))
	}
	opened.ctx, opened.span = g.tracer.Start(c.ctx, named(opTurn, c.session.agent), options...)
	for _, n := range c.pending {
		n.addTo(opened.span)
	}
	c.pending = nil
	c.turns = append(c.turns, opened)
	return opened
}

func (g *genAI) ObserveInterruption(c *agent.Conversation, i agent.Interruption) {
	known := g.of(c)
	if known == nil {
		return
	}
	known.mu.Lock()
	defer known.mu.Unlock()
	if t := find(known.turns, i.ResponseID); t != nil {
		note{eventInterruption, i.At, []attribute.KeyValue{
			attribute.String(attrItemID, i.ItemID), attribute.Float64(attrHeard, i.Heard.Seconds()), attribute.Float64(attrUnheard, i.Unheard.Seconds()),
		}}.addTo(t.span)
	}
}

func (g *genAI) ObserveTurnEnd(c *agent.Conversation, t agent.Turn) {
	known := g.of(c)
	if known == nil {
		return
	}
	known.mu.Lock()
	defer known.mu.Unlock()
	opened := find(known.turns, t.ResponseID)
	if opened == nil {
		opened = g.begin(known, t)
	}
	known.turns = slices.DeleteFunc(known.turns, func(t *turn) bool { return t == opened })
	known.recent = keep(known.recent, opened)
	s, id, sid := known.session, known.id, known.sid
	g.t.queue.add(func() { g.end(c, opened, t, s, id, sid) })
}

// end makes the spans below a turn, and ends it.
func (g *genAI) end(c *agent.Conversation, opened *turn, t agent.Turn, s *session, id, sid string) {
	ids := []attribute.KeyValue{attribute.String(genAIConversationID, id), attribute.String(genAISessionID, sid), attribute.String(genAIResponseID, t.ResponseID)}
	for _, speech := range opened.speech {
		g.userSpeech(c, opened.ctx, speech, ids[:2])
	}
	ended := t.Generated
	if ended.IsZero() {
		ended = t.Ended
	}
	of := append(outcome(t.Status, t.Cause), usage(t.Tokens)...)
	_, generation := g.tracer.Start(opened.ctx, named(opGeneration, s.model), trace.WithSpanKind(trace.SpanKindClient), trace.WithTimestamp(t.Began),
		trace.WithAttributes(slices.Concat(common(opGeneration, s), ids, of)...))
	if !t.Arrived.IsZero() {
		generation.AddEvent(eventFirstAudio, trace.WithTimestamp(t.Arrived))
	}
	if t.Status == voicelive.ResponseStatusFailed {
		generation.SetStatus(codes.Error, "")
		opened.span.SetStatus(codes.Error, "")
	}
	generation.End(trace.WithTimestamp(ended))

	opened.span.SetAttributes(of...)
	opened.span.SetAttributes(attribute.String(genAIEndReason, endReason(t)), attribute.Float64(attrHeard, t.Heard.Seconds()), attribute.Float64(attrUnheard, t.Unheard.Seconds()))
	if t.Latency > 0 {
		opened.span.SetAttributes(attribute.Float64(attrLatency, t.Latency.Seconds()))
	}
	if !t.Audible.IsZero() {
		opened.span.AddEvent(eventHeard, trace.WithTimestamp(t.Audible))
	}
	if g.content {
		input, output := exchange(c.Transcript().Entries(), t.ResponseID, finish(t.Status, t.Cause))
		opened.span.SetAttributes(stated(attribute.String(genAIInput, input), attribute.String(genAIOutput, output))...)
	}
	opened.span.End(trace.WithTimestamp(t.Ended))
}

// stated are the attributes that have a text.
func stated(attrs ...attribute.KeyValue) []attribute.KeyValue {
	return slices.DeleteFunc(attrs, func(kv attribute.KeyValue) bool { return kv.Value.AsString() == "" })
}

// endReason is why a turn was over.
func endReason(t agent.Turn) string {
	switch {
	case t.Interrupted:
		return "interrupted"
	case t.Status == "":
		return "session_closed"
	case t.Status == voicelive.ResponseStatusFailed:
		return "error"
	}
	return string(t.Status)
}

func (g *genAI) userSpeech(c *agent.Conversation, ctx context.Context, s agent.UserSpeech, ids []attribute.KeyValue) {
	if s.Began.IsZero() || s.Ended.IsZero() {
		return
	}
	attrs := append(slices.Clone(ids), attribute.String(genAIOperation, opSpeech), attribute.String(genAIProvider, provider), attribute.String(attrItemID, s.ItemID))
	if g.content {
		for _, e := range c.Transcript().Entries() {
			if e.ID == s.ItemID {
				attrs = append(attrs, attribute.String(genAIInput, text([]message{messageOf(e, true)})))
			}
		}
	}
	_, span := g.tracer.Start(ctx, opSpeech, trace.WithTimestamp(s.Began), trace.WithAttributes(attrs...))
	span.End(trace.WithTimestamp(s.Ended))
}

func (g *genAI) ObserveToolBegin(ctx context.Context, c *agent.Conversation, call tools.Call) context.Context {
	known := g.of(c)
	if known == nil {
		return ctx
	}
	known.mu.Lock()
	defer known.mu.Unlock()
	parent := ctx
	if t := find(slices.Concat(known.recent, known.turns), call.ResponseID); t != nil {
		parent = trace.ContextWithSpan(ctx, t.span)
	}
	inside, span := g.tracer.Start(parent, named(opTool, call.Name), trace.WithAttributes(
		attribute.String(genAIOperation, opTool), attribute.String(genAIProvider, provider), attribute.String(genAIToolName, call.Name), attribute.String(genAIToolCallID, call.ID),
		attribute.String(genAIToolType, "function"), attribute.String(genAIConversationID, known.id), attribute.String(genAIResponseID, call.ResponseID)))
	known.tools[call.ID] = span
	return inside
}

// find returns the latest turn of a response, or nil.
func find(turns []*turn, response string) *turn {
	for _, t := range slices.Backward(turns) {
		if t.response == response {
			return t
		}
	}
	return nil
}

func (g *genAI) ObserveToolEnd(c *agent.Conversation, call tools.Call) {
	known := g.of(c)
	if known == nil {
		return
	}
	known.mu.Lock()
	span := known.tools[call.ID]
	delete(known.tools, call.ID)
	known.mu.Unlock()
	if span == nil {
		known.note(note{eventNotRun, time.Now(), []attribute.KeyValue{attribute.String(genAIToolName, call.Name), attribute.String(genAIToolCallID, call.ID)}})
		return
	}
	now := time.Now()
	g.t.queue.add(func() {
		if call.Err != nil {
			span.SetAttributes(attribute.String(errorType, kindOf(call.Err)))
			span.SetStatus(codes.Error, "")
		}
		if g.content {
			span.SetAttributes(stated(attribute.String(genAIToolArguments, call.Arguments), attribute.String(genAIToolResult, call.Output))...)
		}
		span.End(trace.WithTimestamp(now))
	})
}

func (g *genAI) ObserveEnd(c *agent.Conversation, r *agent.Report) {
	known := g.of(c)
	if known == nil {
		return
	}
	g.conversations.Delete(c)
	known.mu.Lock()
	defer known.mu.Unlock()
	var open []trace.Span
	for _, t := range known.turns {
		t.span.SetAttributes(attribute.String(genAIEndReason, "session_closed"))
		open = append(open, t.span)
	}
	for _, span := range known.tools {
		open = append(open, span)
	}
	ended := r.Ended
	g.t.queue.add(func() {
		for _, span := range open {
			span.End(trace.WithTimestamp(ended))
		}
	})
}
