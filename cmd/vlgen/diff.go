package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/go-voicelive/voicelive-go/gen/evolve"
)

const diffUsage = `vlgen diff tells how two documents differ after overlay and resolution, and what
each change means on the wire and for Go code.

Usage:

	vlgen diff [flags] OLD NEW   - is standard input, for one of them
	vlgen diff -rules            print the table by which changes are judged

The exit code is 1 if -fail-on says so, and for mistakes in the input.

Flags:

`

// diffOptions are the flags of vlgen diff.
type diffOptions struct {
	options
	old, new      string
	oldOverlay    string
	format, guide string
	failOn        string
	rules         bool
}

// diff is the subcommand; it returns the exit code.
func diff(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, code, ok := parseDiff(args, stderr)
	if !ok {
		return code
	}
	if o.rules {
		io.WriteString(stdout, evolve.DiffRules())
		return exitOK
	}
	in, err := o.diffInput(stdin)
	if err != nil {
		fmt.Fprintln(stderr, "vlgen:", err)
		return exitUsage
	}
	r, found, err := evolve.Diff(in)
	notes(stderr, found)
	if err != nil {
		report(stderr, err)
		return exitDrift
	}
	switch o.format {
	case "markdown":
		io.WriteString(stdout, r.Markdown())
	case "json":
		stdout.Write(r.JSON())
	default:
		io.WriteString(stdout, r.Text())
	}
	if o.failOn == "any" && !r.Empty() || o.failOn == "breaking" && r.Breaking() {
		return exitDrift
	}
	return exitOK
}

func parseDiff(args []string, stderr io.Writer) (o diffOptions, code int, ok bool) {
	fs := flag.NewFlagSet("vlgen diff", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, diffUsage)
		fs.PrintDefaults()
	}
	o.pkg = "voicelive" // names do not depend on it
	fs.StringVar(&o.overlay, "overlay", "spec/overlay.yaml", "the OpenAPI Overlay `file` with corrections; empty for none")
	fs.StringVar(&o.oldOverlay, "old-overlay", "", "the overlay `file` of OLD, if it is another one")
	fs.StringVar(&o.guide, "guide", "spec/guide.yaml", "the `file` that groups types for the reference; empty for none")
	fs.StringVar(&o.format, "format", "text", "text, markdown or json")
	fs.StringVar(&o.failOn, "fail-on", "", "exit 1 for breaking changes, or for any; empty for never")
	fs.BoolVar(&o.strict, "strict", false, "treat warnings as errors")
	fs.StringVar(&o.unused, "unused-overlay", "warn", "what an overlay action that does not apply is: error or warn")
	fs.BoolVar(&o.rules, "rules", false, "print the table of rules in Markdown")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return o, exitOK, false
	case err != nil:
		return o, exitUsage, false
	}
	if problem := o.problem(fs.Args()); problem != "" {
		fmt.Fprintln(stderr, "vlgen:", problem)
		return o, exitUsage, false
	}
	if !o.rules {
		o.old, o.new = fs.Arg(0), fs.Arg(1)
	}
	return o, exitOK, true
}

func (o diffOptions) problem(rest []string) string {
	switch {
	case o.rules && len(rest) > 0:
		return "-rules takes no documents"
	case !o.rules && len(rest) != 2:
		return fmt.Sprintf("diff compares two documents, not %d: vlgen diff OLD NEW", len(rest))
	case !o.rules && rest[0] == "-" && rest[1] == "-":
		return "only one of the documents can be standard input"
	case o.format != "text" && o.format != "markdown" && o.format != "json":
		return fmt.Sprintf("-format is text, markdown or json, not %q", o.format)
	case o.failOn != "" && o.failOn != "breaking" && o.failOn != "any":
		return fmt.Sprintf("-fail-on is breaking or any, not %q", o.failOn)
	}
	return o.options.problem("generate", nil)
}

// diffInput reads the files that the options name.
func (o diffOptions) diffInput(stdin io.Reader) (in evolve.DiffInput, err error) {
	before, after := o.options, o.options
	before.spec, after.spec = o.old, o.new
	if o.oldOverlay != "" {
		before.overlay = o.oldOverlay
	}
	if in.Old, err = before.input(stdin); err != nil {
		return in, err
	}
	if in.New, err = after.input(stdin); err != nil {
		return in, err
	}
	in.Guide, err = optional(o.guide, false)
	return in, err
}
