package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen/reference"
)

var docsCommand = command{
	name: "docs", args: "[flags]", short: "write the documentation: Markdown, AsyncAPI and JSON Schema",
	flags: func(o *options, fs *flag.FlagSet) {
		o.specFlag(fs, "the `document`; - is standard input")
		o.overlayFlag(fs)
		o.guideFlag(fs, "the `file` with what the reference says beside the document")
		fs.StringVar(&o.out, "out", "docs", "the `folder` to write to; - is standard output, for one format other than markdown")
		o.packageFlag(fs)
		choice(fs, &o.format, "format", "", "what to write; empty for all", formatNames()...)
		fs.StringVar(&o.versions, "versions", "", "`documents` of other versions, or folders of them, separated by commas; versions.json in the folder of -out remembers what they have")
		fs.BoolVar(&o.check, "check", false, "print what would change, write nothing, and exit 1 if anything")
		o.strictFlags(fs, "error")
		o.limitFlag(fs)
	},
	run: runDocs, failure: exitDrift,
}

func formatNames() (names []string) {
	for _, f := range reference.Formats {
		names = append(names, string(f))
	}
	return names
}

func runDocs(o *options, std streams) error {
	if err := o.noArguments(); err != nil {
		return err
	}
	if o.out == "-" && (o.check || o.format == "" || o.format == string(reference.Markdown)) {
		return usagef("-out - needs -format asyncapi or jsonschema, and no -check")
	}
	in, err := o.docsInput(std)
	if err != nil {
		return err
	}
	res, err := reference.Docs(in)
	printLines(std.err, res.Notes)
	switch {
	case err != nil:
		return err
	case o.out == "-":
		_, err := std.out.Write(res.Files[0].Data)
		return err
	case o.check:
		return checkFiles(o.out, res.Files, std.out)
	}
	return writeFiles(o.out, res.Files, std.out)
}

// docsInput reads the files that the options name.
func (o *options) docsInput(std streams) (in reference.DocsInput, err error) {
	if in.Input, err = o.input(std); err != nil {
		return in, err
	}
	if in.Guide, err = o.optional("guide", o.guide); err != nil {
		return in, err
	}
	in.Formats = reference.Formats[:]
	if o.format != "" {
		in.Formats = []reference.Format{reference.Format(o.format)}
	}
	if in.Known, err = o.optional("", filepath.Join(o.out, reference.KnownVersions)); err != nil || o.versions == "" {
		return in, err
	}
	paths, err := documents(strings.Split(o.versions, ","))
	for _, path := range paths {
		src, err := o.readFile(path)
		if err != nil {
			return in, err
		}
		in.Others = append(in.Others, src)
	}
	return in, unreadable(err)
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
