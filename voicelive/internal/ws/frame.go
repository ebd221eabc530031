package ws

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/voicelive/internal/lock"
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
	slot    lock.Lock     // one frame at a time

	// guarded by slot
	deadline time.Time // of writes, as the connection has it
	broken   error     // of the first write that did not succeed
	closed   bool      // a close frame was written
}

func newFrameWriter(conn net.Conn, timeout time.Duration) frameWriter {
	return frameWriter{conn: conn, timeout: timeout, slot: lock.New()}
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
		w.slot.Lock()
		if w.closed {
			w.slot.Unlock()
			return began, errCloseSent
		}
		err := w.write(frame, time.Now().Add(w.timeout))
		w.slot.Unlock()
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
	if !w.slot.TryLock() {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		select {
		case <-w.slot.Wait():
		case <-timer.C:
			w.slot.Leave()
			return errWriteTimeout
		}
	}
	defer w.slot.Unlock()
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
	key := newKey()
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

// keys are random bytes that were read and not yet used: to read 256 of them costs little more than to read four.
type keys struct {
	rest  []byte // of array
	array [256]byte
}

var unusedKeys = sync.Pool{New: func() any { return new(keys) }}

// newKey returns a key that nobody can guess.
func newKey() [4]byte {
	k := unusedKeys.Get().(*keys)
	defer unusedKeys.Put(k)
	if len(k.rest) == 0 {
		rand.Read(k.array[:]) // never fails
		k.rest = k.array[:]
	}
	key := [4]byte(k.rest)
	k.rest = k.rest[4:]
	return key
}

// mask is the mask of RFC 6455, section 5.3.
func mask(b []byte, key [4]byte) {
	word := uint64(binary.LittleEndian.Uint32(key[:]))
	word |= word << 32
	for len(b) >= 32 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^word)
		binary.LittleEndian.PutUint64(b[8:], binary.LittleEndian.Uint64(b[8:])^word)
		binary.LittleEndian.PutUint64(b[16:], binary.LittleEndian.Uint64(b[16:])^word)
		binary.LittleEndian.PutUint64(b[24:], binary.LittleEndian.Uint64(b[24:])^word)
		b = b[32:]
	}
	for i := range b {
		b[i] ^= key[i%4]
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
