package live

import (
	"errors"
	"io"
	"net"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// A Reader reads frames by hand, and as many of them at once as there are.
type Reader struct {
	conn net.Conn
	buf  []byte // read and not yet returned is buf[from:to]
	from int
	to   int
}

// NewReader returns a Reader of a connection of which some was read before.
func NewReader(conn net.Conn, before []byte) *Reader {
	r := &Reader{conn: conn, buf: make([]byte, max(8<<10, len(before)))}
	r.to = copy(r.buf, before)
	return r
}

// Next waits for a frame. The payload is valid until the next call.
func (r *Reader) Next() (h wstest.Header, payload []byte, err error) {
	if h, err = r.need(0); err != nil {
		return h, nil, err
	}
	if _, err := r.need(h.Size + h.Payload); err != nil {
		return h, nil, err
	}
	payload = r.buf[r.from+h.Size : r.from+h.Size+h.Payload]
	if r.from += h.Size + h.Payload; r.from == r.to {
		r.from, r.to = 0, 0
	}
	return h, payload, nil
}

// need reads until there is a header and at least n bytes.
func (r *Reader) need(n int) (wstest.Header, error) {
	for {
		if h, ok := wstest.ParseHeader(r.buf[r.from:r.to]); ok && r.to-r.from >= n {
			return h, nil
		}
		if r.from > 0 {
			r.from, r.to = 0, copy(r.buf, r.buf[r.from:r.to])
		}
		if r.to == len(r.buf) {
			r.buf = append(r.buf, make([]byte, len(r.buf))...)
		}
		m, err := r.conn.Read(r.buf[r.to:])
		if r.to += m; m == 0 && err != nil {
			return wstest.Header{}, errors.Join(err, io.ErrUnexpectedEOF)
		}
	}
}
