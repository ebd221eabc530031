package guide

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
	"github.com/go-voicelive/voicelive-go/gen/internal/ordered"
)

// Parse reads a guide. If the text is not YAML, or has members that Guide lacks, it
// reports that and returns nil.
func Parse(file string, data []byte, diags *diag.List) *Guide {
	g := &Guide{file: file}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	switch err := d.Decode(g); {
	case errors.Is(err, io.EOF): // an empty file
		return g
	case err != nil:
		report(file, err, diags)
		return nil
	}
	return g
}

var lineOf = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)`)

// report makes a diagnostic of each mistake that the YAML library found.
func report(file string, err error, diags *diag.List) {
	messages := []string{err.Error()}
	if te := (*yaml.TypeError)(nil); errors.As(err, &te) {
		messages = te.Errors
	}
	for _, m := range messages {
		at := diag.Location{File: file}
		if found := lineOf.FindStringSubmatch(m); found != nil {
			at.Line, _ = strconv.Atoi(found[1])
			at.Column = 1
			m = found[2]
		}
		diags.Errorf(at, "see the comments at the top of the guide", "%s", strings.TrimPrefix(m, "yaml: "))
	}
}

// UnmarshalYAML reads a name and where it is.
func (w *Word) UnmarshalYAML(n *yaml.Node) error {
	w.At = diag.Location{Line: n.Line, Column: n.Column}
	return n.Decode(&w.Text)
}

// UnmarshalYAML reads {of, value}, with the members of the value in order.
func (e *Example) UnmarshalYAML(n *yaml.Node) error {
	var members struct {
		Of    Word      `yaml:"of"`
		Value yaml.Node `yaml:"value"`
	}
	if err := n.Decode(&members); err != nil {
		return err
	}
	if len(n.Content) != 4 || members.Of.Text == "" || members.Value.Kind == 0 {
		return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: an example has of and value", n.Line)}}
	}
	e.Of = members.Of
	var err error
	e.Value, err = value(&members.Value)
	return err
}

func value(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.MappingNode:
		o := ordered.Object{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			v, err := value(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			o = o.Set(n.Content[i].Value, v)
		}
		return o, nil
	case yaml.SequenceNode:
		a := []any{}
		for _, e := range n.Content {
			v, err := value(e)
			if err != nil {
				return nil, err
			}
			a = append(a, v)
		}
		return a, nil
	}
	var v any
	err := n.Decode(&v)
	return v, err
}
