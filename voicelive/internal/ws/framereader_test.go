package ws

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// wellFormed finds what gorilla/websocket lets pass in frames that are all there. It
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

// A frameReader reads what gorilla/websocket reads, and refuses what that refuses and wellFormed does.
func FuzzFrameReader(f *testing.F) {
	for _, c := range slices.Concat(wstest.CloseFrame(1000, "x"), text(message("a"))) {
		f.Add(bytes.Repeat([]byte{0x81, c, 1, 2, 126, 127, 0, 0}, 4), 1)
	}
	f.Add(slices.Concat(text(messageOf("a", 300)), []byte{0x88, 1}), 7)
	f.Add(slices.Concat(text(messageOf("a", 70_000)), []byte{0x89, 127, 0, 0, 0, 0, 0, 0, 0, 1, 'x'}), 1000)
	f.Add(slices.Concat([]byte{0x01, 2, 'a', 'b', 0x89, 1, 'p', 0x00, 0, 0x8a, 0, 0x80, 1, 'c'}, wstest.CloseFrame(4001, "because")), 3)
	f.Add(slices.Concat([]byte{0x82, 0, 0x01, 1, 'a', 0x81, 1, 'b'}), 2)
	f.Add(slices.Concat([]byte{0x80, 1, 'a'}), 2)
	f.Add(slices.Concat(text(messageOf("a", fuzzLimit+1))), 5000)
	f.Add(slices.Concat([]byte{0x01, 126, 0xea, 0x60}, payloadOf(60_000), []byte{0x80, 126, 0xea, 0x60}), 1<<16)
	for _, code := range []int{999, 1003, 1004, 1005, 1006, 1014, 1015, 1016, 2999, 3000, 4999, 5000} {
		f.Add(wstest.CloseFrame(code, "x"), 100)
	}
	f.Add(wstest.CloseFrame(1000, "\xff"), 100)
	f.Add([]byte{0x81, 0x81, 1, 2, 3, 4, 5}, 100)
	f.Add([]byte{0xc1, 0}, 100)
	f.Add([]byte{0x09, 0}, 100)
	f.Add([]byte{0x83, 0}, 100)
	f.Fuzz(func(t *testing.T, stream []byte, size int) {
		if size <= 0 {
			return
		}
		got := readAll(stream, size)
		bad := wellFormed(stream)
		want := gorillaReads(t, stream[:max(bad, 0)])
		if bad < 0 {
			want = gorillaReads(t, stream)
		} else if want[len(want)-1] == ending(io.ErrUnexpectedEOF) {
			want[len(want)-1] = ending(breach("it"))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("in pieces of %d bytes (-want +got):\n%s", size, diff)
		}
	})
}

const fuzzLimit = 100_000 // bytes of a message

// readAll returns what a frameReader makes of the stream, which comes in pieces.
func readAll(stream []byte, size int) (events []string) {
	in := slices.Collect(slices.Chunk(stream, min(size, 1<<20)))
	var r frameReader
	rest := 0
	if len(in) > 0 && len(in[0]) < headerPiece {
		rest = 1 // the first piece came with the reply to the handshake
	}
	r.start(&arrivals{steps: in[rest:], err: io.EOF}, slices.Concat(in[:rest]...), fuzzLimit)
	r.ping = func(payload string) { events = append(events, "ping "+payload) }
	r.pong = func(payload string) { events = append(events, "pong "+payload) }
	for {
		op, err := r.begin()
		var m *Message
		if err == nil {
			m, err = r.message()
		}
		if err != nil {
			return append(events, ending(err))
		}
		events = append(events, fmt.Sprintf("message %d %s", op, m.Data))
		m.Release()
	}
}

// gorillaReads returns what gorilla/websocket makes of the stream.
func gorillaReads(t *testing.T, stream []byte) (events []string) {
	conn := &handshaken{memoryConn: memoryConn{}, stream: stream}
	dialer := websocket.Dialer{NetDial: func(string, string) (net.Conn, error) { return conn, nil }}
	c, _, err := dialer.DialContext(t.Context(), "ws://x", nil)
	if err != nil {
		t.Fatal(err)
	}
	c.SetReadLimit(fuzzLimit)
	c.SetPingHandler(func(payload string) error { events = append(events, "ping "+payload); return nil })
	c.SetPongHandler(func(payload string) error { events = append(events, "pong "+payload); return nil })
	c.SetCloseHandler(func(int, string) error { return nil })
	for {
		op, data, err := c.ReadMessage()
		if err != nil {
			if strings.Contains(err.Error(), "bad close code 1014") { // which is registered meanwhile
				end := bytes.LastIndex(stream, []byte{0x03, 0xf6})
				err = &websocket.CloseError{Code: 1014, Text: string(stream[end+2:][:stream[end-1]-2])}
			}
			return append(events, ending(ours(err)))
		}
		events = append(events, fmt.Sprintf("message %d %s", op, data))
	}
}

