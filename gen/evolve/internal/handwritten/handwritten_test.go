package handwritten

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/go-voicelive/voicelive-go/gen/internal/golden"
)

// TestBroken has a tree of hand-written files, and the generated file of package
// api before and after. Some archives delete files in between.
func TestBroken(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, ar *txtar.Archive) map[string]string {
		tree := func(generated string, deleted ...string) Tree {
			files := fstest.MapFS{}
			for _, f := range ar.Files {
				if !slices.Contains(deleted, f.Name) {
					files[f.Name] = &fstest.MapFile{Data: f.Data}
				}
			}
			return Tree{FS: files, Dir: "api", Generated: map[string][]byte{"models.gen.go": []byte(golden.File(ar, generated))}}
		}
		deleted := strings.Fields(golden.File(ar, "deleted"))
		files, err := Broken(tree("before"), tree("after", deleted...))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, f := range files {
			b.WriteString(f.Path + " " + f.Test + "\n")
			for _, e := range f.Errors {
				b.WriteString("\t" + e + "\n")
			}
		}
		return map[string]string{"broken": b.String()}
	})
}
