package sip

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestPasswordsAreNotPrinted(t *testing.T) {
	o := Options{Users: map[string]string{"kiosk": "hunter2"}}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("begin", "options", o)
	for _, text := range []string{fmt.Sprint(o), fmt.Sprintf("%+v", &o), fmt.Sprintf("%#v", o), fmt.Sprintf("%+v", struct{ O Options }{o}), log.String()} {
		if strings.Contains(text, "hunter2") || !strings.Contains(text, "1 users") {
			t.Errorf("printed: %s", text)
		}
	}
}
