package main

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs/acstest"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// ring calls the application, whose model responds as told.
func ring(t *testing.T, user *legtest.User, respond ...voicelivetest.Responder) (*acstest.Call, *voicelivetest.Server) {
	srv := voicelivetest.NewServer(t, &voicelivetest.Options{Hear: user.Hear, Respond: voicelivetest.Sequence(respond...)})
	client, err := srv.NewClient()
	if err != nil {
		t.Fatal(err)
	}
	service := acstest.New(t, nil)
	env := map[string]string{"ACS_CONNECTION_STRING": acstest.ConnectionString, "EVENT_KEY": "secret", "PUBLIC_HOST": "app"}
	app, err := phone(client, "gpt-realtime", &acs.Tokens{Resource: acstest.Resource, Transport: service}, func(name string) string { return env[name] }, &azcore.ClientOptions{Transport: service})
	if err != nil {
		t.Fatal(err)
	}
	service.Serve(app)
	return service.Ring("/incoming?key=secret", "+15550100", "+15550101", user.Leg()), srv
}

func TestACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		user := legtest.New(t, leg.PCM24kHz)
		call, srv := ring(t, user, voicelivetest.Reply("Hello, how can I help?", "Once upon a time there was a telephone.", "Goodbye."))
		user.Listen()
		user.Say("Tell me a story.")
		user.Interrupt(time.Second, "Stop, please.")
		user.Listen()
		user.Check(srv.Session(0))
		user.HangUp()
		call.Wait()
		if call.Stops() != 1 {
			t.Errorf("the audio was stopped %d times", call.Stops())
		}
	})
}

func TestATransfer(t *testing.T) {
	t.Setenv("PERSON_NUMBER", "+15550199")
	synctest.Test(t, func(t *testing.T) {
		user := legtest.New(t, leg.PCM24kHz)
		call, _ := ring(t, user,
			voicelivetest.Reply("Hello, how can I help?"),
			voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "connect_person", Arguments: "{}"}}}),
			voicelivetest.Reply("I will connect you."))
		user.Listen()
		user.Say("I want a person.")
		user.Listen()
		user.Silence(5 * time.Second)
		if call.Transferred() != "+15550199" || call.Ended() != "" {
			t.Errorf("transferred to %q, ended %q", call.Transferred(), call.Ended())
		}
		call.HangUp()
		call.Wait()
	})
}

func TestTheExampleIsShort(t *testing.T) {
	text, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n > 60 {
		t.Errorf("main.go has %d lines, more than 60", n)
	}
}
