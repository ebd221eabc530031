//go:build device

package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/device"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// Nobody speaks into the microphone of the test, so the simulator lets the user speak.
func TestSpeak(t *testing.T) {
	openDevice = func() (*device.Device, error) { return device.Open(&device.Options{Null: true}) }
	srv := simulator(t, voicelivetest.Options{Respond: voicelivetest.Reply("Good morning.")})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	go func() {
		session, err := srv.WaitSession(ctx, 0)
		if err == nil {
			err = session.WaitSent(ctx, voicelive.ServerEventTypeSessionUpdated, 1)
		}
		if err == nil {
			session.UserSays("Hello!", time.Second)
		} else {
			t.Error(err)
		}
	}()
	out := printed{last: "assistant: Good morning.\n", then: cancel} // Ctrl-C
	var errs strings.Builder
	code := run(ctx, []string{"chat", "-speak"}, &streams{in: none(), out: &out, err: &errs, env: func(name string) string { return at(srv)[name] }})
	if code != exitInterrupted || out.String() != "user: Hello!\nassistant: Good morning.\n" || !strings.Contains(errs.String(), "Speak now") {
		t.Errorf("exit code %d, output %q, errors %q", code, out.String(), errs.String())
	}
}

// printed calls a function when the last text has been printed.
type printed struct {
	strings.Builder
	last string
	then func()
}

func (p *printed) Write(b []byte) (int, error) {
	n, err := p.Builder.Write(b)
	if strings.HasSuffix(p.String(), p.last) {
		p.then()
	}
	return n, err
}
