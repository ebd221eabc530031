package twilio_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

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

// A call that the program makes can tell its webhook what it is for.
func TestAQueryBehindTheWebhook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		user := legtest.New(t, leg.MuLaw)
		var got map[string]string
		l := serve(t, func(_ context.Context, call *twilio.Call) error {
			got = call.Parameters
			return nil
		}, func(_ *twilio.Handler, o *twiliotest.Options) {
			o.Answer = func(string) leg.Leg { return user.MarkedLeg() }
		})
		l.webhook.Parameters = func(form url.Values) map[string]string {
			return map[string]string{"order": form.Get("order"), "from": form.Get("From")}
		}
		if _, err := l.handler.Account.Call(t.Context(), twilio.Outgoing{To: "+15550009", From: "+15550002", Webhook: "https://example.com/answer?order=4%202"}); err != nil {
			t.Fatal(err)
		}
		l.network.Calls()[0].Wait()
		if diff := cmp.Diff(map[string]string{"order": "4 2", "from": "+15550001"}, got); diff != "" {
			t.Errorf("parameters (-want +got):\n%s", diff)
		}
	})
}

func TestAWebhookWithoutAHandler(t *testing.T) {
	w := httptest.NewRecorder()
	(&twilio.Webhook{URL: "https://example.com/answer"}).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/answer", nil))
	if w.Code != http.StatusInternalServerError {
		t.Errorf("status %d", w.Code)
	}
}
