package record

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/jsonwire"
)

// A content is what the strings of a member are, by its name.
type content int

const (
	plain content = iota // kept
	text
	media // audio, video and pictures
	delta // text, or media in events of audio and video
	link  // a URL, and text
	secret
)

// contents are the members whose strings are no text. Names that are not here are secrets if voicelive.IsSecret says so,
// identifiers if they end with _id, URLs if they end with url, and text otherwise: nothing of the user's is kept
// because somebody forgot it here.
var contents = map[string]content{"audio": media, "frames": media, "delta": delta, "urls": link}

func init() {
	for _, name := range plainNames {
		contents[name] = plain
	}
}

// plainNames hold identifiers, values of enums and settings.
var plainNames = []string{
	"conversation", "custom_speech", "include", "max_output_tokens", "reasoning_effort", "reference_source", "triggers", "character", "code", "codec", "color", "detail", "eagerness", "id",
	"input_audio_format", "languages", "language", "locale", "max_response_output_tokens", "modalities", "model", "model_name", "name", "object", "operation", "output_audio_format",
	"output_audio_timestamp_types", "outputs", "output_protocol",
	"param", "pitch", "prefer_locales", "rate", "require_approval", "role", "server_label", "status", "style",
	"threshold_level", "timestamp_type", "tool_choice", "type", "volume", "voice", "event_id", "allowed_tools",
}

// audioDeltas are the events whose delta is audio or video.
var audioDeltas = []string{"response.audio.delta", "response.video.delta"}

const (
	replaced = "REDACTED"
	maxDepth = 1000
	maxNames = 1000
)

// A scrubber copies the JSON of events, and takes out what must not be kept. What it leaves is byte for byte as it was.
type scrubber struct {
	audio, text Keep
	names       map[string]content // of members that were met

	in, out []byte
	pos     int
	depth   int
	delta   content // of this event
	changed bool    // something was taken out
	breaks  bool    // there are line ends between values
	bad     bool    // in is not JSON
}

func newScrubber(audio, text Keep) *scrubber {
	return &scrubber{audio: audio, text: text, names: map[string]content{}}
}

// scrub appends the JSON of an event to out. It reports false if the event is not a JSON object.
func (s *scrubber) scrub(out, event []byte, typ string) (_ []byte, ok bool) {
	s.in, s.out, s.pos, s.depth = event, out, 0, 0
	s.changed, s.breaks, s.bad = false, false, false
	s.delta = text
	if slices.Contains(audioDeltas, typ) {
		s.delta = media
	}
	if s.space(); s.peek() != '{' {
		s.bad = true
	}
	s.value(plain)
	if s.space(); s.pos != len(s.in) {
		s.bad = true
	}
	out, s.in, s.out = s.out, nil, nil
	return out, !s.bad
}

// peek is the next byte, or 0 behind the end and after a mistake.
func (s *scrubber) peek() byte {
	if s.bad || s.pos == len(s.in) {
		return 0
	}
	return s.in[s.pos]
}

// space copies white space.
func (s *scrubber) space() {
	for {
		switch c := s.peek(); c {
		case '\n', '\r':
			s.breaks = true
			fallthrough
		case ' ', '\t':
			s.out = append(s.out, c)
			s.pos++
		default:
			return
		}
	}
}

// take copies a byte, which must be c.
func (s *scrubber) take(c byte) {
	if s.peek() != c {
		s.bad = true
		return
	}
	s.out = append(s.out, c)
	s.pos++
}

// value copies a value that belongs to a member with content c.
func (s *scrubber) value(c content) {
	switch s.peek() {
	case '{':
		s.list('}', func() { s.member(c) })
	case '[':
		s.list(']', func() { s.value(c) })
	case '"':
		s.string(c)
	default:
		s.literal(c)
	}
}

// list copies an array or an object, whose elements element copies.
func (s *scrubber) list(end byte, element func()) {
	if s.depth++; s.depth > maxDepth {
		s.bad = true
		return
	}
	s.take(s.peek())
	s.space()
	for first := true; s.peek() != end && !s.bad; first = false {
		if !first {
			s.take(',')
			s.space()
		}
		element()
		s.space()
	}
	s.take(end)
	s.depth--
}

