package main

import (
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-voicelive/voicelive-go/gen"
	"github.com/go-voicelive/voicelive-go/gen/evolve"
	"github.com/go-voicelive/voicelive-go/gen/reference"
)

var specCommand = command{
	name: "spec", args: "[-from place] [flags]", short: "take a new document, and rewrite the package and the documentation",
	long: `It fetches or copies the document, lays it out canonically, rewrites the package and the
reference, and prints what changed, which actions of the overlay are unnecessary or
wrong now, and what to do next. Wrong actions are left out, so that there is something
to review. The exit code is 0 if all is well, 1 if something has to be decided before
it can be committed, 2 if the document cannot be taken and nothing was written.

A place is a file or an https URL. In -from, {version} stands for the version of -spec,
{stage} for preview or stable.`,
	flags: func(o *options, fs *flag.FlagSet) {
		fs.StringVar(&o.from, "from", publishedAt, "the `place` of the new document")
		o.specFlag(fs, "the `document` that is replaced")
		o.overlayFlag(fs)
		o.guideFlag(fs, "the `file` with what the reference says beside the document")
		fs.StringVar(&o.before, "before", "", "the `folder` with the document and the overlay to compare with, in a copy of the module; empty for those that are replaced")
		fs.StringVar(&o.out, "out", "voicelive", "the `folder` of the package")
		fs.StringVar(&o.docs, "docs", "docs", "the `folder` of the reference")
		o.packageFlag(fs)
		o.formatFlag(fs, "text", "markdown")
		fs.StringVar(&o.report, "report", "", "a `file` that gets the report as Markdown, too")
		o.fetchFlags(fs)
	},
	run: runSpec, failure: exitUsage,
}

func runSpec(o *options, std streams) error {
	if err := o.noArguments(); err != nil {
		return err
	}
	t, err := o.take(std)
	if err != nil {
		return err
	}
	if err := o.write(t, std.out); err != nil {
		return err
	}
	if !t.Report.Clean() {
		return errDiffers
	}
	return nil
}

// taken is a new document, the report about it, and the files that are generated from it.
type taken struct {
	*evolve.Taken
	files, docs []gen.File // nil for what cannot be generated
}

// take reads the files that the options name, and generates.
func (o *options) take(std streams) (*taken, error) {
	in, docs, err := o.specInput()
	if err != nil {
		return nil, err
	}
	version, err := evolve.Version(in.Before.Spec)
	if err != nil {
		return nil, err
	}
	src, err := o.fetch(evolve.ExpandVersion(o.from, version), std.err)
	if err != nil {
		return nil, err
	}
	if _, err := evolve.Version(src); err != nil {
		return nil, err
	}
	// From here on diagnostics name the file to which the document will be written.
	in.From, in.Spec = src.Name, gen.Source{Name: o.spec, Data: src.Data}
	t := &taken{}
	if t.Taken, err = evolve.Take(in); err != nil {
		return nil, err
	}
	docs.Input = in.Input
	docs.Documented = gen.Documented(o.out)
	docs.Spec.Data = t.Spec
	t.generate(docs)
	t.Report.HandWritten, err = o.handWritten(in.Before, t.files)
	return t, err
}

// handWritten returns the hand-written files of the package's module that do not
// compile any more.
func (o *options) handWritten(before gen.Input, after []gen.File) ([]string, error) {
	root := moduleOf(o.out)
	before.UnusedOverlay, before.Documented = true, gen.Documented(o.out)
	old, err := gen.Generate(before)
	if root == "" || err != nil || after == nil { // a problem is reported
		return nil, nil
	}
	dir, err := below(root, o.out)
	if err != nil {
		return nil, err
	}
	from := root
	if o.before != "" && moduleOf(o.before) != "" {
		from = moduleOf(o.before)
	}
	return evolve.HandWritten(evolve.Tree{FS: os.DirFS(from), Dir: dir, Generated: old.Files},
		evolve.Tree{FS: os.DirFS(root), Dir: dir, Generated: after})
}

