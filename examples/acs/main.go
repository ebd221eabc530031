// Acs answers telephone calls of Azure Communication Services. docs/guides/telephony.md tells what the environment must say.
package main

import (
	"context"
	"log"
	"net/http"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"

	"github.com/go-voicelive/voicelive-go/examples/internal/service"
	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
)

func main() {
	svc, err := service.Open(nil)
	if err != nil {
		log.Fatal(err)
	}
	tokens := &acs.Tokens{Resource: os.Getenv("ACS_RESOURCE_ID")}
	app, err := phone(svc.Client, svc.Model, tokens, os.Getenv, nil)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe(":8080", app)) // behind a proxy that speaks TLS
}

var connect = tools.New("connect_person", "Connects the caller to a person.", func(context.Context, struct{}) (tools.Transfer, error) {
	return tools.Transfer{Output: "Connecting.", Target: os.Getenv("PERSON_NUMBER")}, nil
})

// phone returns the application: PUBLIC_HOST is its name, EVENT_KEY a secret of the webhook's address.
func phone(client *voicelive.Client, model string, tokens *acs.Tokens, env func(string) string, o *azcore.ClientOptions) (http.Handler, error) {
	calls, err := acs.NewClientFromConnectionString(env("ACS_CONNECTION_STRING"), o)
	if err != nil {
		return nil, err
	}
	assistant := &agent.Agent{
		Client:   client,
		Connect:  voicelive.ConnectOptions{Model: model, Session: &voicelive.RequestSession{Instructions: new("You are on the phone. Be brief.")}},
		Tools:    []tools.Tool{connect},
		Greeting: agent.Say("Hello, how can I help?"),
	}
	mux := http.NewServeMux()
	mux.Handle("/media", &acs.Handler{Tokens: tokens, Client: calls, Serve: func(ctx context.Context, call *acs.Call) error {
		_, err := assistant.Serve(ctx, call)
		return err
	}})
	mux.Handle("/incoming", &acs.IncomingCall{
		Client: calls, Key: env("EVENT_KEY"), Stream: acs.Stream{URL: "wss://" + env("PUBLIC_HOST") + "/media"}, Callback: "https://" + env("PUBLIC_HOST") + "/callbacks",
	})
	mux.Handle("/callbacks", &acs.Callbacks{Tokens: tokens})
	return mux, nil
}
