package main

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/bench/internal/live"
	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// What goes over the wire: 100 ms of PCM16 at 24 kHz in each event.
const (
	pcmBytes = 4800
	period   = 100 * time.Millisecond
)

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
		base64.StdEncoding.EncodeToString(live.Audio(pcmBytes)) + `"}`
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