// handshaken is a connection to a server that accepts, whose frames are stream.
type handshaken struct {
	memoryConn
	stream []byte
}

func (c *handshaken) Read(p []byte) (int, error) {
	if c.in == nil {
		req, err := http.ReadRequest(bufio.NewReader(&c.out))
		if err != nil {
			return 0, err
		}
		c.in = io.MultiReader(bytes.NewReader(wstest.Acceptance(req, "")), bytes.NewReader(c.stream))
	}
	return c.in.Read(p)
}

// ours is what an error of gorilla/websocket is here.
func ours(err error) error {
	if err == websocket.ErrReadLimit {
		return ErrTooLarge
	}
	closed, ok := err.(*websocket.CloseError)
	switch {
	case !ok:
		return &ProtocolError{err}
	case closed.Code == websocket.CloseAbnormalClosure: // its name for an EOF
		return io.ErrUnexpectedEOF
	}
	return &Error{Code: closed.Code, Reason: closed.Text}
}

// ending tells how reading ended, for both.
func ending(err error) string {
	cause, reply := classify(err)
	switch {
	case cause == nil:
		return "orderly"
	case cause.Code != 0:
		return fmt.Sprintf("closed with %d %q", cause.Code, cause.Reason)
	}
	return fmt.Sprintf("ended, reply %d", reply)
}

// arrivals is a connection whose bytes arrive in steps, each once all before it were read.
type arrivals struct {
	net.Conn
	steps [][]byte
	err   error // behind the last step, and with it
	calls int
	waits []int // for each step that begins with a frame, how large the buffer was in which it was waited for
	began bool
}

func (a *arrivals) Read(p []byte) (int, error) {
	a.calls++
	if len(a.steps) == 0 {
		return 0, a.err
	}
	if !a.began && a.steps[0][0] == textOf(0)[0] {
		a.waits = append(a.waits, len(p))
	}
	a.began = true
	n := copy(p, a.steps[0])
	if a.steps[0] = a.steps[0][n:]; len(a.steps[0]) > 0 {
		return n, nil
	}
	a.steps, a.began = a.steps[1:], false
	if len(a.steps) == 0 {
		return n, a.err
	}
	return n, nil
}

// textOf is a text frame with a payload of n bytes.
func textOf(n int) []byte { return wstest.Frame(0x81, payloadOf(n)) }

func payloadOf(n int) []byte { return bytes.Repeat([]byte("0123456789abcdef"), n/16+1)[:n] }

func TestReadsWaitWithTheSmallBuffer(t *testing.T) {
	end := errors.New("reset")
	for _, test := range []struct {
		name   string
		steps  [][]byte
		frames []int
		calls  int
	}{
		{"small frames", [][]byte{textOf(90), textOf(700), textOf(5)}, []int{90, 700, 5}, 3},
		{"events with audio", [][]byte{textOf(6560), textOf(6560), textOf(6560)}, []int{6560, 6560, 6560}, 6},
		{"a frame in two steps", [][]byte{textOf(6560)[:500], textOf(6560)[500:], textOf(6560)}, []int{6560, 6560}, 4},
		{"a frame that fills the small buffer", [][]byte{textOf(readBufferSize - 4), textOf(readBufferSize - 4)}, []int{readBufferSize - 4, readBufferSize - 4}, 2},
		{"a burst", [][]byte{bytes.Repeat(textOf(6000), 20), textOf(90)}, append(slices.Repeat([]int{6000}, 20), 90), 6},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn := &arrivals{steps: test.steps, err: end}
			var r frameReader
			r.start(conn, nil, 1<<20)
			for _, n := range test.frames {
				if _, err := r.begin(); err != nil {
					t.Fatal(err)
				}
				m, err := r.message()
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(payloadOf(n), m.Data); diff != "" {
					t.Fatalf("frame of %d bytes (-want +got):\n%s", n, diff)
				}
				m.Release()
			}
			if conn.calls > test.calls {
				t.Errorf("%d reads, want at most %d", conn.calls, test.calls)
			}
			if _, err := r.begin(); err != end {
				t.Errorf("behind all: got %v, want %v", err, end)
			}
			for _, size := range conn.waits {
				if size > readBufferSize {
					t.Errorf("an event was waited for with a buffer of %d bytes", size)
				}
			}
		})
	}
}
