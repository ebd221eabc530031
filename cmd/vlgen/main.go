// Command vlgen generates a Go package from a swagger 2.0 document of
// definitions.
//
//	vlgen [generate|check|dump|docs|diff|drift|spec] [flags]
//
// generate rewrites the package, check prints what generate would change, dump
// describes the resolved model, docs documents it, diff compares two documents, drift compares the document
// with the one upstream, spec takes a new one. The exit code is 0 if all is well, 1 for
// mistakes in the input and for drift, 2 for wrong usage, and where drift or spec
// could not read what they need.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/go-voicelive/voicelive-go/gen"
)

const (
	exitOK    = 0
	exitDrift = 1
	exitUsage = 2
)

const usage = `vlgen generates a Go package from a swagger 2.0 document of definitions.

Usage:

	vlgen [generate] [flags]   rewrite the package
	vlgen check [flags]        print what generate would change; exit 1 if anything
	vlgen dump [flags]         print the resolved model, to review a change of the spec
	vlgen docs [flags]         rewrite the documentation; vlgen docs -h has its flags
	vlgen diff OLD NEW         tell what a new document changes; vlgen diff -h has its flags
	vlgen drift [flags]        compare the spec with upstream; vlgen drift -h has its flags
	vlgen spec [flags]         take a new spec and rewrite all of it; vlgen spec -h has its flags

Flags:

`

func main() {
	debug.SetGCPercent(400) // a short run: trade some memory for time
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	command := "generate"
	if len(args) > 0 && len(args[0]) > 0 && args[0][0] != '-' {
		command, args = args[0], args[1:]
	}
	switch command {
	case "help":
		command, args = "generate", []string{"-h"}
	case "docs":
		return docs(args, stdin, stdout, stderr)
	case "diff":
		return diff(args, stdin, stdout, stderr)
	case "drift":
		return drift(args, stdout, stderr)
	case "spec":
		return spec(args, stdout, stderr)
	}
	opts, code, ok := parse(command, args, stderr)
	if !ok {
		return code
	}
	in, err := opts.input(stdin)
	if err != nil {
		fmt.Fprintln(stderr, "vlgen:", err)
		return exitUsage
	}
	do := map[string]func(gen.Input, options, io.Writer, io.Writer) error{"generate": generate, "check": check, "dump": dump}[command]
	if err := do(in, opts, stdout, stderr); err != nil {
		report(stderr, err)
		return exitDrift
	}
	return exitOK
}

type options struct {
	spec, overlay, out, pkg string
	strict                  bool
	unused                  string
}

func parse(command string, args []string, stderr io.Writer) (opts options, code int, ok bool) {
	fs := flag.NewFlagSet("vlgen "+command, flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, usage)
		fs.PrintDefaults()
	}
	fs.StringVar(&opts.spec, "spec", "spec/voicelive.json", "the `document`; - is standard input")
	fs.StringVar(&opts.overlay, "overlay", "spec/overlay.yaml", "the OpenAPI Overlay `file` with corrections; empty for none")
	fs.StringVar(&opts.out, "out", "voicelive", "the `folder` of the package")
	fs.StringVar(&opts.pkg, "package", "voicelive", "the `name` of the package")
	fs.BoolVar(&opts.strict, "strict", false, "treat warnings as errors")
	fs.StringVar(&opts.unused, "unused-overlay", "error", "what an overlay action that does not apply is: error or warn")
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return opts, exitOK, false
	case err != nil:
		return opts, exitUsage, false
	}
	if problem := opts.problem(command, fs.Args()); problem != "" {
		fmt.Fprintln(stderr, "vlgen:", problem)
		return opts, exitUsage, false
	}
	return opts, exitOK, true
}

func (o options) problem(command string, rest []string) string {
	switch {
	case command != "generate" && command != "check" && command != "dump":
		return fmt.Sprintf("unknown command %q, want generate, check, dump, docs, diff, drift or spec", command)
	case len(rest) > 0:
		return fmt.Sprintf("unexpected argument %q", rest[0])
	case o.unused != "error" && o.unused != "warn":
		return fmt.Sprintf("-unused-overlay is error or warn, not %q", o.unused)
	case !gen.ValidPackage(o.pkg):
		return fmt.Sprintf("-package %q is not a Go package that can be imported", o.pkg)
	}
	return ""
}

// input reads the files that the options name.
func (o options) input(stdin io.Reader) (gen.Input, error) {
	in := gen.Input{Package: o.pkg, Strict: o.strict, UnusedOverlay: o.unused == "warn"}
	var err error
	if in.Spec, err = read(o.spec, stdin); err != nil {
		return in, err
	}
	if o.overlay != "" {
		src, err := read(o.overlay, nil)
		if err != nil {
			return in, err
		}
		in.Overlay = &src
	}
	return in, nil
}

func read(path string, stdin io.Reader) (gen.Source, error) {
	if path == "-" && stdin != nil {
		data, err := io.ReadAll(stdin)
		return gen.Source{Name: "<stdin>", Data: data}, err
	}
	data, err := os.ReadFile(path)
	return gen.Source{Name: path, Data: data}, err
}

func generate(in gen.Input, o options, stdout, stderr io.Writer) error {
	res, err := gen.Generate(in)
	notes(stderr, res.Notes)
	if err != nil {
		return err
	}
	changed, err := gen.Write(o.out, res.Files)
	for _, name := range changed {
		fmt.Fprintln(stdout, name)
	}
	return err
}

// errDrift is what check returns once it has printed the difference.
var errDrift = errors.New("the generated files are not up to date: run generate and commit the result")

func check(in gen.Input, o options, stdout, stderr io.Writer) error {
	res, err := gen.Generate(in)
	notes(stderr, res.Notes)
	if err != nil {
		return err
	}
	return differs(o.out, res.Files, stdout)
}

func dump(in gen.Input, _ options, stdout, stderr io.Writer) error {
	res, err := gen.Dump(in)
	notes(stderr, res.Notes)
	if err != nil {
		return err
	}
	_, err = io.WriteString(stdout, res.Dump)
	return err
}

func notes(stderr io.Writer, lines []string) {
	for _, line := range lines {
		fmt.Fprintln(stderr, line)
	}
}

func report(stderr io.Writer, err error) {
	if d := (*gen.Diagnostics)(nil); errors.As(err, &d) {
		notes(stderr, d.Lines)
		return
	}
	fmt.Fprintln(stderr, "vlgen:", err)
}
