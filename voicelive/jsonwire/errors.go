package jsonwire

import (
	"fmt"
	"strconv"
	"strings"
)

// DecodeError tells why JSON could not be decoded, and where.
type DecodeError struct {
	Type   string // the Go type that was being decoded, such as "ServerEvent"
	Path   string // the place in the value, such as ".session.tools[2].name"; empty for the value itself
	Offset int    // the byte offset in the input, from 0
	Reason string // what is wrong there
}

// Error describes the problem. It repeats names of the input, never values.
func (e *DecodeError) Error() string {
	var b strings.Builder
	b.WriteString("decode ")
	b.WriteString(e.Type)
	if e.Path != "" {
		b.WriteString(" at ")
		b.WriteString(e.Path)
	}
	fmt.Fprintf(&b, " (offset %d): %s", e.Offset, e.Reason)
	return b.String()
}

// EncodeError tells why a value cannot be encoded, and where.
type EncodeError struct {
	Type   string // the Go type that was being encoded, such as "ClientEventSessionUpdate"
	Path   string // the place in the value, such as ".session.tools[2].name"; empty for the value itself
	Reason string // what is wrong there
}

// Error describes the problem. It repeats names, never values but numbers.
func (e *EncodeError) Error() string {
	at := ""
	if e.Path != "" {
		at = " at " + e.Path
	}
	return "encode " + e.Type + at + ": " + e.Reason
}

// pathAt returns the path of the value or member at an offset of data, whose
// prefix up to there is well-formed. It runs once an error is found, so that
// decoding need not keep track.
func pathAt(data []byte, offset int) string {
	type level struct {
		array bool
		index int
		named bool // the member's name has been read
		name  string
	}
	var stack []level
	r := Reader{data: data[:min(offset, len(data))]}
	for r.pos < len(r.data) && len(stack) <= MaxDepth+1 {
		switch c := r.data[r.pos]; c {
		case '{', '[':
			stack = append(stack, level{array: c == '['})
			r.pos++
		case '}', ']':
			if len(stack) > 0 {
				stack = stack[:len(stack)-1]
			}
			r.pos++
		case ',':
			if n := len(stack); n > 0 {
				stack[n-1].index++
				stack[n-1].named, stack[n-1].name = false, ""
			}
			r.pos++
		case '"':
			start := r.pos
			end := looseString(r.data, r.pos)
			if end < 0 {
				end = len(r.data)
			}
			r.pos = end
			if n := len(stack); n > 0 && !stack[n-1].array && !stack[n-1].named {
				stack[n-1].named = true
				s := Reader{data: r.data[start:end]}
				if b, ok := s.text(); ok {
					stack[n-1].name = string(b)
				}
			}
		default:
			r.pos++
		}
	}
	var b strings.Builder
	for _, l := range stack {
		switch {
		case l.array:
			b.WriteString("[" + strconv.Itoa(l.index) + "]")
		case l.named:
			b.WriteString(pathStep(l.name))
		}
	}
	return b.String()
}

// pathStep returns a member name as a step of a path, cut if it is very long.
func pathStep(name string) string {
	const longest = 100
	if len(name) > longest {
		return "[" + strconv.QuoteToASCII(name[:longest]) + "…]"
	}
	if name == "" {
		return `[""]`
	}
	for i, c := range name {
		letter := c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z'
		if digit := c >= '0' && c <= '9'; !letter && (!digit || i == 0) {
			return "[" + strconv.QuoteToASCII(name) + "]"
		}
	}
	return "." + name
}
