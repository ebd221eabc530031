package main

import (
	"context"
	"flag"
	"fmt"

	"github.com/go-voicelive/voicelive-go/voicelive/lint"
)

var lintCommand = command{
	name:  "lint",
	args:  "FILE",
	short: "find what does not work in the configuration of a session",
	long: `FILE is the session of a session.update, or a session.update, as JSON or YAML; - is standard input. What works depends on the
model, the mode and the version of the API, which flags name. The exit code is 1 if something does not work; suggestions and
warnings alone leave it 0.`,
	declare: func(fs *flag.FlagSet) runner {
		var s service
		s.targetFlags(fs)
		return func(ctx context.Context, std *streams, args []string) error {
			if len(args) != 1 {
				return usagef("lint needs one file; - is standard input")
			}
			session, err := readSession(args[0], std)
			if err != nil {
				return err
			}
			return report(std, session, lint.Check(s.target(std), session.value))
		}
	},
}

// report prints findings, as file:line:column or as JSON.
func report(std *streams, session *sessionFile, findings []lint.Finding) error {
	var failed bool
	for _, f := range findings {
		failed = failed || f.Severity == lint.Error
		place := session.position(f.Path)
		if std.json {
			if err := std.printJSON(struct {
				lint.Finding
				Place string `json:"place"`
			}{f, place}); err != nil {
				return err
			}
			continue
		}
		color := 33
		if f.Severity == lint.Error {
			color = 31
		}
		fmt.Fprintf(std.out, "%s: %s: %s: %s; %s (%s)\n", place, std.color(std.out, color, string(f.Severity)), f.Path, f.Reason, f.Fix, f.Rule)
	}
	if failed {
		return errFound
	}
	return nil
}
