package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/record"
	"github.com/go-voicelive/voicelive-go/voicelive/transcript"
)

var transcriptCommand = command{
	name:  "transcript",
	args:  "CASSETTE",
	short: "print what was said in a cassette, as Markdown",
	declare: func(fs *flag.FlagSet) runner {
		return func(ctx context.Context, std *streams, args []string) error {
			if len(args) != 1 {
				return usagef("transcript needs one cassette; - is standard input")
			}
			file, err := openFile(args[0], std)
			if err != nil {
				return err
			}
			defer file.Close()
			cassette, torn := record.Read(file)
			if cassette == nil || torn != nil && !errors.Is(torn, record.ErrTorn) {
				return unreadable(fmt.Errorf("%s: %w", args[0], torn))
			}
			if torn != nil {
				fmt.Fprintf(std.err, "%s: %v; what comes before is printed\n", args[0], torn)
			}
			return printTranscripts(ctx, std, cassette)
		}
	},
}

func printTranscripts(ctx context.Context, std *streams, cassette *record.Cassette) error {
	for number := 1; number <= cassette.Sessions(); number++ {
		said := transcript.New(nil)
		for _, entry := range cassette.Session(number) {
			if entry.From != record.Service || entry.JSON == nil {
				continue
			}
			event, err := voicelive.UnmarshalServerEvent(entry.JSON)
			if err != nil {
				fmt.Fprintf(std.err, "line %d: %v\n", entry.Line, err)
				continue
			}
			if err := said.HandleEvent(ctx, event); err != nil {
				return err
			}
		}
		if std.json {
			text, err := json.Marshal(said)
			if err == nil {
				_, err = fmt.Fprintf(std.out, "%s\n", text)
			}
			if err != nil {
				return err
			}
			continue
		}
		if cassette.Sessions() > 1 {
			fmt.Fprintf(std.out, "## Session %d\n\n", number)
		}
		fmt.Fprint(std.out, said.Markdown())
	}
	return nil
}
