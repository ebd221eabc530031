package socket

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

func TestMain(m *testing.M) { wstest.Main(m) }

var limits = Limits{Message: 64 << 10, Idle: time.Minute, Write: 5 * time.Second, Close: 2 * time.Second}

// listener is a net.Listener whose connections are pipes.
type listener struct{ conns chan net.Conn }

func (l *listener) Accept() (net.Conn, error) {
	conn, ok := <-l.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return conn, nil
}
func (l *listener) Close() error   { return nil }
func (l *listener) Addr() net.Addr { return &net.IPAddr{} }

// connect runs a test with both ends of a connection, in virtual time.
func connect(t *testing.T, test func(t *testing.T, server *Conn, client *websocket.Conn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &listener{make(chan net.Conn)}
		served := make(chan *Conn, 1)
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, err := Upgrade(w, r, limits)
			if err != nil {
				t.Error(err)
			}
			served <- c
		})}
		go srv.Serve(l)
		near, far := net.Pipe()
		l.conns <- far
		client, _, err := (&websocket.Dialer{NetDial: func(string, string) (net.Conn, error) { return near, nil }}).Dial("ws://server/", nil)
		if err != nil {
			t.Fatal(err)
		}
		server := <-served
		test(t, server, client)
		client.Close()
		server.CloseWith(CloseNormal, "")
		server.Finish()
		close(l.conns)
		srv.Close()
		time.Sleep(time.Minute) // goroutines of the test notice
	})
}

func TestMessages(t *testing.T) {
	connect(t, func(t *testing.T, server *Conn, client *websocket.Conn) {
		go func() {
			client.WriteMessage(websocket.TextMessage, []byte("one"))
			client.WriteControl(websocket.PingMessage, []byte("ping"), time.Time{})
			client.WriteMessage(websocket.TextMessage, []byte(strings.Repeat("two ", 10_000)))
		}()
		pongs := ""
		client.SetPongHandler(func(text string) error { pongs += text; return nil })
		go server.Write(append(AppendText(nil, 5), "three"...))
		_, got, err := client.ReadMessage()
		if string(got) != "three" || err != nil {
			t.Errorf("the client received %q, error %v", got, err)
		}
		go client.ReadMessage()
		for _, want := range []string{"one", strings.Repeat("two ", 10_000)} {
			if got, err := server.Next(t.Context()); string(got) != want || err != nil {
				t.Errorf("received %.10q, error %v; want %.10q", got, err, want)
			}
		}
		synctest.Wait()
		if pongs != "ping" {
			t.Errorf("pongs %q", pongs)
		}
	})
}

func TestTheEndOfAContextLosesNothing(t *testing.T) {
	connect(t, func(t *testing.T, server *Conn, client *websocket.Conn) {
		go func() {
			time.Sleep(3 * time.Second)
			client.WriteMessage(websocket.TextMessage, []byte("late"))
		}()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for range 2 {
			if _, err := server.Next(ctx); err != ctx.Err() || err == nil {
				t.Errorf("error %v, want that of the context", err)
			}
		}
		if got, err := server.Next(t.Context()); string(got) != "late" || err != nil {
			t.Errorf("then received %q, error %v", got, err)
		}
	})
}

func TestAnInterruptionCountsOnceAndLosesNothing(t *testing.T) {
	connect(t, func(t *testing.T, server *Conn, client *websocket.Conn) {
		server.Interrupt() // before Next
		time.AfterFunc(time.Second, server.Interrupt)
		time.AfterFunc(2*time.Second, func() { drip(client.NetConn()) })
		time.AfterFunc(22*time.Second, server.Interrupt) // within a message
		began := time.Now()
		for _, want := range []time.Duration{0, time.Second, 22 * time.Second} {
			if _, err := server.Next(t.Context()); err != ErrInterrupted || time.Since(began) != want {
				t.Errorf("error %v after %v, want an interruption after %v", err, time.Since(began), want)
			}
		}
		if _, err := server.Next(t.Context()); err != errIdle || time.Since(began) != limits.Idle {
			t.Errorf("error %v after %v", err, time.Since(began))
		}
	})
}

func TestContextsThatEndDoNotProlongTheWait(t *testing.T) {
	connect(t, func(t *testing.T, server *Conn, _ *websocket.Conn) {
		began := time.Now()
		for {
			ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
			_, err := server.Next(ctx)
			cancel()
			if err != context.DeadlineExceeded {
				if err != errIdle || time.Since(began) != limits.Idle {
					t.Errorf("error %v after %v", err, time.Since(began))
				}
				return
			}
		}
	})
}

func TestTheEndOfAnEarlierContextDoesNotCount(t *testing.T) {
	connect(t, func(t *testing.T, server *Conn, client *websocket.Conn) {
		go func() {
			for range 200 {
				client.WriteMessage(websocket.TextMessage, []byte("text"))
				time.Sleep(time.Second)
			}
		}()
		for i := range 200 {
			ctx, cancel := context.WithCancel(t.Context())
			if _, err := server.Next(ctx); err != nil {
				t.Fatalf("message %d: %v", i, err)
			}
			cancel() // its goroutine runs beside the next call
		}
	})
}

