// Transcribe prints what is said in a WAV file, and when.
//
// Without an account it asks a simulator in its own process, which does not understand speech but knows when there is
// some; package service tells how to make it ask Azure.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/go-voicelive/voicelive-go/examples/internal/service"
	"github.com/go-voicelive/voicelive-go/examples/internal/speech"
	"github.com/go-voicelive/voicelive-go/examples/internal/wav"
	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "transcribe:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout io.Writer) (err error) {
	flags := flag.NewFlagSet("transcribe", flag.ExitOnError)
	in := flags.String("in", "", "a WAV `file` of 8, 16 or 24 kHz; without it, some sentences are spoken")
	flags.Parse(args) // exits on an error
	audio, rate, err := input(ctx, *in)
	if err != nil {
		return err
	}
	simulation := &voicelivetest.Options{}
	if *in == "" {
		simulation.Hear = voicelivetest.Hear(sentences...)
	}
	svc, err := service.Open(simulation)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, svc.Close()) }()
	fmt.Fprintf(stdout, "Listening with %v.\n", svc)
	return transcribe(ctx, svc, audio, rate, stdout)
}

var sentences = []string{"The quick brown fox jumps over the lazy dog.", "It barks.", "The fox has seen enough, and goes home."}

// input returns 16-bit mono PCM.
func input(ctx context.Context, file string) (audio []byte, rate int, err error) {
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return nil, 0, err
		}
		defer f.Close()
		return wav.Read(f)
	}
	spoken, err := speech.Speak(ctx, sentences...)
	for _, sentence := range spoken {
		audio = append(audio, sentence...)
		audio = append(audio, silence(speech.Rate)...)
	}
	return audio, speech.Rate, err
}

// silence is a second of it.
func silence(rate int) []byte { return make([]byte, 2*rate) }

func transcribe(ctx context.Context, svc *service.Service, audio []byte, rate int, stdout io.Writer) error {
	session, err := svc.Connect(ctx, &voicelive.ConnectOptions{Model: svc.Model, Session: &voicelive.RequestSession{
		InputAudioSamplingRate:  &rate,
		TurnDetection:           &voicelive.ServerVAD{CreateResponse: new(false)}, // no response is wanted
		InputAudioTranscription: voicelive.NullableOf(voicelive.AudioInputTranscriptionOptions{Model: voicelive.AudioInputTranscriptionOptionsModelWhisper1}),
	}})
	if err != nil {
		return err
	}
	defer session.Close()
	sent := make(chan error, 1)
	go func() {
		err := send(ctx, session, audio, rate)
		if err != nil {
			session.Close() // ends the loop
		}
		sent <- err
	}()
	err = printTranscript(ctx, session, stdout)
	session.Close() // ends the sending, if it has not
	if sendErr := <-sent; err == nil {
		err = sendErr
	}
	return err
}

// send sends the audio as fast as it plays: the service drops connections that are much faster.
func send(ctx context.Context, session *voicelive.Session, audio []byte, rate int) error {
	w, err := session.AudioWriter(ctx, &voicelive.AudioWriterOptions{SampleRate: rate, RealTime: true})
	if err != nil {
		return err
	}
	// Speech has ended for the service once it is followed by silence.
	for _, audio := range [][]byte{audio, silence(rate), silence(rate)} {
		if _, err := w.Write(audio); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	// What is left is silence. That it is cleared comes behind all that was heard.
	return session.ClearInputAudioBuffer(ctx)
}

// An utterance is speech between two silences.
type utterance struct{ start, end time.Duration }

// printTranscript returns when the audio has ended and all of it is transcribed.
func printTranscript(ctx context.Context, session *voicelive.Session, stdout io.Writer) error {
	utterances := map[string]utterance{} // by item, until they are transcribed
	ended := false
	for event, err := range session.Events(ctx) {
		if err != nil {
			return err
		}
		switch e := event.(type) {
		case *voicelive.ServerEventInputAudioBufferSpeechStarted:
			utterances[e.ItemID] = utterance{start: time.Duration(e.AudioStartMS) * time.Millisecond}
		case *voicelive.ServerEventInputAudioBufferSpeechStopped:
			u := utterances[e.ItemID]
			u.end = time.Duration(e.AudioEndMS) * time.Millisecond
			utterances[e.ItemID] = u
		case *voicelive.ServerEventConversationItemInputAudioTranscriptionCompleted:
			printUtterance(stdout, utterances[e.ItemID], e.Transcript)
			delete(utterances, e.ItemID)
		case *voicelive.ServerEventConversationItemInputAudioTranscriptionFailed:
			printUtterance(stdout, utterances[e.ItemID], "(not understood: "+e.Error.Message+")")
			delete(utterances, e.ItemID)
		case *voicelive.ServerEventInputAudioBufferCleared:
			ended = true
		case *voicelive.ServerEventError:
			return voicelive.NewServiceError(e)
		}
		if ended && len(utterances) == 0 {
			return nil
		}
	}
	return session.Err()
}

func printUtterance(w io.Writer, u utterance, text string) {
	fmt.Fprintf(w, "%s – %s  %s\n", clock(u.start), clock(u.end), text)
}

// clock is minutes, seconds and tenths.
func clock(d time.Duration) string {
	d = d.Round(100 * time.Millisecond)
	return fmt.Sprintf("%02d:%04.1f", d/time.Minute, (d % time.Minute).Seconds())
}
