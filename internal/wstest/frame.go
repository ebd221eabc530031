// Package wstest is the server's side of WebSocket connections, for tests: frames as a
// server sends and reads them, a peer that does what no library would, and networks
// that are slow and break.
package wstest

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Opcodes of frames, RFC 6455, section 5.2, and the bits of the first byte.
const (
	Continuation = 0x0
	Text         = 0x1
	Binary       = 0x2
	Close        = 0x8
	Ping         = 0x9
	Pong         = 0xa

	Fin      = 0x80
	Reserved = 0x70
	MaskBit  = 0x80 // of the second byte

	maxControl = 125 // bytes of a control frame's payload
)

// AppendFrame appends a frame as a server sends it. The first byte is the opcode, with
// [Fin] unless more fragments follow.
func AppendFrame(b []byte, first byte, payload []byte) []byte {
	return append(AppendHeader(b, first, len(payload)), payload...)
}

// AppendHeader appends the header of a frame with a payload of n bytes.
func AppendHeader(b []byte, first byte, n int) []byte {
	switch {
	case n <= maxControl:
		return append(b, first, byte(n))
	case n <= 0xffff:
		return binary.BigEndian.AppendUint16(append(b, first, 126), uint16(n))
	default:
		return binary.BigEndian.AppendUint64(append(b, first, 127), uint64(n))
	}
}

// Frame returns a frame as a server sends it; see [AppendFrame].
func Frame(first byte, payload []byte) []byte { return AppendFrame(nil, first, payload) }

// CloseFrame returns a close frame.
func CloseFrame(code int, reason string) []byte { return Frame(Fin|Close, ClosePayload(code, reason)) }

// ClosePayload returns the payload of a close frame with a code.
func ClosePayload(code int, reason string) []byte {
	return append(binary.BigEndian.AppendUint16(nil, uint16(code)), reason...)
}

// A Header is the header of a frame.
type Header struct {
	First   byte // opcode and bits
	Masked  bool
	Key     [4]byte // zero if the frame is not masked
	Size    int     // bytes of the header
	Payload int     // bytes of the payload; the largest int if there are more
}

// MaxHeader is the size of the largest header.
const MaxHeader = 14

// ParseHeader reports whether b begins with a whole header.
func ParseHeader(b []byte) (h Header, ok bool) {
	if len(b) < 2 {
		return h, false
	}
	h.First, h.Masked, h.Payload = b[0], b[1]&MaskBit != 0, int(b[1]&^MaskBit)
	h.Size = 2
	switch h.Payload {
	case 126:
		h.Size += 2
	case 127:
		h.Size += 8
	}
	length := b[2:min(h.Size, len(b))]
	if h.Masked {
		h.Size += len(h.Key)
	}
	if len(b) < h.Size {
		return h, false
	}
	switch len(length) {
	case 2:
		h.Payload = int(binary.BigEndian.Uint16(length))
	case 8:
		h.Payload = int(min(binary.BigEndian.Uint64(length), math.MaxInt))
	}
	if h.Masked {
		copy(h.Key[:], b[h.Size-len(h.Key):])
	}
	return h, true
}

// Opcode returns the opcode.
func (h Header) Opcode() byte { return h.First & 0xf }

// Control reports whether the frame is a control frame.
func (h Header) Control() bool { return h.First&Close != 0 }

// A Violation is a breach of RFC 6455 by a client, and the code to close with.
type Violation struct {
	Code int
	What string
}

func (v *Violation) Error() string { return v.What }

// The codes of violations.
const (
	CloseProtocol = 1002
	CloseBadData  = 1007
	CloseTooLarge = 1009
)

// Breach returns a [*Violation].
func Breach(code int, format string, args ...any) error {
	return &Violation{code, fmt.Sprintf(format, args...)}
}

// ReadFrame reads a frame of a client and unmasks it. It is as strict as the RFC, and
// refuses a payload of more than limit bytes. An error is a [*Violation] or that of r,
// io.ErrUnexpectedEOF for an end inside of a frame.
func ReadFrame(r io.Reader, limit int) (h Header, payload []byte, err error) {
	var head [MaxHeader]byte
	if _, err := io.ReadFull(r, head[:2]); err != nil {
		return h, nil, err
	}
	h, _ = ParseHeader(head[:2])
	op := h.Opcode()
	switch {
	case h.First&Reserved != 0:
		return h, nil, Breach(CloseProtocol, "reserved bits are set")
	case op > Binary && op < Close || op > Pong:
		return h, nil, Breach(CloseProtocol, "opcode %#x", op)
	case !h.Masked:
		return h, nil, Breach(CloseProtocol, "frame is not masked")
	case h.Control() && (h.First&Fin == 0 || h.Payload > maxControl):
		return h, nil, Breach(CloseProtocol, "control frame is fragmented or of more than %d bytes", maxControl)
	}
	if _, err := io.ReadFull(r, head[2:h.Size]); err != nil {
		return h, nil, midFrame(err)
	}
	h, _ = ParseHeader(head[:h.Size])
	switch least := map[int]int{8: 126, 14: 1 << 16}[h.Size]; {
	case h.Payload < least:
		return h, nil, Breach(CloseProtocol, "length %d takes %d bytes", h.Payload, h.Size-6)
	case h.Payload > limit:
		return h, nil, Breach(CloseTooLarge, "frame of %d bytes", h.Payload)
	}
	payload = make([]byte, h.Payload)
	if _, err := io.ReadFull(r, payload); err != nil {
		return h, nil, midFrame(err)
	}
	unmask(payload, h.Key)
	return h, payload, nil
}

// unmask is not instrumented: nobody else has the payload yet, and under the race
// detector it would take more time than all else that is done with a frame.
//
//go:norace
func unmask(payload []byte, key [4]byte) {
	for i := range payload {
		payload[i] ^= key[i&3]
	}
}

// midFrame turns an end inside a frame into io.ErrUnexpectedEOF.
func midFrame(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
