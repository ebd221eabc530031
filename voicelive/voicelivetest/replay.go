package voicelivetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// Replay answers with recorded responses, one for each turn; the last one stays. The recording has one JSON value on a
// line: a server event, or an object with a server event in the member "event". A response is everything from
// response.created to response.done; what is outside of responses is left out, and so are events of the
// client. Events keep the identifiers that they have, but for event_id.
func Replay(recording []byte) (Responder, error) {
	var turns []Answer
	var inside bool
	for n, line := range bytes.Split(recording, []byte("\n")) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		event, kind, err := recordedEvent(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
		if kind == voicelive.ServerEventTypeResponseCreated {
			turns, inside = append(turns, Answer{}), true
		}
		if inside && !voicelive.ClientEventType(kind).Known() {
			last := &turns[len(turns)-1]
			last.Events = append(last.Events, event)
		}
		if kind == voicelive.ServerEventTypeResponseDone {
			inside = false
		}
	}
	if len(turns) == 0 {
		return nil, fmt.Errorf("the recording has no %s", voicelive.ServerEventTypeResponseCreated)
	}
	return func(t Turn) Answer { return turns[min(t.N, len(turns)-1)] }, nil
}

// recordedEvent is the server event of a line, without its event_id. The type is empty if it has none that is known.
func recordedEvent(line []byte) (json.RawMessage, voicelive.ServerEventType, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(line, &members); err != nil {
		return nil, "", err
	}
	if inner, ok := members["event"]; ok && members["type"] == nil {
		if members = nil; json.Unmarshal(inner, &members) != nil {
			return nil, "", fmt.Errorf("the member event is not an object")
		}
	}
	delete(members, "event_id")
	event := encode(members)
	decoded, err := voicelive.UnmarshalServerEvent(event)
	if err != nil {
		return nil, "", err
	}
	return event, decoded.EventType(), nil
}

// replay sends recorded events. Audio takes the time that it plays.
func (r *response) replay(delay time.Duration) {
	f := outputFormat(r.format())
	for n, event := range r.answer.Events {
		decoded, err := voicelive.UnmarshalServerEvent(event)
		if err != nil {
			r.s.srv.report("session %d: replay: %w", r.s.index, err)
			continue
		}
		if created, ok := decoded.(*voicelive.ServerEventResponseCreated); ok && created.Response.ID != nil {
			r.id = *created.Response.ID
		}
		r.s.emit(decoded)
		pause := time.Duration(0)
		if audio, ok := decoded.(*voicelive.ServerEventResponseAudioDelta); ok {
			pause = f.duration(len(audio.Delta))
		}
		if n == 0 && delay > 0 && !r.pause(delay) || n < len(r.answer.Events)-1 && pause > 0 && !r.wait(pause) {
			r.s.emit(&voicelive.ServerEventResponseDone{Response: r.result()})
			return
		}
	}
}
