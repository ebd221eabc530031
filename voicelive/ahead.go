package voicelive

import "sync"

// readAhead lets a connection read a lot at once while a lot arrives, and wait
// with the small buffer of its reader: a large one is borrowed when a read filled
// that buffer, so that more is probably there, and given back once it is empty.
type readAhead struct {
	buf  *[aheadSize]byte // nil if nothing is ahead
	rest []byte           // of buf
	err  error            // behind rest
	more bool             // can probably be read without waiting
}

// aheadSize is that of a few events with audio.
const aheadSize = 32 << 10

var aheads = sync.Pool{New: func() any { return new([aheadSize]byte) }}

// wants reports whether the next bytes go through the large buffer.
func (a *readAhead) wants() bool { return a.buf != nil || a.more }

// empty reports whether there is nothing to take before fill.
func (a *readAhead) empty() bool { return a.buf == nil }

// read notes a read past the large buffer, of n bytes where size had room. What is
// larger than the buffer of the reader is the rest of a frame, behind which there may
// be nothing.
func (a *readAhead) read(n, size int, err error) {
	a.more = n == size && size <= readBufferSize && err == nil
}

// borrow returns the large buffer, for a read that fill is told of.
func (a *readAhead) borrow() []byte {
	a.buf = aheads.Get().(*[aheadSize]byte)
	return a.buf[:]
}

func (a *readAhead) fill(n int, err error) {
	a.rest, a.err = a.buf[:n], err
	a.more = n == len(a.buf) && err == nil
}

// take moves bytes out of the large buffer. The error of fill comes with the last.
func (a *readAhead) take(p []byte) (n int, err error) {
	n = copy(p, a.rest)
	if a.rest = a.rest[n:]; len(a.rest) == 0 {
		aheads.Put(a.buf)
		err = a.err
		a.buf, a.rest, a.err = nil, nil, nil
	}
	return n, err
}