func (s *scrubber) member(outer content) {
	name := s.quoted()
	s.out = append(s.out, name...)
	s.space()
	s.take(':')
	s.space()
	if s.bad {
		return
	}
	if outer != secret {
		outer = s.content(name)
	}
	s.value(outer)
}

// content is that of a member, whose name is given in quotes.
func (s *scrubber) content(quoted []byte) content {
	c, ok := s.names[string(quoted)]
	if !ok {
		c = contentOf(unquote(quoted))
		if len(s.names) < maxNames {
			s.names[string(quoted)] = c
		}
	}
	if c == delta {
		return s.delta
	}
	return c
}

func contentOf(name string) content {
	c, ok := contents[name]
	switch {
	case voicelive.IsSecret(name):
		return secret
	case ok:
		return c
	case strings.HasSuffix(name, "_id"):
		return plain
	case strings.HasSuffix(name, "url"), strings.HasSuffix(name, "uri"), strings.HasSuffix(name, "endpoint"):
		return link
	}
	return text
}

// literal copies a number, true, false or null.
func (s *scrubber) literal(c content) {
	start := s.pos
	for s.pos < len(s.in) && strings.IndexByte(" \t\r\n,]}", s.in[s.pos]) < 0 {
		s.pos++
	}
	word := s.in[start:s.pos]
	if !json.Valid(word) {
		s.bad = true
		return
	}
	if c == secret && (word[0] == '-' || word[0] >= '0' && word[0] <= '9') {
		word = []byte("0")
		s.changed = true
	}
	s.out = append(s.out, word...)
}

// quoted is the next string, in its quotes.
func (s *scrubber) quoted() []byte {
	start := s.pos
	if s.peek() != '"' {
		s.bad = true
		return nil
	}
	simple := true
	for s.pos++; s.pos < len(s.in); s.pos++ {
		switch c := s.in[s.pos]; {
		case c == '"':
			s.pos++
			word := s.in[start:s.pos]
			s.bad = !simple && !(utf8.Valid(word) && json.Valid(word))
			return word
		case c == '\\':
			simple = false
			s.pos++ // the next one does not end the string
		case c < ' ' || c >= utf8.RuneSelf:
			simple = false // json.Valid refuses the former
		}
	}
	s.bad = true
	return nil
}

// string copies a string, or what may be kept of it.
func (s *scrubber) string(c content) {
	word := s.quoted()
	if s.bad {
		return
	}
	n := len(s.out)
	switch keep := s.keep(c, word); {
	case c == secret:
		s.out = append(s.out, `"`+replaced+`"`...)
	case keep == Drop:
		s.out = append(s.out, `""`...)
	default:
		s.out = s.appendPart(word, c, keep)
	}
	s.changed = s.changed || !bytes.Equal(s.out[n:], word)
}

// keep says how much to keep of a string.
func (s *scrubber) keep(c content, quoted []byte) Keep {
	switch {
	case c == media, bytes.HasPrefix(quoted, []byte(`"data:`)):
		return s.audio
	case c == text, c == link:
		return s.text
	}
	return All
}

// appendPart appends what is kept of a string that is not dropped.
func (s *scrubber) appendPart(quoted []byte, c content, keep Keep) []byte {
	url := c == link || bytes.Contains(quoted, []byte(":/")) || bytes.Contains(quoted, []byte(`:\/`))
	if !url && (keep != Shorten || len(quoted) <= shortened+2) {
		return append(s.out, quoted...)
	}
	whole := unquote(quoted)
	part := whole
	if url && strings.ContainsAny(whole, "?#@") && !strings.ContainsAny(whole, " \t\r\n") && !strings.HasPrefix(whole, "data:") {
		part = jsonwire.StripURL(whole)
	}
	if keep == Shorten {
		part = shorten(part, c)
	}
	if part == whole {
		return append(s.out, quoted...)
	}
	return appendQuoted(s.out, part)
}

func shorten(whole string, c content) string {
	n := 0
	for i := range whole {
		if n++; n > shortened {
			if c == media || strings.HasPrefix(whole, "data:") {
				return whole[:i]
			}
			return whole[:i] + "…"
		}
	}
	return whole
}

// unquote is the text of a JSON string, which is valid.
func unquote(quoted []byte) (s string) {
	if json.Unmarshal(quoted, &s) != nil {
		panic("record: a string that was valid is not")
	}
	return s
}

func appendQuoted(out []byte, s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(err) // strings always encode
	}
	return append(out, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
}
