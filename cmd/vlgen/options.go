package main

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/cmd/vlgen/internal/fetch"
	"github.com/go-voicelive/voicelive-go/gen"
)

// options are the flags and arguments of a command; each declares those that it has.
type options struct {
	args  []string
	given map[string]bool // the flags that the arguments set

	spec, overlay, oldOverlay, guide, versions string
	out, docs, pkg                             string
	from, upstream, before, ignore, report     string
	indexes                                    []string
	format, failOn, unused                     string
	strict, check, rules                       bool

	fetcher fetch.Fetcher
}

// The flags that several commands have.

func (o *options) specFlag(fs *flag.FlagSet, usage string) {
	fs.StringVar(&o.spec, "spec", "spec/voicelive.json", usage)
}

func (o *options) overlayFlag(fs *flag.FlagSet) {
	fs.StringVar(&o.overlay, "overlay", "spec/overlay.yaml", "the OpenAPI Overlay `file` with corrections; empty for none, and the default need not exist")
}

func (o *options) guideFlag(fs *flag.FlagSet, usage string) {
	fs.StringVar(&o.guide, "guide", "spec/guide.yaml", usage+"; empty for none, and the default need not exist")
}

func (o *options) packageFlag(fs *flag.FlagSet) {
	o.pkg = "voicelive"
	fs.Var(checked{&o.pkg, func(name string) error {
		if !gen.ValidPackage(name) {
			return errors.New("no Go package that can be imported is called so")
		}
		return nil
	}}, "package", "the `name` of the Go package")
}

func (o *options) strictFlags(fs *flag.FlagSet, unused string) {
	fs.BoolVar(&o.strict, "strict", false, "treat warnings as errors")
	choice(fs, &o.unused, "unused-overlay", unused, "what an overlay action that does not apply is", "error", "warn")
}

func (o *options) formatFlag(fs *flag.FlagSet, formats ...string) {
	choice(fs, &o.format, "format", formats[0], "how to print", formats...)
}

// limitFlag declares the limit for the size of each input, so that an endless input is an error.
func (o *options) limitFlag(fs *flag.FlagSet) {
	fs.Int64Var(&o.fetcher.Limit, "limit", fetch.DefaultLimit, "the most `bytes` that a file or document may have")
}

// fetchFlags declares the flags for documents from the web.
func (o *options) fetchFlags(fs *flag.FlagSet) {
	o.limitFlag(fs)
	fs.StringVar(&o.fetcher.Cache, "cache", "", "the `folder` that keeps documents with their ETag, to ask only for what changed; empty for none")
	fs.DurationVar(&o.fetcher.Timeout, "timeout", fetch.DefaultTimeout, "the `time` for one document")
}

// choice declares a flag that is one of some words, or its default.
func choice(fs *flag.FlagSet, p *string, name, value, usage string, words ...string) {
	*p = value
	listed := enumerate(words)
	fs.Var(checked{p, func(word string) error {
		if !slices.Contains(words, word) && word != value {
			return errors.New("want " + listed)
		}
		return nil
	}}, name, usage+": "+listed)
}

// enumerate is "a, b or c".
func enumerate(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// checked is a flag whose value has to pass a check.
type checked struct {
	p     *string
	check func(string) error
}

func (c checked) String() string {
	if c.p == nil {
		return ""
	}
	return *c.p
}

func (c checked) Set(text string) error {
	*c.p = text
	return c.check(text)
}

// problem describes a number that is out of range; empty if there is none.
func (o *options) problem() error {
	switch {
	case o.given["limit"] && o.fetcher.Limit <= 0:
		return usagef("-limit must be positive, not %d", o.fetcher.Limit)
	case o.given["timeout"] && o.fetcher.Timeout <= 0:
		return usagef("-timeout must be positive, not %v", o.fetcher.Timeout)
	}
	return nil
}

// noArguments refuses arguments after the flags.
func (o *options) noArguments() error {
	if len(o.args) > 0 {
		return usagef("unexpected argument %q", o.args[0])
	}
	return nil
}

// read reads a file, or standard input for -.
func (o *options) read(path string, std streams) (gen.Source, error) {
	if path == "-" {
		data, err := o.fetcher.Read(std.in)
		if err != nil {
			err = fmt.Errorf("standard input: %w", err)
		}
		return gen.Source{Name: "<stdin>", Data: data}, unreadable(err)
	}
	return o.readFile(path)
}

func (o *options) readFile(path string) (gen.Source, error) {
	doc, err := o.fetcher.File(path)
	return gen.Source{Name: path, Data: doc.Data}, unreadable(err)
}

// optional reads the file of a flag. It returns nil if the path is empty, or if
// the flag has its default and no such file exists.
func (o *options) optional(flag, path string) (*gen.Source, error) {
	if path == "" {
		return nil, nil
	}
	src, err := o.readFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !o.given[flag]:
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &src, nil
}

// input reads the document and the overlay.
func (o *options) input(std streams) (in gen.Input, err error) {
	in = gen.Input{Package: o.pkg, Documented: gen.Documented(o.out), Strict: o.strict, UnusedOverlay: o.unused == "warn"}
	if in.Spec, err = o.read(o.spec, std); err != nil {
		if errors.Is(err, fs.ErrNotExist) && !o.given["spec"] {
			err = usagef("%w; name the document with -spec", err)
		}
		return in, err
	}
	in.Overlay, err = o.optional("overlay", o.overlay)
	return in, err
}
