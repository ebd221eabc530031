package ws

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	// maxFrame is the payload of one frame: an append of 12,000 bytes of audio
	// fits, and a pong finds its way between the frames of a larger message.
	maxFrame = 16 << 10

	// Headroom in front of a message is where its first frame's header goes.
	Headroom = 14

	maxControl = 125 // bytes of the payload of a control frame

	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8 // as a bit: a control frame
	opPing         = 0x9
	opPong         = 0xa
	finalBit       = 0x80
	maskBit        = 0x80
)

// A frameWriter writes the frames of a client, RFC 6455 section 5, each with one
// Write. gorilla/websocket could, but allocates for every message, and neither its lock
// nor its deadline can be given up.
type frameWriter struct {
	conn    net.Conn
	timeout time.Duration // of one frame
	slot    chan struct{} // one frame at a time; unlike a mutex it can lose to a timer

	// guarded by slot
	deadline time.Time // of writes, as the connection has it
	broken   error     // of the first write that did not succeed
	closed   bool      // a close frame was written
}

func newFrameWriter(conn net.Conn, timeout time.Duration) frameWriter {
	return frameWriter{conn: conn, timeout: timeout, slot: make(chan struct{}, 1)}
}

var (
	errWriteTimeout = errors.New("another write takes too long")
	errCloseSent    = errors.New("a close frame was sent")
)

// message writes buf[Headroom:] as one text message, masking it in place, and reports
// whether its first byte may be out. An error leaves the connection unusable, but for
// errCloseSent. One message at a time is the caller's duty.
func (w *frameWriter) message(buf []byte) (began bool, err error) {
	op := byte(opText)
	for start := Headroom; ; start += maxFrame {
		end, final := start+maxFrame, false
		if end >= len(buf) {
			end, final = len(buf), true
		}
		// Behind the first frame the header overwrites what has been sent.
		frame := buf[putHeader(buf, start, end-start, op, final):end]
		w.slot <- struct{}{}
		if w.closed {
			<-w.slot
			return began, errCloseSent
		}
		err := w.write(frame, time.Now().Add(w.timeout))
		<-w.slot
		if err != nil || final {
			return true, err
		}
		began, op = true, opContinuation
	}
}

// control writes a control frame, whose payload has at most 125 bytes, within the
// timeout. It may be called at any time.
func (w *frameWriter) control(op int, payload []byte, timeout time.Duration) error {
	var array [Headroom + maxControl]byte
	buf := append(array[:Headroom], payload...)
	frame := buf[putHeader(buf, Headroom, len(payload), byte(op), true):]
	deadline := time.Now().Add(timeout)
	select {
	case w.slot <- struct{}{}:
	default:
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		select {
		case w.slot <- struct{}{}:
		case <-timer.C:
			return errWriteTimeout
		}
	}
	defer func() { <-w.slot }()
	if op == websocket.CloseMessage {
		if w.closed {
			return errCloseSent
		}
		w.closed = true
	}
	return w.write(frame, deadline)
}

// write writes a frame, unless half of another one is on the wire. The caller has the slot. Setting a deadline costs time:
// one that is earlier by less than an eighth of the timeout stays.
func (w *frameWriter) write(frame []byte, deadline time.Time) error {
	if w.broken == nil {
		if later := deadline.Sub(w.deadline); later < 0 || later > w.timeout/8 {
			w.deadline = deadline
			w.conn.SetWriteDeadline(deadline)
		}
		_, w.broken = w.conn.Write(frame)
	}
	return w.broken
}

// closing writes a close frame, behind which there are neither messages nor another one.
func (w *frameWriter) closing(code int, reason string, timeout time.Duration) error {
	return w.control(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), timeout)
}

// putHeader masks buf[start:start+n] and puts the header of its frame in front. It
// returns where the frame starts.
func putHeader(buf []byte, start, n int, op byte, final bool) int {
	if final {
		op |= finalBit
	}
	var key [4]byte
	rand.Read(key[:]) // never fails
	at := start - 4
	copy(buf[at:], key[:])
	mask(buf[start:start+n], key)
	switch {
	case n <= maxControl:
		at -= 2
		buf[at+1] = maskBit | byte(n)
	default: // a frame is never larger than maxFrame
		at -= 4
		buf[at+1] = maskBit | 126
		binary.BigEndian.PutUint16(buf[at+2:], uint16(n))
	}
	buf[at] = op
	return at
}

func mask(b []byte, key [4]byte) {
	var block [256]byte
	for i := 0; i < len(block); i += 4 {
		copy(block[i:], key[:])
	}
	for len(b) > 0 {
		n := subtle.XORBytes(b, b, block[:])
		b = b[n:]
	}
}

// A Buffer holds a message on its way out: what is encoded is B[Headroom:].
type Buffer struct{ B []byte }

var buffers = sync.Pool{New: func() any { return &Buffer{make([]byte, Headroom, 8<<10)} }}

// NewBuffer returns a buffer that is empty but for the headroom.
func NewBuffer() *Buffer { return buffers.Get().(*Buffer) }

// Release gives b back.
func (b *Buffer) Release() {
	if cap(b.B) > 64<<10 {
		return // a rare large event should not stay
	}
	b.B = b.B[:Headroom]
	buffers.Put(b)
}
