package ws

import (
	"bytes"
	"testing"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// A message occupies what it needs, whatever other connections have received before.
func TestTheQueueCountsWhatAMessageOccupies(t *testing.T) {
	const n = 200
	var large []*Message
	for range 16 {
		large = append(large, newMessage(maxPooled))
	}
	for _, m := range large { // what another connection has taken
		m.Release()
	}
	for _, tt := range []struct{ size, most int }{{0, 4 << 10}, {136, 4 << 10}, {6500, 8 << 10}, {20_000, 32 << 10}} {
		ponged := make(chan struct{})
		c, stop := serve(t, nil, func(p *wstest.Peer) {
			p.Conn.Write(bytes.Repeat(text(messageOf("a", tt.size)), n))
			p.Frame(0x89, nil)
			p.Next()
			close(ponged)
			p.Drain()
		})
		for range n {
			next(t, c)
		}
		if _, _, high := c.Queued(); high > n*tt.most {
			t.Errorf("%d messages of %d bytes occupied %d", n, tt.size, high)
		}
		<-ponged
		stop()
	}
}
