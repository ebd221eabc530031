package ws

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

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
func textOf(n int) []byte {
	return wstest.Frame(0x81, bytes.Repeat([]byte("0123456789abcdef"), n/16+1)[:n])
}

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
		{"a frame that fills the small buffer", [][]byte{textOf(1020), textOf(1020)}, []int{1020, 1020}, 2},
		{"a burst", [][]byte{bytes.Repeat(textOf(6000), 20), textOf(90)}, append(slices.Repeat([]int{6000}, 20), 90), 6},
	} {
		t.Run(test.name, func(t *testing.T) {
			conn := &arrivals{steps: test.steps, err: end}
			r := bufio.NewReaderSize(&wireConn{Conn: conn, done: true}, readBufferSize)
			for _, n := range test.frames {
				frame := make([]byte, len(textOf(n)))
				head := len(frame) - n
				for _, part := range [][]byte{frame[:2], frame[2:head], frame[head:]} { // as gorilla does
					if _, err := io.ReadFull(r, part); err != nil {
						t.Fatal(err)
					}
				}
				if diff := cmp.Diff(textOf(n), frame); diff != "" {
					t.Fatalf("frame of %d bytes (-want +got):\n%s", n, diff)
				}
			}
			if conn.calls > test.calls {
				t.Errorf("%d reads, want at most %d", conn.calls, test.calls)
			}
			if _, err := r.ReadByte(); err != end {
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
