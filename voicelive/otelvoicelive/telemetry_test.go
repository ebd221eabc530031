package otelvoicelive_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/go-voicelive/voicelive-go/internal/golden"
	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/otelvoicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// TestMetricsOfAConversation compares names, units, buckets, labels and counts with a golden file.
func TestMetricsOfAConversation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := newTold(otelvoicelive.Options{})
		converse(t, t.Context(), to)
		synctest.Wait() // the last session has closed
		golden.Check(t, *update, "testdata/metrics.txt", collect(t, to))
	})
}

func collect(t *testing.T, to *told) string {
	t.Helper()
	var got metricdata.ResourceMetrics
	if err := to.reader.Collect(t.Context(), &got); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, m := range got.ScopeMetrics[0].Metrics {
		lines = append(lines, fmt.Sprintf("%s (%s) %s", m.Name, m.Unit, m.Description))
		switch d := m.Data.(type) {
		case metricdata.Histogram[float64]:
			lines = append(lines, fmt.Sprintf("%s \tbuckets %v", m.Name, d.DataPoints[0].Bounds))
			for _, p := range d.DataPoints {
				lines = append(lines, fmt.Sprintf("%s \t%s: %d, sum %.3f", m.Name, strings.Join(attributes(p.Attributes.ToSlice()), " "), p.Count, p.Sum))
			}
		case metricdata.Histogram[int64]:
			for _, p := range d.DataPoints {
				lines = append(lines, fmt.Sprintf("%s \t%s: %d, sum %d", m.Name, strings.Join(attributes(p.Attributes.ToSlice()), " "), p.Count, p.Sum))
			}
		case metricdata.Sum[int64]:
			for _, p := range d.DataPoints {
				lines = append(lines, fmt.Sprintf("%s \t%s: %d", m.Name, strings.Join(attributes(p.Attributes.ToSlice()), " "), p.Value))
			}
		case metricdata.Gauge[int64]:
			for _, p := range d.DataPoints {
				lines = append(lines, fmt.Sprintf("%s \t%s: %d", m.Name, strings.Join(attributes(p.Attributes.ToSlice()), " "), p.Value))
			}
		default:
			t.Errorf("%s is a %T", m.Name, d)
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

// TestTheCallersTraceIsKept puts all spans below that of the caller.
func TestTheCallersTraceIsKept(t *testing.T) {
	for _, dialect := range []otelvoicelive.Dialect{otelvoicelive.GenAI, otelvoicelive.AzureSDK} {
		synctest.Test(t, func(t *testing.T) {
			to := newTold(otelvoicelive.Options{Dialect: dialect})
			ctx, call := to.tracers.Tracer("test").Start(t.Context(), "call")
			converse(t, ctx, to)
			call.End()
			for _, s := range to.spans.Ended() {
				if s.SpanContext().TraceID() != call.SpanContext().TraceID() {
					t.Errorf("%s is in another trace", s.Name())
				}
			}
		})
	}
}

// TestContentIsOptIn looks for what was said, in all spans, with and without consent.
func TestContentIsOptIn(t *testing.T) {
	for _, tt := range []struct {
		content otelvoicelive.Content
		env     map[string]string
		want    bool
	}{
		{want: false},
		{content: otelvoicelive.ContentOn, want: true},
		{env: map[string]string{"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"}, want: true},
		{env: map[string]string{"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY"}, want: true},
		{env: map[string]string{"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "no_content"}, want: false},
		{env: map[string]string{"AZURE_TRACING_GEN_AI_CONTENT_RECORDING_ENABLED": "True"}, want: true},
		{env: map[string]string{"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true", "AZURE_TRACING_GEN_AI_CONTENT_RECORDING_ENABLED": "false"}, want: false},
		{env: map[string]string{"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"}, content: otelvoicelive.ContentOff, want: false},
	} {
		dialects := []otelvoicelive.Dialect{otelvoicelive.GenAI, otelvoicelive.AzureSDK}
		if tt.env != nil { // which both read alike
			dialects = dialects[:1]
		}
		for _, dialect := range dialects {
			t.Run(fmt.Sprint(dialect, tt.content, tt.env), func(t *testing.T) {
				for name, value := range tt.env {
					t.Setenv(name, value)
				}
				synctest.Test(t, func(t *testing.T) {
					to := newTold(otelvoicelive.Options{Dialect: dialect, Content: tt.content})
					converse(t, t.Context(), to)
					text := tree(to.spans.Ended())
					for _, said := range []string{"king in Oslo", "Look outside", `"city`, "private"} {
						if !tt.want && strings.Contains(text, said) {
							t.Errorf("%q is recorded without consent", said)
						}
					}
					if tt.want && !strings.Contains(text, "Look outside") {
						t.Error("what the user said is not recorded")
					}
				})
			})
		}
	}
}

// TestNoCredentialIsTold sends credentials wherever an event can have some, with content.
func TestNoCredentialIsTold(t *testing.T) {
	for _, dialect := range []otelvoicelive.Dialect{otelvoicelive.GenAI, otelvoicelive.AzureSDK} {
		synctest.Test(t, func(t *testing.T) {
			to := newTold(otelvoicelive.Options{Dialect: dialect, Content: otelvoicelive.ContentOn})
			srv := voicelivetest.NewServer(t, nil)
			session := connect(t, srv, to)
			for _, event := range []string{
				`{"type":"session.update","session":{"instructions":"in full","tools":[{"type":"mcp","server_label":"crm","server_url":"https://u:CANARY@host/mcp?key=CANARY","authorization":"Bearer CANARY","headers":{"X-Key":"CANARY"}}],` +
					`"avatar":{"character":"lisa","customized":false,"ice_servers":[{"urls":["turn:host"],"username":"CANARY","credential":"CANARY"}]}}}`,
				`{"type":"session.avatar.connect","client_sdp":"CANARY"}`,
			} {
				e, err := voicelive.UnmarshalClientEvent([]byte(event))
				if err != nil {
					t.Fatal(err)
				}
				if err := session.Send(t.Context(), e); err != nil {
					t.Fatal(err)
				}
			}
			for _, event := range []string{
				`{"type":"session.avatar.connecting","server_sdp":"CANARY"}`,
				`{"type":"future","nested":{"apiKey":"CANARY","url":"https://host/?sig=CANARY"}}`,
			} {
				srv.Session(0).InjectJSON([]byte(event))
			}
			synctest.Wait()
			session.Close()
			synctest.Wait()
			if err := to.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			told := tree(to.spans.Ended()) + collect(t, to)
			for _, line := range strings.Split(told, "\n") {
				if strings.Contains(line, "CANARY") {
					t.Errorf("dialect %v: %s", dialect, line)
				}
			}
			if dialect == otelvoicelive.AzureSDK && !strings.Contains(told, "in full") {
				t.Error("the content is missing")
			}
		})
	}
}

// TestTheEnvironmentTurnsAzureSpansOff has metrics without spans.
func TestTheEnvironmentTurnsAzureSpansOff(t *testing.T) {
	t.Setenv("AZURE_EXPERIMENTAL_ENABLE_GENAI_TRACING", "false")
	synctest.Test(t, func(t *testing.T) {
		to := newTold(otelvoicelive.Options{Dialect: otelvoicelive.AzureSDK})
		converse(t, t.Context(), to)
		if n := len(to.spans.Ended()); n != 1 { // that of the function
			t.Errorf("got %d spans, want only that of the function", n)
		}
		if !strings.Contains(collect(t, to), otelvoicelive.MetricTurnLatency) {
			t.Error("there are no metrics either")
		}
	})
}

// TestSessionsWithoutAnAgent have a span for the connection and for each response.
func TestSessionsWithoutAnAgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := newTold(otelvoicelive.Options{})
		srv := voicelivetest.NewServer(t, &voicelivetest.Options{Latency: 300 * time.Millisecond, Respond: voicelivetest.Reply("Good day!")})
		session := connect(t, srv, to)
		if err := session.SendText(t.Context(), "Hello"); err != nil {
			t.Fatal(err)
		}
		for e, err := range session.Events(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if e.EventType() == voicelive.ServerEventTypeResponseDone {
				break
			}
		}
		session.Close()
		synctest.Wait()
		if err := to.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, *update, "testdata/session.txt", tree(to.spans.Ended()))
	})
}

// A failed connection is a span with an error, and no open session.
func TestFailedConnections(t *testing.T) {
	for _, dialect := range []otelvoicelive.Dialect{otelvoicelive.GenAI, otelvoicelive.AzureSDK} {
		synctest.Test(t, func(t *testing.T) {
			to := newTold(otelvoicelive.Options{Dialect: dialect})
			srv := voicelivetest.NewServer(t, &voicelivetest.Options{Models: []string{"other"}, Lenient: true})
			if _, err := client(t, srv, to).Connect(t.Context(), &voicelive.ConnectOptions{Model: "gpt-realtime"}); err == nil {
				t.Fatal("the model exists")
			}
			if err := to.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			spans := tree(to.spans.Ended())
			if !strings.HasPrefix(spans, "connect") || !strings.Contains(spans, "error.type=4") || !strings.Contains(spans, " Error") {
				t.Errorf("got %s", spans)
			}
			if got := collect(t, to); strings.Contains(got, otelvoicelive.MetricSessions+" ") {
				t.Errorf("a session is open:\n%s", got)
			}
		})
	}
}

// hostile is an SDK that panics where it can.
type hostile struct{ at string }

func (h hostile) panic(at string) {
	if h.at == at {
		panic("the exporter is broken")
	}
}
func (h hostile) OnStart(context.Context, sdktrace.ReadWriteSpan) { h.panic("start") }
func (h hostile) OnEnd(sdktrace.ReadOnlySpan)                     { h.panic("end") }
func (h hostile) Shutdown(context.Context) error                  { return nil }
func (h hostile) ForceFlush(context.Context) error                { return nil }
func (h hostile) Description() string                             { return "hostile" }
func (h hostile) ShouldSample(p sdktrace.SamplingParameters) sdktrace.SamplingResult {
	h.panic("sample")
	return sdktrace.SamplingResult{Decision: sdktrace.RecordAndSample}
}

// meter is one that panics when something is recorded.
type meter struct{ noop.MeterProvider }

func (meter) Meter(string, ...metric.MeterOption) metric.Meter { return panicking{} }

type panicking struct{ noop.Meter }

func (panicking) Float64Histogram(string, ...metric.Float64HistogramOption) (metric.Float64Histogram, error) {
	return histogram{}, nil
}

type histogram struct{ noop.Float64Histogram }

func (histogram) Record(context.Context, float64, ...metric.RecordOption) {
	panic("the meter is broken")
}

// TestABrokenSDKBreaksNothing holds the same conversation as with a working one.
func TestABrokenSDKBreaksNothing(t *testing.T) {
	want := plain(t, otelvoicelive.Options{})
	for _, dialect := range []otelvoicelive.Dialect{otelvoicelive.GenAI, otelvoicelive.AzureSDK} {
		for _, at := range []string{"start", "end", "sample"} {
			t.Run(fmt.Sprint(dialect, at), func(t *testing.T) {
				h := hostile{at}
				if got := plain(t, otelvoicelive.Options{Dialect: dialect, TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(h), sdktrace.WithSampler(h))}); got != want {
					t.Errorf("the conversation was %s, want %s", got, want)
				}
			})
		}
	}
	t.Run("meter", func(t *testing.T) {
		if got := plain(t, otelvoicelive.Options{MeterProvider: meter{}}); got != want {
			t.Errorf("the conversation was %s, want %s", got, want)
		}
	})
	t.Run("providers", func(t *testing.T) {
		if got := plain(t, otelvoicelive.Options{MeterProvider: noMeter{}, TracerProvider: noTracer{}}); got != want {
			t.Errorf("the conversation was %s, want %s", got, want)
		}
	})
}

