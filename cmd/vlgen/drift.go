package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/cmd/vlgen/internal/fetch"
	"github.com/go-voicelive/voicelive-go/gen"
	"github.com/go-voicelive/voicelive-go/gen/evolve"
)

// Where Microsoft publishes the document, and lists its versions.
const (
	folder      = "/specification/ai/data-plane/VoiceLive/"
	publishedAt = "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/main" + folder + "{stage}/{version}/VoiceLive.json"
	listedAt    = "https://api.github.com/repos/Azure/azure-rest-api-specs/contents" + folder
)

const driftUsage = `vlgen drift compares the document with the one upstream: by content, so that
neither layout nor the order of members counts. The exit code is 0 if it is the
same and no newer version is listed, 1 for drift, 2 if that cannot be told.

A place is a file or an https URL. In -upstream, {version} stands for the version
of -spec, {stage} for preview or stable, the folder that Azure keeps it in.

With -format json it is an object: drift (whether there is any), summary, checked
and upstream (name and version of the documents), changes (as vlgen diff writes
them; null if a document cannot be resolved, and then problems says why), places
(pointer, before, after) and newer (version and, if known, from).

Usage:

	vlgen drift [-upstream place [-index place]...] [flags]

Flags:

`

// source are the flags about documents from elsewhere.
type source struct {
	cache   string
	timeout time.Duration
	limit   int64
}

func (s *source) flags(fs *flag.FlagSet) {
	fs.StringVar(&s.cache, "cache", "", "the `folder` that keeps documents with their ETag, to ask only for what changed; empty for none")
	fs.DurationVar(&s.timeout, "timeout", fetch.DefaultTimeout, "the `time` for one document")
	fs.Int64Var(&s.limit, "limit", fetch.DefaultLimit, "the `bytes` from which on a document is refused")
}

func (s source) problem() string {
	switch {
	case s.timeout <= 0:
		return fmt.Sprintf("-timeout must be positive, not %v", s.timeout)
	case s.limit <= 0:
		return fmt.Sprintf("-limit must be positive, not %d", s.limit)
	}
	return ""
}

// get reads a place; it says on stderr if the server was spared.
func (s source) get(place string, stderr io.Writer) (gen.Source, error) {
	f := fetch.Fetcher{Cache: s.cache, Timeout: s.timeout, Limit: s.limit}
	doc, err := f.Get(context.Background(), place)
	if doc.Cached {
		fmt.Fprintf(stderr, "vlgen: %s did not change since it was put into the cache\n", doc.Name)
	}
	// A byte order mark is layout, too: it is taken off before anybody compares.
	return gen.Source{Name: doc.Name, Data: bytes.TrimPrefix(doc.Data, []byte("\ufeff"))}, err
}

// driftOptions are the flags of vlgen drift.
type driftOptions struct {
	options
	source
	guide, upstream, ignore, format string
	indexes                         []string
}

// drift is the subcommand; it returns the exit code.
func drift(args []string, stdout, stderr io.Writer) int {
	o, code, ok := parseDrift(args, stderr)
	if !ok {
		return code
	}
	r, err := o.compare(stderr)
	if err == nil {
		err = o.print(r, stdout)
	}
	switch {
	case err != nil:
		report(stderr, err)
		return exitUsage
	case !r.Same():
		return exitDrift
	}
	return exitOK
}

func parseDrift(args []string, stderr io.Writer) (o driftOptions, code int, ok bool) {
	fs := flag.NewFlagSet("vlgen drift", flag.ContinueOnError)
	fs.SetOutput(stderr)
	fs.Usage = func() {
		fmt.Fprint(stderr, driftUsage)
		fs.PrintDefaults()
	}
	fs.StringVar(&o.spec, "spec", "spec/voicelive.json", "the `document`")
	fs.StringVar(&o.overlay, "overlay", "spec/overlay.yaml", "the OpenAPI Overlay `file` with corrections; empty for none")
	fs.StringVar(&o.guide, "guide", "spec/guide.yaml", "the `file` that groups the types of the API; empty for none")
	fs.StringVar(&o.upstream, "upstream", "", "the `place` of the document upstream; empty for "+publishedAt+", with the versions that GitHub lists there")
	fs.Func("index", "a `place` that lists versions: a folder as GitHub's contents API tells it, a JSON array of names, or a name on each line; may be repeated",
		func(place string) error { o.indexes = append(o.indexes, place); return nil })
	fs.StringVar(&o.ignore, "ignore", "", "`versions` that are not to be taken, separated by commas")
	fs.StringVar(&o.format, "format", "text", "text, markdown or json")
	o.source.flags(fs)
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
	if o.upstream == "" {
		o.upstream = publishedAt
		if o.indexes == nil {
			o.indexes = []string{listedAt + "stable", listedAt + "preview"}
		}
	}
	return o, exitOK, true
}

func (o driftOptions) problem(rest []string) string {
	switch {
	case len(rest) > 0:
		return fmt.Sprintf("unexpected argument %q", rest[0])
	case o.format != "text" && o.format != "markdown" && o.format != "json":
		return fmt.Sprintf("-format is text, markdown or json, not %q", o.format)
	}
	return o.source.problem()
}

// compare reads what the options name and compares it.
func (o driftOptions) compare(stderr io.Writer) (*evolve.DriftReport, error) {
	in := evolve.DriftInput{Published: o.upstream}
	var err error
	if in.Spec, err = read(o.spec, nil); err != nil {
		return nil, err
	}
	if in.Overlay, err = optional(o.overlay, false); err != nil {
		return nil, err
	}
	if in.Guide, err = optional(o.guide, false); err != nil {
		return nil, err
	}
	version, err := evolve.Version(in.Spec)
	if err != nil {
		return nil, err
	}
	if in.Upstream, err = o.get(evolve.ExpandVersion(o.upstream, version), stderr); err != nil {
		return nil, err
	}
	for _, place := range o.indexes {
		list, err := o.get(place, stderr)
		if err != nil {
			return nil, err
		}
		in.Indexes = append(in.Indexes, list)
	}
	if o.ignore != "" {
		in.Ignore = strings.Split(o.ignore, ",")
	}
	return evolve.Drift(in)
}

func (o driftOptions) print(r *evolve.DriftReport, stdout io.Writer) error {
	switch o.format {
	case "markdown":
		_, err := io.WriteString(stdout, r.Markdown())
		return err
	case "json":
		text, err := r.JSON()
		if err != nil {
			return err
		}
		_, err = stdout.Write(text)
		return err
	}
	_, err := io.WriteString(stdout, r.Text())
	return err
}

// replace writes a file, or leaves the one that is there.
func replace(path string, data []byte) error {
	temp := path + ".tmp"
	if err := os.WriteFile(temp, data, 0o644); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}
