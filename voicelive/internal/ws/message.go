package ws

import (
	"math"
	"math/bits"
	"sync"
)

// A Message is one received message.
type Message struct {
	Data []byte
	next *Message
}

const (
	minBuffer = 4 << 10
	maxAhead  = 64 << 10 // of a message, reserved because its header announces it
	maxPooled = 1 << 20  // a rare larger message should not stay
)

// messages are reused by all connections, so that an idle one holds none. Each pool is
// for buffers of one size, a power of two from minBuffer to maxPooled, so that a small
// message never occupies the buffer of a large one.
var messages [9]sync.Pool

// newMessage returns a message with room for at least n bytes, and less than twice
// that if n is large.
func newMessage(n int) *Message {
	if n > maxPooled {
		return &Message{Data: make([]byte, 0, n)}
	}
	class := sizeClass(n)
	if m, ok := messages[class].Get().(*Message); ok {
		return m
	}
	return &Message{Data: make([]byte, 0, minBuffer<<class)}
}

// sizeClass returns the index of the pool whose buffers have at least n bytes.
func sizeClass(n int) int { return bits.Len(uint(max(n, 1)-1) / minBuffer) }

// Release gives m back, once nothing refers to its data.
func (m *Message) Release() {
	if cap(m.Data) > maxPooled {
		return
	}
	m.Data, m.next = m.Data[:0], nil
	messages[sizeClass(cap(m.Data))].Put(m)
}

// grow moves a message that is full to a larger buffer. What is coming of the frame bounds
// it only in the last one: a message that grew by each of its frames would be copied as often.
func (m *Message) grow(coming int64, last bool, limit int64) *Message {
	has := int64(len(m.Data))
	next := 2 * has
	if has >= maxAhead {
		next = 8 * has
	}
	if next > limit/2 {
		next = limit
	}
	if announced := has + coming; last && announced < next {
		next = announced
	}
	return m.moveTo(newMessage(int(min(max(next, has+1), math.MaxInt))))
}

// fit moves a message to a smaller buffer if it fills less than half of a large one.
func (m *Message) fit() *Message {
	if n := len(m.Data); cap(m.Data) > 2*max(n, maxAhead) {
		return m.moveTo(newMessage(n))
	}
	return m
}

func (m *Message) moveTo(larger *Message) *Message {
	larger.Data = append(larger.Data, m.Data...)
	m.Release()
	return larger
}
