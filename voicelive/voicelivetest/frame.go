package voicelivetest

import (
	"bufio"
	"encoding/binary"
	"unicode/utf8"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// The close codes that the simulator uses itself.
const (
	closeNormal    = 1000
	closeGoingAway = 1001
	closeNoStatus  = 1005
	closeAbnormal  = 1006
)

// closePayload is the body of a close frame. Code 0 and [closeNoStatus] have none.
func closePayload(code int, reason string) []byte {
	if code == 0 || code == closeNoStatus {
		return nil
	}
	return wstest.ClosePayload(code, reason)
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

// next returns the next message or control frame. An error is a [*wstest.Violation], or what reading returned.
func (f *frameReader) next() (message, error) {
	for {
		h, payload, err := wstest.ReadFrame(f.r, f.limit)
		if err != nil {
			return message{}, err
		}
		op := h.Opcode()
		if op >= wstest.Close {
			return message{op, payload, 1}, nil
		}
		switch {
		case op == wstest.Continuation && !f.open:
			return message{}, wstest.Breach(wstest.CloseProtocol, "continuation of nothing")
		case op != wstest.Continuation && f.open:
			return message{}, wstest.Breach(wstest.CloseProtocol, "new message inside a fragmented one")
		case op != wstest.Continuation:
			f.partial, f.open = message{op: op}, true
		}
		if f.partial.payload == nil {
			f.partial.payload = payload // the whole message, mostly
		} else {
			f.partial.payload = append(f.partial.payload, payload...)
		}
		f.partial.frames++
		if len(f.partial.payload) > f.limit {
			return message{}, wstest.Breach(wstest.CloseTooLarge, "message of more than %d bytes", f.limit)
		}
		if h.First&wstest.Fin == 0 {
			continue
		}
		f.open = false
		if f.partial.op == wstest.Text && !ascii(f.partial.payload) && !utf8.Valid(f.partial.payload) {
			return message{}, wstest.Breach(wstest.CloseBadData, "text that is not UTF-8")
		}
		return f.partial, nil
	}
}

// ascii reports whether a text is ASCII. It is not instrumented, as the loops over samples are not.
//
//go:norace
func ascii(text []byte) bool {
	var bits byte
	for _, b := range text {
		bits |= b
	}
	return bits < utf8.RuneSelf
}

// parseClose reads the body of a close frame: a code that a client may send, and a reason in UTF-8.
func parseClose(body []byte) (code int, reason string, err error) {
	switch {
	case len(body) == 0:
		return closeNoStatus, "", nil
	case len(body) == 1:
		return 0, "", wstest.Breach(wstest.CloseProtocol, "close body of one byte")
	}
	code = int(binary.BigEndian.Uint16(body))
	switch {
	case code < 1000 || code > 4999, code >= 1004 && code <= 1006, code > 1014 && code < 3000:
		return 0, "", wstest.Breach(wstest.CloseProtocol, "close code %d", code)
	case !utf8.Valid(body[2:]):
		return 0, "", wstest.Breach(wstest.CloseBadData, "close reason that is not UTF-8")
	}
	return code, string(body[2:]), nil
}
