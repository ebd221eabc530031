package twilio_test

import (
	"context"
	"net/http"
	"os"

	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio"
)

func Example() {
	var assistant agent.Agent // with a client of the service
	phone := &twilio.Handler{
		URL:       "wss://example.com/stream",
		AuthToken: os.Getenv("TWILIO_AUTH_TOKEN"),
		Serve: func(ctx context.Context, call *twilio.Call) error {
			_, err := assistant.Serve(ctx, call)
			return err
		},
	}
	http.Handle("/stream", phone)
	http.Handle("/answer", &twilio.Webhook{URL: "https://example.com/answer", Handler: phone})
}
