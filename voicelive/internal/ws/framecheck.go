package ws

import (
	"encoding/binary"
	"errors"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

var (
	errLongLength    = errors.New("a frame's length is not written in the fewest bytes")
	errHugeLength    = errors.New("a frame's length has its highest bit set")
	errHalfCloseCode = errors.New("a close frame has one byte")
)

// A frameCheck follows the frames that the peer sends and refuses what the library
// that reads them lets pass.
type frameCheck struct {
	head [10]byte // of a frame, without a mask: the library refuses masked frames
	n    int      // bytes of it so far
	skip uint64   // bytes of payload to come

	closing []byte // payload of a close frame, as much as may be valid
}

// check looks at the next bytes from the peer. It returns how many of them may be
// read: up to the end of a frame, so that payload which comes next is of the frame whose
// header was read last, and none of a frame that must be refused.
func (c *frameCheck) check(p []byte) (int, error) {
	for i := 0; i < len(p); {
		if c.skip > 0 {
			n := int(min(c.skip, uint64(len(p)-i)))
			if c.head[0] == finalBit|opClose {
				c.closing = append(c.closing, p[i:i+min(n, maxControl-len(c.closing))]...)
			}
			c.skip -= uint64(n)
			if i += n; c.skip == 0 {
				return i, nil
			}
			continue
		}
		c.head[c.n] = p[i]
		c.n++
		i++
		if c.n < 2 || c.n < headerLen(c.head[1]) {
			continue
		}
		length, err := payloadLen(c.head[:c.n])
		if err != nil {
			return 0, err
		}
		if c.skip, c.n = length, 0; length == 0 {
			return i, nil
		}
	}
	return len(p), nil
}

// inside reports whether payload of a frame comes next.
func (c *frameCheck) inside() bool { return c.skip > 0 }

// closeError is what err says, unless the library refused a close frame for its code
// which is valid.
func (c *frameCheck) closeError(err error) error {
	if len(c.closing) < 2 || binary.BigEndian.Uint16(c.closing) != CloseBadGateway || !utf8.Valid(c.closing[2:]) {
		return err
	}
	if _, known := err.(*websocket.CloseError); known || isNetworkError(err) {
		return err
	}
	return &websocket.CloseError{Code: CloseBadGateway, Text: string(c.closing[2:])}
}

func headerLen(second byte) int {
	switch second &^ maskBit {
	case 126:
		return 4
	case 127:
		return 10
	}
	return 2
}

func payloadLen(head []byte) (n uint64, err error) {
	least := uint64(0)
	switch len(head) {
	case 2:
		n = uint64(head[1] &^ maskBit)
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
	case n == 1 && head[0] == finalBit|opClose:
		return 0, errHalfCloseCode
	}
	return n, nil
}
