package voicelive

import (
	"bytes"
)

// watchers are what a session itself does with an event on its way to the consumer, by
// its type and in this order. The reader calls them. They decode nothing of events that are frequent.
var watchers = map[ServerEventType][]func(s *Session, data []byte){
	ServerEventTypeSessionCreated:                {(*Session).sessionCreated},
	ServerEventTypeSessionUpdated:                {(*Session).sessionUpdated},
	ServerEventTypeInputAudioBufferSpeechStarted: {(*Session).speechStarted},
	ServerEventTypeInputAudioBufferSpeechStopped: {(*Session).speechStopped},
	ServerEventTypeConversationItemCreated:       {(*Session).itemCreated},
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
	s.waiters.received(ServerEventType(typ), data)
	switch typ := ServerEventType(typ); typ {
	case ServerEventTypeSessionCreated, ServerEventTypeSessionUpdated:
		s.opening.received(typ) // last: Connect returns, and a Do that follows must not take this event for its own
	}
}

func (s *Session) sessionCreated(data []byte) {
	config := peekObject(data, "session")
	id, kept := peekString(config, "id"), keep(membersOf(config))
	s.mu.Lock()
	s.id, s.config = id, kept
	s.mu.Unlock()
}

func (s *Session) itemCreated(data []byte) { s.waiters.itemCreated(data) }

func (s *Session) sessionUpdated(data []byte) {
	kept := keep(membersOf(peekObject(data, "session")))
	s.mu.Lock()
	s.config = kept
	s.mu.Unlock()
}

func (s *Session) serviceError(data []byte) {
	s.stats.errors.Add(1)
	details := peekObject(data, "error")
	info := ErrorInfo{Session: s, Type: peekString(details, "type"), Code: peekString(details, "code"), EventID: peekString(details, "event_id")}
	if info.Code == codeSessionExpired {
		s.expired.Store(true) // whatever other errors follow
	}
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
