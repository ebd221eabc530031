package document

import (
	"encoding/json"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/go-openapi/spec"
	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
)

// Linked is a document that is known to be well-formed: every keyword has a
// value of its type, and every $ref leads to a definition.
type Linked struct {
	Title, Version string
	Definitions    []*Definition // sorted by name, never empty

	*Document
	byName map[string]*Definition
}

// Definition is a named schema of the document.
type Definition struct {
	Name    string
	Pointer string     // /definitions/Name
	Node    *yaml.Node // for order, positions, extensions and the text of numbers
	Schema  *spec.Schema
}

// Definition returns the definition of that name, or nil.
func (l *Linked) Definition(name string) *Definition { return l.byName[name] }

// Link checks the whole document and decodes its definitions. Its mistakes are
// added to diags; if there are any, Link returns nil.
func (d *Document) Link(diags *diag.List) *Linked {
	c := checker{Document: d, definitions: map[string]*yaml.Node{}, external: map[string][]diag.Location{}}
	linked := &Linked{Document: d, byName: map[string]*Definition{}}
	linked.Title, linked.Version = c.info()
	c.collect()
	for name, schema := range c.definitions {
		c.schema(schema, "/definitions/"+diag.Escape(name))
	}
	c.files()
	c.circles()
	if !c.diags.Failed() {
		c.measure()
	}
	if !c.diags.Failed() {
		linked.decode(&c)
	}
	diags.Add(c.diags)
	if c.diags.Failed() {
		return nil
	}
	return linked
}

// info checks and returns the info object of the document.
func (c *checker) info() (title, version string) {
	info := Get(c.Root, "info")
	switch {
	case info == nil:
		c.diags.Errorf(c.At(c.Root, ""), `add "info": {"title": …, "version": …}`, "the document has no info")
		return "", ""
	case info.Kind != yaml.MappingNode:
		c.diags.Errorf(c.At(info, "/info"), "", "the info must be an object, not %s", describe(info))
		return "", ""
	}
	return c.about(info, "title"), c.about(info, "version")
}

func (c *checker) about(info *yaml.Node, key string) string {
	value := Get(info, key)
	switch {
	case value == nil:
		c.diags.Errorf(c.At(info, "/info"), "add it", "the info has no %s", key)
		return ""
	case !isText(value) || strings.TrimSpace(value.Value) == "":
		c.diags.Errorf(c.At(value, "/info/"+key), "", "the %s must be a string with something in it, not %s", key, describe(value))
	}
	return value.Value
}

// collect finds the definitions by name.
func (c *checker) collect() {
	definitions := Get(c.Root, "definitions")
	switch {
	case definitions == nil:
		c.diags.Errorf(c.At(c.Root, ""), "add them", "the document has no definitions")
	case definitions.Kind != yaml.MappingNode:
		c.diags.Errorf(c.At(definitions, "/definitions"), "", "the definitions must be an object, not %s", describe(definitions))
	case len(definitions.Content) == 0:
		c.diags.Errorf(c.At(definitions, "/definitions"), "add one", "the definitions are empty, there is nothing to generate")
	}
	for name, schema := range Members(definitions) {
		if name.Value == "" {
			c.diags.Errorf(c.At(name, "/definitions/"), "name it, or remove it in an overlay", "a definition has an empty name")
		}
		c.definitions[name.Value] = schema
	}
}

// decode fills in the definitions. They are decoded one by one, from the tree
// as the overlay left it, because the errors of the spec package name no place;
// and by several goroutines, because it is a third of the work on a document.
func (l *Linked) decode(c *checker) {
	for name, node := range c.definitions {
		def := &Definition{Name: name, Pointer: "/definitions/" + diag.Escape(name), Node: node, Schema: new(spec.Schema)}
		l.byName[name] = def
		l.Definitions = append(l.Definitions, def)
	}
	errs := make([]error, len(l.Definitions))
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() {
			var text []byte
			for i := worker; i < len(errs); i += workers {
				text = AppendJSON(text[:0], l.Definitions[i].Node)
				errs[i] = json.Unmarshal(text, l.Definitions[i].Schema)
			}
		})
	}
	wg.Wait()
	for i, def := range l.Definitions {
		if errs[i] != nil {
			c.diags.Errorf(l.At(def.Node, def.Pointer), "correct the value, or remove it in an overlay", "the definition is not a schema: %v", errs[i])
		}
	}
	slices.SortFunc(l.Definitions, func(a, b *Definition) int { return strings.Compare(a.Name, b.Name) })
}
