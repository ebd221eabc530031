package ws

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// frames reads to the end of the connection, and notes what is worth it.
func frames(p *wstest.Peer) (got []string) {
	for {
		first, payload, err := p.Next()
		if err != nil {
			return got
		}
		switch first {
		case 0x88:
			got = append(got, fmt.Sprintf("close %d", int(payload[0])<<8|int(payload[1])))
		case 0x80, 0x81:
			got = append(got, "end of a message")
		}
	}
}

// A message that began is finished before the close frame, and nothing follows that.
func TestCloseWaitsForTheMessageThatIsBeingSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		c, stop := serve(t, nil, func(p *wstest.Peer) {
			p.Next() // one frame of many
			time.Sleep(time.Second)
			got = frames(p)
		})
		sent := make(chan error)
		go func() { sent <- write(t.Context(), c, 100_000) }()
		synctest.Wait()
		go func() { sent <- write(t.Context(), c, 30) }() // which waits for its turn
		synctest.Wait()
		go c.Close(1000, "")
		if err := <-sent; err != ErrClosed {
			t.Errorf("the message that waited: %v", err)
		}
		if err := <-sent; err != nil {
			t.Errorf("the message that was being sent: %v", err)
		}
		stop()
		if diff := cmp.Diff([]string{"end of a message", "close 1000"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// The first reason stays, although the connection lingers to tell the peer; what
// is sent meanwhile is not sent.
func TestNothingChangesTheReasonWhileTheConnectionLingers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		c, stop := serve(t, nil, func(p *wstest.Peer) {
			p.Frame(0x83, nil) // a reserved opcode
			got = frames(p)
		})
		synctest.Wait()
		if err := write(t.Context(), c, 30); err == nil || errors.Is(err, errBegan) {
			t.Errorf("Write: %v", err)
		}
		c.Close(1000, "")
		if _, ok := errors.AsType[*ProtocolError](c.Err()); !ok {
			t.Errorf("the connection ended with %v", c.Err())
		}
		stop()
		if diff := cmp.Diff([]string{"close 1002"}, got); diff != "" {
			t.Error(diff)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		var got []string
		c, stop := serve(t, nil, func(p *wstest.Peer) {
			p.Frame(0x83, nil)
			got = frames(p)
		})
		synctest.Wait()
		c.Close(1000, "")
		stop()
		if _, ok := errors.AsType[*ProtocolError](c.Err()); !ok {
			t.Errorf("closed at once: the connection ended with %v", c.Err())
		}
		if diff := cmp.Diff([]string{"close 1002"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// What is received is without a gap, also when Close drops what finds no room.
func TestNothingIsKeptBehindWhatCloseDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, stop := serve(t, func(config *Config) { config.Limits.QueueEvents = 2 }, func(p *wstest.Peer) {
			for _, name := range []string{"0", "1", "2"} {
				p.Text(message(name))
			}
			time.Sleep(time.Second)
			p.Text(message("3"))
			p.Drain()
		})
		synctest.Wait() // two messages wait in the queue, and one for room
		closed := make(chan error)
		go func() { closed <- c.Close(1000, "") }()
		synctest.Wait()
		var got []string
		for {
			m, err := c.Next(t.Context())
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, name(m.Data))
		}
		<-closed
		stop()
		if diff := cmp.Diff([]string{"0", "1"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// Close returns within its timeout whatever the peer and other goroutines do, any
// number of times at once.
func TestCloseReturnsInTimeInEveryState(t *testing.T) {
	flood := func(p *wstest.Peer) {
		for p.Text(message("x")) == nil {
			time.Sleep(time.Millisecond)
		}
	}
	for name, tt := range map[string]struct {
		service func(*wstest.Peer)
		prepare func(*Conn)
		most    time.Duration
	}{
		"the peer answers":          {service: (*wstest.Peer).Drain, most: 0},
		"the peer does not read":    {service: func(*wstest.Peer) { time.Sleep(time.Hour) }, most: 3 * time.Second},
		"the peer does not answer":  {service: func(p *wstest.Peer) { io.Copy(io.Discard, p.Conn) }, most: 3 * time.Second},
		"the peer talks on":         {service: flood, most: 3 * time.Second},
		"the connection has ended":  {service: func(p *wstest.Peer) { p.Close(1011, "") }, prepare: func(c *Conn) { <-c.Done() }, most: 0},
		"the end is being answered": {service: func(p *wstest.Peer) { p.Close(1011, ""); time.Sleep(time.Hour) }, most: 3 * time.Second},
		"a write is blocked": {
			service: func(p *wstest.Peer) { p.Next(); time.Sleep(time.Hour) },
			prepare: func(c *Conn) { go write(context.Background(), c, 1<<20) },
			most:    3 * time.Second,
		},
		"writes wait for their turn": {
			service: func(*wstest.Peer) { time.Sleep(time.Hour) },
			prepare: func(c *Conn) {
				for range 10 {
					go write(context.Background(), c, 30)
				}
			},
			most: 3 * time.Second,
		},
		"a receive waits": {
			service: (*wstest.Peer).Drain,
			prepare: func(c *Conn) { go c.Next(context.Background()) },
			most:    0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, stop := serve(t, nil, tt.service)
				if tt.prepare != nil {
					tt.prepare(c)
				}
				synctest.Wait()
				began := time.Now()
				var wg sync.WaitGroup
				for range 64 {
					wg.Go(func() {
						if err := c.Close(1000, ""); err != nil {
							t.Error(err)
						}
						if took := time.Since(began); took > tt.most {
							t.Errorf("Close took %v, want at most %v", took, tt.most)
						}
					})
				}
				wg.Wait()
				<-c.Done()
				c.Wait()
				stop()
			})
		})
	}
}

// A connection of crypto/tls waits for room to say goodbye when it is closed.
func TestClosingOverTLSDoesNotWaitForAPeerThatStalls(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate
	server.Close()
	synctest.Test(t, func(t *testing.T) {
		dial, accepted := wstest.Pipes()
		config := testConfig(t, dial)
		config.Request.URL = &url.URL{Scheme: "https", Host: "example.com"}
		config.TLSConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
		config.Limits.CloseTimeout, config.Limits.WriteTimeout, config.Limits.DrainTimeout = 200*time.Millisecond, 100*time.Millisecond, 50*time.Millisecond
		stalled := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			conn := tls.Server(<-accepted, server.TLS)
			if _, err := wstest.Accept(conn); err != nil {
				t.Error(err)
			}
			<-stalled
			conn.NetConn().Close()
		})
		c, _, err := Dial(t.Context(), config)
		if err != nil {
			t.Fatal(err)
		}
		c.Start(func([]byte) {}, func() {})
		began := time.Now()
		err = write(t.Context(), c, 30)
		if e, ok := errors.AsType[*Error](err); !ok || !errors.Is(e, os.ErrDeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		c.Close(1000, "")
		if took := time.Since(began); took > 350*time.Millisecond { // crypto/tls waits for five seconds
			t.Errorf("the end took %v", took)
		}
		close(stalled)
		wg.Wait()
	})
}

// A stubbornConn ignores deadlines, as some connections of applications do.
type stubbornConn struct{ net.Conn }

func (stubbornConn) SetDeadline(time.Time) error      { return nil }
func (stubbornConn) SetReadDeadline(time.Time) error  { return nil }
func (stubbornConn) SetWriteDeadline(time.Time) error { return nil }

func TestCloseReturnsInTimeWithoutDeadlines(t *testing.T) {
	for name, prepare := range map[string]func(p *wstest.Peer, c *Conn){
		"idle":               func(*wstest.Peer, *Conn) {},
		"a write is blocked": func(_ *wstest.Peer, c *Conn) { go write(context.Background(), c, 1<<20) },
		"the reader lingers": func(p *wstest.Peer, _ *Conn) { p.Frame(0x83, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gone := make(chan struct{})
				var peer *wstest.Peer
				wrap := over(func(conn net.Conn) net.Conn { return stubbornConn{conn} })
				c, stop := serve(t, func(config *Config) {
					wrap(config)
					config.Limits.PingInterval = -1
				}, func(p *wstest.Peer) {
					peer = p
					<-gone
				})
				synctest.Wait()
				prepare(peer, c)
				synctest.Wait()
				began := time.Now()
				c.Close(1000, "")
				if took := time.Since(began); took > 3*time.Second {
					t.Errorf("Close took %v", took)
				}
				close(gone)
				stop()
			})
		})
	}
}