func TestTheEndOfAConnection(t *testing.T) {
	for name, test := range map[string]struct {
		end  func(server *Conn, client *websocket.Conn)
		want func(error) bool
	}{
		"close 1000": {func(_ *Conn, c *websocket.Conn) {
			c.WriteMessage(websocket.CloseMessage, wstest.ClosePayload(1000, ""))
		}, is(io.EOF)},
		"close": {func(_ *Conn, c *websocket.Conn) { c.WriteMessage(websocket.CloseMessage, nil) }, is(io.EOF)},
		"close 1011": {func(_ *Conn, c *websocket.Conn) {
			c.WriteMessage(websocket.CloseMessage, wstest.ClosePayload(1011, "no"))
		}, func(err error) bool {
			var closed *CloseError
			return errors.As(err, &closed) && *closed == CloseError{1011, "no"}
		}},
		"gone":       {func(_ *Conn, c *websocket.Conn) { c.NetConn().Close() }, is(io.ErrUnexpectedEOF)},
		"our own":    {func(s *Conn, _ *websocket.Conn) { s.CloseWith(CloseNormal, "over") }, is(ErrClosed)},
		"idle":       {func(*Conn, *websocket.Conn) {}, is(os.ErrDeadlineExceeded)},
		"slow loris": {func(_ *Conn, c *websocket.Conn) { drip(c.NetConn()) }, is(os.ErrDeadlineExceeded)},
		"garbage":    {func(_ *Conn, c *websocket.Conn) { c.NetConn().Write([]byte("garbage")) }, is(errReserved)},
	} {
		t.Run(name, func(t *testing.T) {
			connect(t, func(t *testing.T, server *Conn, client *websocket.Conn) {
				go io.Copy(io.Discard, client.NetConn())
				go test.end(server, client)
				if _, err := server.Next(t.Context()); !test.want(err) {
					t.Errorf("error %v", err)
				}
			})
		})
	}
}

func is(want error) func(error) bool {
	return func(err error) bool { return errors.Is(err, want) }
}

// drip sends a frame that never ends, a byte every ten seconds.
func drip(conn net.Conn) {
	for _, b := range append([]byte{final | opText, masked | 126, 1, 0}, make([]byte, 100)...) {
		if _, err := conn.Write([]byte{b}); err != nil {
			return
		}
		time.Sleep(10 * time.Second)
	}
}

func TestAPeerThatDoesNotReadEndsTheConnection(t *testing.T) {
	connect(t, func(t *testing.T, server *Conn, client *websocket.Conn) {
		began := time.Now()
		if err := server.Write(append(AppendText(nil, 4), "text"...)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != limits.Write {
			t.Errorf("error %v after %v", err, time.Since(began))
		}
		if _, err := server.Next(t.Context()); err == nil {
			t.Error("it can still be read")
		}
		server.CloseWith(CloseNormal, "") // returns
		if err := server.Write(nil); err == nil {
			t.Error("it can still be written to")
		}
	})
}

func TestAWriteHasItsTimeAlsoBehindOthers(t *testing.T) {
	connect(t, func(t *testing.T, server *Conn, client *websocket.Conn) {
		go func() {
			for range 100 {
				client.ReadMessage()
			}
		}()
		frame := append(AppendText(nil, 4), "text"...)
		for range 100 {
			if err := server.Write(frame); err != nil {
				t.Fatal(err)
			}
			time.Sleep(300 * time.Millisecond)
		}
		began := time.Now()
		err := server.Write(frame)
		if took := time.Since(began); !errors.Is(err, os.ErrDeadlineExceeded) || took < limits.Write-time.Second || took > limits.Write {
			t.Errorf("error %v after %v", err, took)
		}
	})
}

func TestFinishGivesThePeerTimeToReadTheCloseFrame(t *testing.T) {
	connect(t, func(t *testing.T, server *Conn, client *websocket.Conn) {
		go func() { // as a telephone network does
			for client.WriteMessage(websocket.TextMessage, []byte("packet")) == nil {
				time.Sleep(20 * time.Millisecond)
			}
		}()
		go func() {
			server.CloseWith(CloseGoingAway, "shutdown")
			server.Finish()
		}()
		time.Sleep(time.Second)
		_, _, err := client.ReadMessage()
		var closed *websocket.CloseError
		if !errors.As(err, &closed) || closed.Code != CloseGoingAway || closed.Text != "shutdown" {
			t.Errorf("the client reads %v", err)
		}
	})
}

// endless sends one frame for ever.
type endless struct {
	net.Conn
	frame []byte
	at    int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.frame[e.at:])
	e.at = (e.at + n) % len(e.frame)
	return n, nil
}
func (e *endless) Write(p []byte) (int, error)      { return len(p), nil }
func (e *endless) SetReadDeadline(time.Time) error  { return nil }
func (e *endless) SetWriteDeadline(time.Time) error { return nil }

func TestNothingIsAllocatedForAMessage(t *testing.T) {
	conn := &endless{frame: clientFrame(nil, final|opText, make([]byte, 1400))}
	c := newConn(conn, limits)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	frame := append(AppendText(nil, 4), "text"...)
	allocs := testing.AllocsPerRun(1000, func() {
		if got, err := c.Next(ctx); len(got) != 1400 || err != nil {
			t.Fatalf("%d bytes, error %v", len(got), err)
		}
		if err := c.Write(frame); err != nil {
			t.Fatal(err)
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

// A reason that is cut must stay UTF-8, or the peer sees a broken frame in place of the reason.
func TestALongReasonIsCut(t *testing.T) {
	connect(t, func(t *testing.T, server *Conn, client *websocket.Conn) {
		go server.CloseWith(CloseNormal, strings.Repeat("ä", 100))
		_, _, err := client.ReadMessage()
		var closed *websocket.CloseError
		if !errors.As(err, &closed) || closed.Text != strings.Repeat("ä", 61) {
			t.Errorf("the peer sees %v", err)
		}
	})
}
