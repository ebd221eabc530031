package output

import (
	"errors"
	"os"
	"path/filepath"
)

// apply carries the changes out. It writes all content to temporary files before it
// changes the first file. If a change fails, it undoes the changes before.
func apply(dir string, changes []change) (err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	staged, err := stage(dir, changes)
	defer func() {
		for _, temp := range staged {
			if temp != "" {
				os.Remove(temp) // fails for those that were renamed
			}
		}
	}()
	if err != nil {
		return err
	}
	for i, c := range changes {
		path := filepath.Join(dir, c.name)
		if c.stale {
			err = os.Remove(path)
		} else {
			err = os.Rename(staged[i], path)
		}
		if err != nil {
			return errors.Join(err, undo(dir, changes[:i]))
		}
	}
	return nil
}

// stage writes the new content of each change beside its target and returns
// the temporary names; a removal has none.
func stage(dir string, changes []change) ([]string, error) {
	staged := make([]string, len(changes))
	for i, c := range changes {
		if c.stale {
			continue
		}
		folder := filepath.Dir(filepath.Join(dir, c.name))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return staged, err
		}
		temp, err := writeTemp(folder, c.after)
		staged[i] = temp
		if err != nil {
			return staged, err
		}
	}
	return staged, nil
}

// writeTemp may return the name of a file together with an error.
func writeTemp(dir string, data []byte) (name string, err error) {
	// The name must not match *.gen.go: the go tool ignores names with a dot
	// in front, and so does the search for stale files.
	f, err := os.CreateTemp(dir, ".vlgen-*.tmp")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	return f.Name(), errors.Join(err, f.Chmod(0o644), f.Close())
}

func undo(dir string, done []change) error {
	var errs []error
	for _, c := range done {
		path := filepath.Join(dir, c.name)
		if c.exists {
			errs = append(errs, os.WriteFile(path, c.before, 0o644))
		} else {
			errs = append(errs, os.Remove(path))
		}
	}
	return errors.Join(errs...)
}
