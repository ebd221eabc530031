package otelvoicelive

import (
	"context"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/trace"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
)

// Dialect is the choice of names and of the tree of spans.
type Dialect int

// The dialects.
const (
	GenAI    Dialect = iota // the GenAI semantic conventions
	AzureSDK                // as the official VoiceLive SDKs
)

// Options configure a [Telemetry]. The zero value is usable.
type Options struct {
	// Dialect is GenAI by default.
	Dialect Dialect

	// TracerProvider makes the spans; nil is the global one at the time of New.
	TracerProvider trace.TracerProvider

	// MeterProvider makes the metrics; nil is the global one at the time of New.
	MeterProvider metric.MeterProvider

	// Content says whether what was said and written is recorded.
	Content Content
}

// A Telemetry is a [voicelive.Observer] and an [agent.Observer]. Its methods are for those who
// observe; a program only sets it.
type Telemetry struct {
	queue    queue
	metrics  *metrics
	spans    spans
	sessions sync.Map // *voicelive.Session to *session: those that are connected
}

// spans is a dialect.
type spans interface {
	connect(ctx context.Context, e voicelive.ConnectInfo, s *session, began, now time.Time)
	audio() bool // whether sent is called for audio
	sent(s *session, e voicelive.EventInfo)
	received(s *session, e voicelive.EventInfo)
	response(s *session, e voicelive.ResponseInfo)
	failed(s *session, e voicelive.ErrorInfo)
	closed(s *session, e voicelive.CloseInfo)
	agent.Observer
}

// New returns telemetry. Nil options are the default.
func New(o *Options) *Telemetry {
	if o == nil {
		o = &Options{}
	}
	tracers, meters := o.TracerProvider, o.MeterProvider
	if tracers == nil {
		tracers = otel.GetTracerProvider()
	}
	if meters == nil {
		meters = otel.GetMeterProvider()
	}
	t := &Telemetry{spans: noSpans{}}
	t.metrics = newMetrics(noop.Meter{}, t)
	// A broken provider leaves what does nothing.
	t.queue.safely(func() { t.metrics = newMetrics(meters.Meter(Scope), t) })
	t.queue.safely(func() {
		switch tracer := tracers.Tracer(Scope); {
		case o.Dialect == GenAI:
			t.spans = &genAI{t: t, tracer: tracer, content: o.Content.on()}
		case azureEnabled():
			t.spans = &azure{t: t, tracer: tracer, content: o.Content.on()}
		}
	})
	return t
}

// Flush waits until the spans that have ended are with the SDK, or until ctx ends, and returns its error then. Call
// it before the shutdown of the SDK.
func (t *Telemetry) Flush(ctx context.Context) error { return t.queue.wait(ctx) }

// Dropped is how many spans and records were lost, since too many waited or the SDK panicked.
func (t *Telemetry) Dropped() int64 { return t.queue.lost() }

// A session is what is known of a connected session.
type session struct {
	model, agent string
	server       []attribute.KeyValue
	began        time.Time         // of the connection
	labels       *labels           // of its metrics
	ctx          context.Context   // of Connect
	connected    trace.SpanContext // of the span of the connection

	requested, speech atomic.Int64 // when response.create was sent and speech_started came, in ns; 0 for neither

	conversation atomic.Pointer[conversation] // of the dialect GenAI
	azure        *azureSession                // of the dialect AzureSDK
}

// unknownSession stands for a session that was connected by a client with another observer.
var unknownSession = &session{labels: newLabels(), ctx: context.Background()}

func (t *Telemetry) session(s *voicelive.Session) *session {
	if known, ok := t.sessions.Load(s); ok {
		return known.(*session)
	}
	return unknownSession
}

// ObserveConnect implements [voicelive.Observer].
func (t *Telemetry) ObserveConnect(ctx context.Context, e voicelive.ConnectInfo) {
	defer t.queue.recovered()
	now := time.Now()
	s := &session{model: e.Model, agent: e.Agent, ctx: context.WithoutCancel(ctx), began: now, server: server(e.Endpoint)}
	s.labels = newLabels(attribute.String(genAIModel, e.Model))
	t.metrics.connect(ctx, s, e)
	if e.Session != nil {
		t.sessions.Store(e.Session, s)
	}
	t.spans.connect(ctx, e, s, now.Add(-e.Duration), now)
}

// server are the attributes of an endpoint.
func server(endpoint string) []attribute.KeyValue {
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" {
		return nil
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		port = 443
	}
	return []attribute.KeyValue{attribute.String(serverAddress, u.Hostname()), attribute.Int(serverPort, port)}
}

// ObserveSend implements [voicelive.Observer].
func (t *Telemetry) ObserveSend(ctx context.Context, e voicelive.EventInfo) {
	if e.Type == "input_audio_buffer.append" && !t.spans.audio() {
		return
	}
	defer t.queue.recovered()
	s := t.session(e.Session)
	if e.Type == string(voicelive.ClientEventTypeResponseCreate) && s != unknownSession {
		s.requested.Store(time.Now().UnixNano())
	}
	t.spans.sent(s, e)
}

