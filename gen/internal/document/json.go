package document

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// AppendJSON appends the JSON text of a node, without spaces.
func AppendJSON(dst []byte, n *yaml.Node) []byte {
	switch n.Kind {
	case yaml.MappingNode:
		dst = append(dst, '{')
		for i, child := range n.Content {
			switch {
			case i%2 == 1:
				dst = append(dst, ':')
			case i > 0:
				dst = append(dst, ',')
			}
			dst = AppendJSON(dst, child)
		}
		return append(dst, '}')
	case yaml.SequenceNode:
		dst = append(dst, '[')
		for i, child := range n.Content {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendJSON(dst, child)
		}
		return append(dst, ']')
	}
	if n.Tag == "!!str" {
		return appendString(dst, n.Value)
	}
	return append(dst, n.Value...)
}

func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, `\n`...)
		case c < 0x20:
			dst = fmt.Appendf(dst, `\u%04x`, c)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// describe returns a few words for a value in a message, such as "the number 5" or "an object".
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "an object"
	case yaml.SequenceNode:
		if len(n.Content) == 0 {
			return "an empty array"
		}
		return "an array"
	}
	text := string(AppendJSON(nil, n))
	if len(text) > 60 {
		return "a long text"
	}
	return map[string]string{"!!str": "the string ", "!!int": "the number ", "!!float": "the number "}[n.Tag] + text
}
