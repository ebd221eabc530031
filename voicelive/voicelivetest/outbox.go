package voicelivetest

import (
	"sync"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

const (
	// highWater is how many bytes may wait before responses stop producing more.
	highWater = 256 << 10
	// overflow is how many bytes may wait before nothing is read from a client that does not read either.
	overflow = 4 << 20
)

// outgoing is one thing for the writer to do.
type outgoing struct {
	kind  voicelive.ServerEventType
	event []byte // an event, with or without event_id
	id    string // the event_id that it has already
	late  bool   // it was delayed by a fault

	control []byte // a whole control frame
	close   *closing
	fault   *Fault
}

// size is the size that counts in the outbox, in bytes, with an overhead for small events.
func (o *outgoing) size() int { return len(o.event) + len(o.control) + 64 }

type closing struct {
	code   int
	reason string
}

// outbox queues events and control frames for the writer. Control frames overtake events. The queue itself has no limit:
// responses stop while it is full, the reader waits for room, and a test must limit the events that it injects.
type outbox struct {
	mu      sync.Mutex
	queue   []outgoing
	control []outgoing
	bytes   int
	ready   chan struct{} // one slot: something is there
	drained chan struct{} // one slot: there is room again, for responses
	room    chan struct{} // one slot: there is room again, for the reader
}

func newOutbox() *outbox {
	return &outbox{ready: make(chan struct{}, 1), drained: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

func (b *outbox) put(o outgoing) {
	b.mu.Lock()
	if o.control != nil {
		b.control = append(b.control, o)
	} else {
		b.queue = append(b.queue, o)
	}
	b.bytes += o.size()
	b.mu.Unlock()
	signal(b.ready)
}

// replace drops the queue and puts o there.
func (b *outbox) replace(o outgoing) {
	b.mu.Lock()
	b.queue, b.control, b.bytes = nil, nil, 0
	b.mu.Unlock()
	b.put(o)
}

func (b *outbox) take() (o outgoing, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case len(b.control) > 0:
		o, b.control = b.control[0], b.control[1:]
	case len(b.queue) > 0:
		o = b.queue[0]
		b.queue[0] = outgoing{} // its event must not be kept alive
		b.queue = b.queue[1:]
	default:
		return o, false
	}
	before := b.bytes
	b.bytes -= o.size()
	if b.bytes < highWater && before >= highWater {
		signal(b.drained)
	}
	if b.bytes < overflow && before >= overflow {
		signal(b.room)
	}
	return o, true
}

// full reports whether so many bytes wait, or more.
func (b *outbox) full(limit int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.bytes >= limit
}

// waitForRoom waits until less than overflow waits, or for the end.
func (b *outbox) waitForRoom(quit <-chan struct{}) {
	for b.full(overflow) {
		select {
		case <-b.room:
		case <-quit:
			return
		}
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
