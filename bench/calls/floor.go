package main

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"net"
	"strconv"

	"github.com/go-voicelive/voicelive-go/bench/internal/live"
	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// serveFloor does what the job needs and nothing else: no checks, no other messages, no errors that could be told
// apart.
func serveFloor(l net.Listener, service string, j job) error {
	n, err := networkOf(j.Network)
	if err != nil {
		return err
	}
	for {
		telephone, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer telephone.Close()
			early, err := live.Accept(telephone)
			if err != nil {
				return
			}
			session, before, err := live.Dial(context.Background(), new(net.Dialer).DialContext, service)
			if err != nil {
				return
			}
			defer session.Close()
			go floorDeltas(n, live.NewReader(session, before), telephone)
			floorPackets(n, live.NewReader(telephone, early), session, j.Coalesced)
		}()
	}
}

const (
	appendPrefix = `{"type":"input_audio_buffer.append","audio":"`
	appendSuffix = `"}`
)

// floorPackets appends what the caller says.
func floorPackets(n *network, frames *live.Reader, session net.Conn, coalesced int) {
	var waiting, text, out []byte
	for packets := 0; ; {
		h, message, err := frames.Next()
		if err != nil {
			return
		}
		live.MaskWords(message, binary.LittleEndian.Uint32(h.Key[:]))
		audio, ok := live.StringMember(message, n.spoken)
		if !ok {
			continue
		}
		if coalesced > 1 {
			waiting, _ = base64.StdEncoding.AppendDecode(waiting, audio)
			if packets++; packets%coalesced != 0 {
				continue
			}
			text = base64.StdEncoding.AppendEncode(text[:0], waiting)
			audio, waiting = text, waiting[:0]
		}
		out = floorAppend(out[:0], audio)
		if _, err := session.Write(out); err != nil {
			return
		}
	}
}

// floorAppend appends the frame of an append. The text is its audio.
func floorAppend(b, text []byte) []byte {
	b, start := appendMaskedHeader(b, len(appendPrefix)+len(text)+len(appendSuffix))
	b = append(b, appendPrefix...)
	b = append(b, text...)
	b = append(b, appendSuffix...)
	live.MaskWords(b[start:], maskKey)
	return b
}

// floorDeltas plays what the service says, with a mark in the same write.
func floorDeltas(n *network, frames *live.Reader, telephone net.Conn) {
	const markBefore, markBehind = `{"event":"mark","streamSid":"` + streamSID + `","mark":{"name":"`, `"}}`
	var out []byte
	for mark := 0; ; mark++ {
		_, event, err := frames.Next()
		if err != nil {
			return
		}
		audio, ok := live.StringMember(event, `"delta":"`)
		if !ok {
			continue
		}
		b := wstest.AppendHeader(out[:0], wstest.Fin|wstest.Text, len(n.frameBefore)+len(audio)+len(n.frameBehind))
		b = append(b, n.frameBefore...)
		b = append(b, audio...)
		b = append(b, n.frameBehind...)
		if n.marks {
			var digits [20]byte
			name := strconv.AppendInt(digits[:0], int64(mark), 10)
			b = wstest.AppendHeader(b, wstest.Fin|wstest.Text, len(markBefore)+len(name)+len(markBehind))
			b = append(b, markBefore...)
			b = append(b, name...)
			b = append(b, markBehind...)
		}
		if _, err := telephone.Write(b); err != nil {
			return
		}
		out = b
	}
}
