package voicelivetest_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// weather is an agent to be tested: it asks, calls the function that the model wants, and returns what the model says.
func weather(ctx context.Context, session *voicelive.Session, question string) (string, error) {
	if err := session.UpdateSession(ctx, &voicelive.RequestSession{Modalities: []voicelive.Modality{voicelive.ModalityText}}); err != nil {
		return "", err
	}
	if err := session.SendText(ctx, question); err != nil {
		return "", err
	}
	called := false
	for event, err := range session.Events(ctx) {
		if err != nil {
			return "", err
		}
		switch e := event.(type) {
		case *voicelive.ServerEventResponseFunctionCallArgumentsDone:
			called = true
			item := &voicelive.FunctionCallOutputItem{CallID: e.CallID, Output: `{"celsius":21}`}
			if err := session.CreateItem(ctx, item); err != nil {
				return "", err
			}
		case *voicelive.ServerEventResponseTextDone:
			return e.Text, nil
		case *voicelive.ServerEventResponseDone:
			if !called {
				return "", errors.New("the model said nothing")
			}
			called = false
			if err := session.CreateResponse(ctx, nil); err != nil {
				return "", err
			}
		}
	}
	return "", session.Err()
}

// A test of an agent in virtual time: the script says what the model does, and the record what the agent did. In a real
// test the body of TestWeather is a function of its own.
func Example() {
	testWeather := func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			srv := voicelivetest.NewServer(t, &voicelivetest.Options{Respond: voicelivetest.Sequence(
				voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "weather", Arguments: `{"city":"Oslo"}`}}}),
				func(turn voicelivetest.Request) voicelivetest.Response {
					return voicelivetest.Response{Text: "The tool says " + turn.Outputs[0].Output, Delay: 3 * time.Second}
				},
			)})
			began := time.Now()
			answer, err := weather(t.Context(), srv.Connect(t, nil), "How warm is it in Oslo?")
			if err != nil {
				t.Fatal(err)
			}
			fmt.Println(answer)
			fmt.Println(time.Since(began).Round(time.Second), "have passed")
			for _, received := range srv.Session(0).Received() {
				fmt.Println(received.Type)
			}
		})
	}
	runTest(testWeather)
	// Output:
	// The tool says {"celsius":21}
	// 3s have passed
	// session.update
	// conversation.item.create
	// response.create
	// conversation.item.create
	// response.create
}

// runTest runs a test as go test does without -v, which would print more than the example does.
func runTest(test func(t *testing.T)) {
	verbose := flag.Lookup("test.v").Value.String()
	flag.Set("test.v", "false")
	defer flag.Set("test.v", verbose)
	if !testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: "Test", F: test}}) {
		fmt.Println("the test failed")
	}
}

// A connection that breaks in the middle of an answer, and the script that breaks it again.
func ExampleScript() {
	script, err := voicelivetest.ParseScript(`end.close sent=5 code=1012 body="restarting"`)
	if err != nil {
		log.Fatal(err)
	}
	srv, err := voicelivetest.Start(&voicelivetest.Options{
		Pace:   voicelivetest.Instant,
		Faults: voicelivetest.Faults{Scripts: []voicelivetest.Script{script}},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client, err := srv.NewClient()
	if err != nil {
		log.Fatal(err)
	}
	session, err := client.Connect(context.Background(), &voicelive.ConnectOptions{Model: "gpt-realtime"})
	if err != nil {
		log.Fatal(err)
	}
	_, err = weather(context.Background(), session, "How warm is it in Oslo?")
	var failed *voicelive.SessionError
	if errors.As(err, &failed) {
		fmt.Println(failed.Kind, failed.CloseCode, failed.Reason)
		fmt.Println("try again:", failed.Retryable())
	}
	fmt.Println("replay:", srv.Session(0).Script())
	// Output:
	// going_away 1012 restarting
	// try again: true
	// replay: end.close sent=5 code=1012 body="restarting"
}

// The answer comes from a recording of server events, one on a line.
func ExampleReplay() {
	respond, err := voicelivetest.Replay([]byte(strings.TrimSpace(`
{"type":"response.created","response":{"id":"resp_A","object":"realtime.response","status":"in_progress","output":[]}}
{"type":"response.text.delta","response_id":"resp_A","item_id":"item_A","output_index":0,"content_index":0,"delta":"Recorded "}
{"type":"response.text.delta","response_id":"resp_A","item_id":"item_A","output_index":0,"content_index":0,"delta":"earlier."}
{"type":"response.text.done","response_id":"resp_A","item_id":"item_A","output_index":0,"content_index":0,"text":"Recorded earlier."}
{"type":"response.done","response":{"id":"resp_A","object":"realtime.response","status":"completed","output":[]}}
`)))
	if err != nil {
		log.Fatal(err)
	}
	srv, err := voicelivetest.Start(&voicelivetest.Options{Respond: respond})
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()
	client, err := srv.NewClient()
	if err != nil {
		log.Fatal(err)
	}
	session, err := client.Connect(context.Background(), &voicelive.ConnectOptions{Model: "gpt-realtime"})
	if err != nil {
		log.Fatal(err)
	}
	defer session.Close()
	answer, err := weather(context.Background(), session, "Anything?")
	fmt.Println(answer, err)
	// Output: Recorded earlier. <nil>
}
