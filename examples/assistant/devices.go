package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/examples/internal/speech"
	"github.com/go-voicelive/voicelive-go/examples/internal/wav"
)

// bytesPerSecond is that of 16-bit mono PCM.
const bytesPerSecond = 2 * speech.Rate

func bytesOf(d time.Duration) int    { return int(d*speech.Rate/time.Second) * 2 }
func durationOf(n int) time.Duration { return time.Duration(n) * time.Second / bytesPerSecond }

// A microphone sends what it is given, and remembers it. The writer below takes the time that the audio takes.
type microphone struct {
	w         io.Writer
	recording []byte
}

func (m *microphone) Write(audio []byte) (int, error) {
	n, err := m.w.Write(audio)
	m.recording = append(m.recording, audio[:n]...)
	return n, err
}

// A speaker takes audio sooner than it can be played, as a sound card does, and knows what was heard of it. It makes no
// sound but a recording: give the audio to your sound card here.
type speaker struct {
	mu        sync.Mutex
	began     time.Time // of the recording; set before use
	recording []byte    // up to now it was heard, behind that it waits
	item      string    // of the audio that came last
	content   int       // index in the item
	start     int       // of the item, in the recording
}

// now is the position in the recording that is being heard.
func (s *speaker) now() int { return bytesOf(time.Since(s.began)) }

// play plays audio of an item behind what is waiting.
func (s *speaker) play(item string, content int, audio []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	gap := max(s.now()-len(s.recording), 0)
	s.recording = append(s.recording, make([]byte, gap)...)
	if item == s.item && content == s.content {
		s.start += gap // silence because of late audio is not part of the item
	} else {
		s.item, s.content, s.start = item, content, len(s.recording)
	}
	s.recording = append(s.recording, audio...)
}

// heard is how much was heard of the item that is playing; 0 if none is.
func (s *speaker) heard() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := s.now(); now < len(s.recording) {
		return durationOf(max(now-s.start, 0))
	}
	return 0
}

// playing reports whether there is audio that was not heard yet.
func (s *speaker) playing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now() < len(s.recording)
}

// stop drops what was not heard yet, and returns how much was heard of its item. The item is empty if nothing was playing.
func (s *speaker) stop() (item string, content int, heard time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if now >= len(s.recording) {
		return "", 0, 0
	}
	s.recording = s.recording[:now]
	return s.item, s.content, durationOf(max(now-s.start, 0))
}

// save writes what both have said: the user on the left, the assistant on the right.
func (c *conversation) save(file string) error {
	var recording bytes.Buffer
	if err := wav.Write(&recording, speech.Rate, c.microphone.recording, c.speaker.recording); err != nil {
		return err
	}
	if err := os.WriteFile(file, recording.Bytes(), 0o644); err != nil {
		return err
	}
	path, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	length := durationOf(max(len(c.microphone.recording), len(c.speaker.recording)))
	c.console.note("recorded: %.1f s in %s", length.Seconds(), path)
	return nil
}
