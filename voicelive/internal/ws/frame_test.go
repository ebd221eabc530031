package ws

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"testing"
	"time"

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
