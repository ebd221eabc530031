package overlay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/document"
)

// read returns the YAML text as nodes that JSON could hold too, or nil if the
// text is not YAML at all.
func (p *parser) read(data []byte) *yaml.Node {
	var root, rest yaml.Node
	var err, end error
	dec := yaml.NewDecoder(bytes.NewReader(data))
	panicked := guard(func() {
		if err = dec.Decode(&root); err == nil {
			end = dec.Decode(&rest)
		}
	})
	err = errors.Join(panicked, err)
	switch {
	case errors.Is(err, io.EOF), err == nil && len(root.Content) != 1:
		p.diags.Errorf(diag.Location{File: p.file}, "start with overlay: 1.0.0", "the overlay is empty")
		return nil
	case err != nil:
		p.syntaxError(err)
		return nil
	case end == nil && len(rest.Content) == 1:
		p.diags.Errorf(p.at(rest.Content[0], ""), "write one overlay to a file", "a second YAML document follows the overlay")
	case end != nil && !errors.Is(end, io.EOF):
		p.syntaxError(end)
	}
	return p.plain(root.Content[0], "", 0)
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// syntaxError moves the line that a message of the YAML package names to the
// location.
func (p *parser) syntaxError(err error) {
	msg := err.Error()
	at := diag.Location{File: p.file}
	if m := yamlLine.FindStringSubmatch(msg); m != nil {
		msg = msg[len(m[0]):]
		if line, err := strconv.Atoi(m[1]); err == nil {
			at.Line, at.Column = line, 1
		}
	}
	p.diags.Errorf(at, "", "not YAML: %s", msg)
}

// plain copies a YAML tree without anchors, styles and comments, and with every
// scalar in the notation of JSON. It reports values that JSON lacks; they become null.
func (p *parser) plain(n *yaml.Node, pointer string, depth int) *yaml.Node {
	c := &yaml.Node{Kind: n.Kind, Line: n.Line, Column: n.Column}
	switch {
	case depth > document.MaxDepth:
		p.diags.Errorf(p.at(n, ""), "", "the overlay nests deeper than %d levels", document.MaxDepth)
	case n.Kind == yaml.MappingNode && !custom(n):
		c.Tag = "!!map"
		p.members(c, n, pointer, depth)
		return c
	case n.Kind == yaml.SequenceNode && !custom(n):
		c.Tag = "!!seq"
		for i, element := range n.Content {
			c.Content = append(c.Content, p.plain(element, pointer+"/"+strconv.Itoa(i), depth+1))
		}
		return c
	case n.Kind == yaml.AliasNode:
		p.diags.Errorf(p.at(n, pointer), "write the value out", "the alias *%s is not supported", n.Value)
	default:
		tag, value, ok := scalar(n)
		if ok {
			c.Tag, c.Value = tag, value
			return c
		}
		p.diags.Errorf(p.at(n, pointer), "write a string, a number, true, false or null", "JSON has no counterpart of the value %s %q", n.ShortTag(), n.Value)
	}
	c.Kind, c.Tag, c.Value = yaml.ScalarNode, "!!null", "null"
	return c
}

func (p *parser) members(c, n *yaml.Node, pointer string, depth int) {
	seen := map[string]*yaml.Node{}
	for key, value := range document.Members(n) {
		at := pointer + "/" + diag.Escape(key.Value)
		if key.Kind != yaml.ScalarNode || key.ShortTag() == "!!merge" {
			p.diags.Errorf(p.at(key, pointer), "write a plain key", "a key must be a string")
			continue
		}
		if first := seen[key.Value]; first != nil {
			p.diags.Errorf(p.at(key, at), "remove one of them", "the object has a second member %q, the first is at %d:%d", key.Value, first.Line, first.Column)
		}
		seen[key.Value] = key
		k := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key.Value, Line: key.Line, Column: key.Column}
		c.Content = append(c.Content, k, p.plain(value, at, depth+1))
	}
}

// custom reports whether a mapping or sequence has a tag of its own, such as !!set.
func custom(n *yaml.Node) bool { return n.ShortTag() != "!!map" && n.ShortTag() != "!!seq" }

// scalar returns a YAML scalar as JSON has it: 0x10 is 16, yes and a date are
// strings.
func scalar(n *yaml.Node) (tag, value string, ok bool) {
	tag = n.ShortTag()
	switch tag {
	case "!!str", "!!timestamp":
		return "!!str", n.Value, n.Kind == yaml.ScalarNode
	case "!!null":
		return tag, "null", true
	case "!!bool":
		return tag, strings.ToLower(n.Value), json.Valid([]byte(strings.ToLower(n.Value)))
	case "!!int", "!!float":
		value, ok = numeral(n)
		return tag, value, ok
	}
	return "", "", false
}

// numeral returns the text of a YAML number as JSON has it.
func numeral(n *yaml.Node) (text string, ok bool) {
	if c := strings.TrimPrefix(n.Value, "-"); json.Valid([]byte(n.Value)) && c != "" && c[0] >= '0' && c[0] <= '9' {
		return n.Value, true
	}
	var v any
	if guard(func() { ok = n.Decode(&v) == nil }) != nil || !ok {
		return "", false
	}
	switch v := v.(type) {
	case int, int64, uint64:
		return fmt.Sprint(v), true
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), !math.IsInf(v, 0) && !math.IsNaN(v)
	}
	return "", false
}
