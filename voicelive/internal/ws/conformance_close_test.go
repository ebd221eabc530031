package ws

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

func closeCases() []conformanceCase {
	ended := func(code int, ids ...string) outcome {
		return outcome{Messages: ids, Code: code, End: fmt.Sprint("code ", code)}
	}
	orderly := func(ids ...string) outcome { return outcome{Messages: ids, Code: 1000, End: "orderly"} }
	a := text(message("a"))
	normal := wstest.CloseFrame(1000, "")
	list := []exchange{
		{name: "a close behind a message", send: together(a, normal), want: orderly("a")},
		{name: "two closes", send: together(normal, normal), want: orderly()},
		{name: "two closes with other codes", send: together(wstest.CloseFrame(1001, ""), normal), want: ended(1001)},
		{name: "a ping behind a close", send: together(normal, wstest.Frame(0x89, []byte("p"))), want: orderly()},
		{name: "a message behind a close", send: together(normal, a), want: orderly()},
		{name: "a violation behind a close", send: together(normal, wstest.Frame(0xff, nil)), want: orderly()},
		{name: "a close between fragments", send: together(wstest.Frame(0x01, message("a")[:9]), normal, wstest.Frame(0x80, message("a")[9:])), want: orderly()},
		{name: "a close behind a large message", send: together(text(messageOf("a", 256<<10)), normal, wstest.Frame(0x89, nil)), want: orderly("a")},
		{name: "a close byte by byte", send: chopped(1, a, wstest.CloseFrame(1011, "over")), want: ended(1011, "a")},
		{name: "a close without a code", send: steps(wstest.Frame(0x88, nil)), want: outcome{Code: 1000, End: "code 1005"}},
		{name: "half a code", send: steps(wstest.Frame(0x88, []byte{3})), want: fails(1002)},
		{name: "half a code behind a message", send: together(a, wstest.Frame(0x88, []byte{3})), want: fails(1002, "a")},
		{name: "half a code, byte by byte", send: chopped(1, a, wstest.Frame(0x88, []byte{3})), want: fails(1002, "a")},
		{name: "a code and a reason", send: steps(wstest.CloseFrame(1000, "Hello")), want: orderly()},
		{name: "a reason of 123 bytes", send: steps(wstest.CloseFrame(1000, strings.Repeat("x", 123))), want: orderly()},
		{name: "a reason of 124 bytes", send: steps(wstest.CloseFrame(1000, strings.Repeat("x", 124))), want: fails(1002)},
		{name: "a reason in Greek", send: steps(wstest.CloseFrame(1011, "\xce\xba\xe1\xbd\xb9")), want: ended(1011)},
		{name: "a reason that is not UTF-8", send: steps(wstest.CloseFrame(1000, "\xce\xba\xed\xa0\x80")), want: fails(1002)},
		{name: "a reason that is half a character", send: steps(wstest.CloseFrame(1000, "\xce")), want: fails(1002)},
	}
	for _, code := range []int{1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999} {
		list = append(list, exchange{name: fmt.Sprint("code ", code), send: steps(wstest.CloseFrame(code, "")), want: ended(code)})
	}
	for _, code := range []int{0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		list = append(list, exchange{name: fmt.Sprint("invalid code ", code), send: steps(wstest.CloseFrame(code, "")), want: fails(1002)})
	}
	return append(cases(list),
		conformanceCase{name: "our close waits for the answer", run: func(t *testing.T) {
			closing(t, time.Second, func(p *wstest.Peer, sent []byte) {
				time.Sleep(time.Second)
				p.Frame(0x88, sent)
			})
		}},
		conformanceCase{name: "what comes before the answer counts", run: func(t *testing.T) {
			if n := closing(t, 0, func(p *wstest.Peer, sent []byte) {
				p.Text(message("a"))
				p.Text(message("b"))
				p.Frame(0x88, sent)
			}); n != 2 {
				t.Errorf("%d messages", n)
			}
		}},
		conformanceCase{name: "a ping behind our close is answered", run: func(t *testing.T) {
			closing(t, 0, func(p *wstest.Peer, sent []byte) {
				p.Frame(0x89, []byte("p"))
				if first, payload, err := p.Next(); first != 0x8a || string(payload) != "p" || err != nil {
					t.Errorf("sent %#x %q, %v", first, payload, err)
				}
				p.Frame(0x88, sent)
			})
		}},
		conformanceCase{name: "both close at once", run: func(t *testing.T) {
			closing(t, 0, func(p *wstest.Peer, sent []byte) { p.Close(1001, "") })
		}},
		conformanceCase{name: "our close is not answered", run: func(t *testing.T) {
			closing(t, 2900*time.Millisecond, func(p *wstest.Peer, sent []byte) { time.Sleep(time.Hour) })
		}},
		conformanceCase{name: "our close meets the end", run: func(t *testing.T) {
			closing(t, 0, func(p *wstest.Peer, sent []byte) { p.Conn.Close() })
		}})
}

// closing closes a connection, and lets the server answer to that. It checks how long it
// takes, that the end is orderly, and that no frame follows the close frame, and
// returns the number of messages that came in the meantime.
func closing(t *testing.T, want time.Duration, answer func(p *wstest.Peer, sent []byte)) (messages int) {
	t.Helper()
	c, stop := serve(t, nil, func(p *wstest.Peer) {
		first, payload, err := p.Next()
		if first != 0x88 || string(payload) != "\x03\xe8" || err != nil {
			t.Errorf("sent %#x %q, %v", first, payload, err)
		}
		answer(p, payload)
		p.Conn.SetReadDeadline(time.Now().Add(time.Nanosecond)) // when nothing else happens
		if first, payload, err := p.Next(); err == nil {
			t.Errorf("sent %#x %q behind the close frame", first, payload)
		}
	})
	began := time.Now()
	c.Close(1000, "")
	if took := time.Since(began); took != want {
		t.Errorf("Close took %v, want %v", took, want)
	}
	for {
		if _, err := c.Next(context.Background()); err != nil {
			if err != io.EOF {
				t.Error(err)
			}
			break
		}
		messages++
	}
	stop()
	return messages
}
