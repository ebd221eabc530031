package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/go-voicelive/voicelive-go/gen"
)

var generateCommand = command{
	name: "generate", args: "[flags]", short: "write the package, print the files that changed",
	flags: packageFlags, failure: exitDrift,
	run: func(o *options, std streams) error {
		files, err := o.generate(std)
		if err != nil {
			return err
		}
		return writeFiles(o.out, files, std.out)
	},
}

var checkCommand = command{
	name: "check", args: "[flags]", short: "print what generate would change; exit 1 if anything",
	flags: packageFlags, failure: exitDrift,
	run: func(o *options, std streams) error {
		files, err := o.generate(std)
		if err != nil {
			return err
		}
		return checkFiles(o.out, files, std.out)
	},
}

var dumpCommand = command{
	name: "dump", args: "[flags]", short: "print the resolved model, to review a change of the document",
	flags: packageFlags, failure: exitDrift,
	run: func(o *options, std streams) error {
		in, err := o.packageInput(std)
		if err != nil {
			return err
		}
		res, err := gen.Dump(in)
		printLines(std.err, res.Notes)
		if err != nil {
			return err
		}
		_, err = io.WriteString(std.out, res.Dump)
		return err
	},
}

func packageFlags(o *options, fs *flag.FlagSet) {
	o.specFlag(fs, "the `document`; - is standard input")
	o.overlayFlag(fs)
	fs.StringVar(&o.out, "out", "voicelive", "the `folder` of the package")
	o.packageFlag(fs)
	o.strictFlags(fs, "error")
	o.limitFlag(fs)
}

func (o *options) packageInput(std streams) (gen.Input, error) {
	if err := o.noArguments(); err != nil {
		return gen.Input{}, err
	}
	return o.input(std)
}

// generate makes the package, and prints the notes.
func (o *options) generate(std streams) ([]gen.File, error) {
	in, err := o.packageInput(std)
	if err != nil {
		return nil, err
	}
	res, err := gen.Generate(in)
	printLines(std.err, res.Notes)
	return res.Files, err
}

// writeFiles writes files to a folder, and prints the names of those that changed.
func writeFiles(dir string, files []gen.File, stdout io.Writer) error {
	changed, err := gen.Write(dir, files)
	printLines(stdout, changed)
	return err
}

// checkFiles prints the differences between a folder and files, and returns an error if there are any.
func checkFiles(dir string, files []gen.File, stdout io.Writer) error {
	diff, err := gen.Check(dir, files)
	if err != nil || diff == "" {
		return err
	}
	fmt.Fprint(stdout, diff)
	return errors.New("the generated files are not up to date: run generate and commit the result")
}
