package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/telephony/internal/socket"
)

// A message is one of Twilio. Most are audio, and are scanned into it without encoding/json; see
// scan.
type message struct {
	Event string
	Media struct {
		Track     text
		Timestamp text // ms since the stream began
		Payload   []byte
	}
	Mark  struct{ Name text }
	DTMF  struct{ Digit string }
	Start startMessage

	buffer []byte // of payloads that are scanned
}

// A startMessage describes a call.
type startMessage struct {
	StreamSID        string
	AccountSID       string
	CallSID          string
	CustomParameters map[string]string
	MediaFormat      struct {
		Encoding   string
		SampleRate int
		Channels   int
	}
}

// A text is a string, or a number as it is written, in memory of its own or of the message.
type text []byte

func (t *text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var s string
		err := json.Unmarshal(b, &s)
		*t = text(s)
		return err
	}
	*t = append(text(nil), b...)
	return nil
}

// decode decodes a message into one that may have been used before. It is valid as long as b is, and until it is used again.
func decode(b []byte, m *message) error {
	*m = message{buffer: m.buffer}
	if m.scan(b) {
		return nil
	}
	*m = message{buffer: m.buffer}
	if err := json.Unmarshal(b, m); err != nil {
		return fmt.Errorf("a message that cannot be read: %w", err)
	}
	if m.Event == "" {
		return errors.New("a message without an event")
	}
	return nil
}

// readStart reads the messages before audio.
func readStart(ctx context.Context, conn *socket.Conn) (*startMessage, error) {
	var m message
	for _, want := range []string{"connected", "start"} {
		b, err := conn.Next(ctx)
		if err != nil {
			return nil, fmt.Errorf("waiting for %s: %w", want, err)
		}
		if err := decode(b, &m); err != nil {
			return nil, err
		}
		if m.Event != want {
			return nil, fmt.Errorf("a message %.20q, not %s", m.Event, want)
		}
	}
	start := m.Start
	switch f := start.MediaFormat; {
	case !isSID(start.StreamSID) || !isSID(start.CallSID) || !isSID(start.AccountSID):
		return nil, errors.New("a call without identifiers")
	case f.Encoding != "audio/x-mulaw" || f.SampleRate != 8000 || f.Channels != 1:
		return nil, fmt.Errorf("audio as %.20q at %d Hz in %d channels, not µ-law", f.Encoding, f.SampleRate, f.Channels)
	}
	return &start, nil
}

// isSID reports whether s looks like an identifier of Twilio. It then needs no escapes.
func isSID(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// timestamp returns the time of the audio of a message in the stream.
func (m *message) timestamp() (time.Duration, error) {
	ms, err := strconv.ParseUint(string(m.Media.Timestamp), 10, 40)
	if err != nil {
		return 0, errors.New("audio without a timestamp")
	}
	return time.Duration(ms) * time.Millisecond, nil
}

// digit returns the key of a message; 0 if there is no such key.
func (m *message) digit() byte {
	if len(m.DTMF.Digit) != 1 {
		return 0
	}
	switch c := m.DTMF.Digit[0]; {
	case c >= '0' && c <= '9', c >= 'A' && c <= 'D', c == '*', c == '#':
		return c
	}
	return 0
}
