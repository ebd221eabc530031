package output

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// change is one file whose content on disk is not the wanted one.
type change struct {
	name          string
	before, after []byte
	exists        bool // before is on disk
	stale         bool // to be removed
}

// plan compares the files with dir and refuses what is not ours to change; all
// refusals are returned at once. The changes are sorted by name.
func plan(dir string, files []File) ([]change, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder (choose another output folder)", dir)
	}
	var changes []change
	var refusals []error
	wanted := map[string]bool{}
	for _, f := range files {
		if filepath.Base(f.Name) != f.Name || wanted[f.Name] || !marked(f.Data) {
			panic(fmt.Sprintf("output: file %q has a folder, occurs twice or lacks the marker", f.Name))
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
	if exists && !marked(before) {
		return change{}, fmt.Errorf("%s was not written by vlgen: its first line is not %q (rename or remove it, or choose another output folder)",
			path, markerPrefix+"…"+markerSuffix)
	}
	return change{name: f.Name, before: before, after: f.Data, exists: exists}, nil
}

// staleFiles are the generated files in dir that nobody wants any more.
func staleFiles(dir string, wanted map[string]bool) ([]change, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var stale []change
	for _, e := range entries {
		if ours, _ := filepath.Match(pattern, e.Name()); !ours || wanted[e.Name()] || !e.Type().IsRegular() {
			continue
		}
		before, exists, err := read(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		if exists && marked(before) {
			stale = append(stale, change{name: e.Name(), before: before, exists: true, stale: true})
		}
	}
	return stale, nil
}
