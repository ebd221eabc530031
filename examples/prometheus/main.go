// Command prometheus shows the metrics of a voice agent: it serves them at
// http://localhost:9464/metrics, and holds one call after another with a simulator, so that
// there is something to see. dashboard.json is a Grafana dashboard of them.
package main

import (
	"bytes"
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/otlptranslator"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/sdk/metric"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/otelvoicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	registry := prometheus.NewRegistry()
	telemetry, err := newTelemetry(registry)
	if err != nil {
		log.Fatal(err)
	}
	srv := &http.Server{Addr: "localhost:9464", Handler: promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), ReadHeaderTimeout: 10 * time.Second}
	go func() {
		if err := srv.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
			log.Fatal(err)
		}
	}()
	log.Printf("metrics are at http://%s/metrics", srv.Addr)
	for ctx.Err() == nil {
		if err := call(ctx, telemetry); err != nil && ctx.Err() == nil {
			log.Print(err)
		}
	}
}

// newTelemetry returns telemetry whose metrics a registry has.
func newTelemetry(registry prometheus.Registerer) (*otelvoicelive.Telemetry, error) {
	reader, err := exporter.New(exporter.WithRegisterer(registry), exporter.WithoutScopeInfo(),
		exporter.WithTranslationStrategy(otlptranslator.UnderscoreEscapingWithSuffixes))
	if err != nil {
		return nil, err
	}
	return otelvoicelive.New(&otelvoicelive.Options{MeterProvider: metric.NewMeterProvider(metric.WithReader(reader))}), nil
}

// call holds one call with a simulator: the user asks a question, for which a function runs, interrupts
// the reply, and hangs up after the session was replaced.
func call(ctx context.Context, telemetry *otelvoicelive.Telemetry) error {
	simulator, err := voicelivetest.Start(&voicelivetest.Options{Pace: voicelivetest.Instant, Latency: 400 * time.Millisecond, Respond: voicelivetest.Sequence(
		voicelivetest.Reply("Hello, how can I help?"),
		voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "get_weather", Arguments: "{}"}}}),
		voicelivetest.Reply(strings.Repeat("It is cold, and the wind comes from the north. ", 3)),
	)})
	if err != nil {
		return err
	}
	defer simulator.Close()
	options := simulator.ClientOptions()
	options.Observer = telemetry
	client, err := voicelive.NewClientWithKeyCredential(simulator.URL(), azcore.NewKeyCredential("key"), options)
	if err != nil {
		return err
	}
	end, phone := leg.NewPipe(leg.MuLaw)
	user := &caller{phone: end}
	ctx, cancel := context.WithCancel(ctx)
	var people sync.WaitGroup
	defer people.Wait()
	defer cancel()
	a := &agent.Agent{
		Client: client, Observer: telemetry, Greeting: agent.Ask("Greet the user."),
		Connect: voicelive.ConnectOptions{Model: "gpt-realtime"},
		Tools: []tools.Tool{tools.New("get_weather", "Tells the weather.", func(context.Context, struct{}) (string, error) {
			time.Sleep(300 * time.Millisecond)
			return "It is cold.", nil
		})},
		Begin: func(c *agent.Conversation) { people.Go(func() { user.script(ctx, simulator, c) }) },
	}
	people.Go(func() { user.listen(ctx) })
	people.Go(func() { user.speak(ctx) })
	_, err = a.Serve(ctx, phone)
	return err
}

// A caller is the user of a telephone.
type caller struct {
	phone *leg.PipeEnd
	talks atomic.Bool
}

// script is what happens in a call.
func (u *caller) script(ctx context.Context, simulator *voicelivetest.Server, c *agent.Conversation) {
	busy := &voicelive.ServerEventError{Error: voicelive.ServerEventErrorDetails{Type: "server_error", Code: new("busy"), Message: "try again"}}
	for _, step := range []func(){
		u.talk, // a question
		u.talk, // while the assistant replies
		func() { simulator.Session(0).Inject(busy) },
		func() { c.Rotate("to show a gap") },
		func() { c.HangUp("the user knows enough") },
	} {
		select {
		case <-time.After(4 * time.Second):
			step()
		case <-ctx.Done():
			return
		}
	}
}

func (u *caller) talk() {
	u.talks.Store(true)
	time.AfterFunc(time.Second, func() { u.talks.Store(false) })
}

// listen plays what the telephone receives, which takes time.
func (u *caller) listen(ctx context.Context) {
	for {
		in, err := u.phone.Receive(ctx)
		if err != nil {
			return
		}
		time.Sleep(leg.MuLaw.Duration(len(in.Audio)))
	}
}

// speak sends a hum while the user talks, and silence otherwise: the simulator does not understand words.
func (u *caller) speak(ctx context.Context) {
	silence := leg.MuLaw.AppendSilence(nil, leg.MuLaw.Bytes(leg.Packet))
	hum := bytes.Repeat(append(bytes.Repeat([]byte{0x90}, 20), bytes.Repeat([]byte{0x10}, 20)...), 4) // 200 Hz
	for next := time.Now(); ; time.Sleep(time.Until(next)) {
		packet := silence
		if u.talks.Load() {
			packet = hum
		}
		if u.phone.Play(ctx, packet) != nil {
			return
		}
		next = next.Add(leg.Packet)
	}
}
