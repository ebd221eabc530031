// Package handwritten finds the hand-written files that a change of a generated
// package breaks.
//
// It checks the types of all packages of a tree, with the generated files before
// and after the change, and compares the errors. It treats packages outside of the
// tree as empty, so that nothing is compiled or downloaded. Errors because of that
// occur both times, and cancel out.
package handwritten

import (
	"errors"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// A Tree is a folder of modules with a generated package.
type Tree struct {
	fs.FS
	Dir       string            // of the generated package, with slashes
	Generated map[string][]byte // its files by name; they replace those in Dir
}

// A File does not compile any more.
type File struct {
	Path   string   // in the tree, with slashes
	Errors []string // without repetitions
	Test   string   // the file of its tests, empty if there is none
}

// Broken returns the files that have errors in the tree after which they do not have
// in the tree before.
func Broken(before, after Tree) ([]File, error) {
	old, err := check(before)
	if err != nil {
		return nil, err
	}
	now, err := check(after)
	if err != nil {
		return nil, err
	}
	found := map[string][]string{}
	for name, messages := range now {
		for _, m := range messages {
			if !slices.Contains(old[name], m) {
				found[name] = append(found[name], m)
			}
		}
	}
	var files []File
	for _, name := range slices.Sorted(maps.Keys(found)) {
		f := File{Path: name, Errors: found[name]}
		test := strings.TrimSuffix(name, ".go") + "_test.go"
		if _, err := fs.Stat(after, test); err == nil && found[test] == nil {
			f.Test = test
		}
		files = append(files, f)
	}
	return files, nil
}

var moduleLine = regexp.MustCompile(`(?m)^module\s+(\S+)`)

// packages returns the folders that may hold packages, by import path. A folder
// with a go.mod of its own begins another module.
func packages(tree fs.FS) (map[string]string, error) {
	dirs := map[string]string{}
	paths := map[string]string{} // the import path of each folder
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if base := d.Name(); name != "." && (base == "testdata" || base == "node_modules" || base[0] == '.' || base[0] == '_') {
			return fs.SkipDir
		}
		paths[name] = path.Join(paths[path.Dir(name)], d.Name())
		text, err := fs.ReadFile(tree, path.Join(name, "go.mod"))
		if module := moduleLine.FindSubmatch(text); module != nil {
			paths[name] = string(module[1])
		}
		dirs[paths[name]] = name
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	return dirs, err
}

// check returns the type errors of all packages by the path of the file, each
// once.
func check(tree Tree) (map[string][]string, error) {
	dirs, err := packages(tree)
	c := &checker{tree: tree, dirs: dirs, fset: token.NewFileSet(),
		parsed: map[string]*folder{}, imported: map[string]*types.Package{}, found: map[string][]string{}}
	for _, importPath := range slices.Sorted(maps.Keys(dirs)) {
		f := c.folder(dirs[importPath])
		c.types(importPath, slices.Concat(f.files, f.tests))
		c.types(importPath+"_test", f.outside)
	}
	return c.found, err
}

type checker struct {
	tree     Tree
	dirs     map[string]string // of the packages, by import path
	fset     *token.FileSet
	parsed   map[string]*folder
	imported map[string]*types.Package
	found    map[string][]string
}

// Import makes the checker a types.Importer.
func (c *checker) Import(importPath string) (*types.Package, error) {
	if importPath == "unsafe" {
		return types.Unsafe, nil
	}
	p, ok := c.imported[importPath]
	if ok {
		return p, nil
	}
	p = types.NewPackage(importPath, path.Base(importPath))
	p.MarkComplete()
	c.imported[importPath] = p // of elsewhere, or in a circle
	if dir, ours := c.dirs[importPath]; ours {
		c.imported[importPath] = c.types(importPath, c.folder(dir).files)
	}
	return c.imported[importPath], nil
}

func (c *checker) types(importPath string, files []*ast.File) *types.Package {
	config := types.Config{Importer: c, FakeImportC: true, Error: func(err error) {
		if e := (types.Error{}); errors.As(err, &e) {
			c.note(e)
		}
	}}
	p, _ := config.Check(importPath, c.fset, files, nil) // its error is the first that was noted
	return p
}

func (c *checker) note(e types.Error) {
	name := c.fset.Position(e.Pos).Filename
	if !slices.Contains(c.found[name], e.Msg) {
		c.found[name] = append(c.found[name], e.Msg)
	}
}

// A folder holds the files of a package, its tests, and those of package _test.
type folder struct{ files, tests, outside []*ast.File }

// folder parses the files that are built on this system, with the generated ones
// in place of those in the tree.
func (c *checker) folder(dir string) *folder {
	if f, ok := c.parsed[dir]; ok {
		return f
	}
	f := &folder{}
	c.parsed[dir] = f
	if dir == c.tree.Dir {
		for _, name := range slices.Sorted(maps.Keys(c.tree.Generated)) {
			c.add(f, path.Join(dir, name), c.tree.Generated[name])
		}
	}
	for _, name := range c.built(dir) {
		text, err := fs.ReadFile(c.tree, path.Join(dir, name))
		if err == nil && !(dir == c.tree.Dir && marker.Match(text)) {
			c.add(f, path.Join(dir, name), text)
		}
	}
	return f
}

var marker = regexp.MustCompile(`\A// Code generated .* DO NOT EDIT\.\n`)

// built returns the names of the files that are built on this system.
func (c *checker) built(dir string) (names []string) {
	entries, _ := fs.ReadDir(c.tree, dir) // of what cannot be read, nothing is built
	system := build.Default
	system.JoinPath = path.Join
	system.OpenFile = func(name string) (io.ReadCloser, error) { return c.tree.Open(name) }
	for _, e := range entries {
		if ok, err := system.MatchFile(dir, e.Name()); ok && err == nil && strings.HasSuffix(e.Name(), ".go") {
			names = append(names, e.Name())
		}
	}
	return names
}

func (c *checker) add(to *folder, name string, text []byte) {
	file, err := parser.ParseFile(c.fset, name, text, parser.SkipObjectResolution)
	switch {
	case err != nil: // before and after
	case !strings.HasSuffix(name, "_test.go"):
		to.files = append(to.files, file)
	case strings.HasSuffix(file.Name.Name, "_test"):
		to.outside = append(to.outside, file)
	default:
		to.tests = append(to.tests, file)
	}
}
