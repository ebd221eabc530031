package handwritten

import (
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/tools/txtar"

	"github.com/go-voicelive/voicelive-go/gen/internal/golden"
)

// TestBroken has a tree of hand-written files, and the generated file of package
// api before and after.
func TestBroken(t *testing.T) {
	golden.Run(t, "testdata", func(t *testing.T, ar *txtar.Archive) map[string]string {
		tree := fstest.MapFS{}
		for _, f := range ar.Files {
			tree[f.Name] = &fstest.MapFile{Data: f.Data}
		}
		version := func(name string) Generated {
			return Generated{Dir: "api", Files: map[string][]byte{"models.gen.go": []byte(golden.File(ar, name))}}
		}
		files, err := Broken(tree, version("before"), version("after"))
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
