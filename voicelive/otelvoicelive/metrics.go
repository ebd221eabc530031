package otelvoicelive

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
)

// The buckets, in seconds and tokens. A reply within 0.8 s feels natural, one after 2 s does not.
var (
	replyBuckets   = []float64{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10}
	silenceBuckets = []float64{0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2}
	unheardBuckets = []float64{0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 30, 60}
	toolBuckets    = []float64{0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10, 20, 30, 60}
	sessionBuckets = []float64{1, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 2700, 3600}
	genAIBuckets   = []float64{0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92}
	tokenBuckets   = []float64{1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864}
)

// metrics are the instruments.
type metrics struct {
	latency, first, silence, unheard, tools, duration, operation metric.Float64Histogram
	usage                                                        metric.Int64Histogram
	tokens, gaps, underruns, errors                              metric.Int64Counter
	open                                                         metric.Int64UpDownCounter

	conversations sync.Map // *agent.Conversation to *session: its latest one
}

func newMetrics(meter metric.Meter, t *Telemetry) *metrics {
	m := &metrics{}
	seconds := func(to *metric.Float64Histogram, name, description string, buckets []float64) {
		made, err := meter.Float64Histogram(name, metric.WithUnit("s"), metric.WithDescription(description), metric.WithExplicitBucketBoundaries(buckets...))
		report(err)
		*to = made
	}
	counter := func(to *metric.Int64Counter, name, unit, description string) {
		made, err := meter.Int64Counter(name, metric.WithUnit(unit), metric.WithDescription(description))
		report(err)
		*to = made
	}
	seconds(&m.latency, MetricTurnLatency, "From the end of the user's speech until the first audio of the reply is heard.", replyBuckets)
	seconds(&m.first, MetricFirstAudio, "From response.create until the first audio arrives.", replyBuckets)
	seconds(&m.silence, MetricInterruptionSilence, "From speech_started until the interrupted audio is silent.", silenceBuckets)
	seconds(&m.unheard, MetricInterruptionUnheard, "Audio that arrived and was dropped by an interruption.", unheardBuckets)
	seconds(&m.tools, MetricToolDuration, "Time that a function took.", toolBuckets)
	seconds(&m.duration, MetricSessionDuration, "Time from the connection to the end of a session.", sessionBuckets)
	seconds(&m.operation, MetricOperationDuration, "Time that a connection or a generation took.", genAIBuckets)
	counter(&m.tokens, MetricTokens, "{token}", "Tokens of responses.")
	counter(&m.gaps, MetricReconnects, "{gap}", "Sessions that replaced another one within a conversation.")
	counter(&m.underruns, MetricUnderruns, "{underrun}", "Times that the leg ran dry within a reply.")
	counter(&m.errors, MetricErrors, "{error}", "Error events of the service.")
	var err error
	m.usage, err = meter.Int64Histogram(MetricTokenUsage, metric.WithUnit("{token}"), metric.WithDescription("Tokens of a response."), metric.WithExplicitBucketBoundaries(tokenBuckets...))
	report(err)
	m.open, err = meter.Int64UpDownCounter(MetricSessions, metric.WithUnit("{session}"), metric.WithDescription("Sessions that are open."))
	report(err)
	_, err = meter.Int64ObservableGauge(MetricQueueBytes, metric.WithUnit("By"), metric.WithDescription("Received events that nobody has taken yet, of all sessions."),
		metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
			sum := 0
			t.sessions.Range(func(s, _ any) bool { sum += s.(*voicelive.Session).Stats().QueueBytes; return true })
			o.Observe(int64(sum))
			return nil
		}))
	report(err)
	_, err = meter.Int64ObservableCounter(MetricDropped, metric.WithUnit("{record}"), metric.WithDescription("Spans and records that were lost."),
		metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error { o.Observe(t.queue.lost()); return nil }))
	report(err)
	return m
}

// report tells OpenTelemetry's handler of an error. The instrument does nothing then.
func report(err error) {
	if err != nil {
		otel.Handle(err)
	}
}

