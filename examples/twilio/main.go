// Twilio is an agent on the telephone. docs/guides/telephony.md tells what the environment must say. With a number
// behind it, the program calls that number; without, it waits for calls.
package main

import (
	"context"
	"log"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/go-voicelive/voicelive-go/examples/internal/service"
	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
)

func main() {
	svc, err := service.Open(nil)
	if err != nil {
		log.Fatal(err)
	}
	account := &twilio.Account{SID: os.Getenv("TWILIO_ACCOUNT_SID"), Secret: os.Getenv("TWILIO_AUTH_TOKEN")}
	server := &http.Server{ // behind a proxy that speaks TLS
		Addr: ":8080", Handler: phone(svc.Client, svc.Model, account, os.Getenv("PUBLIC_HOST")),
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
	}
	if len(os.Args) > 1 {
		time.AfterFunc(time.Second, func() { // once the server listens
			o := twilio.Outgoing{To: os.Args[1], From: os.Getenv("TWILIO_NUMBER"), Webhook: "https://" + os.Getenv("PUBLIC_HOST") + "/answer"}
			sid, err := account.Call(context.Background(), o)
			log.Printf("calling %s: %s %v", o.To, sid, err)
		})
	}
	log.Fatal(server.ListenAndServe())
}

var connect = tools.New("connect_person", "Connects the caller to a person.", func(context.Context, struct{}) (tools.Transfer, error) {
	return tools.Transfer{Output: "Connecting.", Target: os.Getenv("PERSON_NUMBER")}, nil
})

// phone returns the application.
func phone(client *voicelive.Client, model string, account *twilio.Account, host string) http.Handler {
	assistant := &agent.Agent{
		Client:   client,
		Connect:  voicelive.ConnectOptions{Model: model, Session: &voicelive.RequestSession{Instructions: new("You are on the phone. Be brief.")}},
		Tools:    []tools.Tool{connect},
		Greeting: agent.Say("Hello, how can I help?"),
	}
	stream := &twilio.Handler{URL: "wss://" + host + "/stream", AuthToken: account.Secret, Account: account, Logger: slog.Default(), Serve: func(ctx context.Context, call *twilio.Call) error {
		_, err := assistant.Serve(ctx, call)
		return err
	}}
	mux := http.NewServeMux()
	mux.Handle("/stream", stream)
	mux.Handle("/answer", &twilio.Webhook{URL: "https://" + host + "/answer", Handler: stream})
	return mux
}
