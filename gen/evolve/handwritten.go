package evolve

import (
	"fmt"
	"io/fs"

	"github.com/go-voicelive/voicelive-go/gen/evolve/internal/handwritten"
	"github.com/go-voicelive/voicelive-go/gen/internal/output"
)

// A Tree is a folder of modules that has a generated package.
type Tree struct {
	fs.FS
	Dir       string        // of the generated package, a path in the tree
	Generated []output.File // replace the files in Dir
}

// HandWritten returns the hand-written files, a line each, that have compile errors
// in the tree after which they do not have in the tree before.
func HandWritten(before, after Tree) ([]string, error) {
	broken, err := handwritten.Broken(before.checked(), after.checked())
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

func (t Tree) checked() handwritten.Tree {
	c := handwritten.Tree{FS: t.FS, Dir: t.Dir, Generated: map[string][]byte{}}
	for _, f := range t.Generated {
		c.Generated[f.Name] = f.Data
	}
	return c
}
