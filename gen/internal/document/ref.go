package document

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
)

// RefName returns the name of the definition that a $ref refers to. It reports
// false for anything but #/definitions/Name.
func RefName(ref string) (name string, ok bool) {
	token, ok := strings.CutPrefix(ref, "#/definitions/")
	if !ok || token == "" || strings.Contains(token, "/") {
		return "", false
	}
	name, err := url.PathUnescape(token)
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(name), err == nil
}

func (c *checker) reference(value *yaml.Node, pointer string) {
	at := c.At(value, pointer)
	name, ok := RefName(value.Value)
	switch {
	case !strings.HasPrefix(value.Value, "#"):
		file, _, _ := strings.Cut(value.Value, "#")
		c.external[file] = append(c.external[file], at)
	case !ok:
		c.diags.Errorf(at, "move the schema to definitions, and refer to it there",
			"the $ref %q is not of the form #/definitions/Name", value.Value)
	case c.definitions[name] == nil:
		c.diags.Errorf(at, diag.DidYouMean(name, slices.Collect(maps.Keys(c.definitions)), "add the definition, or correct the $ref"),
			"the $ref leads to a definition %q, which does not exist", name)
	}
}

// files reports each file that a $ref leads into, at the first one.
func (c *checker) files() {
	for file, places := range c.external {
		first := slices.MinFunc(places, func(a, b diag.Location) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Pointer, b.Pointer))
		})
		c.diags.Errorf(first, "bundle all files into one document first", "references into the other file %q: %d, the first one is here", file, len(places))
	}
}

// circles reports definitions that consist of a $ref and lead back to themselves,
// through other such definitions. It reports each circle once, at the first of its
// names in alphabetical order.
func (c *checker) circles() {
	done := map[string]bool{}
	for name := range c.definitions {
		var path []string
		place := map[string]int{}
		next, ok := name, true
		for ok && !done[next] {
			done[next], place[next] = true, len(path)
			path = append(path, next)
			next, ok = c.alias(next)
		}
		start, closed := place[next]
		if !ok || !closed {
			continue
		}
		circle := path[start:]
		least := slices.Index(circle, slices.Min(circle))
		circle = append(append(slices.Clone(circle[least:]), circle[:least]...), circle[least])
		ref := Get(c.definitions[circle[0]], "$ref")
		c.diags.Errorf(c.At(ref, "/definitions/"+diag.Escape(circle[0])+"/$ref"), "let one of them be a schema of its own",
			"the $ref only leads back to itself: %s", strings.Join(circle, " -> "))
	}
}

// alias returns the name of the definition that a definition stands for.
func (c *checker) alias(name string) (target string, ok bool) {
	ref := Get(c.definitions[name], "$ref")
	if ref == nil || !isText(ref) {
		return "", false
	}
	return RefName(ref.Value)
}
