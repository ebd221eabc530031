package voicelive

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/gorilla/websocket"
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
		if _, err := w.message(append(make([]byte, headroom), want...)); err != nil {
			t.Fatal(err)
		}
		p := &peer{br: bufio.NewReader(&conn.out)}
		var got []byte
		for i := 0; ; i++ {
			first, payload, err := p.next()
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
		if p.br.Buffered() != 0 || conn.out.Len() != 0 || !bytes.Equal(got, want) {
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
	for _, c := range slices.Concat(closeFrame(1000, "x"), text(warning("a"))) {
		f.Add(bytes.Repeat([]byte{0x81, c, 1, 2, 126, 127, 0, 0}, 4), 1)
	}
	f.Add(slices.Concat(text(warningOf("a", 300)), []byte{0x88, 1}), 7)
	f.Add(slices.Concat(text(warningOf("a", 70_000)), []byte{0x89, 127, 0, 0, 0, 0, 0, 0, 0, 1, 'x'}), 1000)
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

// kinds holds the codes that mean something, and what.
var kinds = map[int]ErrorKind{
	1001: KindGoingAway, 1002: KindProtocol, 1003: KindProtocol, 1005: KindNetwork, 1006: KindNetwork, 1007: KindProtocol, 1008: KindPolicy,
	1009: KindTooLarge, 1010: KindProtocol, 1011: KindServerError, 1012: KindGoingAway, 1013: KindGoingAway, 1014: KindGoingAway,
}

func FuzzClassify(f *testing.F) {
	for code := range kinds {
		f.Add(code, "session_expired", true)
	}
	f.Add(1000, "", false)
	f.Add(4429, "websocket: bad close code 1014", false)
	f.Fuzz(func(t *testing.T, code int, text string, expired bool) {
		cause, reply := classify(&websocket.CloseError{Code: code, Text: text}, expired)
		want, known := kinds[code]
		if !known {
			want = KindPeerClosed
		}
		if code == 1001 && (expired || expiryReason(text)) {
			want = KindSessionExpired
		}
		switch {
		case code == 1000:
			if cause != nil || reply != 1000 {
				t.Errorf("got %v, %d", cause, reply)
			}
		case cause == nil || cause.Kind != want:
			t.Errorf("got %v, want kind %s", cause, want)
		case cause.Retryable() != slices.Contains([]ErrorKind{KindNetwork, KindSessionExpired, KindGoingAway, KindServerError}, want):
			t.Errorf("%v: Retryable %v", cause, cause.Retryable())
		case cause.Error() == "" || code != 1006 && reply != code && !(code == 1005 && reply == 1000) || code == 1006 && reply != 0:
			t.Errorf("%v: reply %d", cause, reply)
		}
		for _, err := range []error{errors.New(text), errors.New("websocket: " + text), &net.OpError{Op: "read", Err: errors.New(text)}} {
			cause, reply := classify(err, expired)
			if cause == nil || cause.Error() == "" || reply != 0 && reply != 1002 && reply != closeBadGateway {
				t.Errorf("%v: got %v, reply %d", err, cause, reply)
			}
		}
	})
}

// Whatever answers the handshake, Do returns, and reads no more than it may.
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
	c := testClient(f, testOptions(func(context.Context, string, string) (net.Conn, error) { return conn, nil }))
	f.Fuzz(func(t *testing.T, answer []byte, repeat int) {
		conn = &memoryConn{}
		whole := bytes.Repeat(answer, min(max(repeat, 0), 200_000)/(len(answer)+1)+1)
		rest := &keyedReader{conn: conn, answer: whole}
		conn.in = rest
		h := &handshake{client: c}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://voicelive.test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := h.Do(req)
		if taken := len(whole) - len(rest.answer); taken > maxAnswerHeader+maxRefusalBody {
			t.Errorf("%d bytes were read", taken)
		}
		switch {
		case (resp == nil) == (err == nil):
			t.Errorf("got %v and %v", resp, err)
		case err != nil:
			if h.ws != nil {
				t.Error("an error, and a connection")
			}
		case resp.StatusCode == http.StatusSwitchingProtocols:
			if h.ws == nil || h.conn == nil {
				t.Error("upgraded, and no connection")
			}
		default:
			if body, err := io.ReadAll(resp.Body); err != nil || len(body) > maxRefusalBody || h.ws != nil {
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
			r.answer = bytes.Replace(r.answer, []byte("KEY"), []byte(acceptKey(req)), 1)
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
