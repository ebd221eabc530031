package ws

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// over wraps the connections that are dialed.
func over(wrap func(net.Conn) net.Conn) func(*Config) {
	return func(config *Config) {
		dial := config.DialContext
		config.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dial(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return wrap(conn), nil
		}
	}
}

// errBegan wraps the error of a message whose first byte may be out.
var errBegan = errors.New("the message began")

// write writes a message of n bytes.
func write(ctx context.Context, c *Conn, n int) error {
	return writeText(ctx, c, strings.Repeat("x", n))
}

func writeText(ctx context.Context, c *Conn, text string) error {
	buf := NewBuffer()
	defer buf.Release()
	buf.B = append(buf.B, text...)
	began, err := c.Write(ctx, buf)
	if err != nil && began {
		return fmt.Errorf("%w: %w", errBegan, err)
	}
	return err
}

// next takes the next message, in virtual or real time, but not for ever.
func next(t testing.TB, c *Conn) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	m, err := c.Next(ctx)
	if err != nil {
		t.Fatalf("Next: %v", err)
	}
	defer m.Release()
	return string(m.Data)
}

// A ping that meets a write which is stuck neither stops the reader nor ends the connection.
func TestAPingWhileTheNetworkIsStuckIsAnsweredLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const stuck = 1500 * time.Millisecond
		var heard hearing
		c, stop := serve(t, nil, func(p *wstest.Peer) {
			p.Next() // one frame of many
			p.Frame(0x89, []byte("p"))
			p.Text(message("a"))
			time.Sleep(stuck)
			for whole := false; !whole; {
				first, payload, err := p.Next()
				if err != nil {
					t.Error(err)
					return
				}
				if first == 0x8a {
					heard.pongs = append(heard.pongs, string(payload))
				}
				whole = first == 0x80
			}
			p.Drain()
		})
		defer stop()
		began := time.Now()
		sent := make(chan error)
		go func() { sent <- write(t.Context(), c, 1<<20) }()
		if next(t, c); time.Since(began) != 0 {
			t.Errorf("the message behind the ping came after %v", time.Since(began))
		}
		if err := <-sent; err != nil || time.Since(began) != stuck {
			t.Errorf("sent after %v: %v", time.Since(began), err)
		}
		if diff := cmp.Diff([]string{"p"}, heard.pongs); diff != "" || c.Err() != nil {
			t.Error(diff, c.Err())
		}
	})
}

// A pong does not wait for the end of a large message.
func TestAPongFindsItsWayIntoALargeMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const bytesPerSecond = 10_000_000
		var waited time.Duration
		c, stop := serve(t, nil, func(p *wstest.Peer) {
			var asked time.Time
			for n := 0; ; n++ {
				first, payload, err := p.Next()
				if err != nil || first == 0x88 {
					return
				}
				time.Sleep(time.Duration(len(payload)) * time.Second / bytesPerSecond)
				switch {
				case n == 500:
					asked = time.Now()
					p.Frame(0x89, nil)
				case first == 0x8a:
					waited = time.Since(asked)
				}
			}
		})
		defer stop()
		began := time.Now()
		if err := write(t.Context(), c, 20<<20); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < 2*time.Second {
			t.Errorf("sent in %v: too fast to prove anything", took)
		}
		if waited == 0 || waited > 250*time.Millisecond {
			t.Errorf("the pong came after %v", waited)
		}
	})
}

// A context may stop a write before its first byte, and not later.
func TestCancellingAWriteNeverCutsAMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read := make(chan struct{})
		var got []int
		c, stop := serve(t, nil, func(p *wstest.Peer) {
			<-read
			for {
				text, err := p.Message()
				if err != nil {
					return
				}
				got = append(got, len(text))
			}
		})
		ctx, cancel := context.WithCancel(t.Context())
		first := make(chan error, 1)
		go func() { first <- write(ctx, c, 90_000) }()
		synctest.Wait()
		cancel()
		for range 1000 {
			queued, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			if err := write(queued, c, 30); err != context.DeadlineExceeded {
				t.Fatalf("queued: %v", err)
			}
			cancel()
		}
		close(read)
		if err := <-first; err != nil {
			t.Errorf("begun: %v", err)
		}
		if err := write(t.Context(), c, 30); err != nil {
			t.Errorf("later: %v", err)
		}
		stop()
		if diff := cmp.Diff([]int{90_000, 30}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// A write that the network does not take ends the connection, since half of a frame may
// be out.
func TestAWriteThatTakesTooLongEndsTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, stop := serve(t, nil, func(p *wstest.Peer) { time.Sleep(time.Minute) })
		defer stop()
		began := time.Now()
		err := write(t.Context(), c, 30)
		if e, ok := errors.AsType[*Error](err); !ok || !errors.Is(e, os.ErrDeadlineExceeded) || !errors.Is(err, errBegan) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(began); took != 10*time.Second+500*time.Millisecond {
			t.Errorf("it took %v", took)
		}
		if err := write(t.Context(), c, 30); err == nil || errors.Is(err, errBegan) {
			t.Errorf("afterwards: %v", err)
		}
	})
}

