package voicelivetest_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestLogger(t *testing.T) {
	var text bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		logger := slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))
		srv := voicelivetest.NewServer(t, &voicelivetest.Options{Logger: logger, Models: []string{"gpt-realtime"}, Respond: voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "clock"}}})})
		client, err := srv.NewClient()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Connect(t.Context(), &voicelive.ConnectOptions{Model: "other"}); err == nil {
			t.Error("another model is accepted")
		}
		session := srv.Connect(t, nil)
		session.CancelResponse(t.Context())
		session.CreateResponse(t.Context(), nil)
		srv.Session(0).WaitSent(t.Context(), voicelive.ServerEventTypeResponseDone, 1)
		session.Close()
		<-srv.Session(0).Done()
	})
	for _, want := range []string{
		`level=WARN msg=refused path=/voice-live/realtime status=400`,
		`level=INFO msg="session began" session=0 path=/voice-live/realtime api_version=` + voicelive.APIVersion + ` model=gpt-realtime agent=""`,
		`level=INFO msg=event session=0 at=0s type=response.cancel event="{`,
		`level=WARN msg=mistake session=0 error="the service refused something: response_cancel_not_active`,
		`level=WARN msg=mistake session=0 error="function call call_1 of clock has no output"`,
		`level=INFO msg="session ended" session=0 by=client code=1000`,
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, text.String())
		}
	}
	if strings.Contains(text.String(), "key") {
		t.Errorf("the log has a credential:\n%s", text.String())
	}
}
