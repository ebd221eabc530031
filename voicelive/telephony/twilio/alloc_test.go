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

// upgraded is a connection behind its upgrade.
func upgraded(t testing.TB, conn net.Conn) *socket.Conn {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for name, value := range map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
	} {
		r.Header.Set(name, value)
	}
	c, err := socket.Upgrade(&hijacker{httptest.NewRecorder(), conn}, r, socket.Limits{Message: maxMessage, Idle: time.Minute, Write: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestACallAllocatesNothing reads packets and marks, and plays audio with marks.
func TestACallAllocatesNothing(t *testing.T) {
	var wire []byte
	for range 5 {
		wire = append(wire, masked(packet)...)
	}
	wire = append(wire, masked(returnedMark)...)
	conn := upgraded(t, &endless{bytes: wire})
	c := newCall(t.Context(), conn, &startMessage{CallSID: "CA1", AccountSID: "AC1", StreamSID: "MZ18ad3ab5a668481ce02b83e7395059f0"}, nil, slog.New(slog.DiscardHandler))
	spoken := make([]byte, leg.MuLaw.Bytes(100*time.Millisecond))
	heard, marks := 0, 0
	round := func() {
		if err := c.PlayMarked(t.Context(), spoken, "m17"); err != nil {
			t.Fatal(err)
		}
		for before := marks; marks == before; {
			in, err := c.Receive(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			heard += len(in.Audio)
			if in.Mark == "m17" {
				marks++
			}
		}
	}
	if n := testing.AllocsPerRun(1000, round); n != 0 {
		t.Errorf("%v allocations for 100 ms of a call", n)
	}
	if marks != 1001 || heard != marks*len(spoken) {
		t.Errorf("%d marks were returned, and %d bytes heard", marks, heard)
	}
}

func BenchmarkPacket(b *testing.B) {
	conn := upgraded(b, &endless{bytes: masked(packet)})
	c := newCall(b.Context(), conn, &startMessage{CallSID: "CA1"}, nil, slog.New(slog.DiscardHandler))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Receive(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