// A deadline is not moved by each write: an eighth of the time may be missing, and no more.
func TestAWriteHasItsTimeAlsoBehindOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, stop := serve(t, nil, func(p *wstest.Peer) {
			for range 100 {
				p.Next()
			}
			time.Sleep(time.Minute)
		})
		defer stop()
		for range 100 {
			if err := write(t.Context(), c, 30); err != nil {
				t.Fatal(err)
			}
			time.Sleep(70 * time.Millisecond)
		}
		began := time.Now()
		if err := write(t.Context(), c, 30); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(began) - 500*time.Millisecond; took < 8750*time.Millisecond || took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// brokenPipe is a connection whose peer has stopped reading, and may still be heard.
type brokenPipe struct {
	net.Conn
	broken atomic.Bool
}

func (c *brokenPipe) Write(p []byte) (int, error) {
	if c.broken.Load() {
		return 0, syscall.EPIPE
	}
	return c.Conn.Write(p)
}

// The reason that the peer gives counts more than the write that noticed its end.
func TestAWriteErrorWaitsForTheReasonOfThePeer(t *testing.T) {
	for name, tt := range map[string]struct {
		late time.Duration
		want Error
		took time.Duration
	}{
		"in time": {499 * time.Millisecond, Error{Code: 4001, Reason: "over"}, 499 * time.Millisecond},
		"late":    {501 * time.Millisecond, Error{Cause: syscall.EPIPE}, 500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pipe := &brokenPipe{}
				wrap := over(func(conn net.Conn) net.Conn { pipe.Conn = conn; return pipe })
				broken := make(chan struct{})
				c, stop := serve(t, wrap, func(p *wstest.Peer) {
					<-broken
					time.Sleep(tt.late)
					p.Close(4001, "over")
					p.Drain()
				})
				defer stop()
				pipe.broken.Store(true)
				close(broken)
				began := time.Now()
				err := write(t.Context(), c, 30)
				got, ok := errors.AsType[*Error](err)
				if !ok {
					t.Fatalf("got %v", err)
				}
				if *got != tt.want || time.Since(began) != tt.took {
					t.Errorf("got %v after %v", err, time.Since(began))
				}
			})
		})
	}
}

// An exclusiveConn reports a write, or a deadline of writes, that meets a write.
type exclusiveConn struct {
	net.Conn
	t    *testing.T
	busy atomic.Int32
}

func (c *exclusiveConn) enter(what string) (leave func()) {
	if c.busy.Add(1) != 1 {
		c.t.Error(what, "during a write")
	}
	return func() { c.busy.Add(-1) }
}

func (c *exclusiveConn) Write(p []byte) (int, error) {
	defer c.enter("Write")()
	return c.Conn.Write(p)
}

func (c *exclusiveConn) SetWriteDeadline(at time.Time) error {
	defer c.enter("SetWriteDeadline")()
	return c.Conn.SetWriteDeadline(at)
}

func TestWritesAndTheirDeadlinesDoNotMeet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wrap := over(func(conn net.Conn) net.Conn { return &exclusiveConn{Conn: conn, t: t} })
		c, stop := serve(t, func(config *Config) {
			wrap(config)
			config.Limits.PingInterval, config.Limits.PongTimeout = 10*time.Millisecond, 5*time.Second
		}, func(p *wstest.Peer) {
			var pings sync.WaitGroup
			defer pings.Wait()
			defer p.Conn.Close()
			pings.Go(func() {
				for p.Frame(0x89, []byte("x")) == nil {
					time.Sleep(time.Millisecond)
				}
			})
			for {
				if _, _, err := p.Next(); err != nil {
					return
				}
				time.Sleep(time.Millisecond)
			}
		})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 20 {
					if err := write(t.Context(), c, 40_000); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		stop()
	})
}

// Two goroutines that write at once do not mix their frames.
func TestConcurrentWritesDoNotMix(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := map[string]int{}
		c, stop := serve(t, nil, func(p *wstest.Peer) {
			for {
				text, err := p.Message()
				if err != nil {
					return
				}
				got[text]++
			}
		})
		long := strings.Repeat("x", 40_000) // three frames
		errs := make(chan error)
		const senders, rounds = 16, 20
		for i := range senders {
			go func() {
				for range rounds {
					if err := writeText(t.Context(), c, fmt.Sprint(i, long)); err != nil {
						errs <- err
						return
					}
				}
				errs <- nil
			}()
		}
		for range senders {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		stop()
		for i := range senders {
			if n := got[fmt.Sprint(i, long)]; n != rounds {
				t.Errorf("%d messages of sender %d arrived whole, want %d", n, i, rounds)
			}
		}
	})
}
