package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen"
	"github.com/go-voicelive/voicelive-go/gen/reference"
)

const docsUsage = `vlgen docs documents a swagger 2.0 document of definitions: as Markdown, as
AsyncAPI, and as JSON Schema.

Usage:

	vlgen docs [flags]          rewrite the documentation
	vlgen docs -check [flags]   print what would change; exit 1 if anything

Flags:

`

// docsOptions are the flags of vlgen docs.
type docsOptions struct {
	options
	format, guide, versions string
	check                   bool
}

// docs is the subcommand; it returns the exit code.
func docs(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, code, ok := parseDocs(args, stderr)
	if !ok {
		return code
	}
	in, err := o.docsInput(stdin)
	if err != nil {
		fmt.Fprintln(stderr, "vlgen:", err)
		return exitUsage
	}
	if err := o.run(in, stdout, stderr); err != nil {
		report(stderr, err)
		return exitDrift
	}
	return exitOK
}

func parseDocs(args []string, stderr io.Writer) (o docsOptions, code int, ok bool) {
	fs := flag.NewFlagSet("vlgen docs", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, docsUsage)
		fs.PrintDefaults()
	}
	fs.StringVar(&o.spec, "spec", "spec/voicelive.json", "the `document`; - is standard input")
	fs.StringVar(&o.overlay, "overlay", "spec/overlay.yaml", "the OpenAPI Overlay `file` with corrections; empty for none")
	fs.StringVar(&o.guide, "guide", "spec/guide.yaml", "the `file` with what the reference says beside the document; empty for none")
	fs.StringVar(&o.out, "out", "docs", "the `folder` to write to; - is standard output, for one format other than markdown")
	fs.StringVar(&o.pkg, "package", "voicelive", "the `name` of the Go package")
	fs.StringVar(&o.format, "format", "", "markdown, asyncapi or jsonschema; empty for all")
	fs.StringVar(&o.versions, "versions", "", "`documents` of other versions, or folders of them, separated by commas; versions.json in the folder of -out remembers what they have")
	fs.BoolVar(&o.check, "check", false, "print what would change, and write nothing")
	fs.BoolVar(&o.strict, "strict", false, "treat warnings as errors")
	fs.StringVar(&o.unused, "unused-overlay", "error", "what an overlay action that does not apply is: error or warn")
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
	return o, exitOK, true
}

func (o docsOptions) problem(rest []string) string {
	switch {
	case o.format != "" && !reference.ValidFormat(reference.Format(o.format)):
		return fmt.Sprintf("-format is markdown, asyncapi or jsonschema, not %q", o.format)
	case o.out == "-" && (o.check || o.format == "" || o.format == string(reference.Markdown)):
		return "-out - needs -format asyncapi or jsonschema, and no -check"
	}
	return o.options.problem("generate", rest)
}

// docsInput reads the files that the options name.
func (o docsOptions) docsInput(stdin io.Reader) (in reference.DocsInput, err error) {
	if in.Input, err = o.input(stdin); err != nil {
		return in, err
	}
	if in.Guide, err = optional(o.guide, false); err != nil {
		return in, err
	}
	in.Formats = reference.Formats[:]
	if o.format != "" {
		in.Formats = []reference.Format{reference.Format(o.format)}
	}
	if in.Known, err = optional(filepath.Join(o.out, reference.KnownVersions), true); err != nil || o.versions == "" {
		return in, err
	}
	paths, err := documents(strings.Split(o.versions, ","))
	for _, path := range paths {
		src, err := read(path, nil)
		if err != nil {
			return in, err
		}
		in.Others = append(in.Others, src)
	}
	return in, err
}

// optional reads a file that an empty path stands for none of; missing tells
// that the file itself may be missing.
func optional(path string, missing bool) (*gen.Source, error) {
	if path == "" {
		return nil, nil
	}
	src, err := read(path, nil)
	if missing && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return &src, err
}

// documents replaces folders by the JSON files in them.
func documents(paths []string) ([]string, error) {
	var all []string
	for _, path := range paths {
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return nil, err
		case !info.IsDir():
			all = append(all, path)
			continue
		}
		inside, err := filepath.Glob(filepath.Join(path, "*.json"))
		if err != nil {
			return nil, err
		}
		if len(inside) == 0 {
			return nil, fmt.Errorf("%s has no *.json", path)
		}
		all = append(all, inside...)
	}
	slices.Sort(all)
	return all, nil
}

func (o docsOptions) run(in reference.DocsInput, stdout, stderr io.Writer) error {
	res, err := reference.Docs(in)
	notes(stderr, res.Notes)
	if err != nil {
		return err
	}
	if o.out == "-" {
		_, err := stdout.Write(res.Files[0].Data)
		return err
	}
	if o.check {
		return differs(o.out, res.Files, stdout)
	}
	changed, err := gen.Write(o.out, res.Files)
	for _, name := range changed {
		fmt.Fprintln(stdout, name)
	}
	return err
}

// differs prints how a folder differs from the files, and returns errDrift if
// it does.
func differs(dir string, files []gen.File, stdout io.Writer) error {
	diff, err := gen.Check(dir, files)
	if err != nil || diff == "" {
		return err
	}
	io.WriteString(stdout, diff)
	return errDrift
}
