package twilio_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio/twiliotest"
)

// Whoever has set another token or address is told where to look.
func TestACallThatTheWebhookRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		webhook := &twilio.Webhook{URL: "https://example.com/answer", Handler: &twilio.Handler{
			URL: "wss://example.com/stream", AuthToken: "another secret", Logger: slog.New(slog.NewTextHandler(&log, nil)),
			Serve: func(context.Context, *twilio.Call) error { return nil },
		}}
		network := twiliotest.New(t, webhook, &twiliotest.Options{AuthToken: "secret", Webhook: webhook.URL})
		_, err := network.Call(legtest.New(t, leg.MuLaw).MarkedLeg())
		if want := "twiliotest: the webhook replies with status 401 Unauthorized: the log of the program has the reason"; err == nil || err.Error() != want {
			t.Errorf("the error is %v, want %s", err, want)
		}
		if got, want := log.String(), "not signed with AuthToken or SharedKeys for URL"; !strings.Contains(got, want) {
			t.Errorf("the log is %s, want %q", got, want)
		}
	})
}
