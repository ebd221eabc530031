package overlay

import (
	"errors"
	"fmt"
	"strings"

	"github.com/speakeasy-api/jsonpath/pkg/jsonpath"
	"gopkg.in/yaml.v3"
)

// compile parses a JSONPath. It keeps only the first part of the library's error, which
// has several lines.
func compile(target string) (path *jsonpath.JSONPath, err error) {
	if panicked := guard(func() { path, err = jsonpath.NewPath(target) }); panicked != nil {
		return nil, panicked
	}
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		first, _, _ = strings.Cut(first, ": expected either")
		return nil, errors.New(strings.TrimPrefix(first, "Error at line 1, "))
	}
	return path, nil
}

// query returns the nodes that a path selects, each once.
func query(path *jsonpath.JSONPath, root *yaml.Node) (nodes []*yaml.Node, err error) {
	seen := map[*yaml.Node]bool{}
	err = guard(func() {
		for _, n := range path.Query(root) {
			if !seen[n] {
				seen[n] = true
				nodes = append(nodes, n)
			}
		}
	})
	return nodes, err
}

// guard turns a panic of a library into an error. Some odd inputs cause one.
func guard(f func()) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("it is too odd (%v)", v)
		}
	}()
	f()
	return nil
}
