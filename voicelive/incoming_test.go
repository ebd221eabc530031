package voicelive

import (
	"strings"
	"testing"
)

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
