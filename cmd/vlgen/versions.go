package main

import (
	"flag"

	"github.com/go-voicelive/voicelive-go/gen/reference"
)

var versionsCommand = command{
	name: "versions", args: "[flags]", short: "write what each version of the API has, as Go for the package that checks configurations",
	flags: func(o *options, fs *flag.FlagSet) {
		o.specFlag(fs, "the `document`; - is standard input")
		o.overlayFlag(fs)
		fs.StringVar(&o.versions, "known", "docs/versions.json", "the `file` that remembers what the versions have")
		fs.StringVar(&o.out, "out", "voicelive/lint", "the `folder` of the package")
		o.pkg = "lint"
		fs.BoolVar(&o.check, "check", false, "print what would change, write nothing, and exit 1 if anything")
		o.strictFlags(fs, "error")
		o.limitFlag(fs)
	},
	run: runVersions, failure: exitDrift,
}

func runVersions(o *options, std streams) error {
	if err := o.noArguments(); err != nil {
		return err
	}
	in := reference.DocsInput{}
	var err error
	if in.Input, err = o.input(std); err != nil {
		return err
	}
	known, err := o.readFile(o.versions)
	if err != nil {
		return err
	}
	in.Known = &known
	res, err := reference.Versions(in)
	switch {
	case err != nil:
		return err
	case o.check:
		return checkFiles(o.out, res.Files, std.out)
	}
	return writeFiles(o.out, res.Files, std.out)
}
