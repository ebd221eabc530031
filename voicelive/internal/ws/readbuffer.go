package ws

import "sync"

// A readBuffer holds bytes that were read from the network and not yet by the
// library. It lets a connection read a lot at once while a lot arrives, and wait with the
// small buffer of the library: its own is shared by all connections, borrowed for what
// follows within a frame, with whatever else has arrived, and given back once it is empty.
type readBuffer struct {
	buf  *[sharedBufferSize]byte // nil if there is nothing
	rest []byte                  // of buf
	err  error                   // behind rest
}

// sharedBufferSize is that of a few events with audio.
const sharedBufferSize = 32 << 10

var sharedBuffers = sync.Pool{New: func() any { return new([sharedBufferSize]byte) }}

func (b *readBuffer) empty() bool { return b.buf == nil }

// borrow returns the buffer, for a read whose result fill gets.
func (b *readBuffer) borrow() []byte {
	b.buf = sharedBuffers.Get().(*[sharedBufferSize]byte)
	return b.buf[:]
}

// fill gives the buffer back if the read returned nothing.
func (b *readBuffer) fill(n int, err error) {
	if n == 0 {
		b.release()
		return
	}
	b.rest, b.err = b.buf[:n], err
}

// take moves n bytes to p. The error of fill comes with the last.
func (b *readBuffer) take(p []byte, n int) error {
	copy(p, b.rest[:n])
	if b.rest = b.rest[n:]; len(b.rest) > 0 {
		return nil
	}
	err := b.err
	b.release()
	return err
}

func (b *readBuffer) release() {
	sharedBuffers.Put(b.buf)
	b.buf, b.rest, b.err = nil, nil, nil
}
