package device

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
)

const (
	maxQueue = 32 << 20               // bytes that may wait
	pause    = 500 * time.Millisecond // between sounds is no underrun
)

// A speaker is the queue of a loudspeaker, and the time of its listener. The lock is held for moments: the device's
// thread copies a period, everybody else links or reads.
type speaker struct {
	pause int // bytes

	mu          sync.Mutex
	first, last *piece
	waiting     int          // bytes in pieces
	held        [periods]int // bytes of audio that the device got in the latest calls of fill
	oldest      int          // index in held
	heard       int          // bytes
	playing     bool         // there was sound since the last clear
	silent      int          // bytes of silence since then
	underruns   int
}

// A piece is audio that waits.
type piece struct {
	audio []byte
	next  *piece
}

func newSpeaker(f audio.Format) *speaker { return &speaker{pause: f.Bytes(pause)} }

// play queues a copy of the audio.
func (s *speaker) play(audio []byte) error {
	if len(audio) == 0 {
		return nil
	}
	p := &piece{audio: slices.Clone(audio)}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiting+len(audio) > maxQueue {
		return fmt.Errorf("device: %d bytes of audio wait already", s.waiting)
	}
	if s.last == nil {
		s.first = p
	} else {
		s.last.next = p
	}
	s.last = p
	s.waiting += len(audio)
	return nil
}

// fill is the callback of the device. It asks for a period when the oldest of those in its buffer has been played.
func (s *speaker) fill(period []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(len(period), s.waiting&^1) // half of a sample waits for the other one
	for rest := period[:n]; len(rest) > 0; {
		c := copy(rest, s.first.audio)
		rest, s.first.audio = rest[c:], s.first.audio[c:]
		if len(s.first.audio) == 0 {
			if s.first = s.first.next; s.first == nil {
				s.last = nil
			}
		}
	}
	clear(period[n:])
	s.waiting -= n

	s.heard += s.held[s.oldest]
	s.held[s.oldest] = n
	s.oldest = (s.oldest + 1) % periods

	if n > 0 {
		if s.silent > 0 && s.silent < s.pause {
			s.underruns++
		}
		s.playing, s.silent = true, 0
	}
	if s.playing {
		s.silent += len(period) - n
	}
}

// clear drops what waits. The device plays what it holds: it counts as heard now, so that the position does not grow by it
// later, when other audio is counted.
func (s *speaker) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.first, s.last, s.waiting = nil, nil, 0
	for i, n := range s.held {
		s.heard += n
		s.held[i] = 0
	}
	s.playing, s.silent = false, 0
}

// position returns how many bytes have been heard.
func (s *speaker) position() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heard
}

func (s *speaker) gaps() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.underruns
}
