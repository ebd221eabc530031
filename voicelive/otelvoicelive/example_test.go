package otelvoicelive_test

import (
	"context"
	"fmt"
	"log"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/otelvoicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// The spans of a chat in text. The tracer provider is that of a test; yours has an exporter.
func Example() {
	recorder := tracetest.NewSpanRecorder()
	tracers := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(recorder))
	telemetry := otelvoicelive.New(&otelvoicelive.Options{TracerProvider: tracers, Content: otelvoicelive.ContentOn})

	simulator, err := voicelivetest.Start(&voicelivetest.Options{Respond: voicelivetest.Reply("It is cold in Oslo.")})
	if err != nil {
		log.Fatal(err)
	}
	defer simulator.Close()
	options := simulator.ClientOptions()
	options.Observer = telemetry
	client, err := voicelive.NewClientWithKeyCredential(simulator.URL(), azcore.NewKeyCredential("key"), options)
	if err != nil {
		log.Fatal(err)
	}
	chat(client, telemetry)

	if err := telemetry.Flush(context.Background()); err != nil {
		log.Fatal(err)
	}
	for _, span := range recorder.Ended() {
		fmt.Println(span.Name())
	}
	// Output:
	// connect gpt-realtime
	// realtime_inference gpt-realtime
	// invoke_agent
}

// chat asks one question.
func chat(client *voicelive.Client, telemetry *otelvoicelive.Telemetry) {
	connect := voicelive.ConnectOptions{Model: "gpt-realtime", Session: &voicelive.RequestSession{Modalities: []voicelive.Modality{voicelive.ModalityText}}}
	session, err := client.Connect(context.Background(), &connect)
	if err != nil {
		log.Fatal(err)
	}
	a := &agent.Agent{Client: client, Connect: connect, Observer: telemetry, Begin: func(c *agent.Conversation) {
		question := c.Write("What is the weather in Oslo?")
		go func() {
			<-question.Done()
			c.End("the user knows enough", agent.Prompt{})
		}()
	}}
	if _, err := a.Attach(context.Background(), session, nil); err != nil {
		log.Fatal(err)
	}
}
