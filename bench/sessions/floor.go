package main

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
	"net"

	"github.com/go-voicelive/voicelive-go/bench/internal/live"
	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// floor does what the job needs and nothing else: no checks, no other events, no
// errors that could be told apart.
type floor struct {
	conn   net.Conn
	frames *live.Reader
	pcm    []byte
	out    *outgoing
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
		out.encode(live.Audio(pcmBytes))
		return func(ctx context.Context) (conversation, error) {
			conn, rest, err := live.Dial(ctx, dial, addr)
			if err != nil {
				return nil, err
			}
			return &floor{conn: conn, frames: live.NewReader(conn, rest), pcm: make([]byte, pcmBytes+3), out: out}, nil
		}, nil
	}
}

func (f *floor) receive() ([]byte, int64, error) {
	_, event, err := f.frames.Next()
	if err != nil {
		return nil, 0, err
	}
	text, ok := live.StringMember(event, `"delta":"`)
	if !ok {
		return nil, 0, nil
	}
	id, _ := live.StringMember(event, `"event_id":"`)
	at, err := sentAt(id)
	if err != nil {
		return nil, 0, err
	}
	n, err := base64.StdEncoding.Decode(f.pcm, text)
	return f.pcm[:n], at, err
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
	live.MaskWords(b[start:], key)
	o.frame = b
}

func (f *floor) close() { f.conn.Close() }
