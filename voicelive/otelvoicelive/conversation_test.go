package otelvoicelive_test

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/go-voicelive/voicelive-go/internal/golden"
	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/otelvoicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

var update = flag.Bool("update", false, "accept the output as it is")

// told is what OpenTelemetry was told of a conversation.
type told struct {
	*otelvoicelive.Telemetry
	spans   *tracetest.SpanRecorder
	reader  *metric.ManualReader
	tracers *sdktrace.TracerProvider
}

func newTold(o otelvoicelive.Options) *told {
	to := &told{spans: tracetest.NewSpanRecorder(), reader: metric.NewManualReader()}
	to.tracers = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(to.spans))
	if o.TracerProvider == nil {
		o.TracerProvider = to.tracers
	}
	if o.MeterProvider == nil {
		o.MeterProvider = metric.NewMeterProvider(metric.WithReader(to.reader))
	}
	to.Telemetry = otelvoicelive.New(&o)
	return to
}

// converse holds a conversation: a function runs and one fails, the user interrupts a story, an
// error comes, a response fails, and the conversation goes on in another session.
func converse(t *testing.T, ctx context.Context, to *told) *agent.Report {
	t.Helper()
	user := legtest.New(t, leg.MuLaw)
	srv := voicelivetest.NewServer(t, &voicelivetest.Options{
		Hear: user.Hear, Pace: voicelivetest.Instant, Latency: 200 * time.Millisecond,
		Respond: voicelivetest.Sequence(
			voicelivetest.Reply("Hello, how can I help?"),
			voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "look", Arguments: `{"city":"Oslo"}`}, {Name: "fail", Arguments: "{}"}}}),
			voicelivetest.Reply(strings.Repeat("Once upon a time there was a king in Oslo. ", 5)),
			voicelivetest.Reply("As you like."),
			voicelivetest.Always(voicelivetest.Response{Failed: []byte(`{"type":"server_error","code":"too_late","message":"no"}`)}),
		),
	})
	var begun sync.Once
	begin := make(chan *agent.Conversation, 1)
	a := &agent.Agent{
		Client: client(t, srv, to), Observer: to, Greeting: agent.Ask("Greet the user."),
		Connect: voicelive.ConnectOptions{Model: "gpt-realtime"},
		Begin:   func(c *agent.Conversation) { begun.Do(func() { begin <- c }) },
		Tools: []tools.Tool{
			tools.New("look", "", func(ctx context.Context, in struct {
				City string `json:"city"`
			}) (string, error) {
				_, span := to.tracers.Tracer("test").Start(ctx, "query of the function")
				defer span.End()
				time.Sleep(time.Second)
				return "It is cold in " + in.City, nil
			}),
			tools.New("fail", "", func(context.Context, struct{}) (string, error) { return "", errors.New("private") }),
		},
	}
	var report *agent.Report
	var err error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		report, err = a.Serve(ctx, user.Leg())
	}()
	conversation := <-begin
	user.Listen()
	user.Say("Look outside.")
	user.Interrupt(2*time.Second, "Stop, please!")
	user.Listen()
	user.Silence(500 * time.Millisecond) // the turn is over
	srv.Session(0).Inject(&voicelive.ServerEventError{Error: voicelive.ServerEventErrorDetails{Type: "server_error", Code: new("busy"), Message: "private"}})
	user.Say("What?")
	user.Silence(time.Second)
	conversation.Rotate("a test")
	user.Silence(3 * time.Second)
	user.Say("And now?")
	user.Silence(2 * time.Second)
	user.HangUp()
	<-ended
	if err != nil {
		t.Fatal(err)
	}
	if err := to.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	return report
}

// TestSpansOfAConversation compares the spans of each dialect with a golden file.
func TestSpansOfAConversation(t *testing.T) {
	for name, o := range map[string]otelvoicelive.Options{
		"genai":         {},
		"genai-content": {Content: otelvoicelive.ContentOn},
		"azure":         {Dialect: otelvoicelive.AzureSDK},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				to := newTold(o)
				converse(t, t.Context(), to)
				print := tree
				if o.Dialect == otelvoicelive.AzureSDK {
					print = kinds
				}
				golden.Check(t, *update, "testdata/"+name+".txt", print(to.spans.Ended()))
				if open := len(to.spans.Started()) - len(to.spans.Ended()); open != 0 {
					t.Errorf("%d spans were started and not ended", open)
				}
			})
		})
	}
}

