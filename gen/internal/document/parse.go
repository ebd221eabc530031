package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"github.com/go-voicelive/voicelive-go/gen/internal/diag"
)

// MaxDepth is how deep objects and arrays may nest in a document or an overlay.
const MaxDepth = 1000

// Parse reads a swagger 2.0 document written in JSON. Its mistakes are added to
// diags; if there are any, Parse returns nil.
func Parse(file string, data []byte, diags *diag.List) *Document {
	r := reader{file: file, data: data, dec: json.NewDecoder(bytes.NewReader(data)), line: 1}
	r.dec.UseNumber()
	doc := &Document{Root: r.document(), file: file, adopted: map[*yaml.Node]string{}}
	if !r.diags.Failed() {
		doc.identify(&r.diags)
	}
	diags.Add(r.diags)
	if r.diags.Failed() {
		return nil
	}
	return doc
}

// A reader builds nodes from the tokens of a JSON text.
type reader struct {
	file  string
	data  []byte
	dec   *json.Decoder
	diags diag.List

	path []string // the escaped tokens of the pointer to the current value
	// line counts the lines up to offset, start is where the last of them begins.
	offset, line, start int
}

var errTooDeep = errors.New("too deep")

func (r *reader) document() *yaml.Node {
	const saveAs = "save the document as UTF-8 without a byte order mark"
	if bytes.HasPrefix(r.data, []byte("\ufeff")) {
		r.diags.Errorf(r.at(0), saveAs, "the document starts with a byte order mark")
		return nil
	}
	if bad := invalidUTF8(r.data); bad >= 0 {
		r.diags.Errorf(r.at(bad), saveAs, "the document is not UTF-8: invalid byte 0x%02x", r.data[bad])
		return nil
	}
	root, err := r.value()
	if err == nil {
		if _, err = r.dec.Token(); err == io.EOF {
			return root
		}
	}
	if errors.Is(err, errTooDeep) {
		r.diags.Errorf(r.at(r.next()), "", "objects and arrays nest deeper than %d levels", MaxDepth)
		return nil
	}
	if line := yamlMember.FindIndex(r.data); line != nil {
		r.diags.Errorf(r.at(line[0]), "convert it to JSON", "the document is YAML, not JSON")
		return nil
	}
	r.syntaxError()
	return nil
}

// yamlMember matches a line with a member in the syntax of YAML.
var yamlMember = regexp.MustCompile(`(?m)^(?:swagger|openapi|info|paths|definitions):(?:\s|$)`)

// syntaxError lets the scanner of encoding/json run over the whole text again,
// because the offsets in a Decoder's errors are unreliable.
func (r *reader) syntaxError() {
	bad := &json.SyntaxError{Offset: r.dec.InputOffset()}
	msg := "unexpected token"
	if errors.As(json.Unmarshal(r.data, new(json.RawMessage)), &bad) {
		msg = bad.Error()
	}
	r.diags.Errorf(r.at(max(0, int(bad.Offset)-1)), "the document must be a single JSON value", "not JSON: %s", msg)
}

// value reads the next value and all below it.
func (r *reader) value() (*yaml.Node, error) {
	n := r.node()
	token, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		if len(r.path) >= MaxDepth {
			return nil, errTooDeep
		}
		if token == '{' {
			n.Kind, n.Tag = yaml.MappingNode, "!!map"
			err = r.members(n)
		} else {
			n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
			err = r.elements(n)
		}
	case string:
		n.Tag, n.Value = "!!str", token
	case json.Number:
		n.Tag, n.Value = "!!int", token.String()
		if strings.ContainsAny(n.Value, ".eE") {
			n.Tag = "!!float"
		}
	case bool:
		n.Tag, n.Value = "!!bool", strconv.FormatBool(token)
	case nil:
		n.Tag, n.Value = "!!null", "null"
	}
	return n, err
}

func (r *reader) members(object *yaml.Node) error {
	seen := map[string]*yaml.Node{}
	for r.dec.More() {
		key := r.node()
		token, err := r.dec.Token()
		if err != nil {
			return err
		}
		// Between members the decoder accepts nothing but a string.
		key.Tag, key.Value = "!!str", token.(string)
		r.path = append(r.path, diag.Escape(key.Value))
		if first := seen[key.Value]; first != nil {
			r.diags.Errorf(r.locate(key), "remove one of them",
				"the object has a second member %q, the first is at %d:%d", key.Value, first.Line, first.Column)
		}
		seen[key.Value] = key
		value, err := r.value()
		if err != nil {
			return err
		}
		r.path = r.path[:len(r.path)-1]
		object.Content = append(object.Content, key, value)
	}
	_, err := r.dec.Token()
	return err
}

func (r *reader) elements(array *yaml.Node) error {
	for r.dec.More() {
		r.path = append(r.path, strconv.Itoa(len(array.Content)))
		value, err := r.value()
		if err != nil {
			return err
		}
		r.path = r.path[:len(r.path)-1]
		array.Content = append(array.Content, value)
	}
	_, err := r.dec.Token()
	return err
}

// node returns a scalar node at the position of the next token.
func (r *reader) node() *yaml.Node {
	at := r.at(r.next())
	return &yaml.Node{Kind: yaml.ScalarNode, Line: at.Line, Column: at.Column}
}

// next returns the offset of the next token.
func (r *reader) next() int {
	offset := int(r.dec.InputOffset())
	for offset < len(r.data) && strings.IndexByte(" \t\r\n,:", r.data[offset]) >= 0 {
		offset++
	}
	return offset
}

func (r *reader) locate(n *yaml.Node) diag.Location {
	return diag.Location{File: r.file, Line: n.Line, Column: n.Column, Pointer: "/" + strings.Join(r.path, "/")}
}

// at locates an offset. It is quick when offsets are asked for in rising order.
func (r *reader) at(offset int) diag.Location {
	if offset < r.offset {
		r.offset, r.line, r.start = 0, 1, 0
	}
	passed := r.data[r.offset:offset]
	r.line += bytes.Count(passed, []byte("\n"))
	if i := bytes.LastIndexByte(passed, '\n'); i >= 0 {
		r.start = r.offset + i + 1
	}
	r.offset = offset
	return diag.Location{File: r.file, Line: r.line, Column: offset - r.start + 1}
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}
