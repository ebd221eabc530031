// Assistant is a voice agent: it greets, calls a function that the model asks for, and falls silent when it is interrupted.
// The user follows a script, or is a WAV file. The program prints the turns as they happen and leaves a recording, the
// user on the left and the assistant on the right.
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
	"path/filepath"
	"time"

	"github.com/go-voicelive/voicelive-go/examples/internal/service"
	"github.com/go-voicelive/voicelive-go/voicelive/record"
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
	in := flags.String("in", "", "what you say: a WAV `file`; without it, three sentences are spoken for you")
	out := flags.String("out", "conversation.wav", "where the recording goes, a WAV `file`")
	flags.Parse(args) // exits on an error
	user, err := dial(ctx, *in)
	if err != nil {
		return err
	}
	svc, err := service.Open(simulation(*in == ""))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, svc.Close()) }()
	file, err := os.Create(*out)
	if err != nil {
		return err
	}
	defer file.Close()
	sound, err := record.NewSound(file, user)
	if err != nil {
		return err
	}

	fmt.Fprintf(stdout, "Talking to %v.\n", svc)
	a := newAgent(svc.Client, svc.Model, stdout)
	a.Playback.Tap = sound.Heard
	report, err := a.Serve(ctx, sound.Leg())
	if errors.Is(err, context.Canceled) { // Ctrl-C is a way to say goodbye
		err = nil
	}
	if err = errors.Join(err, sound.Close()); err != nil {
		return err
	}
	path, err := filepath.Abs(*out)
	fmt.Fprintf(stdout, "\n\n%s after %v, recorded in %s\n", report.Reason, report.Duration.Round(time.Second), path)
	return err
}
