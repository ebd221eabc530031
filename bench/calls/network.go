package main

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/bench/internal/live"
	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// A network is a telephone network, as its end of the connection writes and reads. What is below rtp is of those that
// come over WebSocket.
type network struct {
	packet int  // bytes of audio in a packet
	rtp    bool // packets are those of RTP, and calls are made by SIP
	marks  bool
	open   []string // messages before audio

	media       string // a message with audio, with STAMP and AUDIO in it
	stamp       func(b []byte, packet int) []byte
	spoken      string // the beginning of the member with the caller's audio
	payload     string // the beginning of the member with audio for the caller
	frameBefore string // what the floor writes before audio
	frameBehind string
}

const (
	streamSID = "MZ18ad3ab5a668481ce02b83e7395059f0"
	callSID   = "CA18ad3ab5a668481ce02b83e7395059f0"
)

// epoch is when the calls begin, by the clock of Communication Services.
var epoch = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

var networks = map[string]*network{
	"twilio": {
		packet: 160, // µ-law at 8 kHz
		marks:  true,
		open: []string{
			`{"event":"connected","protocol":"Call","version":"1.0.0"}`,
			`{"event":"start","sequenceNumber":"1","start":{"accountSid":"AC18ad3ab5a668481ce02b83e7395059f0","streamSid":"` + streamSID + `","callSid":"` + callSID + `","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,"channels":1},"customParameters":{}},"streamSid":"` + streamSID + `"}`,
		},
		media:       `{"event":"media","sequenceNumber":"2","media":{"track":"inbound","chunk":"1","timestamp":"STAMP","payload":"AUDIO"},"streamSid":"` + streamSID + `"}`,
		stamp:       func(b []byte, k int) []byte { return strconv.AppendInt(b, int64(k)*packetTime.Milliseconds(), 10) },
		spoken:      `"payload":"`,
		payload:     `"payload":"`,
		frameBefore: `{"event":"media","streamSid":"` + streamSID + `","media":{"payload":"`,
		frameBehind: `"}}`,
	},
	"acs": {
		packet: 960, // PCM at 24 kHz
		open: []string{
			`{"kind":"AudioMetadata","audioMetadata":{"subscriptionId":"89e8cb59-b991-48b0-b154-1db84f16a077","encoding":"PCM","sampleRate":24000,"channels":1,"length":960}}`,
		},
		media: `{"kind":"AudioData","audioData":{"timestamp":"STAMP","participantRawID":"8:acs:caller","data":"AUDIO","silent":false}}`,
		stamp: func(b []byte, k int) []byte {
			return epoch.Add(time.Duration(k)*packetTime).AppendFormat(b, "2006-01-02T15:04:05.000Z")
		},
		spoken:      `"data":"`,
		payload:     `"Data":"`,
		frameBefore: `{"Kind":"AudioData","AudioData":{"Data":"`,
		frameBehind: `"},"StopAudio":null}`,
	},
	"sip": {packet: 160, rtp: true},
}

func networkOf(name string) (*network, error) {
	if n, ok := networks[name]; ok {
		return n, nil
	}
	return nil, fmt.Errorf("there is no network %q", name)
}

// appendPacket appends packet k of call i.
func (n *network) appendPacket(b []byte, t *track, i, k int) []byte {
	if n.rtp {
		return appendRTP(b, k, t.sound(i, k))
	}
	text := t.text(i, k)
	before, rest, _ := strings.Cut(n.media, "STAMP")
	between, behind, _ := strings.Cut(rest, "AUDIO")
	var digits [32]byte
	stamp := n.stamp(digits[:0], k)
	b, start := appendMaskedHeader(b, len(before)+len(stamp)+len(between)+len(text)+len(behind))
	b = append(b, before...)
	b = append(b, stamp...)
	b = append(b, between...)
	b = append(b, text...)
	b = append(b, behind...)
	live.MaskWords(b[start:], maskKey)
	return b
}

// maskKey masks what clients send.
const maskKey = 0x5a17c3e9

// appendMaskedHeader appends the header of a text frame of a client with n bytes, which begin at start.
func appendMaskedHeader(b []byte, n int) (_ []byte, start int) {
	b = wstest.AppendHeader(b, wstest.Fin|wstest.Text, n)
	at := len(b) - 1
	if n > 125 {
		at -= 2
	}
	b[at] |= wstest.MaskBit
	b = append(b, maskKey&0xff, maskKey>>8&0xff, maskKey>>16&0xff, maskKey>>24&0xff)
	return b, len(b)
}

// A track is an endless stream of audio in pieces, which begins again after some of them.
type track struct {
	piece int // bytes
	audio []byte
	texts []string // of the pieces, as base64
}

// pieces is how many pieces of a track differ.
const pieces = 25

func newTrack(piece int) *track {
	t := &track{piece: piece, audio: live.Audio(pieces * piece)}
	for p := range pieces {
		t.texts = append(t.texts, base64.StdEncoding.EncodeToString(t.audio[p*piece:(p+1)*piece]))
	}
	return t
}

// text is piece k of call i. Neighbours say different things.
func (t *track) text(i, k int) string { return t.texts[(i+k)%pieces] }

// sound is the same piece as it is.
func (t *track) sound(i, k int) []byte { return t.audio[(i+k)%pieces*t.piece:][:t.piece] }

// matches reports whether audio is what call i has from an offset on.
func (t *track) matches(i, offset int, audio []byte) bool {
	at := (i*t.piece + offset) % len(t.audio)
	for len(audio) > 0 {
		n := min(len(audio), len(t.audio)-at)
		if string(audio[:n]) != string(t.audio[at:at+n]) {
			return false
		}
		audio, at = audio[n:], 0
	}
	return true
}
