// Package handwritten finds the hand-written files that a change of a generated
// package breaks.
//
// It checks the types of the generated package and of all packages of a tree that
// depend on it, with the generated files before and after the change, and compares
// the errors. It treats packages outside of the tree as empty, so that nothing is
// compiled or downloaded. Errors because of that occur both times, and cancel out.
package handwritten

import (
	"bytes"
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
	"strconv"
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
// in the tree before. There are none if the generated files are the same.
func Broken(before, after Tree) ([]File, error) {
	if maps.EqualFunc(before.Generated, after.Generated, bytes.Equal) {
		return nil, nil
	}
	source := &source{token.NewFileSet(), map[string]*ast.File{}}
	old, err := check(before, source)
	if err != nil {
		return nil, err
	}
	now, err := check(after, source)
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

// check returns the type errors of the generated package and of those that depend on
// it by the path of the file, each once.
func check(tree Tree, source *source) (map[string][]string, error) {
	dirs, err := packages(tree)
	c := &checker{tree: tree, dirs: dirs, source: source, folders: map[string]*folder{},
		depend: map[string]bool{}, imported: map[string]*types.Package{}, found: map[string][]string{}}
	for _, importPath := range slices.Sorted(maps.Keys(dirs)) {
		f := c.folder(dirs[importPath])
		if all := slices.Concat(f.files, f.tests); c.depends(importPath) || c.importDependent(f.tests) {
			c.types(importPath, all, false)
		}
		if c.importDependent(f.outside) {
			c.types(importPath+"_test", f.outside, false)
		}
	}
	return c.found, err
}

type checker struct {
	tree     Tree
	dirs     map[string]string // of the packages, by import path
	source   *source
	folders  map[string]*folder
	depend   map[string]bool // by import path
	imported map[string]*types.Package
	found    map[string][]string
}

// depends reports whether a package is the generated one, or depends on it.
func (c *checker) depends(importPath string) bool {
	dir, ours := c.dirs[importPath]
	depends, known := c.depend[importPath]
	if !known && ours {
		c.depend[importPath] = false // in a circle
		depends = dir == c.tree.Dir || c.importDependent(c.folder(dir).files)
		c.depend[importPath] = depends
	}
	return depends
}

// importDependent reports whether files import a package that depends on the generated one.
func (c *checker) importDependent(files []*ast.File) bool {
	return slices.ContainsFunc(files, func(f *ast.File) bool {
		return slices.ContainsFunc(f.Imports, func(spec *ast.ImportSpec) bool {
			importPath, err := strconv.Unquote(spec.Path.Value)
			return err == nil && c.depends(importPath)
		})
	})
}

// Import makes the checker a types.Importer. It looks at declarations only: check
// looks at what is in functions.
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
		c.imported[importPath] = c.types(importPath, c.folder(dir).files, true)
	}
	return c.imported[importPath], nil
}

func (c *checker) types(importPath string, files []*ast.File, declarationsOnly bool) *types.Package {
	config := types.Config{Importer: c, FakeImportC: true, IgnoreFuncBodies: declarationsOnly, Error: func(err error) {
		if e := (types.Error{}); errors.As(err, &e) {
			c.note(e)
		}
	}}
	p, _ := config.Check(importPath, c.source.fset, files, nil) // its error is the first that was noted
	return p
}

func (c *checker) note(e types.Error) {
	name := c.source.fset.Position(e.Pos).Filename
	if !slices.Contains(c.found[name], e.Msg) {
		c.found[name] = append(c.found[name], e.Msg)
	}
}

// A folder holds the files of a package, its tests, and those of package _test.
type folder struct{ files, tests, outside []*ast.File }

// folder parses the files that are built on this system, with the generated ones
// in place of those in the tree.
func (c *checker) folder(dir string) *folder {
	if f, ok := c.folders[dir]; ok {
		return f
	}
	f := &folder{}
	c.folders[dir] = f
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
	file := c.source.file(name, text)
	switch {
	case file == nil: // before and after
	case !strings.HasSuffix(name, "_test.go"):
		to.files = append(to.files, file)
	case strings.HasSuffix(file.Name.Name, "_test"):
		to.outside = append(to.outside, file)
	default:
		to.tests = append(to.tests, file)
	}
}

// A source holds the files that are parsed. Most are the same before and after.
type source struct {
	fset   *token.FileSet
	parsed map[string]*ast.File // by name and text
}

// file returns nil for a file that cannot be parsed.
func (s *source) file(name string, text []byte) *ast.File {
	key := name + "\x00" + string(text)
	file, ok := s.parsed[key]
	if !ok {
		var err error
		if file, err = parser.ParseFile(s.fset, name, text, parser.SkipObjectResolution); err != nil {
			file = nil
		}
		s.parsed[key] = file
	}
	return file
}
