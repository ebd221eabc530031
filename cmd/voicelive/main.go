// Command voicelive holds conversations with Azure VoiceLive, checks what other programs say to it, and plays the service
// for programs in any language.
//
//	voicelive chat|say|listen|record|replay|transcript|lint|events|load|doctor|simulate [flags]
//
// voicelive help lists the commands, voicelive help COMMAND describes one. The exit code is 0 for success, 1 if what was
// checked is not right, 2 for wrong usage or input that cannot be read, 3 if the service could not be reached, refused,
// or was lost, and 130 after an interrupt.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// commands are the commands of voicelive, in the order of the overview.
var commands = []*command{
	&chatCommand, &sayCommand, &listenCommand,
	&recordCommand, &replayCommand, &transcriptCommand,
	&lintCommand, &eventsCommand, &loadCommand, &doctorCommand,
	&simulateCommand,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends the process at once
	code := run(ctx, os.Args[1:], &streams{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.Getenv})
	stop()
	os.Exit(code)
}

// run runs the command that the arguments name, and returns the exit code.
func run(ctx context.Context, args []string, std *streams) int {
	std.in = &input{ctx: ctx, from: std.in}
	if len(args) == 0 {
		overview(std.err)
		return exitUsage
	}
	name, rest := args[0], args[1:]
	switch name {
	case "help", "-h", "-help", "--help":
		if len(rest) == 0 {
			overview(std.out)
			return exitOK
		}
		name, rest = rest[0], []string{"-h"}
	}
	if name == "completion" {
		return std.exit(ctx, completion(rest, std))
	}
	i := slices.IndexFunc(commands, func(c *command) bool { return c.name == name })
	if i < 0 {
		return std.exit(ctx, usagef("unknown command %q; voicelive help lists the commands", name))
	}
	return commands[i].main(ctx, rest, std)
}

// overview lists the commands.
func overview(w io.Writer) {
	fmt.Fprint(w, "voicelive holds conversations with Azure VoiceLive, and plays the service for other programs.\n\nUsage:\n\n\tvoicelive COMMAND [flags]\n\nThe commands are:\n\n")
	for _, c := range commands {
		fmt.Fprintf(w, "\t%-12s%s\n", c.name, c.short)
	}
	fmt.Fprintf(w, "\t%-12s%s\n", "completion", "print a completion script for bash, zsh or fish")
	fmt.Fprint(w, "\nvoicelive help COMMAND describes one, with its flags. Commands that talk to the service read AZURE_VOICELIVE_ENDPOINT and\nAZURE_VOICELIVE_API_KEY; without a key they sign in as you, with what az login or the environment offers.\n")
}
