//go:build !race

package twilio

import (
	"bufio"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/telephony/internal/socket"
)

// An endless connection delivers the same bytes for ever, and takes everything.
type endless struct {
	net.Conn
	bytes []byte
	at    int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.bytes[e.at:])
	e.at = (e.at + n) % len(e.bytes)
	return n, nil
}
func (e *endless) Write(p []byte) (int, error)      { return len(p), nil }
func (e *endless) SetDeadline(time.Time) error      { return nil }
func (e *endless) SetReadDeadline(time.Time) error  { return nil }
func (e *endless) SetWriteDeadline(time.Time) error { return nil }

// A hijacker is a response writer whose connection can be taken over.
type hijacker struct {
	*httptest.ResponseRecorder
	conn net.Conn
}

func (h *hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(bufio.NewReader(h.conn), bufio.NewWriter(h.conn)), nil
}

// masked is a frame with a short message, or one of up to 64 KiB, under a mask that changes nothing.
func masked(message string) []byte {
	b := socket.AppendText(nil, len(message))
	b[1] |= 0x80
	return append(append(b, 0, 0, 0, 0), message...)
}

// TestACallAllocatesNothing reads packets and marks, and plays audio with marks.
func TestACallAllocatesNothing(t *testing.T) {
	var wire []byte
	for range 5 {
		wire = append(wire, masked(packet)...)
	}
	wire = append(wire, masked(returnedMark)...)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for name, value := range map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
	} {
		r.Header.Set(name, value)
	}
	conn, err := socket.Upgrade(&hijacker{httptest.NewRecorder(), &endless{bytes: wire}}, r, socket.Limits{Message: maxMessage, Idle: time.Minute, Write: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	c := newCall(t.Context(), conn, &startMessage{CallSID: "CA1", AccountSID: "AC1", StreamSID: "MZ18ad3ab5a668481ce02b83e7395059f0"}, nil, slog.New(slog.DiscardHandler))
	var m message
	spoken := make([]byte, leg.MuLaw.Bytes(100*time.Millisecond))
	marks := 0
	round := func() {
		if err := c.PlayMarked(t.Context(), spoken, "m17"); err != nil {
			t.Fatal(err)
		}
		for range 6 {
			b, err := c.conn.Next(c.ctx)
			if err == nil {
				err = decode(b, &m)
			}
			if err == nil {
				err = c.handle(&m)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			in, err := c.Receive(t.Context())
			if err != nil || (len(in.Audio) != len(spoken)) == (in.Mark != "m17") {
				t.Fatalf("received %d bytes and mark %q, %v", len(in.Audio), in.Mark, err)
			}
			if in.Mark != "" {
				marks++
			}
		}
	}
	if n := testing.AllocsPerRun(1000, round); n != 0 {
		t.Errorf("%v allocations for 100 ms of a call", n)
	}
	if marks != 1001 {
		t.Errorf("%d marks were returned", marks)
	}
}

func BenchmarkPacket(b *testing.B) {
	c := newCall(b.Context(), nil, &startMessage{CallSID: "CA1"}, nil, slog.New(slog.DiscardHandler))
	message, wire := message{}, []byte(packet)
	b.ReportAllocs()
	for b.Loop() {
		if err := decode(wire, &message); err != nil {
			b.Fatal(err)
		}
		if err := c.handle(&message); err != nil {
			b.Fatal(err)
		}
		if _, err := c.Receive(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
