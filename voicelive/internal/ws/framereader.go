package ws

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// A frameReader reads the messages of a server, RFC 6455 section 5. gorilla/websocket
// could, but allocates for every message: a goroutine that allocates during a garbage
// collection, be it a few bytes, first does 64 KiB of the collector's work, and with a thousand
// sessions everybody waits for that.
//
// It waits for a frame with a small buffer of its own. What follows within a frame is read
// into a buffer that all connections share, with whatever else has arrived.
type frameReader struct {
	conn       net.Conn
	limit      int64 // bytes of a message
	ping, pong func(payload string)
	reads      atomic.Uint32 // that returned something; changes as long as the peer lives

	own    []byte                  // of readBufferSize
	shared *[sharedBufferSize]byte // nil if rest is of own
	rest   []byte                  // read and not yet used
	err    error                   // behind rest
	idle   int                     // reads in a row that returned nothing

	// the data frame that began last
	final bool  // its message ends with it; true before the first
	left  int64 // of its payload
	size  int64 // of its message, up to its end
}

const (
	readBufferSize   = 1536     // an event with 100 ms of audio at 8 kHz; an idle connection holds it
	sharedBufferSize = 32 << 10 // a few events with audio
	maxIdleReads     = 100
)

var sharedBuffers = sync.Pool{New: func() any { return new([sharedBufferSize]byte) }}

var (
	errLongLength    = breach("a frame's length is not written in the fewest bytes")
	errHugeLength    = breach("a frame's length has its highest bit set")
	errHalfCloseCode = breach("a close frame has one byte")
	errCloseReason   = breach("the reason of a close frame is not UTF-8")
	errReserved      = breach("a frame has a reserved bit set")
	errMasked        = breach("a frame of the server is masked")
	errLongControl   = breach("a control frame has more than 125 bytes")
	errSplitControl  = breach("a control frame is fragmented")
	errNotContinued  = breach("a message begins within another one")
	errNotBegun      = breach("a continuation of no message")
)

// start sets what a reader begins with. What comes from conn is behind rest, which is copied.
func (r *frameReader) start(conn net.Conn, rest []byte, limit int64) {
	r.conn, r.limit, r.own, r.final = conn, limit, make([]byte, readBufferSize), true
	r.rest = r.own[:copy(r.own, rest)]
}

// begin waits for a message, and returns the opcode of its first frame. Then read it.
func (r *frameReader) begin() (op byte, err error) {
	r.size = 0
	return r.next()
}

// message reads the message that began.
//
// Memory follows what has come rather than what is announced. Above maxAhead it grows by
// eight times, so that an outgrown buffer adds little to the next one.
func (r *frameReader) message() (*Message, error) {
	m := newMessage(int(min(r.left, maxAhead)))
	for {
		for r.left > 0 {
			if len(m.Data) == cap(m.Data) {
				m = m.grow(r.left, r.final, r.limit)
			}
			n, err := r.payload(m.Data[len(m.Data):cap(m.Data)])
			if err != nil {
				return nil, err
			}
			m.Data = m.Data[:len(m.Data)+n]
		}
		if r.final {
			return m.fit(), nil
		}
		if _, err := r.next(); err != nil {
			return nil, err
		}
	}
}

// next reads up to the payload of the next data frame, and handles the control frames
// before. It waits for the network in this very function: a stack of which each waiting
// connection has one is scanned by every garbage collection.
func (r *frameReader) next() (op byte, err error) {
	for {
		n, err := r.head()
		if err != nil {
			return 0, err
		}
		if n == 0 { // more must come
			if r.err != nil {
				return 0, r.err
			}
			has := copy(r.own, r.rest)
			r.release()
			n, err := r.conn.Read(r.own[has:])
			r.rest = r.own[:has+n]
			r.returned(n, err)
			continue
		}
		head := r.rest[:n]
		op := head[0] &^ finalBit
		if op&opClose != 0 {
			err := r.control(op, head[2:])
			r.use(n)
			if err != nil {
				return 0, err
			}
			continue
		}
		length, err := payloadLen(head)
		if err != nil {
			return 0, err
		}
		if length > uint64(r.limit-r.size) {
			return 0, fmt.Errorf("%w, %d bytes", ErrTooLarge, r.limit)
		}
		r.final, r.left = head[0]&finalBit != 0, int64(length)
		r.size += r.left
		r.use(n)
		return op, nil
	}
}

