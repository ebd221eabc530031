package main

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// floor does what the job needs and nothing else: no checks, no other events, no
// errors that could be told apart.
type floor struct {
	conn net.Conn
	buf  []byte // read and not yet returned is buf[from:to]
	from int
	to   int
	pcm  []byte
	out  *outgoing
}

// outgoing is the frame of an append, one for all sessions: one goroutine sends.
type outgoing struct {
	frame   []byte
	isReady bool // beforehand, so that nothing is encoded
}

const (
	appendPrefix = `{"type":"input_audio_buffer.append","audio":"`
	appendSuffix = `"}`
)

func dialFloor(ready bool) func(dialer, string) (opener, error) {
	return func(dial dialer, addr string) (opener, error) {
		out := &outgoing{isReady: ready}
		out.encode(audio(pcmBytes))
		return func(ctx context.Context) (conversation, error) {
			conn, rest, err := dialRaw(ctx, dial, addr)
			if err != nil {
				return nil, err
			}
			f := &floor{conn: conn, buf: make([]byte, 8<<10), pcm: make([]byte, pcmBytes+3), out: out}
			f.to = copy(f.buf, rest)
			return f, nil
		}, nil
	}
}

func (f *floor) receive() ([]byte, int64, error) {
	h, err := f.need(0)
	if err != nil {
		return nil, 0, err
	}
	if _, err := f.need(h.Size + h.Payload); err != nil {
		return nil, 0, err
	}
	event := f.buf[f.from+h.Size : f.from+h.Size+h.Payload]
	if f.from += h.Size + h.Payload; f.from == f.to {
		f.from, f.to = 0, 0
	}
	text, ok := stringMember(event, `"delta":"`)
	if !ok {
		return nil, 0, nil
	}
	id, _ := stringMember(event, `"event_id":"`)
	at, err := sentAt(id)
	if err != nil {
		return nil, 0, err
	}
	n, err := base64.StdEncoding.Decode(f.pcm, text)
	return f.pcm[:n], at, err
}

// need reads until there is a header and at least n bytes.
func (f *floor) need(n int) (wstest.Header, error) {
	for {
		if h, ok := wstest.ParseHeader(f.buf[f.from:f.to]); ok && f.to-f.from >= n {
			return h, nil
		}
		if f.from > 0 {
			f.from, f.to = 0, copy(f.buf, f.buf[f.from:f.to])
		}
		if f.to == len(f.buf) {
			f.buf = append(f.buf, make([]byte, len(f.buf))...)
		}
		m, err := f.conn.Read(f.buf[f.to:])
		if f.to += m; m == 0 && err != nil {
			return wstest.Header{}, errors.Join(err, io.ErrUnexpectedEOF)
		}
	}
}

func (f *floor) send(pcm []byte) error {
	if !f.out.isReady {
		f.out.encode(pcm)
	}
	_, err := f.conn.Write(f.out.frame)
	return err
}

// encode makes a masked frame.
func (o *outgoing) encode(pcm []byte) {
	n := len(appendPrefix) + base64.StdEncoding.EncodedLen(len(pcm)) + len(appendSuffix)
	b := append(o.frame[:0], wstest.Fin|wstest.Text, wstest.MaskBit|126)
	b = binary.BigEndian.AppendUint16(b, uint16(n))
	key := rand.Uint32()
	b = binary.LittleEndian.AppendUint32(b, key)
	start := len(b)
	b = append(b, appendPrefix...)
	b = base64.StdEncoding.AppendEncode(b, pcm)
	b = append(b, appendSuffix...)
	maskWords(b[start:], key)
	o.frame = b
}

func maskWords(b []byte, key uint32) {
	wide := uint64(key)<<32 | uint64(key)
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^wide)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= byte(key >> (8 * (i & 3)))
	}
}

func (f *floor) close() { f.conn.Close() }
