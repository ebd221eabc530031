package socket

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"unicode/utf8"
)

const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xa

	final    = 0x80
	reserved = 0x70
	masked   = 0x80

	maxControl = 125 // bytes of the payload of a control frame
	maxHeader  = 14

	// bufferSize holds a packet of 20 ms of a call, or two.
	bufferSize = 4 << 10
)

// A violation is a breach of the protocol by the peer, and the code to close with.
type violation struct {
	code int
	what string
}

func (v *violation) Error() string { return v.what }

var (
	errReserved = &violation{CloseProtocol, "reserved bits are set"}
	errOpcode   = &violation{CloseProtocol, "unknown opcode"}
	errUnmasked = &violation{CloseProtocol, "a frame is not masked"}
	errControl  = &violation{CloseProtocol, "a control frame is fragmented or too long"}
	errLength   = &violation{CloseProtocol, "a length is not written in the fewest bytes"}
	errFragment = &violation{CloseProtocol, "a fragment is out of order"}
	errClose    = &violation{CloseProtocol, "a close frame has no valid code"}
	errTooLarge = &violation{CloseTooLarge, "a message is too large"}
	errUTF8     = &violation{CloseBadData, "text is not UTF-8"}
)

// A reader reads messages and control frames. It goes on after a read that timed out.
type reader struct {
	src   io.Reader
	limit int // bytes of a message

	buf      []byte
	from, to int // what was read and not yet parsed, in buf

	message []byte // of fragments so far
	op      byte   // of the message that they belong to; 0 is none
	err     error  // final
}

// next returns the next message or control frame, which is valid until the next call.
func (r *reader) next() (op byte, payload []byte, err error) {
	for r.err == nil {
		first, payload, err := r.frame()
		if err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				r.err = err
			}
			return 0, nil, err
		}
		op := first & 0xf
		if op >= opClose {
			return op, payload, nil
		}
		if op, payload, r.err = r.assemble(first, payload); r.err == nil && payload != nil {
			return op, payload, nil
		}
	}
	return 0, nil, r.err
}

// assemble adds a frame to a message, and returns the message when it is whole, nil if not.
func (r *reader) assemble(first byte, payload []byte) (op byte, message []byte, err error) {
	op, last := first&0xf, first&final != 0
	if (op == opContinuation) != (r.op != 0) {
		return 0, nil, errFragment
	}
	if r.op == 0 && last {
		return op, payload, checkText(op, payload)
	}
	if r.op == 0 {
		r.op, r.message = op, nil
	}
	if len(r.message)+len(payload) > r.limit {
		return 0, nil, errTooLarge
	}
	r.message = append(r.message, payload...)
	if !last {
		return 0, nil, nil
	}
	op, r.op = r.op, 0
	if r.message == nil {
		r.message = []byte{}
	}
	return op, r.message, checkText(op, r.message)
}

func checkText(op byte, b []byte) error {
	if op == opText && !utf8.Valid(b) {
		return errUTF8
	}
	return nil
}

// frame reads a frame, and unmasks it where it is.
func (r *reader) frame() (first byte, payload []byte, err error) {
	if err := r.fill(2); err != nil {
		return 0, nil, err
	}
	first, size := r.buf[r.from], 2
	if v := checkFirst(first, r.buf[r.from+1]); v != nil {
		return 0, nil, v
	}
	n := int(r.buf[r.from+1] &^ masked)
	switch n {
	case 126:
		size = 4
	case 127:
		size = 10
	}
	if err := r.fill(size + 4); err != nil {
		return 0, nil, err
	}
	switch head := r.buf[r.from:]; size {
	case 4:
		if n = int(binary.BigEndian.Uint16(head[2:])); n <= maxControl {
			return 0, nil, errLength
		}
	case 10:
		long := binary.BigEndian.Uint64(head[2:])
		if long <= 0xffff || long > 1<<63-1 {
			return 0, nil, errLength
		}
		n = int(min(long, 1<<31-1))
	}
	if n > r.limit {
		return 0, nil, errTooLarge
	}
	if err := r.fill(size + 4 + n); err != nil {
		return 0, nil, err
	}
	at := r.from + size + 4
	payload = r.buf[at : at+n : at+n]
	unmask(payload, r.buf[at-4:at])
	r.from = at + n
	return first, payload, nil
}

