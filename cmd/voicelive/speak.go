//go:build device

package main

import (
	"context"
	"fmt"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/device"
)

// openDevice opens the microphone and the loudspeaker.
var openDevice = func() (*device.Device, error) { return device.Open(nil) }

// talk holds a conversation by microphone and loudspeaker until an interrupt, and prints what both sides say.
func talk(ctx context.Context, std *streams, s *service) error {
	client, err := s.client(std)
	if err != nil {
		return err
	}
	options := s.target(std)
	if options.Session, err = s.configuration(std); err != nil {
		return err
	}
	d, err := openDevice()
	if err != nil {
		return unreadable(err)
	}
	defer d.HangUp(context.WithoutCancel(ctx), "")
	a := &agent.Agent{Client: client, Connect: *options, Begin: func(*agent.Conversation) {
		fmt.Fprintln(std.err, "Speak now, with headphones on. Ctrl-C hangs up.")
	}, HandleEvent: func(_ context.Context, _ *agent.Conversation, event voicelive.ServerEvent) error {
		return std.said(event)
	}}
	_, err = a.Serve(ctx, d)
	return err
}

// said prints what an event says that somebody said.
func (std *streams) said(event voicelive.ServerEvent) error {
	var who, text string
	switch e := event.(type) {
	case *voicelive.ServerEventConversationItemInputAudioTranscriptionCompleted:
		who, text = "user", e.Transcript
	case *voicelive.ServerEventResponseAudioTranscriptDone:
		who, text = "assistant", e.Transcript
	default:
		return nil
	}
	if std.json {
		return std.printJSON(map[string]string{"role": who, "text": text})
	}
	_, err := fmt.Fprintf(std.out, "%s: %s\n", who, text)
	return err
}
