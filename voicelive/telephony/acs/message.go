package acs

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/telephony/internal/scan"
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
	if audio, stamp, ok := scanAudio(text, d.audio[:0]); ok && len(audio)%2 == 0 {
		d.audio = audio
		return nil, packet{audio, parseTime(stamp)}, nil
	}
	m = new(message)
	if err := json.Unmarshal(text, m); err != nil {
		return nil, packet{}, fmt.Errorf("a message is not what it should be: %w", err)
	}
	if m.Kind == audioData && m.AudioData != nil {
		audio, err := base64.StdEncoding.DecodeString(m.AudioData.Data)
		if err != nil || len(audio)%2 != 0 {
			return nil, packet{}, errAudio
		}
		return nil, packet{audio, parseTime([]byte(m.AudioData.Timestamp))}, nil
	}
	return m, packet{}, nil
}

// A packet is audio of the user.
type packet struct {
	audio []byte
	at    time.Time // when it began; zero if Communication Services does not say
}

var errAudio = errors.New("audio is not base64 of whole samples")

// parseTime returns the zero time for what is no time: audio without one is good enough.
func parseTime(stamp []byte) (at time.Time) {
	if len(stamp) == 0 || at.UnmarshalText(stamp) != nil {
		return time.Time{}
	}
	return at
}

// scanAudio appends the audio of a message to dst, and finds the timestamp. It reports false for everything that is not
// written in the plainest way.
func scanAudio(text, dst []byte) (audio, stamp []byte, ok bool) {
	s := scan.New(text)
	var kind []byte
	for name := s.First(); name != nil; name = s.Next() {
		switch {
		case string(name) == "kind" && kind == nil:
			kind = s.Text()
		case string(name) == "audioData" && audio == nil:
			audio, stamp = scanAudioData(&s, dst)
			s.Refuse(audio == nil)
		default:
			return nil, nil, false
		}
	}
	return audio, stamp, s.End() && audio != nil && string(kind) == audioData
}

func scanAudioData(s *scan.Scanner, dst []byte) (audio, stamp []byte) {
	silent, participant := false, false
	for name := s.First(); name != nil; name = s.Next() {
		switch {
		case string(name) == "data" && audio == nil:
			audio = s.Base64(dst)
		case string(name) == "timestamp" && stamp == nil:
			stamp = s.Text()
		case string(name) == "participantRawID" && !participant:
			participant = true
			s.Text()
		case string(name) == "silent" && !silent:
			silent = true
			s.Bool()
		default:
			s.Refuse(true)
		}
	}
	return audio, stamp
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