// ready reports whether a short text message was read, and not yet returned.
func (r *reader) ready() bool {
	b := r.buf[r.from:r.to]
	if len(b) < 4 || b[0] != final|opText {
		return false
	}
	switch n := int(b[1] &^ masked); n {
	case 126:
		return len(b) >= 8+int(binary.BigEndian.Uint16(b[2:]))
	case 127:
		return false
	default:
		return len(b) >= 6+n
	}
}

func checkFirst(first, second byte) *violation {
	op := first & 0xf
	switch {
	case first&reserved != 0:
		return errReserved
	case op > opBinary && op < opClose || op > opPong:
		return errOpcode
	case second&masked == 0:
		return errUnmasked
	case op >= opClose && (first&final == 0 || second&^masked > maxControl):
		return errControl
	}
	return nil
}

// fill reads until the buffer has n bytes.
func (r *reader) fill(n int) error {
	if r.to-r.from >= n {
		return nil
	}
	r.makeRoom(n)
	for r.to-r.from < n {
		m, err := r.src.Read(r.buf[r.to:])
		r.to += m
		if err != nil && r.to-r.from < n {
			return err
		}
	}
	return nil
}

// makeRoom moves what the buffer holds to its beginning, and makes it large enough for n bytes. A buffer
// that grew for a large frame becomes small again.
func (r *reader) makeRoom(n int) {
	rest := r.buf[r.from:r.to]
	size := max(bufferSize, n)
	if len(r.buf) < size || len(r.buf) > bufferSize && len(rest) <= bufferSize && size == bufferSize {
		r.buf = make([]byte, size)
	}
	r.to, r.from = copy(r.buf, rest), 0
}

// unmask is the mask of RFC 6455, section 5.3.
func unmask(b, key []byte) {
	mask := uint64(binary.LittleEndian.Uint32(key))
	mask |= mask << 32
	for len(b) >= 32 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^mask)
		binary.LittleEndian.PutUint64(b[8:], binary.LittleEndian.Uint64(b[8:])^mask)
		binary.LittleEndian.PutUint64(b[16:], binary.LittleEndian.Uint64(b[16:])^mask)
		binary.LittleEndian.PutUint64(b[24:], binary.LittleEndian.Uint64(b[24:])^mask)
		b = b[32:]
	}
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^mask)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= key[i%4]
	}
}

// parseClose returns what a close frame says.
func parseClose(payload []byte) (code int, reason string, v *violation) {
	switch {
	case len(payload) == 0:
		return noCode, "", nil
	case len(payload) == 1:
		return 0, "", errClose
	case !utf8.Valid(payload[2:]):
		return 0, "", errUTF8
	}
	code = int(binary.BigEndian.Uint16(payload))
	if code < 1000 || code >= 5000 || code == 1004 || code == noCode || code == 1006 || code > 1014 && code < 3000 {
		return 0, "", errClose
	}
	return code, string(payload[2:]), nil
}

// AppendText appends the header of a frame that is a whole text message of n bytes. The caller appends the message.
func AppendText(b []byte, n int) []byte { return appendHeader(b, opText, n) }

func appendHeader(b []byte, op byte, n int) []byte {
	switch {
	case n <= maxControl:
		return append(b, final|op, byte(n))
	case n <= 0xffff:
		return binary.BigEndian.AppendUint16(append(b, final|op, 126), uint16(n))
	}
	return binary.BigEndian.AppendUint64(append(b, final|op, 127), uint64(n))
}
