package acs

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Kinds of messages that Communication Services sends.
const (
	audioMetadata = "AudioMetadata"
	audioData     = "AudioData"
	dtmfData      = "DtmfData"
	markData      = "MarkData"
)

// A message is what Communication Services sends on the socket. Of a kind that is not known, nothing but the
// kind counts.
type message struct {
	Kind string `json:"kind"`

	AudioMetadata *struct {
		SubscriptionID string `json:"subscriptionId"`
		Encoding       string `json:"encoding"`
		SampleRate     int    `json:"sampleRate"`
		Channels       int    `json:"channels"`
		Length         int    `json:"length"` // bytes of a packet
	} `json:"audioMetadata"`

	AudioData *struct {
		Timestamp string `json:"timestamp"`
		Data      string `json:"data"` // base64
		Silent    bool   `json:"silent"`
	} `json:"audioData"`

	DTMFData *struct {
		Data string `json:"data"`
	} `json:"dtmfData"`

	MarkData *struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	} `json:"markData"`
}

// A decoder decodes messages. Audio, which comes fifty times a second, takes a way that allocates nothing; it takes
// what Communication Services writes, and leaves all other JSON to encoding/json.
type decoder struct {
	audio []byte // of the latest message; reused
}

// decode decodes a message. For audio, m is nil, and packet is what it says; it is valid until the next call.
func (d *decoder) decode(text []byte) (m *message, p packet, err error) {
	if data, stamp, ok := scanAudio(text); ok {
		if p, err := d.packet(data, stamp); err == nil {
			return nil, p, nil
		}
	}
	m = new(message)
	if err := json.Unmarshal(text, m); err != nil {
		return nil, packet{}, fmt.Errorf("a message is not what it should be: %w", err)
	}
	if m.Kind == audioData && m.AudioData != nil {
		p, err = d.packet([]byte(m.AudioData.Data), []byte(m.AudioData.Timestamp))
		return nil, p, err
	}
	return m, packet{}, nil
}

// A packet is audio of the user.
type packet struct {
	audio []byte
	at    time.Time // when it began; zero if Communication Services does not say
}

var errAudio = errors.New("audio is not base64 of whole samples")

func (d *decoder) packet(data, stamp []byte) (p packet, err error) {
	if n := base64.StdEncoding.DecodedLen(len(data)); n > cap(d.audio) {
		d.audio = make([]byte, n)
	}
	n, err := base64.StdEncoding.Decode(d.audio[:cap(d.audio)], data)
	if err != nil || n%2 != 0 {
		return packet{}, errAudio
	}
	p.audio = d.audio[:n]
	if len(stamp) > 0 && p.at.UnmarshalText(stamp) != nil {
		p.at = time.Time{} // audio without a time is good enough
	}
	return p, nil
}

// scanAudio finds the data and the timestamp in a message with audio. It reports false for everything that is not
// written in the plainest way.
func scanAudio(text []byte) (data, stamp []byte, ok bool) {
	s := scanner{rest: text}
	var kind []byte
	found := false
	for s.open('{'); s.more(); {
		switch name := s.name(); {
		case string(name) == "kind" && kind == nil:
			kind = s.text()
		case string(name) == "audioData" && !found:
			found = true
			data, stamp = s.audio()
		default:
			return nil, nil, false
		}
	}
	return data, stamp, s.end() && found && string(kind) == audioData
}

// audio scans the value of audioData.
func (s *scanner) audio() (data, stamp []byte) {
	silent, participant := false, false
	for s.open('{'); s.more(); {
		switch name := s.name(); {
		case string(name) == "data" && data == nil:
			data = s.base64()
		case string(name) == "timestamp" && stamp == nil:
			stamp = s.text()
		case string(name) == "participantRawID" && !participant:
			participant = true
			s.text()
		case string(name) == "silent" && !silent:
			silent = true
			s.bool()
		default:
			s.failed = true
		}
	}
	return data, stamp
}

// A scanner reads plain JSON: objects, strings of printable ASCII without escapes, booleans. What it reads after it
// failed means nothing.
type scanner struct {
	rest   []byte
	began  bool // the object that is open has a member
	failed bool
}

func (s *scanner) space() {
	for len(s.rest) > 0 && (s.rest[0] == ' ' || s.rest[0] == '\n' || s.rest[0] == '\r' || s.rest[0] == '\t') {
		s.rest = s.rest[1:]
	}
}

// take takes a character, behind white space.
func (s *scanner) take(c byte) bool {
	s.space()
	if s.failed || len(s.rest) == 0 || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

func (s *scanner) open(c byte) {
	if !s.take(c) {
		s.failed = true
	}
	s.began = false
}

// more reports whether the object has another member. Behind the object, the one around it has a member.
func (s *scanner) more() bool {
	if s.take('}') {
		s.began = true
		return false
	}
	if s.began && !s.take(',') {
		s.failed = true
	}
	s.began = true
	return !s.failed
}

func (s *scanner) name() []byte {
	name := s.text()
	if !s.take(':') {
		s.failed = true
	}
	return name
}

// text returns a string, which is not nil unless the scan failed.
func (s *scanner) text() []byte {
	if !s.take('"') {
		s.failed = true
		return nil
	}
	for i, c := range s.rest {
		switch {
		case c == '"':
			text := s.rest[:i:i]
			s.rest = s.rest[i+1:]
			return text
		case c < ' ' || c > '~' || c == '\\':
			s.failed = true
			return nil
		}
	}
	s.failed = true
	return nil
}

// base64 is text for base64, which is checked when it is decoded, but for line breaks.
func (s *scanner) base64() []byte {
	if s.take('"') {
		if end := bytes.IndexByte(s.rest, '"'); end >= 0 {
			text := s.rest[:end:end]
			s.rest = s.rest[end+1:]
			s.failed = bytes.IndexByte(text, '\n') >= 0 || bytes.IndexByte(text, '\r') >= 0
			return text
		}
	}
	s.failed = true
	return nil
}

func (s *scanner) bool() {
	s.space()
	rest, ok := bytes.CutPrefix(s.rest, []byte("true"))
	if !ok {
		rest, ok = bytes.CutPrefix(s.rest, []byte("false"))
	}
	s.rest, s.failed = rest, s.failed || !ok
}

// end reports whether the scan has read everything.
func (s *scanner) end() bool {
	s.space()
	return !s.failed && len(s.rest) == 0
}

// digit returns a key of the telephone: 0 to 9, *, #, or A to D. The documentation sends it as text, the comments of
// an SDK say that it is base64.
func digit(data string) (byte, bool) {
	if len(data) == 4 {
		if decoded, err := base64.StdEncoding.DecodeString(data); err == nil {
			data = string(decoded)
		}
	}
	if len(data) != 1 {
		return 0, false
	}
	c := data[0]
	if c >= 'a' && c <= 'd' {
		c -= 'a' - 'A'
	}
	return c, c >= '0' && c <= '9' || c == '*' || c == '#' || c >= 'A' && c <= 'D'
}
