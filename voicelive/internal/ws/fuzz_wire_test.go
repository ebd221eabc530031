package ws

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// memoryConn is a connection whose peer has sent all it will ever send.
type memoryConn struct {
	net.Conn
	in     io.Reader
	out    bytes.Buffer
	writes int
}

func (c *memoryConn) Read(p []byte) (int, error)       { return c.in.Read(p) }
func (c *memoryConn) Write(p []byte) (int, error)      { c.writes++; return c.out.Write(p) }
func (c *memoryConn) Close() error                     { return nil }
func (c *memoryConn) SetDeadline(time.Time) error      { return nil }
func (c *memoryConn) SetReadDeadline(time.Time) error  { return nil }
func (c *memoryConn) SetWriteDeadline(time.Time) error { return nil }

// What is written arrives: masked, in frames of the maximal size, one write each.
func FuzzFrameWriter(f *testing.F) {
	for _, n := range []int{0, 1, 125, 126, maxFrame - 1, maxFrame, maxFrame + 1, 2 * maxFrame, 65535, 65536, 100_000} {
		f.Add([]byte("0123456789abcdef"), n)
	}
	f.Fuzz(func(t *testing.T, pattern []byte, n int) {
		n = max(n, 0) % 200_000
		want := bytes.Repeat(append(pattern, 'x'), n/(len(pattern)+1)+1)[:n]
		conn := &memoryConn{}
		w := newFrameWriter(conn, time.Second)
		if _, err := w.message(append(make([]byte, Headroom), want...)); err != nil {
			t.Fatal(err)
		}
		p := &wstest.Peer{R: bufio.NewReader(&conn.out)}
		var got []byte
		for i := 0; ; i++ {
			first, payload, err := p.Next()
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, payload...)
			final := len(got) == len(want)
			op := byte(opText)
			if i > 0 {
				op = opContinuation
			}
			if final {
				op |= finalBit
			}
			if first != op || !final && len(payload) != maxFrame {
				t.Fatalf("frame %d is %#x with %d bytes, want %#x", i, first, len(payload), op)
			}
			if final {
				if conn.writes != i+1 {
					t.Errorf("%d writes of %d frames", conn.writes, i+1)
				}
				break
			}
		}
		if p.R.Buffered() != 0 || conn.out.Len() != 0 || !bytes.Equal(got, want) {
			t.Errorf("%d bytes arrive as %d, and something behind them", len(want), len(got))
		}
	})
}

// wellFormed is frameCheck as RFC 6455 has it, for frames that are all there. It
// returns where the first bad one starts, or -1.
func wellFormed(stream []byte) int {
	for at := 0; at+2 <= len(stream); {
		head, n := 2, uint64(stream[at+1]&0x7f)
		if n >= 126 {
			head = map[uint64]int{126: 4, 127: 10}[n]
			if at+head > len(stream) {
				return -1
			}
			value := uint64(0)
			for _, b := range stream[at+2 : at+head] {
				value = value<<8 | uint64(b)
			}
			if n == 126 && value < 126 || n == 127 && (value < 65536 || value>>63 != 0) {
				return at
			}
			n = value
		}
		if stream[at] == 0x88 && n == 1 {
			return at
		}
		if n > uint64(len(stream)) {
			return -1
		}
		at += head + int(n)
	}
	return -1
}

func FuzzFrameCheck(f *testing.F) {
	for _, c := range slices.Concat(wstest.CloseFrame(1000, "x"), text(message("a"))) {
		f.Add(bytes.Repeat([]byte{0x81, c, 1, 2, 126, 127, 0, 0}, 4), 1)
	}
	f.Add(slices.Concat(text(messageOf("a", 300)), []byte{0x88, 1}), 7)
	f.Add(slices.Concat(text(messageOf("a", 70_000)), []byte{0x89, 127, 0, 0, 0, 0, 0, 0, 0, 1, 'x'}), 1000)
	f.Fuzz(func(t *testing.T, stream []byte, size int) {
		if size <= 0 || len(stream) == 0 {
			return
		}
		want := wellFormed(stream)
		conn := &wireConn{Conn: &memoryConn{in: bytes.NewReader(stream)}, done: true}
		var got []byte
		buf := make([]byte, min(size, 1<<20))
		for {
			n, err := conn.Read(buf)
			got = append(got, buf[:n]...)
			if err == io.EOF && want >= 0 || err != nil && err != io.EOF && want < 0 {
				t.Fatalf("got %v, want a bad frame at %d", err, want)
			}
			if err != nil {
				break
			}
		}
		// A header may be delivered in part before it turns out to be bad.
		if want >= 0 && (len(got) < want || len(got) >= want+10) || want < 0 && len(got) != len(stream) || !bytes.Equal(got, stream[:len(got)]) {
			t.Errorf("%d bytes are delivered, want %d", len(got), want)
		}
	})
}

