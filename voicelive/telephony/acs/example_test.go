package acs_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs"
)

// An application with the three addresses that Communication Services needs. Event Grid asks the second one whether it
// wants events.
func Example() {
	var assistant agent.Agent // with a client of the service
	var client *acs.Client    // NewClient, or NewClientFromConnectionString
	tokens := &acs.Tokens{Resource: "immutable resource id"}
	mux := http.NewServeMux()
	mux.Handle("/media", &acs.Handler{Tokens: tokens, Client: client, Serve: func(ctx context.Context, call *acs.Call) error {
		_, err := assistant.Serve(ctx, call)
		return err
	}})
	mux.Handle("/incoming", &acs.IncomingCall{Client: client, Key: "secret", Stream: acs.Stream{URL: "wss://example.com/media"}, Callback: "https://example.com/callbacks"})
	mux.Handle("/callbacks", &acs.Callbacks{Tokens: tokens})

	event := `[{"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","data":{"validationCode":"512d38b6"}}]`
	reply := httptest.NewRecorder()
	mux.ServeHTTP(reply, httptest.NewRequest(http.MethodPost, "/incoming?key=secret", strings.NewReader(event)))
	fmt.Print(reply.Body)
	// Output: {"validationResponse":"512d38b6"}
}