// ObserveReceive implements [voicelive.Observer].
func (t *Telemetry) ObserveReceive(e voicelive.EventInfo) {
	defer t.queue.recovered()
	s := t.session(e.Session)
	if s == unknownSession {
		return
	}
	switch e.Type {
	case "response.audio.delta":
		if s.requested.Load() != 0 {
			t.metrics.firstAudio(s, time.Duration(time.Now().UnixNano()-s.requested.Swap(0)))
		}
	case "input_audio_buffer.speech_started":
		s.speech.Store(time.Now().UnixNano())
		s.requested.Store(0) // the response that comes next may be of the speech
	case "input_audio_buffer.speech_stopped":
		s.speech.Store(0) // what is interrupted later is interrupted by something else
	}
	t.spans.received(s, e)
}

// ObserveResponse implements [voicelive.Observer].
func (t *Telemetry) ObserveResponse(e voicelive.ResponseInfo) {
	defer t.queue.recovered()
	s := t.session(e.Session)
	t.metrics.response(s, e)
	t.spans.response(s, e)
}

// ObserveError implements [voicelive.Observer].
func (t *Telemetry) ObserveError(e voicelive.ErrorInfo) {
	defer t.queue.recovered()
	s := t.session(e.Session)
	t.metrics.failed(s, e)
	t.spans.failed(s, e)
}

// ObserveClose implements [voicelive.Observer].
func (t *Telemetry) ObserveClose(e voicelive.CloseInfo) {
	defer t.queue.recovered()
	known, ok := t.sessions.LoadAndDelete(e.Session)
	if !ok {
		return
	}
	s := known.(*session)
	t.metrics.closed(s)
	t.spans.closed(s, e)
}

// ObserveBegin implements [agent.Observer].
func (t *Telemetry) ObserveBegin(ctx context.Context, c *agent.Conversation) (out context.Context) {
	defer t.queue.recovered()
	out = ctx // also after a panic
	return t.spans.ObserveBegin(ctx, c)
}

// ObserveSession implements [agent.Observer].
func (t *Telemetry) ObserveSession(c *agent.Conversation, s *voicelive.Session) {
	defer t.queue.recovered()
	t.spans.ObserveSession(c, s)
	t.metrics.in(c, t.session(s))
}

// ObserveGap implements [agent.Observer].
func (t *Telemetry) ObserveGap(c *agent.Conversation, g agent.Gap) {
	defer t.queue.recovered()
	t.metrics.gap(c, g)
	t.spans.ObserveGap(c, g)
}

// ObserveSpeech implements [agent.Observer].
func (t *Telemetry) ObserveSpeech(c *agent.Conversation, s agent.UserSpeech) {
	defer t.queue.recovered()
	t.spans.ObserveSpeech(c, s)
}

// ObserveTurnBegin implements [agent.Observer].
func (t *Telemetry) ObserveTurnBegin(c *agent.Conversation, turn agent.Turn) {
	defer t.queue.recovered()
	t.spans.ObserveTurnBegin(c, turn)
}

// ObserveInterruption implements [agent.Observer].
func (t *Telemetry) ObserveInterruption(c *agent.Conversation, i agent.Interruption) {
	defer t.queue.recovered()
	t.metrics.interruption(c, i)
	t.spans.ObserveInterruption(c, i)
}

// ObserveTurnEnd implements [agent.Observer].
func (t *Telemetry) ObserveTurnEnd(c *agent.Conversation, turn agent.Turn) {
	defer t.queue.recovered()
	t.metrics.turn(c, turn)
	t.spans.ObserveTurnEnd(c, turn)
}

// ObserveToolBegin implements [agent.Observer].
func (t *Telemetry) ObserveToolBegin(ctx context.Context, c *agent.Conversation, call tools.Call) (out context.Context) {
	defer t.queue.recovered()
	out = ctx // also after a panic
	return t.spans.ObserveToolBegin(ctx, c, call)
}

// ObserveToolEnd implements [agent.Observer].
func (t *Telemetry) ObserveToolEnd(c *agent.Conversation, call tools.Call) {
	defer t.queue.recovered()
	t.metrics.tool(c, call)
	t.spans.ObserveToolEnd(c, call)
}

// ObserveEnd implements [agent.Observer].
func (t *Telemetry) ObserveEnd(c *agent.Conversation, r *agent.Report) {
	defer t.queue.recovered()
	t.metrics.end(c, r)
	t.spans.ObserveEnd(c, r)
}

var (
	_ voicelive.Observer = (*Telemetry)(nil)
	_ agent.Observer     = (*Telemetry)(nil)
)

// noSpans is a dialect without spans.
type noSpans struct{ agent.NoObserver }

func (noSpans) connect(context.Context, voicelive.ConnectInfo, *session, time.Time, time.Time) {}
func (noSpans) audio() bool                                                                    { return false }
func (noSpans) sent(*session, voicelive.EventInfo)                                             {}
func (noSpans) received(*session, voicelive.EventInfo)                                         {}
func (noSpans) response(*session, voicelive.ResponseInfo)                                      {}
func (noSpans) failed(*session, voicelive.ErrorInfo)                                           {}
func (noSpans) closed(*session, voicelive.CloseInfo)                                           {}
