package voicelive

import (
	"bytes"
	"time"
)

// watchers are what a session itself does with an event on its way to the consumer, by
// its type and in this order. The reader calls them. They decode nothing of events that are frequent.
var watchers = map[ServerEventType][]func(s *Session, data []byte){
	ServerEventTypeSessionCreated:                {(*Session).sessionCreated},
	ServerEventTypeSessionUpdated:                {(*Session).sessionUpdated},
	ServerEventTypeInputAudioBufferSpeechStarted: {(*Session).speechStarted},
	ServerEventTypeInputAudioBufferSpeechStopped: {(*Session).speechStopped},
	ServerEventTypeResponseCreated:               {(*Session).responseCreated},
	ServerEventTypeResponseAudioDelta:            {(*Session).responseAudio},
	ServerEventTypeResponseDone:                  {(*Session).responseDone},
	ServerEventTypeError:                         {(*Session).serviceError},
}

// received looks at an event before it is queued.
func (s *Session) received(data []byte) {
	typ := peekType(data)
	s.stats.received(len(data))
	s.observeReceive(typ, data)
	for _, watch := range watchers[ServerEventType(typ)] {
		watch(s, data)
	}
	if s.waiters.n.Load() > 0 {
		s.waiters.received(ServerEventType(typ), data)
	}
}

func (s *Session) sessionCreated(data []byte) {
	s.setID(peekString(peekObject(data, "session"), "id"))
	s.opening.received(ServerEventTypeSessionCreated)
}

func (s *Session) sessionUpdated([]byte) { s.opening.received(ServerEventTypeSessionUpdated) }

func (s *Session) speechStarted([]byte) {
	if s.stats.turn.active {
		s.stats.interruptions.Add(1)
	}
}

func (s *Session) speechStopped([]byte) { s.stats.turn.speechStopped = time.Now() }

func (s *Session) responseCreated(data []byte) {
	s.stats.turn.begin()
	s.waiters.created(data)
}

func (s *Session) responseAudio([]byte) {
	if latency := s.stats.turn.audio(); latency > 0 {
		s.stats.firstAudio.Store(int64(latency))
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
	s.expired.Store(info.Code == codeSessionExpired)
	if o := s.client.opts.Observer; o != nil {
		o.ObserveError(info)
	}
	s.opening.failed(data)
	s.waiters.failed(data)
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