var background = context.Background()

func (m *metrics) connect(ctx context.Context, s *session, e voicelive.ConnectInfo) {
	labels := []attribute.KeyValue{attribute.String(genAIOperation, opConnect), attribute.String(genAIModel, e.Model), attribute.String(azSystem, provider)}
	if e.Err != nil {
		labels = append(labels, attribute.String(errorType, kindOf(e.Err)))
	}
	m.operation.Record(ctx, e.Duration.Seconds(), metric.WithAttributes(labels...))
	if e.Session != nil {
		m.open.Add(ctx, 1, s.labels.session)
	}
}

func (m *metrics) closed(s *session) {
	m.open.Add(background, -1, s.labels.session)
	m.duration.Record(background, time.Since(s.began).Seconds(), s.labels.session)
}

func (m *metrics) firstAudio(s *session, d time.Duration) {
	m.first.Record(background, d.Seconds(), s.labels.session)
}

func (m *metrics) failed(s *session, e voicelive.ErrorInfo) {
	m.errors.Add(background, 1, s.labels.session, metric.WithAttributes(attribute.String(errorType, e.Type), attribute.String(attrErrorCode, e.Code)))
}

func (m *metrics) response(s *session, e voicelive.ResponseInfo) {
	generation := s.labels.generation
	if e.Status == voicelive.ResponseStatusFailed {
		generation = s.labels.with(attribute.String(genAIOperation, opGeneration), attribute.String(azSystem, provider), attribute.String(errorType, e.Reason))
	}
	m.operation.Record(background, e.Duration.Seconds(), generation)
	if e.Usage == nil {
		return
	}
	for i, count := range tokensOf(e.Usage) {
		if count.tokens > 0 {
			m.tokens.Add(background, count.tokens, s.labels.tokens[i])
		}
	}
	m.usage.Record(background, int64(e.Usage.InputTokens), s.labels.input)
	m.usage.Record(background, int64(e.Usage.OutputTokens), s.labels.output)
}

// in notes the session of a conversation.
func (m *metrics) in(c *agent.Conversation, s *session) { m.conversations.Store(c, s) }

func (m *metrics) session(c *agent.Conversation) *session {
	if s, ok := m.conversations.Load(c); ok {
		return s.(*session)
	}
	return unknownSession
}

func (m *metrics) turn(c *agent.Conversation, t agent.Turn) {
	if t.Latency > 0 {
		m.latency.Record(background, t.Latency.Seconds(), m.session(c).labels.session)
	}
}

func (m *metrics) interruption(c *agent.Conversation, i agent.Interruption) {
	s := m.session(c)
	m.unheard.Record(background, i.Unheard.Seconds(), s.labels.session)
	// One speech interrupts once, whatever number of parts it drops.
	if speech := s.speech.Swap(0); speech != 0 {
		m.silence.Record(background, i.At.Sub(time.Unix(0, speech)).Seconds(), s.labels.session)
	}
}

func (m *metrics) gap(c *agent.Conversation, g agent.Gap) {
	m.gaps.Add(background, 1, m.session(c).labels.session, metric.WithAttributes(attribute.Bool(attrPlanned, g.Planned)))
}

func (m *metrics) tool(c *agent.Conversation, call tools.Call) {
	if call.Ran {
		m.tools.Record(background, call.Duration.Seconds(), m.session(c).labels.session,
			metric.WithAttributes(attribute.String(genAIToolName, call.Name), attribute.String(attrToolResult, resultOf(call))))
	}
}

func resultOf(call tools.Call) string {
	switch {
	case !call.Ran:
		return "not_run"
	case call.Err != nil:
		return "failed"
	}
	return "done"
}

func (m *metrics) end(c *agent.Conversation, r *agent.Report) {
	n := 0
	for _, s := range r.Sessions {
		n += s.Underruns
	}
	m.underruns.Add(background, int64(n), m.session(c).labels.session)
	m.conversations.Delete(c)
}