// head returns how long the header at the start of rest is, with the payload of a
// control frame; 0 if more of it must come.
func (r *frameReader) head() (n int, err error) {
	if len(r.rest) < 2 {
		return 0, nil
	}
	if err := r.check(r.rest[0], r.rest[1]); err != nil {
		return 0, err
	}
	n = headerLen(r.rest[1])
	if r.rest[0]&opClose != 0 {
		n += int(r.rest[1])
	}
	if len(r.rest) < n {
		return 0, nil
	}
	return n, nil
}

// check looks at the first two bytes of a frame.
func (r *frameReader) check(first, second byte) error {
	op, final := first&0xf, first&finalBit != 0
	switch {
	case first&0x70 != 0:
		return errReserved
	case second&maskBit != 0:
		return errMasked
	}
	switch op {
	case opContinuation:
		if r.final {
			return errNotBegun
		}
	case opText, opBinary:
		if !r.final {
			return errNotContinued
		}
	case opClose, opPing, opPong:
		switch {
		case second > maxControl:
			return errLongControl
		case !final:
			return errSplitControl
		case op == opClose && second == 1:
			return errHalfCloseCode
		}
	default:
		return breach("a frame has the opcode %d, which is not defined", op)
	}
	return nil
}

// control handles a control frame. A close frame is an [*Error].
func (r *frameReader) control(op byte, payload []byte) error {
	switch op {
	case opPing:
		r.ping(string(payload))
		return nil
	case opPong:
		r.pong(string(payload))
		return nil
	}
	if len(payload) == 0 {
		return &Error{Code: websocket.CloseNoStatusReceived}
	}
	code, reason := int(binary.BigEndian.Uint16(payload)), string(payload[2:])
	switch {
	case !closeCodeAllowed(code):
		return breach("a close frame has the code %d", code)
	case !utf8.ValidString(reason):
		return errCloseReason
	}
	return &Error{Code: code, Reason: reason}
}

// closeCodeAllowed reports whether a close frame may have the code: RFC 6455 section
// 7.4, and what has been registered since.
func closeCodeAllowed(code int) bool {
	switch code {
	case 1004, websocket.CloseNoStatusReceived, websocket.CloseAbnormalClosure:
		return false
	}
	return code >= 1000 && code <= 1014 || code >= 3000 && code <= 4999
}

// payload waits for payload of the frame, and copies what has come of it to p.
func (r *frameReader) payload(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.shared = sharedBuffers.Get().(*[sharedBufferSize]byte)
		n, err := r.conn.Read(r.shared[:])
		r.rest = r.shared[:n]
		r.returned(n, err)
		r.use(0)
	}
	n := copy(p[:min(int64(len(p)), r.left)], r.rest)
	r.left -= int64(n)
	r.use(n)
	return n, nil
}

// returned notes what a read of the network returned.
func (r *frameReader) returned(n int, err error) {
	if n > 0 {
		r.reads.Add(1)
		r.idle = 0
	} else if r.idle++; err == nil && r.idle == maxIdleReads {
		err = io.ErrNoProgress
	}
	if err == io.EOF { // the peer says it with a close frame
		err = io.ErrUnexpectedEOF
	}
	r.err = err
}

// use takes n bytes from rest.
func (r *frameReader) use(n int) {
	if r.rest = r.rest[n:]; len(r.rest) == 0 {
		r.release()
	}
}

// release gives the shared buffer back.
func (r *frameReader) release() {
	if r.shared != nil {
		sharedBuffers.Put(r.shared)
		r.shared, r.rest = nil, nil
	}
}

func headerLen(second byte) int {
	switch second {
	case 126:
		return 4
	case 127:
		return 10
	}
	return 2
}

// payloadLen returns what the header of a data frame says.
func payloadLen(head []byte) (n uint64, err error) {
	least := uint64(0)
	switch len(head) {
	case 2:
		n = uint64(head[1])
	case 4:
		n, least = uint64(binary.BigEndian.Uint16(head[2:])), 126
	default:
		n, least = binary.BigEndian.Uint64(head[2:]), 1<<16
	}
	switch {
	case n < least:
		return 0, errLongLength
	case n > 1<<63-1:
		return 0, errHugeLength
	}
	return n, nil
}
