// Textchat is a written conversation: a line in, a response out, word by word.
//
// Without an account it talks to a simulator in its own process, which repeats what it is told; package service tells
// how to make it talk to Azure.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/go-voicelive/voicelive-go/examples/internal/service"
	"github.com/go-voicelive/voicelive-go/voicelive"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdin, os.Stdout); err != nil && !errors.Is(err, context.Canceled) { // Ctrl-C is a way to say goodbye
		fmt.Fprintln(os.Stderr, "textchat:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, stdin io.Reader, stdout io.Writer) (err error) {
	svc, err := service.Open(nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, svc.Close()) }()
	session, err := svc.Connect(ctx, &voicelive.ConnectOptions{Model: svc.Model, Session: &voicelive.RequestSession{
		Modalities:   []voicelive.Modality{voicelive.ModalityText},
		Instructions: new("Answer in one or two short sentences."),
	}})
	if err != nil {
		return err
	}
	defer session.Close()
	fmt.Fprintf(stdout, "Talking to %v. End with Ctrl-D.\n", svc)
	return chat(ctx, session, stdin, stdout)
}

func chat(ctx context.Context, session *voicelive.Session, stdin io.Reader, stdout io.Writer) error {
	lines := make(chan string)
	go func() { // reading the terminal cannot be interrupted
		defer close(lines)
		for scanner := bufio.NewScanner(stdin); scanner.Scan(); {
			select {
			case lines <- scanner.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		fmt.Fprint(stdout, "\n> ")
		select {
		case line, ok := <-lines:
			if !ok {
				fmt.Fprintln(stdout)
				return nil
			}
			if err := respond(ctx, session, line, stdout); err != nil {
				return err
			}
		case <-session.Done(): // the service ends a session after an hour at most
			return session.Err()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// respond sends a line, and prints the response as it arrives.
func respond(ctx context.Context, session *voicelive.Session, line string, stdout io.Writer) error {
	if err := session.SendText(ctx, line); err != nil {
		return err
	}
	for event, err := range session.Events(ctx) {
		if err != nil {
			return err
		}
		switch e := event.(type) {
		case *voicelive.ServerEventResponseTextDelta:
			fmt.Fprint(stdout, e.Delta)
		case *voicelive.ServerEventError:
			return voicelive.NewServiceError(e)
		case *voicelive.ServerEventResponseDone:
			if status := e.Response.Status; status != voicelive.ResponseStatusCompleted {
				fmt.Fprintf(stdout, " (%s)", status)
			}
			fmt.Fprintln(stdout)
			return nil
		}
	}
	return session.Err()
}
