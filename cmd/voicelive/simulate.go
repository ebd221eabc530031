package main

import (
	"context"
	"encoding/pem"
	"flag"
	"log/slog"
	"os"

	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

var simulateCommand = command{
	name:  "simulate",
	short: "play the service, for programs in any language",
	long: `The simulator listens until it is interrupted. It prints its endpoint on standard output, and then what clients send. It
accepts any credential, detects speech, and repeats the words of the user, unless a script says otherwise.

With -check, it ends with exit code 1 if a client broke the protocol: an event that the service refuses, a function call
without an output or with two, a response asked for while the user speaks, a mistake in the WebSocket.`,
	declare: func(fs *flag.FlagSet) runner {
		var s simulateFlags
		fs.StringVar(&s.address, "address", "localhost:8080", "where to listen, a `host:port`; port 0 is a free one")
		fs.StringVar(&s.certificate, "tls", "", "encrypt connections, and write the certificate that clients must trust to this `file`")
		fs.StringVar(&s.script, "script", "", "a `file` that says how to behave, as -schema describes it")
		fs.BoolVar(&s.schema, "schema", false, "print the JSON Schema of scripts, and end")
		fs.BoolVar(&s.check, "check", false, "end with exit code 1 if a client broke the protocol")
		fs.IntVar(&s.sessions, "sessions", 0, "end after `n` sessions; 0 goes on")
		fs.BoolVar(&s.quiet, "quiet", false, "do not print what clients send")
		return s.run
	},
}

type simulateFlags struct {
	address, certificate, script string
	schema, check, quiet         bool
	sessions                     int
}

func (s *simulateFlags) run(ctx context.Context, std *streams, args []string) error {
	if err := noArguments(args); err != nil {
		return err
	}
	if s.schema {
		_, err := std.out.Write(schemaText())
		return err
	}
	script, err := readScript(s.script)
	if err != nil {
		return err
	}
	options, err := script.options()
	if err != nil {
		return err
	}
	log := newClientLog(std, s.quiet, s.sessions)
	options.Transport, options.Address, options.TLS = voicelivetest.TCP, s.address, s.certificate != ""
	options.Lenient, options.Forget, options.Logger = true, true, slog.New(log)
	srv, err := voicelivetest.Start(options)
	if err != nil {
		return unreadable(err)
	}
	defer srv.Close()
	if s.certificate != "" {
		text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
		if err := os.WriteFile(s.certificate, text, 0o644); err != nil {
			return unreadable(err)
		}
	}
	if err := printListening(std, srv.URL()); err != nil {
		return err
	}
	select {
	case <-log.done:
	case <-ctx.Done():
	}
	if err := srv.Close(); err != nil {
		return &exitError{exitFound, err}
	}
	if s.check && log.mistakes() > 0 {
		return errFound
	}
	return nil
}
