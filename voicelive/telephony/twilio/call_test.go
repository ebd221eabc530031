package twilio_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"net/http"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio/twiliotest"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestMain(m *testing.M) { wstest.Main(m) }

const secret = "the auth token"

// A line is a program that serves calls, and the network that calls it.
type line struct {
	*testing.T
	handler *twilio.Handler
	webhook *twilio.Webhook
	network *twiliotest.Network
}

// serve makes a line whose calls are for serve. The test may change the options of both sides.
func serve(t *testing.T, serve func(ctx context.Context, call *twilio.Call) error, change func(*twilio.Handler, *twiliotest.Options)) *line {
	t.Helper()
	account := &twilio.Account{SID: "AC" + strings.Repeat("0", 32), Secret: secret}
	handler := &twilio.Handler{URL: "wss://example.com/stream", AuthToken: secret, Account: account, Serve: serve, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))}
	theirs := twiliotest.Options{AuthToken: secret, Webhook: "https://example.com/answer"}
	if change != nil {
		change(handler, &theirs)
	}
	mux := http.NewServeMux()
	mux.Handle("/stream", handler)
	webhook := &twilio.Webhook{URL: "https://example.com/answer", Handler: handler}
	mux.Handle("/answer", webhook)
	network := twiliotest.New(t, mux, &theirs)
	account.Client = network.Client()
	return &line{t, handler, webhook, network}
}

func TestAnAgentOnThePhone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		user := legtest.New(t, leg.MuLaw)
		srv := voicelivetest.NewServer(t, &voicelivetest.Options{
			Hear: user.Hear, Respond: voicelivetest.Reply("Hello, how can I help?", strings.Repeat("Once upon a time there was a king. ", 5), "Very well."),
		})
		client, err := srv.NewClient()
		if err != nil {
			t.Fatal(err)
		}
		a := &agent.Agent{Client: client, Greeting: agent.Say("Hello, how can I help?")}
		a.Connect.Model = "gpt-realtime"
		reports := make(chan *agent.Report, 1)
		l := serve(t, func(ctx context.Context, call *twilio.Call) error {
			if call.Parameters["From"] != "+15550001" || len(call.Parameters) != 2 {
				t.Errorf("parameters %v", call.Parameters)
			}
			report, err := a.Serve(ctx, call)
			reports <- report
			return err
		}, nil)
		call, err := l.network.Call(user.MarkedLeg())
		if err != nil {
			t.Fatal(err)
		}
		user.Listen()
		user.Say("Tell me a story.")
		user.Interrupt(2*time.Second, "Stop, please!")
		user.Listen()
		user.HangUp()
		call.Wait()
		user.Check(srv.Session(0))
		srv.Check(t)
		report := <-reports
		if report.Reason != agent.UserHungUp || len(report.Interruptions) != 1 || len(report.Turns) != 3 {
			t.Errorf("report %+v", report)
		}
	})
}
