package main

import (
	"flag"
	"io"

	"github.com/go-voicelive/voicelive-go/gen/evolve"
)

var diffCommand = command{
	name: "diff", args: "[flags] OLD NEW", short: "print what a new document changes, on the wire and for Go code",
	long: `The documents are compared after overlay and resolution; - is standard input, for one of
them. The exit code is 1 if -fail-on says so, and for mistakes in the documents.`,
	flags: func(o *options, fs *flag.FlagSet) {
		o.pkg = "voicelive" // names do not depend on it
		o.overlayFlag(fs)
		fs.StringVar(&o.oldOverlay, "old-overlay", "", "the overlay `file` of OLD, if it is another one")
		o.guideFlag(fs, "the `file` that groups the types")
		o.formatFlag(fs, "text", "markdown", "json")
		choice(fs, &o.failOn, "fail-on", "", "which changes exit with 1; empty for none", "breaking", "any")
		o.strictFlags(fs, "warn")
		o.limitFlag(fs)
		fs.BoolVar(&o.rules, "rules", false, "print the table by which changes are judged, in Markdown, and no more")
	},
	run: runDiff, failure: exitDrift,
}

func runDiff(o *options, std streams) error {
	switch {
	case o.rules && len(o.args) > 0:
		return usagef("-rules takes no documents")
	case o.rules:
		_, err := io.WriteString(std.out, evolve.DiffRules())
		return err
	case len(o.args) != 2:
		return usagef("diff compares two documents, not %d: vlgen diff OLD NEW", len(o.args))
	case o.args[0] == "-" && o.args[1] == "-":
		return usagef("only one of the documents can be standard input")
	}
	in, err := o.diffInput(std)
	if err != nil {
		return err
	}
	r, notes, err := evolve.Diff(in)
	printLines(std.err, notes)
	if err != nil {
		return err
	}
	if err := o.print(r, std.out); err != nil {
		return err
	}
	if o.failOn == "any" && !r.Empty() || o.failOn == "breaking" && r.Breaking() {
		return errDiffers
	}
	return nil
}

// diffInput reads the files that the options name.
func (o *options) diffInput(std streams) (in evolve.DiffInput, err error) {
	before, after := *o, *o
	before.spec, after.spec = o.args[0], o.args[1]
	if o.oldOverlay != "" {
		before.overlay = o.oldOverlay
	}
	if in.Old, err = before.input(std); err != nil {
		return in, err
	}
	if in.New, err = after.input(std); err != nil {
		return in, err
	}
	in.Guide, err = o.optional("guide", o.guide)
	return in, err
}
