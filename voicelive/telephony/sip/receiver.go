package sip

import (
	"time"

	"github.com/pion/rtp"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

const (
	reorderWait = 60 * time.Millisecond // how long a packet may be late before it counts as lost
	window      = 16                    // how many packets may be ahead of one that is late
	backlog     = 100                   // inputs that wait for Receive; 2 s of audio

	// A source that restarts its sequence numbers looks like one whose packets are late. After this many in a row
	// it is followed.
	restart = 25

	// Timestamps may claim no more time than has passed, but for this: packets are early after others that were late.
	gapSlack = 500 * time.Millisecond
)

const noPayload = 255 // no payload type: they have 7 bits

// A receiver makes inputs of RTP packets, in the order of their sequence numbers. It knows no clock: each packet comes
// with the time of its arrival.
type receiver struct {
	format audio.Format
	audio  uint8 // payload types
	digits uint8 // noPayload if keys are not negotiated
	held   bool  // audio is dropped: it is not speech, but music on hold

	begun bool
	ssrc  uint32
	next  uint16 // the sequence number that is due
	ahead [window]waiting
	count int // of ahead
	late  int // packets behind next, in a row

	stamp uint32        // the timestamp at which audio is due
	at    time.Time     // the arrival of the latest audio; zero before the first
	lost  bool          // stamp means nothing: the source is a new one
	spare time.Duration // the time that has passed, less that of audio and gaps

	key      byte // the latest key, and the timestamp of its event
	keyStamp uint32

	queue []leg.Input // their audio is reused
	first int         // of those that wait, in the ring
	size  int
}

// waiting is a packet that came before the one that is due. Its payload is reused.
type waiting struct {
	used    bool
	at      time.Time
	stamp   uint32
	kind    uint8
	payload []byte
}

func newReceiver(format audio.Format, audioType, digits uint8) *receiver {
	return &receiver{format: format, audio: audioType, digits: digits, queue: make([]leg.Input, backlog)}
}

// push takes a packet that came at a time.
func (r *receiver) push(now time.Time, p *rtp.Packet) {
	r.expire(now)
	if !r.begun || p.SSRC != r.ssrc {
		r.restart(p)
	}
	distance := int16(p.SequenceNumber - r.next)
	switch {
	case distance < 0:
		if r.late++; r.late < restart {
			return
		}
		r.restart(p)
		r.deliver(now, p.Timestamp, p.PayloadType, p.Payload)
	case distance == 0:
		r.deliver(now, p.Timestamp, p.PayloadType, p.Payload)
	case distance >= window:
		r.flush()
		r.next = p.SequenceNumber
		r.deliver(now, p.Timestamp, p.PayloadType, p.Payload)
	default:
		r.keep(now, p)
	}
	r.late = 0
	r.drain()
}

// restart begins anew with a packet of another source, or of one that has changed its numbers.
func (r *receiver) restart(p *rtp.Packet) {
	r.flush()
	r.begun, r.lost, r.late = true, true, 0
	r.ssrc, r.next = p.SSRC, p.SequenceNumber
}

// keep keeps a packet until those before it have come.
func (r *receiver) keep(now time.Time, p *rtp.Packet) {
	w := &r.ahead[p.SequenceNumber%window]
	if w.used {
		return // a duplicate
	}
	*w = waiting{used: true, at: now, stamp: p.Timestamp, kind: p.PayloadType, payload: append(w.payload[:0], p.Payload...)}
	r.count++
}

// drain delivers the packets that are due.
func (r *receiver) drain() {
	for r.count > 0 {
		w := &r.ahead[r.next%window]
		if !w.used {
			return
		}
		w.used = false
		r.count--
		r.deliver(w.at, w.stamp, w.kind, w.payload)
	}
}

// flush delivers all that is kept.
func (r *receiver) flush() {
	for r.count > 0 {
		r.skip()
	}
}

// skip gives up the packets that are missing before the first that is kept.
func (r *receiver) skip() {
	for !r.ahead[r.next%window].used {
		r.next++
	}
	r.drain()
}

// expire gives up packets that are too late.
func (r *receiver) expire(now time.Time) {
	for {
		due := r.due()
		if due.IsZero() || now.Before(due) {
			return
		}
		r.skip()
	}
}

// due returns when expire has something to do; zero for never.
func (r *receiver) due() time.Time {
	if r.count == 0 {
		return time.Time{}
	}
	var oldest time.Time
	for i := range r.ahead {
		if w := &r.ahead[i]; w.used && (oldest.IsZero() || w.at.Before(oldest)) {
			oldest = w.at
		}
	}
	return oldest.Add(reorderWait)
}

// deliver makes an input of the packet that is due.
func (r *receiver) deliver(at time.Time, stamp uint32, kind uint8, payload []byte) {
	r.next++
	switch {
	case kind == r.audio && len(payload) > 0:
		if r.held {
			r.lost = true
			return
		}
		gap := r.gap(at, stamp, r.format.Duration(len(payload)))
		r.stamp, r.at, r.lost = stamp+uint32(len(payload)), at, false
		r.emit(gap, payload, 0)
	case kind == r.digits && len(payload) >= 4:
		r.event(stamp, payload[0])
	}
}

// gap returns the time between the latest audio and a packet of some length.
func (r *receiver) gap(at time.Time, stamp uint32, length time.Duration) time.Duration {
	if r.at.IsZero() {
		return 0
	}
	passed := at.Sub(r.at)
	r.spare += passed
	gap := r.format.Duration(int(int32(stamp - r.stamp)))
	if r.lost {
		gap = passed - length
	}
	gap = max(min(gap, r.spare-length+gapSlack), 0)
	r.spare = max(r.spare-gap-length, -gapSlack)
	return gap
}

// event emits a key when the first packet of its event is delivered. An event of more than 8 s goes on in
// another one.
func (r *receiver) event(stamp uint32, event byte) {
	const keys = "0123456789*#ABCD"
	if int(event) >= len(keys) {
		return
	}
	same := r.key == keys[event] && (stamp == r.keyStamp || stamp == r.keyStamp+0xffff)
	r.key, r.keyStamp = keys[event], stamp
	if !same {
		r.emit(0, nil, r.key)
	}
}

// emit queues an input. If the queue is full its first audio is lost, and what follows that is told of the time. Keys
// are lost only if nothing else waits.
func (r *receiver) emit(gap time.Duration, audio []byte, digit byte) {
	if r.size == len(r.queue) {
		r.lose()
	}
	in := &r.queue[(r.first+r.size)%len(r.queue)]
	*in = leg.Input{Gap: gap, Digit: digit, Audio: append(in.Audio[:0], audio...)}
	r.size++
}

// lose makes room in the queue.
func (r *receiver) lose() {
	at := func(i int) *leg.Input { return &r.queue[(r.first+i)%len(r.queue)] }
	keys := 0
	for keys < r.size-1 && at(keys).Digit != 0 {
		keys++
	}
	if at(keys).Digit != 0 {
		keys = 0
	}
	missed := at(keys).Gap + r.format.Duration(len(at(keys).Audio))
	for i := keys; i > 0; i-- { // the memory of what is lost stays in the queue
		*at(i), *at(i - 1) = *at(i - 1), *at(i)
	}
	r.first = (r.first + 1) % len(r.queue)
	r.size--
	at(min(keys, r.size-1)).Gap += missed
}

// pop returns the next input, with its audio in buf.
func (r *receiver) pop(buf []byte) (in leg.Input, ok bool) {
	if r.size == 0 {
		return leg.Input{}, false
	}
	in = r.queue[r.first]
	r.first = (r.first + 1) % len(r.queue)
	if r.size--; r.size == 0 {
		r.first = 0 // the memory of the first elements is used again, and the others need none
	}
	if len(in.Audio) == 0 {
		in.Audio = nil
		return in, true
	}
	in.Audio = append(buf[:0], in.Audio...)
	return in, true
}
