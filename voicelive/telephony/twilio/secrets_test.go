package twilio_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive/telephony/twilio"
)

func TestSecretsAreNotPrinted(t *testing.T) {
	const canary = "CANARY"
	account := twilio.Account{SID: "AC1", Key: "SK1", Secret: canary}
	h := &twilio.Handler{URL: "wss://example.com/stream", AuthToken: canary, SharedKeys: map[string]string{"k": canary}, Account: &account}
	for _, v := range []any{account, &account, struct{ A twilio.Account }{account}, h, &twilio.Webhook{Handler: h}} {
		var b bytes.Buffer
		slog.New(slog.NewTextHandler(&b, nil)).Info("text", "v", v)
		if _, nested := v.(struct{ A twilio.Account }); !nested { // slog asks values alone
			slog.New(slog.NewJSONHandler(&b, nil)).Info("json", "v", v)
		}
		if s := fmt.Sprintf("%v %+v %#v %s", v, v, v, v) + b.String(); strings.Contains(s, canary) {
			t.Errorf("%T is printed as %s", v, s)
		}
	}
}
