package output

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// change is a file whose content on disk differs from the generated one.
type change struct {
	name          string
	before, after []byte
	exists        bool // before is on disk
	stale         bool // to be removed
}

// plan compares the files with dir. It refuses to change files that vlgen did not
// write, and returns all refusals in one error. The changes are sorted by name.
func plan(dir string, files []File) ([]change, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder (choose another output folder)", dir)
	}
	var changes []change
	var refusals []error
	wanted := map[string]bool{}
	for _, f := range files {
		if !fs.ValidPath(f.Name) || strings.Count(f.Name, "/") > 1 || wanted[f.Name] || !marked(f.Name, f.Data) {
			panic(fmt.Sprintf("output: file %q has a bad name, occurs twice or lacks the marker", f.Name))
		}
		wanted[f.Name] = true
		c, err := compare(dir, f)
		if err != nil {
			refusals = append(refusals, err)
		} else if !c.exists || !bytes.Equal(c.before, c.after) {
			changes = append(changes, c)
		}
	}
	stale, err := staleFiles(dir, wanted)
	if err := errors.Join(append(refusals, err)...); err != nil {
		return nil, err
	}
	changes = append(changes, stale...)
	slices.SortFunc(changes, func(a, b change) int { return cmp.Compare(a.name, b.name) })
	return changes, nil
}

// compare looks at the file on disk that f would replace.
func compare(dir string, f File) (change, error) {
	path := filepath.Join(dir, f.Name)
	before, exists, err := read(path)
	if err != nil {
		return change{}, err
	}
	if exists && !marked(f.Name, before) {
		return change{}, fmt.Errorf("%s was not written by vlgen: it lacks the line %q (rename or remove it, or choose another output folder)",
			path, marking(f.Name))
	}
	return change{name: f.Name, before: before, after: f.Data, exists: exists}, nil
}

// staleFiles returns the generated files in dir that are not among the given ones.
func staleFiles(dir string, wanted map[string]bool) ([]change, error) {
	var stale []change
	for _, pattern := range patterns(wanted) {
		entries, err := os.ReadDir(filepath.Join(dir, path.Dir(pattern)))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		for _, e := range entries {
			name := path.Join(path.Dir(pattern), e.Name())
			if ours, _ := path.Match(pattern, name); !ours || wanted[name] || !e.Type().IsRegular() {
				continue
			}
			before, exists, err := read(filepath.Join(dir, name))
			if err != nil {
				return nil, err
			}
			if exists && marked(name, before) {
				stale = append(stale, change{name: name, before: before, exists: true, stale: true})
			}
		}
	}
	return stale, nil
}

// patterns match the files that only vlgen writes: *.gen.go, and in the folders of the
// given files every file with the extension of one of them.
func patterns(wanted map[string]bool) []string {
	all := []string{pattern}
	for name := range wanted {
		if folder, file := path.Split(name); folder != "" {
			all = append(all, folder+"*"+path.Ext(file))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
