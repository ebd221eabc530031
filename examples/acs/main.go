// Acs answers telephone calls of Azure Communication Services. docs/guides/telephony.md tells what the environment must say.
package main

import (
	"context"
	"log"
	"log/slog"
	"net/http"
	"os"
	"time"

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
	app, err := phone(svc.Client, svc.Model, &acs.Tokens{Resource: os.Getenv("ACS_RESOURCE_ID")}, os.Getenv, nil)
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: ":8080", Handler: app, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	log.Fatal(server.ListenAndServe()) // behind a proxy that speaks TLS
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
	mux.Handle("/media", &acs.Handler{Tokens: tokens, Client: calls, Logger: slog.Default(), Serve: func(ctx context.Context, call *acs.Call) error {
		_, err := assistant.Serve(ctx, call)
		return err
	}})
	mux.Handle("/incoming", &acs.IncomingCall{
		Client: calls, Key: env("EVENT_KEY"), Logger: slog.Default(), Stream: acs.Stream{URL: "wss://" + env("PUBLIC_HOST") + "/media"}, Callback: "https://" + env("PUBLIC_HOST") + "/callbacks",
	})
	mux.Handle("/callbacks", &acs.Callbacks{Tokens: tokens, Logger: slog.Default()})
	return mux, nil
}
