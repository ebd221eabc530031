package voicelive_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// open opens a session with a simulator that answers as respond says, as ExampleClient_Connect does with a service.
func open(respond voicelivetest.Responder, config *voicelive.RequestSession) (session *voicelive.Session, end func()) {
	server, err := voicelivetest.Start(&voicelivetest.Options{Respond: respond, Pace: voicelivetest.Instant})
	if err != nil {
		log.Fatal(err)
	}
	client, err := server.NewClient()
	if err != nil {
		log.Fatal(err)
	}
	session, err = client.Connect(context.Background(), &voicelive.ConnectOptions{Model: "gpt-realtime", Session: config})
	if err != nil {
		log.Fatal(err)
	}
	return session, func() {
		session.Close()
		server.Close()
	}
}

// A written question, and the answer as it comes.
func ExampleClient_Connect() {
	ctx := context.Background()
	// The simulator is for this example. For the service it is
	// voicelive.NewClient("https://<resource>.services.ai.azure.com", credential, nil).
	server, err := voicelivetest.Start(&voicelivetest.Options{Respond: voicelivetest.Reply("Hello, how are you?")})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	client, err := server.NewClient()
	if err != nil {
		log.Fatal(err)
	}

	session, err := client.Connect(ctx, &voicelive.ConnectOptions{
		Model: "gpt-realtime",
		Session: &voicelive.RequestSession{
			Instructions: new("Be brief."),
			Modalities:   []voicelive.Modality{voicelive.ModalityText},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()

	if err := session.SendText(ctx, "Hello!"); err != nil {
		log.Fatal(err)
	}
	for event, err := range session.Events(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		switch e := event.(type) {
		case *voicelive.ServerEventResponseTextDelta:
			fmt.Print(e.Delta)
		case *voicelive.ServerEventError:
			log.Fatal(voicelive.NewServiceError(e))
		case *voicelive.ServerEventResponseDone:
			fmt.Println("\nThe response is", e.Response.Status)
			return
		}
	}
	// Output:
	// Hello, how are you?
	// The response is completed
}

// A recording that is sent as one turn. For a microphone, leave turn detection on: the service then finds the turns by
// itself, and neither Commit nor CreateResponse is needed. RealTime lets a file take the time of a microphone.
func ExampleSession_AudioWriter() {
	ctx := context.Background()
	session, end := open(voicelivetest.Echo(), &voicelive.RequestSession{TurnDetection: voicelive.NullTurnDetection{}})
	defer end()

	recording := bytes.NewReader(make([]byte, 2*24000)) // one second of 16-bit samples
	w, err := session.AudioWriter(ctx, &voicelive.AudioWriterOptions{Commit: true})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := io.Copy(w, recording); err != nil {
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	if err := session.CreateResponse(ctx, nil); err != nil {
		log.Fatal(err)
	}

	var speech []byte // to be played: 16-bit samples of 24 kHz
	for event, err := range session.Events(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		switch e := event.(type) {
		case *voicelive.ServerEventResponseAudioDelta:
			speech = append(speech, e.Delta...)
		case *voicelive.ServerEventResponseAudioTranscriptDone:
			fmt.Println(e.Transcript)
		case *voicelive.ServerEventResponseDone:
			fmt.Println("more than a second of speech:", len(speech) > 2*24000)
			return
		}
	}
	// Output:
	// You said: (speech of 1.0 s)
	// more than a second of speech: true
}

// Handlers are called one at a time, in the order of the events. An error ends Run.
func ExampleOn() {
	ctx := context.Background()
	session, end := open(voicelivetest.Reply("Certainly."), nil)
	defer end()

	var m voicelive.Mux
	voicelive.On(&m, func(ctx context.Context, e *voicelive.ServerEventResponseAudioTranscriptDone) error {
		fmt.Println("said:", e.Transcript)
		return nil
	})
	voicelive.On(&m, func(ctx context.Context, e *voicelive.ServerEventResponseDone) error {
		return session.Close() // a handler may call everything that does not receive
	})
	voicelive.On(&m, func(ctx context.Context, e *voicelive.ServerEventError) error {
		return voicelive.NewServiceError(e)
	})
	if err := session.SendText(ctx, "May I ask something?"); err != nil {
		log.Fatal(err)
	}
	fmt.Println("Run returns", m.Run(ctx, session))
	// Output:
	// said: Certainly.
	// Run returns <nil>
}

// Do waits for what the service answers to an event, while the same events still come out of Recv.
func ExampleSession_Do() {
	ctx := context.Background()
	session, end := open(nil, nil)
	defer end()

	event, err := session.Do(ctx, &voicelive.ClientEventConversationItemCreate{
		Item: &voicelive.UserMessageItem{Content: []voicelive.MessageContentPart{&voicelive.InputTextContentPart{Text: "Remember this."}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	created := event.(*voicelive.ServerEventConversationItemCreated)
	fmt.Println("created", created.Item.GetID())

	_, err = session.Do(ctx, &voicelive.ClientEventConversationItemDelete{ItemID: "nothing"})
	if refused, ok := errors.AsType[*voicelive.ServiceError](err); ok {
		fmt.Println("refused:", refused.Code)
	}
	// Output:
	// created item_1
	// refused: item_delete_invalid_item_id
}

// The model asks for functions, and the program answers: all outputs first, then one response.create.
func Example_functionCalls() {
	ctx := context.Background()
	model := voicelivetest.Sequence(
		voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "get_weather", Arguments: `{"city":"Oslo"}`}}}),
		func(t voicelivetest.Request) voicelivetest.Response {
			return voicelivetest.Response{Text: "In Oslo it is " + t.Outputs[0].Output + "."}
		},
	)
	session, end := open(model, &voicelive.RequestSession{Tools: []voicelive.Tool{&voicelive.FunctionTool{
		Name:        "get_weather",
		Description: new("Tells the weather in a city."),
		Parameters:  voicelive.JSONSchema(`{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}`),
	}}})
	defer end()
	if err := session.SendText(ctx, "How is the weather in Oslo?"); err != nil {
		log.Fatal(err)
	}

	for event, err := range session.Events(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		switch e := event.(type) {
		case *voicelive.ServerEventResponseAudioTranscriptDone:
			fmt.Println(e.Transcript)
		case *voicelive.ServerEventResponseDone:
			if e.Response.Status == voicelive.ResponseStatusCancelled {
				continue // somebody interrupted; its calls may be incomplete
			}
			called := false
			for _, item := range e.Response.Output {
				call, ok := item.(*voicelive.ResponseFunctionCallItem)
				if !ok {
					continue
				}
				called = true
				fmt.Println(call.Name, call.Arguments)
				if err := session.CreateItem(ctx, &voicelive.FunctionCallOutputItem{CallID: call.CallID, Output: "sunny"}); err != nil {
					log.Fatal(err)
				}
			}
			if !called {
				return
			}
			if err := session.CreateResponse(ctx, nil); err != nil {
				log.Fatal(err)
			}
		}
	}
	// Output:
	// get_weather {"city":"Oslo"}
	// In Oslo it is sunny.
}

// A session ends with an error that says whether another one may do better. Nothing reconnects by itself: the service
// forgets the conversation with the connection.
func ExampleSessionError_Retryable() {
	ctx := context.Background()
	server, err := voicelivetest.Start(&voicelivetest.Options{Pace: voicelivetest.Instant, Faults: voicelivetest.Faults{Scripts: []voicelivetest.Script{
		{{Kind: voicelivetest.EndClose, Code: 1012, Body: "restarting", Received: 1}}, // the first session; the second has no faults
	}}})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	client, err := server.NewClient()
	if err != nil {
		log.Fatal(err)
	}

	converse := func() error {
		session, err := client.Connect(ctx, &voicelive.ConnectOptions{Model: "gpt-realtime"})
		if err != nil {
			return err // Connect has tried again by itself
		}
		defer session.Close()
		if err := session.SendText(ctx, "Hello!"); err != nil {
			return err
		}
		for event, err := range session.Events(ctx) {
			if err != nil {
				return err
			}
			if _, ok := event.(*voicelive.ServerEventResponseDone); ok {
				return nil
			}
		}
		return session.Err()
	}
	for wait := 10 * time.Millisecond; ; wait *= 2 {
		err := converse()
		ended, ok := errors.AsType[*voicelive.SessionError](err)
		if !ok || !ended.Retryable() {
			fmt.Println("converse returns", err)
			return
		}
		fmt.Printf("%s: %s\n", ended.Kind, ended.Reason)
		time.Sleep(wait)
	}
	// Output:
	// going_away: restarting
	// converse returns <nil>
}

// A gateway forwards audio to somebody else. Borrowed events cost no memory, but are good only until the next receive.
func ExampleSession_RecvBorrowed() {
	ctx := context.Background()
	session, end := open(voicelivetest.Reply("Good morning."), nil)
	defer end()
	if err := session.SendText(ctx, "Hello!"); err != nil {
		log.Fatal(err)
	}

	var caller bytes.Buffer // such as a connection to a telephone
	for {
		event, err := session.RecvBorrowed(ctx)
		if _, one := errors.AsType[*voicelive.EventError](err); one {
			continue // an event that makes no sense costs nothing but itself
		}
		if err != nil { // io.EOF if the end is orderly
			log.Fatal(err)
		}
		switch e := event.(type) {
		case *voicelive.ServerEventResponseAudioDelta:
			if _, err := caller.Write(e.Delta); err != nil { // writes it, and does not keep it
				log.Fatal(err)
			}
		case *voicelive.ServerEventResponseDone:
			fmt.Println("forwarded more than half a second:", caller.Len() > 24000)
			return
		}
	}
	// Output:
	// forwarded more than half a second: true
}

// meter counts what a program would export as metrics.
type meter struct {
	voicelive.NoObserver // for the methods that do not matter here, and those of later versions
}

func (meter) ObserveConnect(_ context.Context, e voicelive.ConnectInfo) {
	fmt.Println("connected to", e.Model, "without an error:", e.Err == nil)
}

func (meter) ObserveResponse(e voicelive.ResponseInfo) {
	fmt.Println("response", e.Status, "with sound:", e.FirstAudio > 0)
}

func (meter) ObserveClose(e voicelive.CloseInfo) {
	fmt.Println("closed after", e.Stats.Responses, "response")
}

func ExampleObserver() {
	ctx := context.Background()
	server, err := voicelivetest.Start(&voicelivetest.Options{Pace: voicelivetest.Instant})
	if err != nil {
		log.Fatal(err)
	}
	defer server.Close()
	options := server.ClientOptions()
	options.Observer = meter{}
	client, err := voicelive.NewClientWithKeyCredential(server.URL(), azcore.NewKeyCredential("any"), options)
	if err != nil {
		log.Fatal(err)
	}

	session, err := client.Connect(ctx, &voicelive.ConnectOptions{Model: "gpt-realtime"})
	if err != nil {
		log.Fatal(err)
	}
	if err := session.SendText(ctx, "Hello!"); err != nil {
		log.Fatal(err)
	}
	for event, err := range session.Events(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		if _, ok := event.(*voicelive.ServerEventResponseDone); ok {
			break
		}
	}
	session.Close()
	// Output:
	// connected to gpt-realtime without an error: true
	// response completed with sound: true
	// closed after 1 response
}
