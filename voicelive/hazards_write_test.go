package voicelive

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// over wraps the connections that a client dials.
func over(wrap func(net.Conn) net.Conn) func(*ClientOptions) {
	return func(o *ClientOptions) {
		dial := o.DialContext
		o.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dial(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return wrap(conn), nil
		}
	}
}

// A ping that meets a write which is stuck neither stops the reader nor ends the session.
func TestAPingWhileTheNetworkIsStuckIsAnsweredLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const stuck = 1500 * time.Millisecond
		var heard hearing
		s, stop := serve(t, nil, func(p *peer) {
			p.next() // one frame of many
			p.frame(0x89, []byte("p"))
			p.text("%s", warning("a"))
			time.Sleep(stuck)
			for whole := false; !whole; {
				first, payload, err := p.next()
				if err != nil {
					t.Error(err)
					return
				}
				if first == 0x8a {
					heard.pongs = append(heard.pongs, string(payload))
				}
				whole = first == 0x80
			}
			p.drain()
		})
		defer stop()
		began := time.Now()
		sent := make(chan error)
		go func() { sent <- s.AppendInputAudioBuffer(t.Context(), make([]byte, 1<<20)) }()
		recv(t, s)
		if recv(t, s); time.Since(began) != 0 {
			t.Errorf("the event behind the ping came after %v", time.Since(began))
		}
		if err := <-sent; err != nil || time.Since(began) != stuck {
			t.Errorf("sent after %v: %v", time.Since(began), err)
		}
		if diff := cmp.Diff([]string{"p"}, heard.pongs); diff != "" || s.Err() != nil {
			t.Error(diff, s.Err())
		}
	})
}

// P10: a pong does not wait for the end of a large message.
func TestAPongFindsItsWayIntoALargeMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const bytesPerSecond = 10_000_000
		var waited time.Duration
		s, stop := serve(t, nil, func(p *peer) {
			var asked time.Time
			for n := 0; ; n++ {
				first, payload, err := p.next()
				if err != nil || first == 0x88 {
					return
				}
				time.Sleep(time.Duration(len(payload)) * time.Second / bytesPerSecond)
				switch {
				case n == 500:
					asked = time.Now()
					p.frame(0x89, nil)
				case first == 0x8a:
					waited = time.Since(asked)
				}
			}
		})
		defer stop()
		began := time.Now()
		if err := s.AppendInputAudioBuffer(t.Context(), make([]byte, 15<<20)); err != nil {
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

// P7: a context may stop a send before its first byte, and not later.
func TestCancellingASendNeverCutsAnEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read := make(chan struct{})
		var got []int
		s, stop := serve(t, nil, func(p *peer) {
			<-read
			for {
				text, err := p.message()
				if err != nil {
					return
				}
				got = append(got, len(text))
			}
		})
		ctx, cancel := context.WithCancel(t.Context())
		first := make(chan error, 1)
		go func() { first <- s.AppendInputAudioBuffer(ctx, make([]byte, 90_000)) }()
		synctest.Wait()
		cancel()
		for range 1000 {
			queued, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			if err := s.ClearInputAudioBuffer(queued); !errors.Is(err, ErrNotSent) || !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("queued: %v", err)
			}
			cancel()
		}
		close(read)
		if err := <-first; err != nil {
			t.Errorf("begun: %v", err)
		}
		if err := s.ClearInputAudioBuffer(t.Context()); err != nil {
			t.Errorf("later: %v", err)
		}
		stop()
		if diff := cmp.Diff([]int{120_000 + len(`{"type":"input_audio_buffer.append","audio":""}`), len(`{"type":"input_audio_buffer.clear"}`)}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// A write that the network does not take ends the session, since half of a frame may
// be out.
func TestAWriteThatTakesTooLongEndsTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, func(p *peer) { time.Sleep(time.Minute) })
		defer stop()
		began := time.Now()
		err := s.ClearInputAudioBuffer(t.Context())
		if e, ok := errors.AsType[*SessionError](err); !ok || e.Kind != KindNetwork || errors.Is(err, ErrNotSent) {
			t.Errorf("got %v", err)
		}
		if took := time.Since(began); took != 10*time.Second+500*time.Millisecond {
			t.Errorf("it took %v", took)
		}
		if err := s.ClearInputAudioBuffer(t.Context()); !errors.Is(err, ErrNotSent) {
			t.Errorf("afterwards: %v", err)
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

// P4: the reason that the peer gives counts more than the write that noticed its end.
func TestAWriteErrorWaitsForTheReasonOfThePeer(t *testing.T) {
	for name, tt := range map[string]struct {
		late time.Duration
		want SessionError
		took time.Duration
	}{
		"in time": {499 * time.Millisecond, SessionError{Kind: KindPeerClosed, CloseCode: 4001, Reason: "over"}, 499 * time.Millisecond},
		"late":    {501 * time.Millisecond, SessionError{Kind: KindNetwork, Err: syscall.EPIPE}, 500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pipe := &brokenPipe{}
				wrap := over(func(conn net.Conn) net.Conn { pipe.Conn = conn; return pipe })
				broken := make(chan struct{})
				s, stop := serve(t, wrap, func(p *peer) {
					<-broken
					time.Sleep(tt.late)
					p.close(4001, "over")
					p.drain()
				})
				defer stop()
				pipe.broken.Store(true)
				close(broken)
				began := time.Now()
				err := s.ClearInputAudioBuffer(t.Context())
				got, ok := errors.AsType[*SessionError](err)
				if !ok {
					t.Fatalf("got %v", err)
				}
				tt.want.SessionID, tt.want.RequestID = "sess_1", "req_1"
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
		s, stop := serve(t, func(o *ClientOptions) {
			wrap(o)
			o.Limits.PingInterval, o.Limits.PongTimeout = 10*time.Millisecond, 5*time.Second
		}, func(p *peer) {
			var pings sync.WaitGroup
			defer pings.Wait()
			defer p.conn.Close()
			pings.Go(func() {
				for p.frame(0x89, []byte("x")) == nil {
					time.Sleep(time.Millisecond)
				}
			})
			for {
				if _, _, err := p.next(); err != nil {
					return
				}
				time.Sleep(time.Millisecond)
			}
		})
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 20 {
					if err := s.AppendInputAudioBuffer(t.Context(), make([]byte, 40_000)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		stop()
	})
}
