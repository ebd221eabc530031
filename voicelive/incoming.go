package voicelive

import (
	"bytes"
	"time"
)

// received looks at an event on its way to the consumer, in the reader: it keeps
// what the session itself must know. It decodes nothing that is frequent.
func (s *Session) received(data []byte) {
	typ := peekType(data)
	s.stats.received(len(data))
	s.observeReceive(typ, data)
	turn := &s.stats.turn
	switch ServerEventType(typ) {
	case ServerEventTypeResponseAudioDelta:
		if latency := turn.audio(); latency > 0 {
			s.stats.firstAudio.Store(int64(latency))
		}
	case ServerEventTypeInputAudioBufferSpeechStarted:
		if turn.active {
			s.stats.interruptions.Add(1)
		}
	case ServerEventTypeInputAudioBufferSpeechStopped:
		turn.speechStopped = time.Now()
	case ServerEventTypeSessionCreated:
		s.setID(peekString(peekObject(data, "session"), "id"))
	case ServerEventTypeResponseCreated:
		turn.begin()
	case ServerEventTypeResponseDone:
		s.responseDone(data)
	case ServerEventTypeError:
		s.serviceError(data)
	}
	if s.watch.n.Load() > 0 {
		s.answer(typ, data)
	}
}

func (s *Session) responseDone(data []byte) {
	s.stats.responses.Add(1)
	response := peekObject(data, "response")
	took, firstAudio := s.stats.turn.end(bytes.Contains(peekObject(response, "output"), []byte(`"function_call"`)))
	if o := s.client.opts.Observer; o != nil {
		o.ObserveResponse(ResponseInfo{
			Session: s, ID: peekString(response, "id"), Status: peekString(response, "status"),
			Duration: took, FirstAudio: firstAudio, Usage: peekObject(response, "usage"),
		})
	}
}

func (s *Session) serviceError(data []byte) {
	s.stats.errors.Add(1)
	details := peekObject(data, "error")
	info := ErrorInfo{Session: s, Type: peekString(details, "type"), Code: peekString(details, "code"), EventID: peekString(details, "event_id")}
	s.watch.expired.Store(info.Code == codeSessionExpired)
	if o := s.client.opts.Observer; o != nil {
		o.ObserveError(info)
	}
}

var typePrefix = []byte(`{"type":"`)

// peekType returns the type of an event without decoding it: free when it comes
// first, as the service sends it. The result aliases data.
func peekType(data []byte) []byte {
	if rest, ok := bytes.CutPrefix(data, typePrefix); ok {
		if n := bytes.IndexByte(rest, '"'); n >= 0 && bytes.IndexByte(rest[:n], '\\') < 0 {
			return rest[:n]
		}
	}
	return []byte(peekString(data, "type"))
}
