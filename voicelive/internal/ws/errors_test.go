package ws

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

func TestReasonsArePassedOn(t *testing.T) {
	for _, code := range []int{1001, 1008, 1011, 1012, 1014, 3000, 4999} {
		for _, reason := range []string{"", "over", "\xce\xba\xe1\xbd\xb9", "bad close code 1014"} {
			synctest.Test(t, func(t *testing.T) {
				c, stop := serve(t, nil, func(p *wstest.Peer) {
					p.Text(message("a"))
					p.Close(code, reason)
					if first, payload, _ := p.Next(); first != 0x88 || string(payload) != string(wstest.ClosePayload(code, "")) {
						t.Errorf("the reply to %d is %#x %q", code, first, payload)
					}
					p.Drain()
				})
				<-c.Done()
				if e := c.Err(); e == nil || e.Code != code || e.Reason != reason || e.Cause != nil {
					t.Errorf("got %#v", e)
				}
				stop()
			})
		}
	}
}

func TestReasonsThatAreNotUTF8AreViolations(t *testing.T) {
	for _, code := range []int{1001, 1014} {
		synctest.Test(t, func(t *testing.T) {
			c, stop := serve(t, nil, func(p *wstest.Peer) {
				p.Close(code, "\xce")
				p.Drain()
			})
			<-c.Done()
			if _, violated := errors.AsType[*ProtocolError](c.Err()); !violated {
				t.Errorf("code %d: got %v", code, c.Err())
			}
			stop()
		})
	}
}

func FuzzClassify(f *testing.F) {
	for _, code := range []int{1000, 1001, 1005, 1006, 1011, 1014, 4429} {
		f.Add(code, "websocket: bad close code 1014")
	}
	f.Fuzz(func(t *testing.T, code int, text string) {
		cause, reply := classify(&Error{Code: code, Reason: text})
		switch {
		case code == 1000:
			if cause != nil || reply != 1000 {
				t.Errorf("got %v, %d", cause, reply)
			}
		case cause == nil || cause.Code != code || cause.Reason != text || cause.Error() == "":
			t.Errorf("got %v", cause)
		case reply != code && !(code == 1005 && reply == 1000):
			t.Errorf("%v: reply %d", cause, reply)
		}
		for err, want := range map[error]int{errors.New(text): 0, breach("%s", text): 1002} {
			cause, reply := classify(err)
			if cause == nil || cause.Error() != text || reply != want {
				t.Errorf("%v: got %v, reply %d, want %d", err, cause, reply, want)
			}
		}
	})
}

// The application may dial, through a tunnel of any kind.
func TestOtherErrorsOfReadingAreOfTheNetwork(t *testing.T) {
	for _, err := range []error{
		io.ErrUnexpectedEOF, net.ErrClosed, &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}, fmt.Errorf("x: %w", io.EOF),
		errors.New("the tunnel is lost"), tls.RecordHeaderError{Msg: "no record"}, &websocket.CloseError{Code: 1000}, &websocket.CloseError{Code: 1008},
		nil, // nor data, for good
	} {
		synctest.Test(t, func(t *testing.T) {
			dial, accepted := wstest.Pipes()
			broken := make(chan struct{})
			config := testConfig(t, func(ctx context.Context, network, addr string) (net.Conn, error) {
				conn, dialErr := dial(ctx, network, addr)
				return &brokenConn{conn, broken, err}, dialErr
			})
			go func() {
				p, err := wstest.Accept(<-accepted)
				if err != nil {
					t.Error(err)
					return
				}
				close(broken)
				if first, payload, err := p.Next(); err == nil {
					t.Errorf("the reply is %#x %q", first, payload)
				}
			}()
			c, _, dialErr := Dial(t.Context(), config)
			if dialErr != nil {
				t.Fatal(dialErr)
			}
			<-broken
			c.Start(func([]byte) {}, func() {})
			c.Wait()
			want := cmp.Or(err, io.ErrNoProgress)
			if _, violated := errors.AsType[*ProtocolError](c.Err()); c.Err() == nil || violated || c.Err().Code != 0 || !errors.Is(c.Err(), want) {
				t.Errorf("%v: got %v", want, c.Err())
			}
		})
	}
}

// brokenConn reads nothing but err, once it is broken.
type brokenConn struct {
	net.Conn
	broken chan struct{}
	err    error
}

func (c *brokenConn) Read(p []byte) (int, error) {
	select {
	case <-c.broken:
		return 0, c.err
	default:
		return c.Conn.Read(p)
	}
}

func TestOneLineEscapesWhatDoesNotPrint(t *testing.T) {
	if got, want := OneLine("a\tb\x1b\u2028ü\"'"), `a\tb\x1b\u2028ü"'`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
