package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// sessionFile is a configuration that was read from a file.
type sessionFile struct {
	path  string
	value *voicelive.RequestSession
	root  *yaml.Node // of the session; nil if only its JSON can be read
}

// readFile reads a file, or standard input for -. The name is for messages.
func readFile(path string, std *streams) (name string, text []byte, err error) {
	if path == "-" {
		text, err = io.ReadAll(std.in)
		return "<stdin>", text, unreadable(err)
	}
	text, err = os.ReadFile(path)
	return path, text, unreadable(err)
}

// readSession reads the session of a session.update, or a whole session.update, as JSON or YAML.
func readSession(path string, std *streams) (*sessionFile, error) {
	name, text, err := readFile(path, std)
	if err != nil {
		return nil, err
	}
	f := &sessionFile{path: name, value: &voicelive.RequestSession{}}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err == nil && len(document.Content) > 0 {
		f.root = document.Content[0]
	} else if !json.Valid(text) {
		if err == nil {
			err = errors.New("there is nothing in it")
		}
		return nil, unreadable(fmt.Errorf("%s: %w", name, err))
	}
	if !json.Valid(text) {
		var value any
		if err := f.root.Decode(&value); err != nil {
			return nil, unreadable(fmt.Errorf("%s: %w", name, err))
		}
		if text, err = json.Marshal(value); err != nil {
			return nil, unreadable(fmt.Errorf("%s: %w", name, err))
		}
	}
	var update struct {
		Type    string          `json:"type"`
		Session json.RawMessage `json:"session"`
	}
	if json.Unmarshal(text, &update) == nil && update.Type == string(voicelive.ClientEventTypeSessionUpdate) && update.Session != nil {
		text = update.Session
		f.root = child(f.root, "session")
	}
	if err := json.Unmarshal(text, f.value); err != nil {
		var e *voicelive.DecodeError
		if errors.As(err, &e) {
			return nil, unreadable(fmt.Errorf("%s: %w", f.position(e.Path), err))
		}
		return nil, unreadable(fmt.Errorf("%s: %w", name, err))
	}
	return f, nil
}

var step = regexp.MustCompile(`[^.\[\]]+`)

// position is file:line:column of the property that a path such as tools[0].type names, or of the closest one above it.
func (f *sessionFile) position(path string) string {
	node := f.root
	if node == nil {
		return f.path
	}
	for _, name := range step.FindAllString(path, -1) {
		next := child(node, name)
		if next == nil {
			break
		}
		node = next
	}
	return fmt.Sprintf("%s:%d:%d", f.path, node.Line, node.Column)
}

// child is the value of a member or element; nil if there is none.
func child(node *yaml.Node, name string) *yaml.Node {
	if node == nil {
		return nil
	}
	switch node.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == name {
				return node.Content[i+1]
			}
		}
	case yaml.SequenceNode:
		for i, element := range node.Content {
			if fmt.Sprint(i) == name {
				return element
			}
		}
	}
	return nil
}
