package playback

import (
	"slices"
	"strconv"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
)

// A device is the leg, as the machine sees it. Errors are kept by the driver.
type device interface {
	play(audio []byte, mark string) // a mark only if the leg is a Marker
	clear()
	position() time.Duration // only of a Positioner
}

// How a leg tells what was heard.
type feedback int

const (
	byTime feedback = iota
	byMarks
	byPosition
)

// A clock knows how much of what was written to the leg has been heard. All
// amounts are bytes since the beginning; audio that was cleared does not count.
type clock struct {
	format   audio.Format
	feedback feedback
	device   device
	origin   time.Duration // the position of the leg at the beginning

	written int64
	heard   int64 // for certain

	// While the leg plays, it was at pos at time at, by the clock of the sender: a clear
	// that is sent now reaches the leg when it is at pos + (now - at).
	playing bool
	pos     int64
	at      time.Time

	marks   []mark // not returned yet, oldest first
	late    []mark // cleared, but they may have been reached before
	number  int
	prefix  string        // of the names of marks
	names   []string      // of marks, so far; used over and over, since names must not be allocated all the time
	trip    time.Duration // from the end of audio to its mark here, at least
	knows   bool          // trip is known
	silence time.Time     // when marks were last returned, or playing began
}

// A mark stands for all audio before it.
type mark struct {
	name  string
	total int64
	fresh bool      // the leg had nothing to play when its audio was written
	due   time.Time // when its audio ends if the leg began at once
	part  *part     // whose audio is right before it
	heard int64     // of that part
}

func (c *clock) bytes(d time.Duration) int64    { return int64(c.format.Bytes(d)) }
func (c *clock) duration(n int64) time.Duration { return c.format.Duration(int(n)) }
func (c *clock) end(total int64) time.Time      { return c.at.Add(c.duration(total - c.pos)) }
func (c *clock) behind() bool                   { return c.heard < c.written }

// estimate returns how much was heard at now, at most what was written.
func (c *clock) estimate(now time.Time) int64 {
	if !c.playing {
		return c.written
	}
	return max(c.heard, min(c.written, c.pos+c.bytes(now.Sub(c.at))))
}

// update brings heard up to date.
func (c *clock) update(now time.Time) {
	switch c.feedback {
	case byTime:
		c.heard = c.estimate(now)
	case byPosition:
		c.heard = max(c.heard, min(c.written, c.bytes(c.device.position()-c.origin)))
	case byMarks:
		// A leg whose marks do not come back is taken to play in real time.
		if c.behind() && !now.Before(c.overdue()) {
			c.heard, c.marks = c.written, nil
		}
	}
}

// overdue is when marks that have not come back are given up.
func (c *clock) overdue() time.Time {
	if end := c.end(c.written); end.After(c.silence) {
		return end.Add(silentMarks)
	}
	return c.silence.Add(silentMarks)
}

// write plays audio, the end of a part's first partHeard bytes. It reports whether the leg had run dry.
func (c *clock) write(now time.Time, audio []byte, p *part, partHeard int64) (dry bool) {
	if dry = c.estimate(now) >= c.written; dry {
		c.playing, c.pos, c.at, c.silence = true, c.written, now, now
	}
	c.written += int64(len(audio))
	name := ""
	if c.feedback == byMarks {
		name = c.markName()
		fresh := dry && len(c.marks) == 0
		c.marks = append(c.marks, mark{name: name, total: c.written, fresh: fresh, due: c.end(c.written), part: p, heard: partHeard})
	}
	c.device.play(audio, name)
	return dry
}

// maxNames is more than the marks that are on their way at any time.
const maxNames = 1024

// markName returns the name of the next mark. It is one of this Player alone: a leg outlives its Players, and brings the marks
// of one back to the next.
func (c *clock) markName() string {
	i := c.number % maxNames
	if i == len(c.names) {
		c.moreNames()
	}
	c.number++
	return c.names[i]
}

// moreNames makes names, many in one string.
func (c *clock) moreNames() {
	const many = 64
	var text []byte
	var ends [many]int
	for i := range many {
		text = strconv.AppendInt(append(text, c.prefix...), int64(len(c.names)+i), 10)
		ends[i] = len(text)
	}
	all, begin := string(text), 0
	c.names = slices.Grow(c.names, many)
	for _, end := range ends {
		c.names = append(c.names, all[begin:end])
		begin = end
	}
}

// reached notes a mark that came back. It returns one that was cleared and had been reached
// all the same.
func (c *clock) reached(now time.Time, name string, cleared bool) (before mark, ok bool) {
	for i, m := range c.marks {
		if m.name != name {
			continue
		}
		c.marks = append(c.marks[:0], c.marks[i+1:]...)
		if cleared {
			return mark{}, false // by somebody else than us
		}
		if trip := max(now.Sub(m.due), 0); m.fresh && (!c.knows || trip < c.trip) {
			c.trip, c.knows = trip, true
		}
		c.heard = max(c.heard, m.total)
		c.pos, c.at, c.silence = m.total, now.Add(-c.trip), now
		return mark{}, false
	}
	for i, m := range c.late {
		if m.name == name {
			c.late = append(c.late[:0], c.late[i+1:]...)
			return m, !cleared
		}
	}
	return mark{}, false
}

// clear drops what was written and not heard, and returns how much was heard in all.
func (c *clock) clear(now time.Time) int64 {
	c.update(now)
	if c.behind() {
		c.device.clear()
		if c.feedback == byPosition {
			c.update(now)
		} else {
			c.heard = c.estimate(now)
		}
	}
	c.late = append(c.late[:0], c.marks...)
	c.marks = c.marks[:0]
	c.written, c.playing = c.heard, false
	return c.heard
}

// next returns when total will have been heard, as far as is known.
func (c *clock) next(now time.Time, total int64) time.Time {
	switch c.feedback {
	case byMarks:
		return c.overdue()
	case byPosition:
		// The leg's clock may be slower than ours.
		if at := c.end(total); at.After(now) {
			return at
		}
		return now.Add(10 * time.Millisecond)
	}
	return c.end(total)
}
