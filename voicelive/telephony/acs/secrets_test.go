package acs_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive/telephony/acs"
)

func TestTheKeyIsNotPrinted(t *testing.T) {
	const canary = "CANARY"
	h := &acs.IncomingCall{Stream: acs.Stream{URL: "wss://example.com/media"}, Key: canary}
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("text", "v", h)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("json", "v", h)
	if s := fmt.Sprintf("%v %+v %#v %s", h, h, h, h) + b.String(); strings.Contains(s, canary) {
		t.Errorf("the webhook is printed as %s", s)
	}
}
