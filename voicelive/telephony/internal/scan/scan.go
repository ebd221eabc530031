// Package scan reads the JSON that a telephone network writes fifty times a second: objects of plain strings and booleans.
// Whatever is not as plain as that is for encoding/json.
package scan

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/go-voicelive/voicelive-go/voicelive/internal/base64"
)

// A Scanner reads a JSON text. It refuses the whole text for anything that is not plain; what it returned before
// then means nothing.
type Scanner struct {
	rest    []byte
	refused bool
}

// New returns a Scanner of a text.
func New(text []byte) Scanner { return Scanner{rest: text} }

// Refuse refuses the text if yes.
func (s *Scanner) Refuse(yes bool) { s.refused = s.refused || yes }

// First begins an object, and returns the name of its first member, whose value follows; nil if the text is refused.
func (s *Scanner) First() []byte {
	s.Refuse(!s.token('{'))
	return s.name()
}

// Next returns the name of the next member; nil at the end of the object.
func (s *Scanner) Next() []byte {
	if s.token(',') {
		return s.name()
	}
	s.Refuse(!s.token('}'))
	return nil
}

func (s *Scanner) name() []byte {
	name := s.Text()
	s.Refuse(!s.token(':'))
	if s.refused {
		return nil
	}
	return name
}

// Text reads a string of printable ASCII without escapes. It is a part of the text, and not nil.
func (s *Scanner) Text() []byte {
	if s.token('"') {
		if n := plain(s.rest); n < len(s.rest) && s.rest[n] == '"' {
			return s.take(n)
		}
	}
	s.refused = true
	return []byte{}
}

// take takes a string of n bytes, and the quote behind it.
func (s *Scanner) take(n int) []byte {
	text := s.rest[:n:n]
	s.rest = s.rest[n+1:]
	return text
}

// plain returns how many bytes are printable ASCII but neither a quote nor a backslash.
func plain(b []byte) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		quote, slash, del := w^ones*'"', w^ones*'\\', w^ones*0x7f
		// the high bits of bytes that are none, of which the lowest is exact
		if not := ((w - ones*' ') | (quote - ones) | (slash - ones) | (del - ones) | w) & highs; not != 0 {
			return i + bits.TrailingZeros64(not)/8
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			break
		}
	}
	return i
}

// Base64 reads a string that is base64, and appends what it says to dst. What it returns is not nil.
func (s *Scanner) Base64(dst []byte) []byte {
	if s.token('"') {
		if n := bytes.IndexByte(s.rest, '"'); n >= 0 {
			text, from := s.take(n), len(dst)
			dst = slices.Grow(dst, max(1, base64.DecodedLen(text)))
			n, _, ok := base64.Decode(dst[from:cap(dst)], text)
			s.Refuse(!ok)
			return dst[:from+n]
		}
	}
	s.refused = true
	return []byte{}
}

// Bool reads true or false.
func (s *Scanner) Bool() {
	s.space()
	rest, ok := bytes.CutPrefix(s.rest, []byte("true"))
	if !ok {
		rest, ok = bytes.CutPrefix(s.rest, []byte("false"))
	}
	s.rest = rest
	s.Refuse(!ok)
}

// End reports whether nothing is left, and nothing was refused.
func (s *Scanner) End() bool {
	s.space()
	return len(s.rest) == 0 && !s.refused
}

// token reads a byte, and space before it, and reports whether it was there.
func (s *Scanner) token(want byte) bool {
	if len(s.rest) == 0 || s.rest[0] != want {
		if s.space(); len(s.rest) == 0 || s.rest[0] != want {
			return false
		}
	}
	s.rest = s.rest[1:]
	return true
}

func (s *Scanner) space() {
	for len(s.rest) > 0 && (s.rest[0] == ' ' || s.rest[0] == '\t' || s.rest[0] == '\n' || s.rest[0] == '\r') {
		s.rest = s.rest[1:]
	}
}
