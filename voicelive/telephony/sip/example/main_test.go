package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/sip"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A user with a telephone, which is another endpoint, calls the agent.
func TestACall(t *testing.T) {
	user := legtest.New(t, leg.MuLaw)
	srv := voicelivetest.NewServer(t, &voicelivetest.Options{Hear: user.Hear})
	client, err := srv.NewClient()
	if err != nil {
		t.Fatal(err)
	}
	reports := make(chan *agent.Report, 1)
	endpoint, err := listen("127.0.0.1:0", client, func(r *agent.Report) { reports <- r })
	if err != nil {
		t.Fatal(err)
	}
	defer endpoint.Close()
	telephone, err := sip.Listen("127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer telephone.Close()

	call, err := telephone.Dial(t.Context(), "sip:agent@"+endpoint.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	handset := user.Leg()
	go carry(t.Context(), handset, call)
	go carry(t.Context(), call, handset)
	user.Listen()
	user.Say("My order?")
	if err := srv.Session(0).WaitSent(t.Context(), voicelive.ServerEventTypeConversationItemInputAudioTranscriptionCompleted, 1); err != nil {
		t.Fatal(err)
	}
	user.Listen()
	user.HangUp()
	report := <-reports
	if text := report.Transcript.Text(); report.Reason != agent.UserHungUp || !strings.Contains(text, "User: My order?") {
		t.Errorf("the call ended as %s, with\n%s", report.Reason, text)
	}
}

// carry carries sound from one leg to another, until the first one hangs up. An endpoint also sends silence, to which the
// user would listen.
func carry(ctx context.Context, from, to leg.Leg) {
	for {
		in, err := from.Receive(ctx)
		if err != nil {
			to.HangUp(ctx, "the other side hung up")
			return
		}
		if silence := bytes.Count(in.Audio, []byte{0xff}); silence < len(in.Audio) {
			to.Play(ctx, in.Audio)
		}
	}
}
