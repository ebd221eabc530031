package ws

import (
	"context"
	"sync"
	"time"
)

// A queue holds messages between the reader and the consumer, bounded by their
// number and by the memory they take, one message excepted. It is a linked list: empty, it takes none.
type queue struct {
	mu          sync.Mutex
	first, last *Message
	n, bytes    int
	high        int // the most bytes there were
	closed      bool

	maxN, maxBytes int

	ready chan struct{} // one token: there is a message, or the end
	room  chan struct{} // one token: one was taken
	late  *time.Timer   // of awaitRoom, since a queue that is full often is so for long; nil before
}

func newQueue(l *Limits) queue {
	return queue{maxN: l.QueueEvents, maxBytes: l.QueueBytes, ready: make(chan struct{}, 1), room: make(chan struct{}, 1)}
}

// put appends m and returns how many there are. Whoever puts asks for room first: the
// queue exceeds its bytes by one message at most. If it is closed, m is dropped.
func (q *queue) put(m *Message) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		m.Release()
		return q.n
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

// hasRoom reports whether a message may be put.
func (q *queue) hasRoom() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed || q.n == 0 || q.n < q.maxN && q.bytes < q.maxBytes
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

// awaitRoom waits for room, and reports whether there was some in time. Either of the
// channels gives up waiting: what is put from then on is dropped.
func (q *queue) awaitRoom(patience time.Duration, done, closing <-chan struct{}) bool {
	if q.late == nil {
		q.late = time.NewTimer(patience)
	} else {
		q.late.Reset(patience)
	}
	defer q.late.Stop()
	for !q.hasRoom() {
		select {
		case <-q.room:
		case <-done:
			q.close()
		case <-closing:
			q.close()
		case <-q.late.C:
			return q.hasRoom()
		}
	}
	return true
}
