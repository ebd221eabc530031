package voicelive

import (
	"runtime"
	"strings"
	"testing"
)

// A Do that follows Connect must not take the confirmation of Connect for its own: Connect returns when the reader has
// shown the event to those who wait.
func TestConnectReturnsBehindItsConfirmation(t *testing.T) {
	s := newSession(&Client{}, nil, "")
	s.opening = newOpening("event_1", nil, false)
	s.waiters.add(ClientEventTypeSessionUpdate, reply{ServerEventTypeSessionUpdated, ""})
	s.waiters.mu.Lock() // the reader has to wait
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.received([]byte(`{"type":"session.updated","session":{"id":"s"}}`))
	}()
	for s.Config() == nil { // the reader has begun
		runtime.Gosched()
	}
	for range 10_000 {
		runtime.Gosched()
	}
	select {
	case <-s.opening.over:
		t.Error("Connect returns before the reader has shown the event to those who wait")
	default:
	}
	s.waiters.mu.Unlock()
	<-done
	<-s.opening.over
}

// What a session does with every event it receives, before it is decoded.
func BenchmarkReceived(b *testing.B) {
	s, stop := serve(b, nil, (*peer).Drain)
	defer stop()
	for _, typ := range []string{"response.audio.delta", "conversation.item.input_audio_transcription.delta", "of.tomorrow.and.the.day.after.tomorrow.delta"} {
		b.Run(typ, func(b *testing.B) {
			data := []byte(`{"type":"` + typ + `","delta":"` + strings.Repeat("A", 6400) + `"}`)
			b.ReportAllocs()
			for b.Loop() {
				s.received(data)
			}
		})
	}
}
