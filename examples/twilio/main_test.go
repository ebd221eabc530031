package main

import (
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio/twiliotest"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// start starts the program, the network that calls it, and the service that it uses.
func start(t *testing.T, service *voicelivetest.Options, answer func(string) leg.Leg) (*twiliotest.Network, *twilio.Account) {
	t.Helper()
	srv := voicelivetest.NewServer(t, service)
	client, err := srv.NewClient()
	if err != nil {
		t.Fatal(err)
	}
	account := &twilio.Account{SID: "AC" + strings.Repeat("0", 32), Secret: "secret"}
	network := twiliotest.New(t, phone(client, "gpt-realtime", account, "example.com"), &twiliotest.Options{
		AuthToken: "secret", Webhook: "https://example.com/answer", Answer: answer,
	})
	account.Client = network.Client()
	return network, account
}

func TestTheCallerIsConnectedToAPerson(t *testing.T) {
	t.Setenv("PERSON_NUMBER", "+493012345")
	synctest.Test(t, func(t *testing.T) {
		user := legtest.New(t, leg.MuLaw)
		network, _ := start(t, &voicelivetest.Options{Hear: user.Hear, Respond: voicelivetest.Sequence(
			voicelivetest.Reply("Hello, how can I help?"),
			voicelivetest.Always(voicelivetest.Response{Text: "I connect you.", Calls: []voicelivetest.Call{{Name: "connect_person", Arguments: "{}"}}}),
		)}, nil)
		call, err := network.Call(user.MarkedLeg())
		if err != nil {
			t.Fatal(err)
		}
		user.Listen()
		user.Say("I want to talk to a person.")
		call.Wait()
		if got := call.TwiML(); !strings.Contains(got, "<Number>+493012345</Number>") {
			t.Errorf("the call goes on with %q", got)
		}
	})
}

func TestTheProgramCallsSomebody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		user := legtest.New(t, leg.MuLaw)
		network, account := start(t, &voicelivetest.Options{Hear: user.Hear}, func(string) leg.Leg { return user.MarkedLeg() })
		if _, err := account.Call(t.Context(), twilio.Outgoing{To: "+15550009", From: "+15550002", Webhook: "https://example.com/answer"}); err != nil {
			t.Fatal(err)
		}
		user.Listen()
		user.HangUp()
		network.Calls()[0].Wait()
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
