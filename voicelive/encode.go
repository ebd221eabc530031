package voicelive

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strconv"

	"github.com/go-voicelive/voicelive-go/voicelive/internal/ws"
)

// isNil reports whether an event or an item is nil or a nil pointer, which has no JSON.
func isNil(e any) bool {
	switch e := e.(type) {
	case nil:
		return true
	case *ClientEventInputAudioBufferAppend: // the frequent one
		return e == nil
	}
	v := reflect.ValueOf(e)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// audioBytes returns the length of the audio that e carries, which grows by a third
// on the wire.
func audioBytes(e ClientEvent) int {
	switch e := e.(type) {
	case *ClientEventInputAudioBufferAppend:
		return len(e.Audio)
	case *ClientEventInputAudioTurnAppend:
		return len(e.Audio)
	}
	return 0
}

func base64Len(n int) int { return base64.StdEncoding.EncodedLen(n) }

// insertEventID adds an event_id to the object behind ws.Headroom, which is not empty:
// it has a type. An event_id that is there, be it empty, stays; null is none.
func insertEventID(buf []byte, id string) []byte {
	event := buf[ws.Headroom:]
	if peekObject(event, "event_id") != nil {
		return buf
	}
	if bytes.Contains(event, []byte("null")) {
		var members map[string]json.RawMessage
		if json.Unmarshal(event, &members) == nil && members["event_id"] != nil {
			members["event_id"] = strconv.AppendQuote(nil, id)
			if event, err := json.Marshal(members); err == nil {
				return append(buf[:ws.Headroom], event...)
			}
		}
	}
	at := ws.Headroom + bytes.IndexByte(event, '{') + 1
	var array [64]byte
	member := append(array[:0], `"event_id":`...)
	member = append(strconv.AppendQuote(member, id), ',')
	n := len(buf)
	buf = append(buf, member...)
	copy(buf[at+len(member):], buf[at:n])
	copy(buf[at:], member)
	return buf
}

// The events with binary data. They are literals, since not every version of the
// API has both.
const (
	audioDelta = "response.audio.delta"
	videoDelta = "response.video.delta"
)

// borrowed decodes into the events it returned before. Only events with binary data
// are worth it, and a session has few kinds of them.
type borrowed struct {
	audio, video ServerEvent
}

func (b *borrowed) decode(data []byte) (ServerEvent, error) {
	slot := &b.audio
	if string(peekType(data)) == videoDelta {
		slot = &b.video
	}
	ev, err := UnmarshalServerEventInto(data, *slot)
	if err != nil {
		return nil, err
	}
	switch ev.EventType() {
	case audioDelta, videoDelta:
		*slot = ev
	}
	return ev, nil
}
