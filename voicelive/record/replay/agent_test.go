package replay_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/record"
	"github.com/go-voicelive/voicelive-go/voicelive/record/replay"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// call is a call with an agent: a greeting, a function, an interruption, and another session in between.
func call(t *testing.T, user *legtest.User, srv *voicelivetest.Server, observer voicelive.Observer, city string) {
	t.Helper()
	options := srv.ClientOptions()
	options.Observer = observer
	client, err := voicelive.NewClientWithKeyCredential(srv.URL(), key, options)
	if err != nil {
		t.Fatal(err)
	}
	var c *agent.Conversation
	a := &agent.Agent{
		Client: client, Connect: voicelive.ConnectOptions{Model: "gpt-realtime", Session: &voicelive.RequestSession{Voice: voicelive.OAIVoiceAlloy}},
		Greeting: agent.Say("Hello."),
		Begin:    func(begun *agent.Conversation) { c = begun },
		Tools: []tools.Tool{tools.New("weather", "Tells the weather.", func(context.Context, struct{}) (string, error) {
			time.Sleep(time.Second)
			return "cold in " + city, nil
		})},
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if _, err := a.Serve(t.Context(), user.Leg()); err != nil && observer != nil {
			t.Error(err)
		}
	}()
	user.Listen()
	user.Say("What is the weather?")
	if city != "Oslo" { // the replay ends the call
		<-ended
		return
	}
	user.Interrupt(2*time.Second, "Stop! And what is the weather now?")
	user.Silence(5 * time.Second)
	c.Rotate("test")
	user.Silence(10 * time.Second)
	user.Say("And now?")
	user.Silence(10 * time.Second)
	user.HangUp()
	<-ended
}

// recordCall returns the cassette of a call.
func recordCall(t *testing.T) (c *record.Cassette) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var cassette bytes.Buffer
		user := legtest.New(t, leg.MuLaw)
		srv := voicelivetest.NewServer(t, service(user.Hear))
		recorder := record.New(&cassette, nil)
		call(t, user, srv, recorder, "Oslo")
		if err := recorder.Close(); err != nil {
			t.Fatal(err)
		}
		var err error
		if c, err = record.Read(&cassette); err != nil {
			t.Fatal(err)
		}
	})
	if c.Sessions() != 2 {
		t.Fatalf("the call has %d sessions, want 2", c.Sessions())
	}
	return c
}

// service is that of the call.
func service(hear voicelivetest.Listener) *voicelivetest.Options {
	return &voicelivetest.Options{Hear: hear, Latency: 200 * time.Millisecond, Respond: voicelivetest.Sequence(
		voicelivetest.Reply("Hello."),
		voicelivetest.Always(voicelivetest.Response{Text: "One moment.", Calls: []voicelivetest.Call{{Name: "weather", Arguments: "{}"}}}),
		voicelivetest.Always(voicelivetest.Response{Text: "It is cold, and it will be cold. " + strings.Repeat("And cold. ", 10)}),
		voicelivetest.Reply("Still cold."),
	)}
}

func TestAnAgentPassesTheReplayOfItsCall(t *testing.T) {
	c := recordCall(t)
	for city, want := range map[string]string{
		"Oslo": "", "Bergen": "item.output: recorded \"cold in Oslo\", sent \"cold in Bergen\"",
	} {
		synctest.Test(t, func(t *testing.T) {
			service, err := replay.Start(c, nil)
			if err != nil {
				t.Fatal(err)
			}
			call(t, legtest.New(t, leg.MuLaw), service.Server, nil, city)
			switch err := service.Close(); {
			case want == "" && err != nil:
				t.Error(err)
			case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}
