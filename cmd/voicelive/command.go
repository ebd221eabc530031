package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// The exit codes.
const (
	exitOK          = 0
	exitFound       = 1 // what was checked is not right
	exitUsage       = 2 // wrong usage, or input that cannot be read
	exitService     = 3 // the service could not be reached, refused, or was lost
	exitInterrupted = 130
)

// command is one command of voicelive.
type command struct {
	name  string
	args  string // the arguments, as help shows them after the name
	short string // a description of one line
	long  string // further paragraphs of help
	// declare declares the flags, and returns the function that runs with their values and the arguments after them.
	declare func(fs *flag.FlagSet) runner
}

type runner func(ctx context.Context, std *streams, args []string) error

// streams are what a command reads from and prints to.
type streams struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string
	json     bool               // print JSON
	observer voicelive.Observer // of the sessions that a command opens; nil for none
}

// printJSON prints a value as a line of JSON.
func (std *streams) printJSON(v any) error { return printJSON(std.out, v) }

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// terminal tells whether somebody looks at w, so that progress and color make sense.
func (std *streams) terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// color puts text into a color of the terminal, an SGR code such as 31, unless w is no terminal or NO_COLOR is set.
func (std *streams) color(w io.Writer, code int, text string) string {
	if !std.terminal(w) || std.env("NO_COLOR") != "" {
		return text
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", code, text)
}

// exitError is an error with an exit code.
type exitError struct {
	code  int
	cause error // nil if everything was printed already
}

func (e *exitError) Error() string { return fmt.Sprint(e.cause) }
func (e *exitError) Unwrap() error { return e.cause }

// usagef is the error of wrong usage.
func usagef(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// unreadable is the error of an input that cannot be read; nil for nil.
func unreadable(err error) error {
	if err == nil {
		return nil
	}
	return &exitError{exitUsage, err}
}

// errFound ends a command that has printed what is not right.
var errFound = &exitError{code: exitFound}

// main parses the flags, runs the command, prints its error, and returns the exit code.
func (c *command) main(ctx context.Context, args []string, std *streams) int {
	return std.exit(ctx, c.execute(ctx, args, std))
}

// execute parses the flags and runs the command, or prints its help.
func (c *command) execute(ctx context.Context, args []string, std *streams) error {
	fs, run := c.flagSet(std)
	err := fs.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		c.help(std.out)
		return nil
	case err != nil:
		return usagef("%w; voicelive help %s lists the flags", err, c.name)
	}
	return run(ctx, std, fs.Args())
}

// exit prints an error, and returns its exit code.
func (std *streams) exit(ctx context.Context, err error) int {
	var e *exitError
	var refused *voicelive.ServiceError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return exitInterrupted
	case errors.As(err, &e):
	default:
		e = &exitError{exitService, err}
	}
	if e.cause == nil {
		return e.code
	}
	if std.json {
		failure := map[string]any{"error": describe(e.cause), "exit": e.code}
		if errors.As(err, &refused) && refused.Code != "" {
			failure["code"] = refused.Code
		}
		printJSON(std.err, failure)
		return e.code
	}
	fmt.Fprintln(std.err, std.color(std.err, 31, "voicelive:"), describe(e.cause))
	return e.code
}

// flagSet declares the flags; it prints nothing by itself.
func (c *command) flagSet(std *streams) (*flag.FlagSet, runner) {
	fs := flag.NewFlagSet("voicelive "+c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	fs.BoolVar(&std.json, "json", false, "print JSON, for other programs to read")
	return fs, c.declare(fs)
}

// help describes the command and its flags.
func (c *command) help(w io.Writer) {
	fmt.Fprintf(w, "voicelive %s: %s\n\nUsage:\n\n\t%s\n\n", c.name, c.short, strings.TrimSpace("voicelive "+c.name+" [flags] "+c.args))
	if c.long != "" {
		fmt.Fprintf(w, "%s\n\n", c.long)
	}
	fmt.Fprint(w, "Flags:\n\n")
	fs, _ := c.flagSet(&streams{})
	fs.SetOutput(w)
	fs.PrintDefaults()
}

// noArguments refuses arguments after the flags.
func noArguments(args []string) error {
	if len(args) > 0 {
		return usagef("unexpected argument %q", args[0])
	}
	return nil
}