// tree prints spans, those without a parent first, with their attributes, links and events. Times are
// those since the first span.
func tree(spans []sdktrace.ReadOnlySpan) string {
	slices.SortStableFunc(spans, func(a, b sdktrace.ReadOnlySpan) int {
		return cmp.Or(a.StartTime().Compare(b.StartTime()), cmp.Compare(a.Name(), b.Name()))
	})
	ids := map[trace.SpanID]bool{}
	for _, s := range spans {
		ids[s.SpanContext().SpanID()] = true
	}
	var b strings.Builder
	since := func(at time.Time) string {
		return at.Sub(spans[0].StartTime()).Round(time.Millisecond).String()
	}
	var below func(parent trace.SpanID, indent string)
	below = func(parent trace.SpanID, indent string) {
		for _, s := range spans {
			if s.Parent().SpanID() != parent && (parent.IsValid() || ids[s.Parent().SpanID()]) {
				continue
			}
			fmt.Fprintf(&b, "%s%s %s (%s to %s)", indent, s.Name(), s.SpanKind(), since(s.StartTime()), since(s.EndTime()))
			if s.Status().Code != 0 {
				fmt.Fprintf(&b, " %s", s.Status().Code)
			}
			for range s.Links() {
				b.WriteString(" linked")
			}
			b.WriteString("\n")
			for _, line := range attributes(s.Attributes()) {
				fmt.Fprintf(&b, "%s    %s\n", indent, line)
			}
			events := slices.SortedStableFunc(slices.Values(s.Events()), func(a, b sdktrace.Event) int { return a.Time.Compare(b.Time) })
			for _, e := range events {
				fmt.Fprintf(&b, "%s  * %s %s %s\n", indent, since(e.Time), e.Name, strings.Join(attributes(e.Attributes), " "))
			}
			below(s.SpanContext().SpanID(), indent+"\t")
		}
	}
	below(trace.SpanID{}, "")
	return named(b.String())
}

// kinds prints the names of spans, with the names of their attributes and events, each once. There are
// too many of one event each, whose order and sizes tell nothing.
func kinds(spans []sdktrace.ReadOnlySpan) string {
	seen := map[string]bool{}
	for _, s := range spans {
		var names []string
		for _, kv := range s.Attributes() {
			names = append(names, string(kv.Key))
		}
		for _, e := range s.Events() {
			names = append(names, "*"+e.Name)
		}
		slices.Sort(names)
		parent := ""
		if s.Parent().IsValid() {
			parent = "\t"
		}
		seen[parent+s.Name()+" "+s.SpanKind().String()+"\n"+parent+"\t"+strings.Join(names, " ")+"\n"] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(seen)), "")
}

func attributes(set []attribute.KeyValue) []string {
	var lines []string
	for _, kv := range set {
		lines = append(lines, fmt.Sprintf("%s=%s", kv.Key, kv.Value.String()))
	}
	slices.Sort(lines)
	return lines
}

// named gives ids names in the order of their occurrence. A packet of the user may come before or after
// something else of the same instant.
func named(text string) string {
	text = regexp.MustCompile(`audio_replayed=\S+`).ReplaceAllString(text, "audio_replayed=?")
	seen := map[string]string{}
	return regexp.MustCompile(`\b(sess|resp|item|call)_[A-Za-z0-9_]+\b`).ReplaceAllStringFunc(text, func(id string) string {
		if seen[id] == "" {
			kind, _, _ := strings.Cut(id, "_")
			n := 1
			for other := range seen {
				if strings.HasPrefix(other, kind+"_") {
					n++
				}
			}
			seen[id] = fmt.Sprintf("<%s %d>", kind, n)
		}
		return seen[id]
	})
}
