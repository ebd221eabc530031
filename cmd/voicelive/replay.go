package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/record"
	"github.com/go-voicelive/voicelive-go/voicelive/record/replay"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

var replayCommand = command{
	name:  "replay",
	args:  "FILE",
	short: "play a cassette as the service, or as the client",
	long: `As the service, it prints its endpoint, sends what the service sent, and ends when all sessions of the cassette were played; the exit
code is 1 if the client sent something else than in the recording. With -client, it sends what the client sent to the service
that the flags and the environment name, and prints how many events of each type came, and how many had come in the recording.`,
	declare: func(fs *flag.FlagSet) runner {
		var s service
		s.targetFlags(fs)
		var o replay.Options
		client := fs.Bool("client", false, "play the client, not the service")
		address := fs.String("address", "localhost:8080", "where the service listens, a `host:port`")
		fast := fs.Bool("fast", false, "do not wait for the times of the recording")
		fs.BoolVar(&o.AnyOrder, "any-order", false, "let the client send in another order")
		fs.BoolVar(&o.IgnoreAudio, "ignore-audio", false, "neither wait for audio of the user, nor send it")
		fs.Func("ignore", "a `member` of client events that need not be equal, such as session.instructions; may be repeated", func(path string) error {
			o.Ignore = append(o.Ignore, path)
			return nil
		})
		return func(ctx context.Context, std *streams, args []string) error {
			if len(args) != 1 {
				return usagef("replay needs one cassette; - is standard input")
			}
			cassette, err := readCassette(args[0], std)
			if err != nil {
				return err
			}
			if *fast {
				o.Pace = voicelivetest.Instant
			}
			if *client {
				return drive(ctx, std, &s, cassette, &o)
			}
			o.Server.Transport, o.Server.Address = voicelivetest.TCP, *address
			return serve(ctx, std, cassette, &o)
		}
	},
}

func readCassette(path string, std *streams) (*record.Cassette, error) {
	file, err := openFile(path, std)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	cassette, err := record.Read(file)
	if err != nil {
		return nil, unreadable(fmt.Errorf("%s: %w", path, err))
	}
	return cassette, nil
}

// serve plays the service until all sessions have been played.
func serve(ctx context.Context, std *streams, cassette *record.Cassette, o *replay.Options) error {
	service, err := replay.Start(cassette, o)
	if err != nil {
		return unreadable(err)
	}
	defer service.Close()
	if err := printListening(std, service.URL()); err != nil {
		return err
	}
	for i := range cassette.Sessions() {
		session, err := service.WaitSession(ctx, i)
		if err != nil {
			return errors.Join(err, service.Err())
		}
		select {
		case <-session.Done():
		case <-ctx.Done():
			return errors.Join(ctx.Err(), service.Err())
		}
	}
	if err := service.Close(); err != nil {
		return &exitError{exitFound, err}
	}
	return nil
}

// drive plays the client, session after session.
func drive(ctx context.Context, std *streams, s *service, cassette *record.Cassette, o *replay.Options) error {
	client, err := s.client(std)
	if err != nil {
		return err
	}
	for number := 1; number <= cassette.Sessions(); number++ {
		began := time.Now()
		session, err := client.Connect(ctx, s.target(std))
		if err != nil {
			return err
		}
		driven, err := replay.Drive(ctx, session, cassette, number, o)
		session.Close()
		if driven != nil {
			if err := printDriven(std, number, time.Since(began), driven); err != nil {
				return err
			}
		}
		if err != nil {
			return &exitError{exitFound, err}
		}
	}
	return nil
}

func printDriven(std *streams, number int, took time.Duration, d *replay.Driven) error {
	if std.json {
		return std.printJSON(map[string]any{"session": number, "seconds": took.Seconds(), "sent": d.Sent, "received": d.Received, "recorded": d.Recorded, "errors": messages(d.Errors)})
	}
	fmt.Fprintf(std.out, "session %d: %d events sent in %.1f s\n", number, d.Sent, took.Seconds())
	all := maps.Clone(d.Recorded)
	maps.Copy(all, d.Received)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(std.out, "%8d  %s", d.Received[name], name)
		if n := d.Recorded[name]; n != d.Received[name] {
			fmt.Fprintf(std.out, "  (%d in the recording)", n)
		}
		fmt.Fprintln(std.out)
	}
	for _, err := range d.Errors {
		fmt.Fprintln(std.out, "error:", err)
	}
	return nil
}

func messages(errs []error) (texts []string) {
	for _, err := range errs {
		texts = append(texts, err.Error())
	}
	return texts
}
