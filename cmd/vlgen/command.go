package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/go-voicelive/voicelive-go/gen"
)

// The exit codes.
const (
	exitOK    = 0
	exitDrift = 1 // a mistake in the document, or a difference
	exitUsage = 2
)

// command is one command of vlgen.
type command struct {
	name  string
	args  string // the arguments, as help shows them after the name
	short string // a description of one line
	long  string // further paragraphs of help
	flags func(o *options, fs *flag.FlagSet)
	run   func(o *options, std streams) error
	// failure is the exit code for errors of run that have none of their own.
	failure int
}

// exitError is an error with the exit code of vlgen.
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

// unreadable is the error of an input that cannot be read, nil for nil.
func unreadable(err error) error {
	if err == nil {
		return nil
	}
	return &exitError{exitUsage, err}
}

// errDiffers ends vlgen after it has printed a difference.
var errDiffers = &exitError{code: exitDrift}

// main parses the arguments, runs the command, prints its error, and returns the
// exit code.
func (c *command) main(args []string, std streams) int {
	o, err := c.parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		c.help(std.err)
		return exitOK
	case err == nil:
		err = c.run(o, std)
	}
	if err == nil {
		return exitOK
	}
	code, e := c.failure, (*exitError)(nil)
	if errors.As(err, &e) {
		code, err = e.code, e.cause
	}
	d := (*gen.Diagnostics)(nil)
	switch {
	case errors.As(err, &d):
		printLines(std.err, d.Lines)
	case err != nil:
		fmt.Fprintln(std.err, "vlgen:", err)
	}
	return code
}

// parse reads the flags and arguments.
func (c *command) parse(args []string) (*options, error) {
	o := &options{given: map[string]bool{}}
	fs := c.flagSet(o)
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		return nil, err
	} else if err != nil {
		return nil, usagef("%w; vlgen help %s lists the flags", err, c.name)
	}
	o.args = fs.Args()
	fs.Visit(func(f *flag.Flag) { o.given[f.Name] = true })
	return o, o.problem()
}

// flagSet declares the flags; it prints nothing by itself.
func (c *command) flagSet(o *options) *flag.FlagSet {
	fs := flag.NewFlagSet("vlgen "+c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	c.flags(o, fs)
	return fs
}

// help describes the command and its flags.
func (c *command) help(w io.Writer) {
	fmt.Fprintf(w, "vlgen %s: %s\n\n", c.name, c.short)
	if c.long != "" {
		fmt.Fprintf(w, "%s\n\n", c.long)
	}
	fmt.Fprintf(w, "Usage:\n\n\tvlgen %s %s\n\nFlags:\n\n", c.name, c.args)
	fs := c.flagSet(&options{})
	fs.SetOutput(w)
	fs.PrintDefaults()
}

// printLines prints diagnostics, one on a line.
func printLines(w io.Writer, lines []string) {
	for _, line := range lines {
		fmt.Fprintln(w, line)
	}
}