type noMeter struct{ noop.MeterProvider }

func (noMeter) Meter(string, ...metric.MeterOption) metric.Meter { panic("no meter") }

type noTracer struct{ trace.TracerProvider }

func (noTracer) Tracer(string, ...trace.TracerOption) trace.Tracer { panic("no tracer") }

// plain is what a conversation was, with telemetry.
func plain(t *testing.T, o otelvoicelive.Options) (was string) {
	synctest.Test(t, func(t *testing.T) {
		r := converse(t, t.Context(), newTold(o))
		was = fmt.Sprint(r.Reason, r.Duration, len(r.Turns), len(r.Tools), r.Transcript.Text())
	})
	return was
}

// stuck is a span processor that takes for ever.
type stuck struct {
	hostile
	until chan struct{}
}

func (s stuck) OnEnd(sdktrace.ReadOnlySpan) { <-s.until }

// TestAProcessorThatBlocksDelaysNothing has a conversation as long as ever. What does not fit into the
// queue is counted.
func TestAProcessorThatBlocksDelaysNothing(t *testing.T) {
	want := plain(t, otelvoicelive.Options{})
	synctest.Test(t, func(t *testing.T) {
		s := stuck{until: make(chan struct{})}
		to := newTold(otelvoicelive.Options{TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(s))})
		short, cancel := context.WithCancel(t.Context())
		go func() { // Flush waits in converse
			time.Sleep(time.Hour)
			close(s.until)
		}()
		r := converse(t, t.Context(), to)
		if got := fmt.Sprint(r.Reason, r.Duration, len(r.Turns), len(r.Tools), r.Transcript.Text()); got != want {
			t.Errorf("the conversation was %s, want %s", got, want)
		}
		cancel()
		s2 := stuck{until: make(chan struct{})}
		full := otelvoicelive.New(&otelvoicelive.Options{TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(s2))})
		for range 5000 {
			full.ObserveConnect(t.Context(), voicelive.ConnectInfo{Err: context.Canceled})
		}
		if err := full.Flush(short); err != context.Canceled {
			t.Errorf("Flush: %v, want the error of its context", err)
		}
		if full.Dropped() == 0 {
			t.Error("nothing was dropped of 5000 spans")
		}
		close(s2.until)
		if err := full.Flush(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// TestNothingIsKept after sessions and conversations have ended.
func TestNothingIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := newTold(otelvoicelive.Options{})
		converse(t, t.Context(), to)
		synctest.Wait()
		if n := to.Kept(); n != 0 {
			t.Errorf("telemetry still knows %d sessions and conversations", n)
		}
	})
}

func client(t testing.TB, srv *voicelivetest.Server, o voicelive.Observer) *voicelive.Client {
	t.Helper()
	options := srv.ClientOptions()
	options.Observer = o
	c, err := voicelive.NewClientWithKeyCredential(srv.URL(), azcore.NewKeyCredential("key"), options)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func connect(t testing.TB, srv *voicelivetest.Server, o voicelive.Observer) *voicelive.Session {
	t.Helper()
	s, err := client(t, srv, o).Connect(t.Context(), &voicelive.ConnectOptions{Model: "gpt-realtime"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
