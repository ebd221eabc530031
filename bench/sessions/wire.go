package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// What goes over the wire: 100 ms of PCM16 at 24 kHz in each event.
const (
	pcmBytes = 4800
	period   = 100 * time.Millisecond
)

// audio is n bytes of noise: base64 of every kind, the same in every process.
func audio(n int) []byte {
	random := rand.New(rand.NewPCG(24_000, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(random.Uint32())
	}
	return b
}

const (
	createdEvent = `{"type":"session.created","event_id":"event_1","session":{"id":"sess_1","model":"m"}}`

	// stampDigits is the length of the time at which an event is written, in
	// nanoseconds, which is its event_id.
	stampDigits = 19
)

// A delta is the frame of an audio delta, ready but for its time.
type delta struct {
	frame   []byte
	stampAt int
}

func newDelta(typ string) *delta {
	prefix := `{"type":"` + typ + `","event_id":"`
	event := prefix + strings.Repeat("0", stampDigits) +
		`","response_id":"resp_Jd83kQ0a","item_id":"item_A1x94","output_index":0,"content_index":1,"delta":"` +
		base64.StdEncoding.EncodeToString(audio(pcmBytes)) + `"}`
	frame := wstest.AppendFrame(nil, wstest.Fin|wstest.Text, []byte(event))
	return &delta{frame, len(frame) - len(event) + len(prefix)}
}

// stamped is the frame with the time in it; the next call overwrites it.
func (d *delta) stamped(now time.Time) []byte {
	strconv.AppendInt(d.frame[:d.stampAt], now.UnixNano(), 10)
	return d.frame
}

// sentAt is the time in an event_id.
func sentAt[T string | []byte](eventID T) (at int64, err error) {
	if len(eventID) != stampDigits {
		return 0, fmt.Errorf("event_id %q is not a time", eventID)
	}
	for i := range len(eventID) {
		at = 10*at + int64(eventID[i]-'0')
	}
	return at, nil
}

// appendUnmasked appends a piece of a payload that starts at an offset of it.
func appendUnmasked(b, piece []byte, key [4]byte, at int) []byte {
	for i, c := range piece {
		b = append(b, c^key[(at+i)&3])
	}
	return b
}

// accept replies to the opening handshake, and returns the bytes that were read after it.
func accept(conn net.Conn) ([]byte, error) {
	br := bufio.NewReader(conn)
	req, err := http.ReadRequest(br)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write(wstest.Acceptance(req, "")); err != nil {
		return nil, err
	}
	return buffered(br)
}

// buffered is what was read and not taken.
func buffered(br *bufio.Reader) ([]byte, error) {
	rest := make([]byte, br.Buffered())
	_, err := io.ReadFull(br, rest)
	return rest, err
}

// dialRaw speaks the opening handshake of a client over TCP. Nothing that the server
// sends after its reply is lost.
func dialRaw(ctx context.Context, dial dialer, addr string) (net.Conn, []byte, error) {
	conn, err := dial(ctx, "tcp", addr)
	if err != nil {
		return nil, nil, err
	}
	fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: c2Vzc2lvbnNiZW5jaG1hcms=\r\n\r\n", addr)
	br := bufio.NewReader(conn)
	resp, err := http.ReadResponse(br, nil)
	if err == nil && resp.StatusCode != http.StatusSwitchingProtocols {
		err = fmt.Errorf("the server replies %s", resp.Status)
	}
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	rest, err := buffered(br)
	return conn, rest, err
}

// stringMember is the value of a member whose value needs no unescaping, in an event
// where name does not occur elsewhere.
func stringMember(event []byte, name string) ([]byte, bool) {
	_, rest, ok := bytes.Cut(event, []byte(name))
	if !ok {
		return nil, false
	}
	n := bytes.IndexByte(rest, '"')
	return rest[:max(n, 0)], n >= 0
}
