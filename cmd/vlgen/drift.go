package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen"
	"github.com/go-voicelive/voicelive-go/gen/evolve"
)

// Where Microsoft publishes the document, and lists its versions.
const (
	folder      = "/specification/ai/data-plane/VoiceLive/"
	publishedAt = "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/main" + folder + "{stage}/{version}/VoiceLive.json"
	listedAt    = "https://api.github.com/repos/Azure/azure-rest-api-specs/contents" + folder
)

var driftCommand = command{
	name: "drift", args: "[-upstream place [-index place]...] [flags]", short: "compare the document with the one upstream",
	long: `The content counts, neither layout nor the order of members. The exit code is 0 if it is
the same and no newer version is listed, 1 for drift, 2 if that cannot be told.

A place is a file or an https URL. In -upstream, {version} stands for the version of
-spec, {stage} for preview or stable, the folder that Azure keeps it in.

With -format json it is an object: drift (whether there is any), summary, checked and
upstream (name and version of the documents), changes (as vlgen diff writes them; null
if a document cannot be resolved, and then problems says why), places (pointer, before,
after) and newer (version and, if known, from).`,
	flags: func(o *options, fs *flag.FlagSet) {
		o.specFlag(fs, "the `document`")
		o.overlayFlag(fs)
		o.guideFlag(fs, "the `file` that groups the types")
		fs.StringVar(&o.upstream, "upstream", "", "the `place` of the document upstream; empty for "+publishedAt+", with the versions that GitHub lists there")
		fs.Func("index", "a `place` that lists versions: a folder as GitHub's contents API describes it, a JSON array of names, or a name on each line; may be repeated",
			func(place string) error { o.indexes = append(o.indexes, place); return nil })
		fs.StringVar(&o.ignore, "ignore", "", "`versions` that are not to be taken, separated by commas")
		o.formatFlag(fs, "text", "markdown", "json")
		o.fetchFlags(fs)
	},
	run: runDrift, failure: exitUsage,
}

func runDrift(o *options, std streams) error {
	if err := o.noArguments(); err != nil {
		return err
	}
	in, err := o.driftInput(std)
	if err != nil {
		return err
	}
	r, err := evolve.Drift(in)
	if err != nil {
		return err
	}
	if err := o.print(r, std.out); err != nil {
		return err
	}
	if !r.Same() {
		return errDiffers
	}
	return nil
}

// driftInput reads the files and URLs that the options name.
func (o *options) driftInput(std streams) (in evolve.DriftInput, err error) {
	if o.upstream == "" {
		o.upstream = publishedAt
		if o.indexes == nil {
			o.indexes = []string{listedAt + "stable", listedAt + "preview"}
		}
	}
	in.Published = o.upstream
	if in.Input, err = o.input(std); err != nil {
		return in, err
	}
	if in.Guide, err = o.optional("guide", o.guide); err != nil {
		return in, err
	}
	version, err := evolve.Version(in.Spec)
	if err != nil {
		return in, err
	}
	if in.Upstream, err = o.fetch(evolve.ExpandVersion(o.upstream, version), std.err); err != nil {
		return in, err
	}
	for _, place := range o.indexes {
		list, err := o.fetch(place, std.err)
		if err != nil {
			return in, err
		}
		in.Indexes = append(in.Indexes, list)
	}
	if o.ignore != "" {
		in.Ignore = strings.Split(o.ignore, ",")
	}
	return in, nil
}

// fetch reads a file or a URL, and prints a line if the document came from the cache.
func (o *options) fetch(place string, stderr io.Writer) (gen.Source, error) {
	doc, err := o.fetcher.Get(context.Background(), place)
	if doc.Cached {
		fmt.Fprintf(stderr, "vlgen: %s did not change since it was put into the cache\n", doc.Name)
	}
	// A byte order mark is layout, too, and must not count as a difference.
	return gen.Source{Name: doc.Name, Data: bytes.TrimPrefix(doc.Data, []byte("\ufeff"))}, err
}

// report is the output of diff and of drift.
type report interface {
	Text() string
	Markdown() string
	JSON() []byte
}

// print prints a report in the format of the options.
func (o *options) print(r report, stdout io.Writer) error {
	text := r.Text
	switch o.format {
	case "markdown":
		text = r.Markdown
	case "json":
		_, err := stdout.Write(r.JSON())
		return err
	}
	_, err := io.WriteString(stdout, text())
	return err
}
