package voicelivetest

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// The opcodes of RFC 6455, section 5.2.
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xA
)

// The bits of a frame's first two bytes.
const (
	bitFin  = 0x80
	bitRSV1 = 0x40
	bitMask = 0x80
)

// The close codes that the simulator uses itself.
const (
	closeNormal     = 1000
	closeGoingAway  = 1001
	closeProtocol   = 1002
	closeNoStatus   = 1005
	closeAbnormal   = 1006
	closeBadData    = 1007
	closeTooLarge   = 1009
	maxControlBytes = 125
)

// appendFrame appends an unmasked frame. head is the first byte: the opcode, with [bitFin] unless more fragments follow.
func appendFrame(dst []byte, head byte, payload []byte) []byte {
	return append(appendHeader(dst, head, len(payload)), payload...)
}

func appendHeader(dst []byte, head byte, size int) []byte {
	switch {
	case size <= maxControlBytes:
		return append(dst, head, byte(size))
	case size <= 0xFFFF:
		return binary.BigEndian.AppendUint16(append(dst, head, 126), uint16(size))
	default:
		return binary.BigEndian.AppendUint64(append(dst, head, 127), uint64(size))
	}
}

// closePayload is the body of a close frame. Code 0 and [closeNoStatus] have none.
func closePayload(code int, reason string) []byte {
	if code == 0 || code == closeNoStatus {
		return nil
	}
	return append(binary.BigEndian.AppendUint16(nil, uint16(code)), reason...)
}

// violation is a breach of RFC 6455 by the client, and the code that the connection is closed with.
type violation struct {
	code int
	what string
}

func (v *violation) Error() string { return v.what }

func breach(code int, format string, args ...any) error {
	return &violation{code, fmt.Sprintf(format, args...)}
}

// message is one message of the client, or one control frame.
type message struct {
	op      byte
	payload []byte
	frames  int
}

// frameReader reads what a client sends, as strictly as the RFC wants it.
type frameReader struct {
	r       *bufio.Reader
	limit   int // of a message, in bytes
	partial message
	open    bool // a fragmented message has begun
}

// next returns the next message or control frame. An error is a *violation, or what reading returned.
func (f *frameReader) next() (message, error) {
	for {
		fin, op, payload, err := f.frame()
		if err != nil {
			return message{}, err
		}
		if op >= opClose {
			return message{op, payload, 1}, nil
		}
		switch {
		case op == opContinuation && !f.open:
			return message{}, breach(closeProtocol, "continuation of nothing")
		case op != opContinuation && f.open:
			return message{}, breach(closeProtocol, "new message inside a fragmented one")
		case op != opContinuation:
			f.partial, f.open = message{op: op}, true
		}
		f.partial.payload = append(f.partial.payload, payload...)
		f.partial.frames++
		if len(f.partial.payload) > f.limit {
			return message{}, breach(closeTooLarge, "message of more than %d bytes", f.limit)
		}
		if !fin {
			continue
		}
		f.open = false
		if f.partial.op == opText && !utf8.Valid(f.partial.payload) {
			return message{}, breach(closeBadData, "text that is not UTF-8")
		}
		return f.partial, nil
	}
}

func (f *frameReader) frame() (fin bool, op byte, payload []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(f.r, head[:]); err != nil {
		return false, 0, nil, err
	}
	fin, op = head[0]&bitFin != 0, head[0]&0x0F
	size := uint64(head[1] &^ bitMask)
	switch {
	case head[0]&0x70 != 0:
		return false, 0, nil, breach(closeProtocol, "reserved bits are set")
	case op > opBinary && op < opClose || op > opPong:
		return false, 0, nil, breach(closeProtocol, "opcode %#x", op)
	case head[1]&bitMask == 0:
		return false, 0, nil, breach(closeProtocol, "frame is not masked")
	case op >= opClose && (!fin || size > maxControlBytes):
		return false, 0, nil, breach(closeProtocol, "control frame is fragmented or of more than %d bytes", maxControlBytes)
	}
	if size, err = f.extended(size); err != nil {
		return false, 0, nil, err
	}
	if size > uint64(f.limit) {
		return false, 0, nil, breach(closeTooLarge, "frame of %d bytes", size)
	}
	var mask [4]byte
	if _, err := io.ReadFull(f.r, mask[:]); err != nil {
		return false, 0, nil, midFrame(err)
	}
	payload = make([]byte, size)
	if _, err := io.ReadFull(f.r, payload); err != nil {
		return false, 0, nil, midFrame(err)
	}
	for i := range payload {
		payload[i] ^= mask[i&3]
	}
	return fin, op, payload, nil
}

// extended reads the length that follows the second byte, if it announces one.
func (f *frameReader) extended(size uint64) (uint64, error) {
	var b [8]byte
	switch size {
	case 126:
		if _, err := io.ReadFull(f.r, b[:2]); err != nil {
			return 0, midFrame(err)
		}
		if size = uint64(binary.BigEndian.Uint16(b[:])); size < 126 {
			return 0, breach(closeProtocol, "length %d takes two bytes", size)
		}
	case 127:
		if _, err := io.ReadFull(f.r, b[:]); err != nil {
			return 0, midFrame(err)
		}
		if size = binary.BigEndian.Uint64(b[:]); size < 1<<16 {
			return 0, breach(closeProtocol, "length %d takes eight bytes", size)
		}
	}
	return size, nil
}

// midFrame turns an end inside a frame into [io.ErrUnexpectedEOF]: half a frame was sent.
func midFrame(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// parseClose reads the body of a close frame: a code that a client may send, and a reason in UTF-8.
func parseClose(body []byte) (code int, reason string, err error) {
	switch {
	case len(body) == 0:
		return closeNoStatus, "", nil
	case len(body) == 1:
		return 0, "", breach(closeProtocol, "close body of one byte")
	}
	code = int(binary.BigEndian.Uint16(body))
	switch {
	case code < 1000 || code > 4999, code >= 1004 && code <= 1006, code > 1014 && code < 3000:
		return 0, "", breach(closeProtocol, "close code %d", code)
	case !utf8.Valid(body[2:]):
		return 0, "", breach(closeBadData, "close reason that is not UTF-8")
	}
	return code, string(body[2:]), nil
}
