package ws

import "sync"

// readAhead lets a connection read a lot at once while a lot arrives, and wait with
// the small buffer of its reader: a large one is borrowed for what follows within a
// frame, with whatever else has arrived, and given back once it is empty. A session that
// waits for an event holds none.
type readAhead struct {
	buf  *[aheadSize]byte // nil if nothing is ahead
	rest []byte           // of buf
	err  error            // behind rest
}

// aheadSize is that of a few events with audio.
const aheadSize = 32 << 10

var aheads = sync.Pool{New: func() any { return new([aheadSize]byte) }}

func (a *readAhead) empty() bool { return a.buf == nil }

// borrow returns the large buffer, for a read that fill is told of.
func (a *readAhead) borrow() []byte {
	a.buf = aheads.Get().(*[aheadSize]byte)
	return a.buf[:]
}

func (a *readAhead) fill(n int, err error) { a.rest, a.err = a.buf[:n], err }

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
