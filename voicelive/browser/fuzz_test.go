package browser

import (
	"log/slog"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// Whatever a page sends, the position is within what it was sent, and what is kept of it is bounded.
func FuzzMessages(f *testing.F) {
	for _, text := range []string{
		`{"type":"played","samples":10}`, `{"type":"cleared","id":1,"samples":2400}`, `{"type":"offer","sdp":"v=0"}`,
		`{"type":"event","event":{"type":"response.created"}}`, `{"type":"played","samples":-9223372036854775808}`, `{"type":7}`, `null`, ``,
	} {
		f.Add([]byte(text), false)
		f.Add([]byte(text), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, direct bool) {
		c := newCall("", nil, &Options{Format: leg.PCM24kHz, WebRTC: direct, Limits: Limits{}.withDefaults(), Logger: slog.New(slog.DiscardHandler)})
		if !direct {
			if err := c.Play(t.Context(), seconds(1)); err != nil {
				t.Fatal(err)
			}
			c.outgoing()
			c.mu.Lock()
			c.played.clear()
			c.mu.Unlock()
		}
		for range 3 {
			c.take(websocket.TextMessage, data)
			c.take(websocket.BinaryMessage, data)
		}
		p := &c.played
		if p.heard < 0 || p.heard > p.reported || p.reported > 4800 || p.sent < p.reported || c.size > 3*len(data) || c.page.size > 3*len(data) {
			t.Errorf("progress %+v, %d bytes of audio, %d of events", p, c.size, c.page.size)
		}
	})
}
