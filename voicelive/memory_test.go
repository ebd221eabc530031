//go:build !race

package voicelive

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// A countingConn counts and swallows writes, and the frames in them, once it is told to.
type countingConn struct {
	net.Conn
	counts         bool
	writes, frames int
}

func (c *countingConn) Write(p []byte) (int, error) {
	if !c.counts {
		return c.Conn.Write(p)
	}
	c.writes++
	for rest := p; len(rest) > 0; c.frames++ {
		h, _ := wstest.ParseHeader(rest)
		rest = rest[h.Size+h.Payload:]
	}
	return len(p), nil
}

func (c *countingConn) SetWriteDeadline(at time.Time) error {
	if c.counts {
		return nil // that of a pipe allocates
	}
	return c.Conn.SetWriteDeadline(at)
}

func TestAnAppendIsOneFrameAndOneWriteWithoutAllocation(t *testing.T) {
	for _, n := range []int{1, 960, 4800, 9600, 12_000} {
		conn := &countingConn{}
		s, stop := serve(t, func(o *ClientOptions) {
			dial := o.DialContext
			o.DialContext = func(ctx context.Context, network, addr string) (_ net.Conn, err error) {
				conn.Conn, err = dial(ctx, network, addr)
				return conn, err
			}
			o.Limits.CloseTimeout = time.Millisecond // since the close frame is swallowed, too
		}, (*peer).Drain)
		conn.counts = true
		e := &ClientEventInputAudioBufferAppend{Audio: make([]byte, n)}
		send := func() {
			if err := s.Send(context.Background(), e); err != nil {
				t.Fatal(err)
			}
		}
		send()
		if conn.writes != 1 || conn.frames != 1 {
			t.Errorf("%d bytes: %d writes of %d frames", n, conn.writes, conn.frames)
		}
		if got := testing.AllocsPerRun(1000, send); got != 0 {
			t.Errorf("%d bytes: %v allocations", n, got)
		}
		stop()
	}
}
