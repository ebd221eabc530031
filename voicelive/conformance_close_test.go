package voicelive

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

func closeFrame(code int, reason string) []byte {
	return frameOf(0x88, append(binary.BigEndian.AppendUint16(nil, uint16(code)), reason...))
}

func closeCases() []conformanceCase {
	ended := func(code int, kind ErrorKind, ids ...string) outcome {
		return outcome{Events: ids, Code: code, End: fmt.Sprint(kind, " ", code)}
	}
	orderly := func(ids ...string) outcome { return outcome{Events: ids, Code: 1000, End: "orderly"} }
	a := text(warning("a"))
	normal := closeFrame(1000, "")
	list := []exchange{
		{name: "a close behind a message", send: together(a, normal), want: orderly("a")},
		{name: "two closes", send: together(normal, normal), want: orderly()},
		{name: "two closes with other codes", send: together(closeFrame(1001, ""), normal), want: ended(1001, KindGoingAway)},
		{name: "a ping behind a close", send: together(normal, frameOf(0x89, []byte("p"))), want: orderly()},
		{name: "a message behind a close", send: together(normal, a), want: orderly()},
		{name: "a violation behind a close", send: together(normal, frameOf(0xff, nil)), want: orderly()},
		{name: "a close between fragments", send: together(frameOf(0x01, warning("a")[:9]), normal, frameOf(0x80, warning("a")[9:])), want: orderly()},
		{name: "a close behind a large message", send: together(text(warningOf("a", 256<<10)), normal, frameOf(0x89, nil)), want: orderly("a")},
		{name: "a close byte by byte", send: chopped(1, a, closeFrame(1011, "over")), want: ended(1011, KindServerError, "a")},
		{name: "a close without a code", send: steps(frameOf(0x88, nil)), want: outcome{Code: 1000, End: fmt.Sprint(KindNetwork, " 1005")}},
		{name: "half a code", send: steps(frameOf(0x88, []byte{3})), want: fails(1002)},
		{name: "half a code behind a message", send: together(a, frameOf(0x88, []byte{3})), want: fails(1002, "a")},
		{name: "half a code, byte by byte", send: chopped(1, a, frameOf(0x88, []byte{3})), want: fails(1002, "a")},
		{name: "a code and a reason", send: steps(closeFrame(1000, "Hello")), want: orderly()},
		{name: "a reason of 123 bytes", send: steps(closeFrame(1000, strings.Repeat("x", 123))), want: orderly()},
		{name: "a reason of 124 bytes", send: steps(closeFrame(1000, strings.Repeat("x", 124))), want: fails(1002)},
		{name: "a reason in Greek", send: steps(closeFrame(1011, "\xce\xba\xe1\xbd\xb9")), want: ended(1011, KindServerError)},
		{name: "a reason that is not UTF-8", send: steps(closeFrame(1000, "\xce\xba\xed\xa0\x80")), want: fails(1002)},
		{name: "a reason that is half a character", send: steps(closeFrame(1000, "\xce")), want: fails(1002)},
	}
	for _, tt := range []struct {
		code int
		kind ErrorKind
	}{
		{1001, KindGoingAway}, {1002, KindProtocol}, {1003, KindProtocol}, {1007, KindProtocol}, {1008, KindPolicy}, {1009, KindTooLarge},
		{1010, KindProtocol}, {1011, KindServerError}, {1012, KindGoingAway}, {1013, KindGoingAway}, {1014, KindGoingAway},
		{3000, KindPeerClosed}, {3999, KindPeerClosed}, {4000, KindPeerClosed}, {4999, KindPeerClosed},
	} {
		list = append(list, exchange{name: fmt.Sprint("code ", tt.code), send: steps(closeFrame(tt.code, "")), want: ended(tt.code, tt.kind)})
	}
	for _, code := range []int{0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535} {
		list = append(list, exchange{name: fmt.Sprint("invalid code ", code), send: steps(closeFrame(code, "")), want: fails(1002)})
	}
	return append(cases(list),
		conformanceCase{name: "our close waits for the answer", run: func(t *testing.T) {
			closing(t, time.Second, func(p *peer, sent []byte) {
				time.Sleep(time.Second)
				p.frame(0x88, sent)
			})
		}},
		conformanceCase{name: "what comes before the answer counts", run: func(t *testing.T) {
			if n := closing(t, 0, func(p *peer, sent []byte) {
				p.text("%s", warning("a"))
				p.text("%s", warning("b"))
				p.frame(0x88, sent)
			}); n != 2 {
				t.Errorf("%d events", n)
			}
		}},
		conformanceCase{name: "a ping behind our close is answered", run: func(t *testing.T) {
			closing(t, 0, func(p *peer, sent []byte) {
				p.frame(0x89, []byte("p"))
				if first, payload, err := p.next(); first != 0x8a || string(payload) != "p" || err != nil {
					t.Errorf("sent %#x %q, %v", first, payload, err)
				}
				p.frame(0x88, sent)
			})
		}},
		conformanceCase{name: "both close at once", run: func(t *testing.T) {
			closing(t, 0, func(p *peer, sent []byte) { p.close(1001, "") })
		}},
		conformanceCase{name: "our close is not answered", run: func(t *testing.T) {
			closing(t, 2900*time.Millisecond, func(p *peer, sent []byte) { time.Sleep(time.Hour) })
		}},
		conformanceCase{name: "our close meets the end", run: func(t *testing.T) {
			closing(t, 0, func(p *peer, sent []byte) { p.conn.Close() })
		}})
}

// closing closes a session, and lets the server answer to that. It checks how long it
// takes, that the end is orderly, and that no frame follows the close frame, and
// returns the number of events that came in the meantime.
func closing(t *testing.T, want time.Duration, answer func(p *peer, sent []byte)) (events int) {
	t.Helper()
	s, stop := serve(t, nil, func(p *peer) {
		first, payload, err := p.next()
		if first != 0x88 || string(payload) != "\x03\xe8" || err != nil {
			t.Errorf("sent %#x %q, %v", first, payload, err)
		}
		answer(p, payload)
		p.conn.SetReadDeadline(time.Now().Add(time.Nanosecond)) // when nothing else happens
		if first, payload, err := p.next(); err == nil {
			t.Errorf("sent %#x %q behind the close frame", first, payload)
		}
	})
	began := time.Now()
	s.Close()
	if took := time.Since(began); took != want {
		t.Errorf("Close took %v, want %v", took, want)
	}
	recv(t, s) // session.created
	for {
		if _, err := s.Recv(context.Background()); err != nil {
			if err != io.EOF {
				t.Error(err)
			}
			break
		}
		events++
	}
	stop()
	return events
}
