package ws

import (
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
		cause, reply := classify(&websocket.CloseError{Code: code, Text: text})
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
		for _, err := range []error{errors.New(text), errors.New("websocket: " + text), &net.OpError{Op: "read", Err: errors.New(text)}} {
			cause, reply := classify(err)
			if cause == nil || cause.Error() == "" || reply != 0 && reply != 1002 {
				t.Errorf("%v: got %v, reply %d", err, cause, reply)
			}
		}
	})
}

func TestOtherErrorsOfReadingAreOfTheNetwork(t *testing.T) {
	for _, err := range []error{io.EOF, io.ErrUnexpectedEOF, net.ErrClosed, &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}, fmt.Errorf("x: %w", io.EOF)} {
		cause, reply := classify(err)
		if _, violated := errors.AsType[*ProtocolError](cause); violated || cause.Code != 0 || reply != 0 || !errors.Is(cause, err) {
			t.Errorf("%v: got %v, reply %d", err, cause, reply)
		}
	}
}

func TestOneLineEscapesWhatDoesNotPrint(t *testing.T) {
	if got, want := OneLine("a\tb\x1b\u2028ü\"'"), `a\tb\x1b\u2028ü"'`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
