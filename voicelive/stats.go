package voicelive

import (
	"sync/atomic"
	"time"
)

// Stats are the numbers of a session so far.
type Stats struct {
	EventsSent, EventsReceived int64
	BytesSent, BytesReceived   int64 // of JSON
	Undecodable                int64 // events that Recv returned an EventError for
	Errors                     int64 // error events of the service
	Responses                  int64 // that are done
	Interruptions              int64 // speech of the user that started while a response was active

	QueueEvents, QueueBytes int // received and not yet taken by Recv; QueueBytes is memory
	QueueHighBytes          int // the most there were

	Connect    time.Duration // what the handshake took, with its retries
	RoundTrip  time.Duration // of the latest ping; 0 before the first
	FirstAudio time.Duration // of the latest response with audio: from the end of the user's speech, or from response.created, to the first audio; 0 before
}

// Stats returns the numbers so far. It may be called at any time, also after the end.
func (s *Session) Stats() Stats {
	t := &s.stats
	n, bytes, high := s.conn.Queued()
	return Stats{
		EventsSent: t.eventsSent.Load(), EventsReceived: t.eventsReceived.Load(),
		BytesSent: t.bytesSent.Load(), BytesReceived: t.bytesReceived.Load(),
		Undecodable: t.undecodable.Load(), Errors: t.errors.Load(),
		Responses: t.responses.Load(), Interruptions: t.interruptions.Load(),
		QueueEvents: n, QueueBytes: bytes, QueueHighBytes: high,
		Connect: time.Duration(t.connect.Load()), RoundTrip: s.conn.RoundTrip(), FirstAudio: time.Duration(t.firstAudio.Load()),
	}
}

type stats struct {
	eventsSent, eventsReceived, bytesSent, bytesReceived atomic.Int64
	undecodable, errors, responses, interruptions        atomic.Int64
	connect, firstAudio                                  atomic.Int64 // nanoseconds
}

func (t *stats) connected(took time.Duration) { t.connect.Store(int64(took)) }

func (t *stats) sent(bytes int) {
	t.eventsSent.Add(1)
	t.bytesSent.Add(int64(bytes))
}

func (t *stats) received(bytes int) {
	t.eventsReceived.Add(1)
	t.bytesReceived.Add(int64(bytes))
}
