package evolve

import (
	"fmt"
	"io/fs"

	"github.com/go-voicelive/voicelive-go/gen/evolve/internal/handwritten"
	"github.com/go-voicelive/voicelive-go/gen/internal/output"
)

// HandWritten returns the files by hand of a tree, a line each, that compile with
// the generated files before, and not with those after. The package is in dir, a
// path in the tree.
func HandWritten(tree fs.FS, dir string, before, after []output.File) ([]string, error) {
	broken, err := handwritten.Broken(tree, generated(dir, before), generated(dir, after))
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, f := range broken {
		line := f.Path
		if f.Test != "" {
			line += ", " + f.Test
		}
		line += ": " + f.Errors[0]
		if n := len(f.Errors) - 1; n > 0 {
			line += fmt.Sprintf(", and %d more", n)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

func generated(dir string, files []output.File) handwritten.Generated {
	g := handwritten.Generated{Dir: dir, Files: map[string][]byte{}}
	for _, f := range files {
		g.Files[f.Name] = f.Data
	}
	return g
}
