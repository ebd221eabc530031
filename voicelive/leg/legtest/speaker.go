package legtest

import (
	"fmt"
	"math"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// A speaker plays what is queued, in real time and without a gap.
type speaker struct {
	format audio.Format
	queue  []byte
	total  int // bytes that were queued and not cleared
	marks  []placed

	running time.Time // since when it plays without running dry
	run     int       // bytes that it has played since then

	played int
	heard  [][]byte // what was played, in pieces between clears
}

// placed is a mark and the end of the audio before it.
type placed struct {
	name  string
	total int
}

// advance plays up to now.
func (s *speaker) advance(now time.Time) {
	if len(s.queue) == 0 {
		return
	}
	n := min(s.format.Bytes(now.Sub(s.running))-s.run, len(s.queue))
	if len(s.heard) == 0 {
		s.heard = append(s.heard, nil)
	}
	last := &s.heard[len(s.heard)-1]
	*last = append(*last, s.queue[:n]...)
	s.queue = s.queue[n:]
	s.run += n
	s.played += n
}

func (s *speaker) position(now time.Time) time.Duration {
	s.advance(now)
	return s.format.Duration(s.played)
}

func (s *speaker) play(now time.Time, audio []byte, mark string) {
	s.advance(now)
	if len(s.queue) == 0 {
		s.running, s.run = now, 0
	}
	s.queue = append(s.queue, audio...)
	s.total += len(audio)
	if mark != "" {
		s.marks = append(s.marks, placed{mark, s.total})
	}
}

// clear drops what was not played, and returns the marks behind it.
func (s *speaker) clear(now time.Time) (marks []placed) {
	s.advance(now)
	if len(s.queue) > 0 {
		s.heard = append(s.heard, nil)
	}
	for len(s.marks) > 0 && s.marks[len(s.marks)-1].total > s.played {
		last := len(s.marks) - 1
		marks, s.marks = append([]placed{s.marks[last]}, marks...), s.marks[:last]
	}
	s.queue, s.total = nil, s.played
	return marks
}

// end drops what was not played.
func (s *speaker) end(now time.Time) {
	s.clear(now)
	s.marks = nil
}

// reached returns the next mark if it was reached, or when it will be; a zero time is never.
func (s *speaker) reached(now time.Time) (mark string, at time.Time) {
	s.advance(now)
	if len(s.marks) == 0 {
		return "", time.Time{}
	}
	m := s.marks[0]
	if m.total <= s.played {
		s.marks = s.marks[1:]
		return m.name, time.Time{}
	}
	return "", s.running.Add(s.format.Duration(s.run+m.total-s.played) + 1) // durations are rounded down
}

// voice is a packet of a tone of 250 Hz, 12 dB below full scale: 5 periods.
func voice(f audio.Format) ([]byte, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	if f.Channels != 1 {
		return nil, fmt.Errorf("%v is not mono", f)
	}
	var pcm []byte
	for i := range int(time.Duration(f.Rate) * leg.Packet / time.Second) {
		s := int16(math.MaxInt16 / 4 * math.Sin(2*math.Pi*250*float64(i)/float64(f.Rate)))
		pcm = append(pcm, byte(s), byte(s>>8))
	}
	switch f.Encoding {
	case audio.MuLaw:
		return audio.AppendMuLaw(nil, pcm), nil
	case audio.ALaw:
		return audio.AppendALaw(nil, pcm), nil
	}
	return pcm, nil
}
