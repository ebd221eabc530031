package ws

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"
)

// A Message is one received message.
type Message struct {
	Data []byte
	next *Message
}

// messages are reused by all sessions, so that an idle one holds none.
var messages = sync.Pool{New: func() any { return &Message{Data: make([]byte, 0, 4<<10)} }}

// readFrom reads a whole message into m. What coming returns is the number of bytes
// that the peer has announced and not sent yet; it is only asked when m has to grow.
func (m *Message) readFrom(r io.Reader, coming func() int) error {
	m.Data = m.Data[:0]
	for {
		if len(m.Data) == cap(m.Data) {
			// Once for a message in one frame, with room for what the library has buffered.
			m.Data = slices.Grow(m.Data, max(len(m.Data), coming()+readBufferSize+1))
		}
		n, err := r.Read(m.Data[len(m.Data):cap(m.Data)])
		m.Data = m.Data[:len(m.Data)+n]
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// Release gives m back, once nothing refers to its data.
func (m *Message) Release() {
	if cap(m.Data) > 1<<20 {
		return // a rare large message should not stay
	}
	m.next = nil
	messages.Put(m)
}

// A queue holds messages between the reader and the consumer, bounded by their
// number and by the memory they take. It is a linked list: empty, it takes none.
type queue struct {
	mu          sync.Mutex
	first, last *Message
	n, bytes    int
	high        int // the most bytes there were
	closed      bool

	maxN, maxBytes int

	ready chan struct{} // one token: there is a message, or the end
	room  chan struct{} // one token: one was taken
	late  *time.Timer   // of wait, since a queue that is full often is so for long; nil before
}

func newQueue(l *Limits) queue {
	return queue{maxN: l.QueueEvents, maxBytes: l.QueueBytes, ready: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

// put appends m and returns how many there are, or 0 without room. One message
// always fits, and counts as one if the queue is closed and drops it.
func (q *queue) put(m *Message) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		m.Release()
		return 1
	}
	if q.n > 0 && (q.n >= q.maxN || q.bytes+cap(m.Data) > q.maxBytes) {
		return 0
	}
	if q.last == nil {
		q.first = m
	} else {
		q.last.next = m
	}
	q.last = m
	q.n++
	q.bytes += cap(m.Data)
	q.high = max(q.high, q.bytes)
	token(q.ready)
	return q.n
}

// take removes the first message; nil if there is none.
func (q *queue) take() *Message {
	q.mu.Lock()
	defer q.mu.Unlock()
	m := q.first
	if m == nil {
		return nil
	}
	q.first = m.next
	if q.first == nil {
		q.last = nil
	}
	q.n--
	q.bytes -= cap(m.Data)
	m.next = nil
	token(q.room)
	return m
}

// close drops what is put from now on.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
}

func (q *queue) size() (n, bytes, high int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.n, q.bytes, q.high
}

// token wakes whoever waits for c, or the next who does.
func token(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// next waits for a message. It returns nil once done is closed and none is left.
func (q *queue) next(ctx context.Context, done <-chan struct{}) (*Message, error) {
	for {
		if m := q.take(); m != nil {
			return m, nil
		}
		select {
		case <-q.ready:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-done:
			return q.take(), nil
		}
	}
}

// wait puts m as soon as there is room, and reports whether that was in time.
// Either of the channels gives up waiting: m is then dropped, and so is what comes
// behind it, which is not late.
func (q *queue) wait(m *Message, patience time.Duration, done, closing <-chan struct{}) bool {
	if q.late == nil {
		q.late = time.NewTimer(patience)
	} else {
		q.late.Reset(patience)
	}
	defer q.late.Stop()
	for q.put(m) == 0 {
		select {
		case <-q.room:
		case <-done:
			q.close()
		case <-closing:
			q.close()
		case <-q.late.C:
			return q.put(m) > 0
		}
	}
	return true
}
