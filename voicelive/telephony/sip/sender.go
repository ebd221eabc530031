package sip

import (
	"errors"
	"time"

	"github.com/pion/rtp"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

const (
	frameBytes = 160 // of G.711 in leg.Packet

	// A packet that could not be sent in time is sent at once; if it is later than this the time is skipped.
	maxBehind = 200 * time.Millisecond

	maxQueue = 16 << 20 // bytes that wait to be sent: half an hour
)

var errQueueFull = errors.New("sip: 16 MiB of audio wait to be played")

// A sender makes a packet every 20 ms: of the audio that waits, or of silence, which keeps the way through NATs open
// and the other side from taking the call for broken. It knows no clock.
type sender struct {
	format audio.Format
	header rtp.Header
	due    time.Time // of the next packet
	held   bool      // nothing is sent, and time stands still for the audio

	queue []byte
	first int       // of queue
	sent  int       // bytes of the audio that was played
	last  time.Time // when the latest of them were sent

	packet [12 + frameBytes]byte
}

func newSender(format audio.Format, kind uint8, ssrc, stamp uint32, seq uint16) *sender {
	return &sender{format: format, header: rtp.Header{
		Version: 2, Marker: true, PayloadType: kind, SSRC: ssrc, Timestamp: stamp, SequenceNumber: seq,
	}}
}

// next returns the packet that is due, or nil. It is valid until the next call. The first one is due
// at once.
func (s *sender) next(now time.Time) []byte {
	if s.due.IsZero() {
		s.due = now
	}
	if now.Before(s.due) {
		return nil
	}
	if behind := now.Sub(s.due); behind > maxBehind {
		missed := behind / leg.Packet
		s.due = s.due.Add(missed * leg.Packet)
		s.header.Timestamp += uint32(missed) * frameBytes
		s.header.Marker = true
	}
	if s.held {
		s.step()
		s.header.Marker = true
		return nil
	}
	n, err := s.header.MarshalTo(s.packet[:])
	if err != nil {
		panic(err) // the buffer has room for it
	}
	s.fill(now, s.packet[n:])
	s.header.SequenceNumber++
	s.header.Marker = false
	s.step()
	return s.packet[:]
}

func (s *sender) step() {
	s.due = s.due.Add(leg.Packet)
	s.header.Timestamp += frameBytes
}

// fill takes a packet of the audio that waits, and silence after its end.
func (s *sender) fill(now time.Time, payload []byte) {
	n := copy(payload, s.queue[s.first:])
	s.first += n
	s.sent += n
	if n > 0 {
		s.last = now
	}
	if s.first == len(s.queue) {
		s.clear()
	}
	s.format.AppendSilence(payload[:n], len(payload)-n)
}

func (s *sender) play(audio []byte) error {
	if len(s.queue)-s.first+len(audio) > maxQueue {
		return errQueueFull
	}
	if s.first > len(s.queue)/2 {
		s.queue = append(s.queue[:0], s.queue[s.first:]...)
		s.first = 0
	}
	s.queue = append(s.queue, audio...)
	return nil
}

func (s *sender) clear() { s.queue, s.first = s.queue[:0], 0 }

// position returns how much of the audio has been sent.
func (s *sender) position() time.Duration { return s.format.Duration(s.sent) }
