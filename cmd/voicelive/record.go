package main

import (
	"context"
	"errors"
	"flag"
	"os"
	"slices"

	"github.com/go-voicelive/voicelive-go/voicelive/record"
)

// recordable are the commands that open sessions, with the observer of their streams.
var recordable = []*command{&chatCommand, &sayCommand, &listenCommand, &replayCommand, &loadCommand}

var recordCommand = command{
	name:  "record",
	args:  "FILE COMMAND [flags]",
	short: "run another command, and keep the events of its sessions in a cassette",
	long: `FILE is written while the command runs. It has all events of both sides with their times, without credentials. COMMAND is chat, say,
listen, replay or load, with its own flags.`,
	declare: func(fs *flag.FlagSet) runner {
		options := &record.Options{}
		fs.Var(keep{&options.Audio}, "audio", "what is kept of audio: all, shorten or drop")
		fs.Var(keep{&options.Text}, "text", "what is kept of texts: all, shorten or drop")
		return func(ctx context.Context, std *streams, args []string) (err error) {
			if len(args) < 2 {
				return usagef("record needs a file and a command")
			}
			i := slices.IndexFunc(recordable, func(c *command) bool { return c.name == args[1] })
			if i < 0 {
				return usagef("record cannot run %q: it opens no sessions", args[1])
			}
			file, err := os.Create(args[0])
			if err != nil {
				return unreadable(err)
			}
			recorder := record.New(file, options)
			defer func() { err = errors.Join(err, unreadable(recorder.Close()), unreadable(file.Close())) }()
			std.observer = recorder
			return recordable[i].execute(ctx, args[2:], std)
		}
	},
}

// keep is a flag with one of the values of record.Keep.
type keep struct{ value *record.Keep }

func (k keep) String() string {
	if k.value == nil || *k.value == "" {
		return string(record.All)
	}
	return string(*k.value)
}

func (k keep) Set(text string) error {
	if !slices.Contains([]record.Keep{record.All, record.Shorten, record.Drop}, record.Keep(text)) {
		return errors.New("want all, shorten or drop")
	}
	*k.value = record.Keep(text)
	return nil
}
