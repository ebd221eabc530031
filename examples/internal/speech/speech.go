// Package speech lets the examples talk without a microphone.
package speech

import (
	"context"
	"fmt"

	"github.com/go-voicelive/voicelive-go/examples/internal/service"
	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// Rate is the sampling rate of what is spoken, in Hz.
const Rate = 24000

// Speak returns the texts as speech: 16-bit mono PCM. The service itself reads them, so that what the examples say to
// Azure can be understood.
func Speak(ctx context.Context, texts ...string) (lines [][]byte, err error) {
	svc, err := service.Open(&voicelivetest.Options{Pace: voicelivetest.Instant})
	if err != nil {
		return nil, err
	}
	defer svc.Close()
	session, err := svc.Connect(ctx, &voicelive.ConnectOptions{
		Model:   svc.Model,
		Session: &voicelive.RequestSession{Voice: &voicelive.AzureStandardVoice{Name: "en-US-AndrewNeural"}},
	})
	if err != nil {
		return nil, err
	}
	defer session.Close()
	for _, text := range texts {
		audio, err := speak(ctx, session, text)
		if err != nil {
			return nil, fmt.Errorf("speak %q: %w", text, err)
		}
		lines = append(lines, audio)
	}
	return lines, nil
}

// speak has a message read that the model did not think of.
func speak(ctx context.Context, session *voicelive.Session, text string) (audio []byte, err error) {
	err = session.CreateResponse(ctx, &voicelive.ResponseCreateParams{
		PreGeneratedAssistantMessage: &voicelive.AssistantMessageItem{
			Content: []voicelive.MessageContentPart{&voicelive.OutputTextContentPart{Text: text}},
		},
	})
	if err != nil {
		return nil, err
	}
	for event, err := range session.Events(ctx) {
		if err != nil {
			return nil, err
		}
		switch e := event.(type) {
		case *voicelive.ServerEventResponseAudioDelta:
			audio = append(audio, e.Delta...)
		case *voicelive.ServerEventError:
			return nil, voicelive.NewServiceError(e)
		case *voicelive.ServerEventResponseDone:
			if e.Response.Status != voicelive.ResponseStatusCompleted {
				return nil, fmt.Errorf("the response is %s", e.Response.Status)
			}
			return audio, nil
		}
	}
	return nil, voicelive.ErrClosed // by the service
}
