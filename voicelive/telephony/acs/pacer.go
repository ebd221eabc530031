package acs

import (
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
)

// A pacer decides when audio is sent, and knows how much of it the user has heard. Communication Services says
// neither what it has played nor how much it buffers: audio is sent at most lead before it is
// heard, and what was sent plays in real time. All amounts are bytes since the beginning; audio that was cleared does
// not count.
//
// Audio that is sent now and a clear that is sent later take the same time to arrive: what was heard at a clear is
// right whatever the latency is.
type pacer struct {
	format audio.Format
	lead   int64

	queue []byte // not sent
	from  int    // of the queue: what is before it was sent

	sent    int64
	playing bool
	pos     int64 // while it plays, it was here
	at      time.Time
}

// maxQueue bounds the audio that was not sent: 11 minutes at 24 kHz.
const maxQueue = 32 << 20

// keepQueue is how large an empty queue stays.
const keepQueue = 16 << 10

func (p *pacer) queued() int { return len(p.queue) - p.from }

// add queues audio.
func (p *pacer) add(audio []byte) {
	if p.from > 0 && len(p.queue)+len(audio) > cap(p.queue) {
		p.queue = p.queue[:copy(p.queue, p.queue[p.from:])]
		p.from = 0
	}
	p.queue = append(p.queue, audio...)
}

// heard returns how much the user has heard.
func (p *pacer) heard(now time.Time) int64 {
	if !p.playing {
		return p.sent
	}
	return min(p.sent, p.pos+int64(p.format.Bytes(now.Sub(p.at))))
}

// take returns the audio to send now, which is valid until the next call of add. If there is none yet, again is when
// there will be; zero is after the next add.
func (p *pacer) take(now time.Time) (chunk []byte, again time.Time) {
	whole := p.queued() &^ 1
	if whole == 0 {
		return nil, time.Time{}
	}
	heard := p.heard(now)
	room := int(p.lead-(p.sent-heard)) &^ 1
	switch {
	case room >= whole:
		room = whole
	case int64(room) < p.lead/2: // few large messages cost less than many small ones
		again = p.at.Add(p.format.Duration(int(p.sent-p.lead/2-p.pos)) + 1)
		if !again.After(now) {
			again = now.Add(time.Millisecond)
		}
		return nil, again
	}
	if heard == p.sent { // it had run dry
		p.playing, p.pos, p.at = true, p.sent, now
	}
	chunk = p.queue[p.from : p.from+room]
	p.from += room
	p.sent += int64(room)
	if p.from == len(p.queue) {
		p.empty()
	}
	return chunk, time.Time{}
}

// empty forgets the queue, and its memory if it is large. What take returned stays as it is until add.
func (p *pacer) empty() {
	if cap(p.queue) > keepQueue {
		p.queue = nil
	}
	p.queue, p.from = p.queue[:0], 0
}

// clear drops what the user has not heard. It reports whether some of that was sent.
func (p *pacer) clear(now time.Time) (sent bool) {
	p.empty()
	heard := p.heard(now)
	sent = heard < p.sent
	p.sent, p.playing = heard, false
	return sent
}