// moduleOf is the folder with the go.mod of the module that a folder is part of,
// empty if there is none.
func moduleOf(dir string) string {
	for dir, err := filepath.Abs(dir); err == nil; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
	return ""
}

// below is the path of a folder in another one, with slashes.
func below(root, dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	dir, err = filepath.Rel(root, dir)
	return filepath.ToSlash(dir), err
}

// specInput reads all but the new document.
func (o *options) specInput() (in evolve.TakeInput, docs reference.DocsInput, err error) {
	in.Package, docs.Formats = o.pkg, reference.Formats[:]
	if in.Overlay, err = o.optional("overlay", o.overlay); err != nil {
		return in, docs, err
	}
	if in.Guide, err = o.optional("guide", o.guide); err != nil {
		return in, docs, err
	}
	docs.Guide = in.Guide
	if docs.Known, err = o.optional("", filepath.Join(o.docs, reference.KnownVersions)); err != nil {
		return in, docs, err
	}
	in.Before = gen.Input{Package: o.pkg, Overlay: in.Overlay}
	if o.before == "" {
		in.Before.Spec, err = o.readFile(o.spec)
		return in, docs, err
	}
	if in.Before.Spec, err = o.readAs(o.spec); err != nil || o.overlay == "" {
		return in, docs, err
	}
	before, err := o.readAs(o.overlay)
	in.Before.Overlay = &before
	return in, docs, err
}

// generate fills in the files. If strict mode refuses the document, it reports a
// problem and generates without strict mode.
func (t *taken) generate(in reference.DocsInput) {
	in.UnusedOverlay = true
	for _, strict := range []bool{true, false} {
		in.Strict = strict
		if t.files == nil {
			res, err := gen.Generate(in.Input)
			t.files = t.orProblem(res.Files, err)
		}
		if t.docs == nil {
			res, err := reference.Docs(in)
			t.docs = t.orProblem(res.Files, err)
		}
	}
}

// orProblem returns the files, or nil if there was an error, which it adds to the problems.
func (t *taken) orProblem(files []gen.File, err error) []gen.File {
	if err == nil {
		return files
	}
	found := []string{err.Error()}
	if d := (*gen.Diagnostics)(nil); errors.As(err, &d) {
		found = d.Lines
	}
	for _, line := range found {
		if mistake := strings.Replace(line, ": warning: ", ": ", 1); !slices.Contains(t.Report.Problems, mistake) {
			t.Report.Problems = append(t.Report.Problems, mistake)
		}
	}
	return nil
}

// readAs reads the file of the same name in the folder of -before, and calls it by path.
func (o *options) readAs(path string) (gen.Source, error) {
	src, err := o.readFile(filepath.Join(o.before, filepath.Base(path)))
	src.Name = path
	return src, err
}

// write writes all files and prints the report.
func (o *options) write(t *taken, stdout io.Writer) error {
	r := t.Report
	if old, err := o.readFile(o.spec); err != nil || string(old.Data) != string(t.Spec) {
		if err := replace(o.spec, t.Spec); err != nil {
			return err
		}
		r.Written = append(r.Written, o.spec)
	}
	for _, target := range []struct {
		dir   string
		files []gen.File
	}{{o.out, t.files}, {o.docs, t.docs}} {
		if target.files == nil {
			r.NotGenerated = append(r.NotGenerated, target.dir)
			continue
		}
		changed, err := gen.Write(target.dir, target.files)
		if err != nil {
			return err
		}
		for _, name := range changed {
			r.Written = append(r.Written, filepath.Join(target.dir, name))
		}
	}
	if o.report != "" {
		if err := replace(o.report, []byte(r.Markdown())); err != nil {
			return err
		}
	}
	text := r.Text()
	if o.format == "markdown" {
		text = r.Markdown()
	}
	_, err := io.WriteString(stdout, text)
	return err
}

// replace writes a file. If it fails, the old file is unchanged.
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