func FuzzClassify(f *testing.F) {
	for _, code := range []int{1000, 1001, 1005, 1006, 1011, 1014, 4429} {
		f.Add(code, "websocket: bad close code 1014")
	}
	f.Fuzz(func(t *testing.T, code int, text string) {
		cause, reply := classify(&websocket.CloseError{Code: code, Text: text})
		switch {
		case code == 1000:
			if cause != nil || reply != 1000 {
				t.Errorf("got %v, %d", cause, reply)
			}
		case code == 1006: // an end without a close frame
			if cause == nil || cause.Code != 0 || !errors.Is(cause, io.ErrUnexpectedEOF) || reply != 0 {
				t.Errorf("got %v, %d", cause, reply)
			}
		case cause == nil || cause.Code != code || cause.Reason != text || cause.Error() == "":
			t.Errorf("got %v", cause)
		case reply != code && !(code == 1005 && reply == 1000):
			t.Errorf("%v: reply %d", cause, reply)
		}
		for _, err := range []error{errors.New(text), errors.New("websocket: " + text), &net.OpError{Op: "read", Err: errors.New(text)}} {
			cause, reply := classify(err)
			if cause == nil || cause.Error() == "" || reply != 0 && reply != 1002 {
				t.Errorf("%v: got %v, reply %d", err, cause, reply)
			}
		}
	})
}

func TestOtherErrorsOfReadingAreOfTheNetwork(t *testing.T) {
	for _, err := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}, fmt.Errorf("x: %w", io.EOF)} {
		cause, reply := classify(err)
		if _, violated := errors.AsType[*ProtocolError](cause); violated || cause.Code != 0 || reply != 0 || !errors.Is(cause, err) {
			t.Errorf("%v: got %v, reply %d", err, cause, reply)
		}
	}
}

// Whatever answers the handshake, Dial returns, and reads no more than it may.
func FuzzHandshakeAnswer(f *testing.F) {
	const good = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: KEY\r\n\r\n"
	for _, answer := range []string{
		good, good + "\x81\x02{}", good + "\x88\x01x", "HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!", "HTTP/1.1 100 Continue\r\n\r\n" + good,
		"HTTP/1.1 429 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "HTTP/1.1 101 X\r\n" + "X: y\r\n", "HTTP/1.0 101 X\n\n", "\x16\x03\x01",
	} {
		f.Add([]byte(answer), 0)
		f.Add([]byte(answer), 70_000)
	}
	var conn *memoryConn
	config := testConfig(f, func(context.Context, string, string) (net.Conn, error) { return conn, nil })
	f.Fuzz(func(t *testing.T, answer []byte, repeat int) {
		conn = &memoryConn{}
		whole := bytes.Repeat(answer, min(max(repeat, 0), 200_000)/(len(answer)+1)+1)
		rest := &keyedReader{conn: conn, answer: whole}
		conn.in = rest
		c, resp, err := Dial(t.Context(), config)
		if taken := len(whole) - len(rest.answer); taken > maxHeader+maxRefusalBody {
			t.Errorf("%d bytes were read", taken)
		}
		switch {
		case err != nil:
			if c != nil {
				t.Error("an error, and a connection")
			}
		case resp == nil:
			t.Error("neither an error nor a response")
		case resp.StatusCode == http.StatusSwitchingProtocols:
			if c == nil {
				t.Error("upgraded, and no connection")
			}
		default:
			if body, err := io.ReadAll(resp.Body); err != nil || len(body) > maxRefusalBody || c != nil {
				t.Errorf("a refusal with a body of %d bytes, %v", len(body), err)
			}
		}
	})
}

// keyedReader puts the answer to the request's key in place of KEY.
type keyedReader struct {
	conn   *memoryConn
	answer []byte
	keyed  bool
}

func (r *keyedReader) Read(p []byte) (int, error) {
	if !r.keyed {
		if req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(r.conn.out.Bytes()))); err == nil {
			r.answer = bytes.Replace(r.answer, []byte("KEY"), []byte(wstest.AcceptKey(req)), 1)
		}
		r.keyed = true
	}
	n := copy(p, r.answer)
	r.answer = r.answer[n:]
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}
