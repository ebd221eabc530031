package agent

import (
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
)

// maxLookback is how much audio of the user is kept for the next session.
const maxLookback = 10 * time.Second

// A lookback keeps the latest audio of the user that is in no item yet.
type lookback struct {
	format audio.Format
	audio  []byte
}

// add appends audio.
func (b *lookback) add(audio []byte) {
	limit := b.format.Bytes(maxLookback)
	b.audio = append(b.audio, audio...)
	if len(b.audio) > 2*limit {
		b.drop(len(b.audio) - limit)
	}
}

func (b *lookback) drop(n int) { b.audio = b.audio[:copy(b.audio, b.audio[n:])] }

// keep drops all but the latest audio, d of it.
func (b *lookback) keep(d time.Duration) {
	if n := len(b.audio) - b.format.Bytes(d); n > 0 {
		b.drop(n)
	}
}

// take returns the latest audio, at most maxLookback of it, and begins anew.
func (b *lookback) take() []byte {
	b.keep(maxLookback)
	latest := b.audio
	b.audio = nil
	return latest
}
