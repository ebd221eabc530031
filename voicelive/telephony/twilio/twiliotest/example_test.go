package twiliotest_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio/twiliotest"
)

// program is what is tested: it plays back what it hears.
func program(t *testing.T) http.Handler {
	phone := &twilio.Handler{URL: "wss://example.com/stream", AuthToken: "secret", AllowAnyTwiML: true}
	phone.Serve = func(ctx context.Context, call *twilio.Call) error {
		for {
			in, err := call.Receive(ctx)
			if err != nil {
				return nil
			}
			if err := call.Play(ctx, in.Audio); err != nil {
				t.Error(err)
			}
		}
	}
	return phone
}

func Test(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		network := twiliotest.New(t, program(t), &twiliotest.Options{AuthToken: "secret", Stream: "wss://example.com/stream"})
		person, phone := leg.NewPipe(leg.MuLaw)
		call, err := network.Call(phone)
		if err != nil {
			t.Fatal(err)
		}
		word := leg.MuLaw.AppendSilence(nil, 160)
		word[0] = 'a'
		if err := person.Play(t.Context(), word); err != nil {
			t.Fatal(err)
		}
		in, err := person.Receive(t.Context())
		if err != nil || string(in.Audio) != string(word) {
			t.Errorf("heard %q, %v", in.Audio, err)
		}
		time.Sleep(time.Minute)
		if err := person.HangUp(t.Context(), ""); err != nil {
			t.Error(err)
		}
		call.Wait()
	})
}
