// Assistant holds a spoken conversation: it sends speech as a microphone would, plays the responses as a speaker would,
// calls a function that the model asks for, and falls silent when it is interrupted. It prints the turns as they happen
// and leaves a recording, the user on the left and the assistant on the right.
//
// Without an account it talks to a simulator in its own process; package service tells how to make it talk to Azure.
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
	"github.com/go-voicelive/voicelive-go/voicelive"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "assistant:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout io.Writer) (err error) {
	flags := flag.NewFlagSet("assistant", flag.ExitOnError)
	in := flags.String("in", "", "what you say: a WAV `file` of 24 kHz; without it, three sentences are spoken for you")
	out := flags.String("out", "conversation.wav", "where the recording goes, a WAV `file`")
	flags.Parse(args) // exits on an error
	lines, err := script(ctx, *in)
	if err != nil {
		return err
	}
	svc, err := service.Open(simulation(*in == ""))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, svc.Close()) }()
	fmt.Fprintf(stdout, "Talking to %v.\n\n", svc)

	c := &conversation{console: console{w: stdout}}
	err = c.hold(ctx, svc, lines)
	if errors.Is(err, context.Canceled) { // Ctrl-C is a way to say goodbye
		err = nil
	}
	if c.session == nil {
		return err
	}
	return errors.Join(err, c.save(*out))
}

// hold holds the conversation until the user has said all lines and heard the last response.
func (c *conversation) hold(ctx context.Context, svc *service.Service, lines []line) error {
	session, err := svc.Connect(ctx, &voicelive.ConnectOptions{Model: svc.Model, Session: &voicelive.RequestSession{
		Instructions: new("You are a friendly assistant on the phone. Answer in one or two short sentences."),
		Voice:        &voicelive.AzureStandardVoice{Name: "en-US-AvaNeural"},
		// The service hears when the user begins and ends to speak, responds by itself, and stops when it is interrupted.
		TurnDetection:           &voicelive.ServerVAD{CreateResponse: new(true), InterruptResponse: new(true)},
		InputAudioTranscription: voicelive.NullableOf(voicelive.AudioInputTranscriptionOptions{Model: voicelive.AudioInputTranscriptionOptionsModelWhisper1}),
		Tools:                   []voicelive.Tool{clock},
	}})
	if err != nil {
		return err
	}
	defer session.Close()
	audio, err := session.AudioWriter(ctx, &voicelive.AudioWriterOptions{RealTime: true})
	if err != nil {
		return err
	}
	c.session, c.microphone.w, c.speaker.began = session, audio, time.Now()

	// Audio goes out beside the loop that receives: a Session may be used from any number of goroutines.
	talked := make(chan error, 1)
	go func() {
		talked <- c.talk(lines)
		session.Close() // ends the loop
	}()
	for event, err := range session.Events(ctx) {
		if err == nil {
			err = c.handle(ctx, event)
		}
		if err != nil {
			session.Close() // ends the microphone
			<-talked
			return err
		}
	}
	return <-talked
}
