// Package inbox holds what came from a telephone network until the program receives it, so that
// the connection can always be read.
package inbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

const (
	// MaxGap bounds the gaps, and the audio that waits. It is more than what ends a turn of
	// speech.
	MaxGap = 10 * time.Second

	// pause is how long the network may send nothing until that is a gap. It is less than what
	// the layers above wait for.
	pause = 500 * time.Millisecond

	// maxEvents bounds the keys and marks that wait.
	maxEvents = 4096
)

// An Inbox is a queue of inputs. One goroutine receives; the other methods may be called from
// any goroutine.
type Inbox struct {
	format audio.Format

	mu      sync.Mutex
	items   []item
	audio   []byte // of items, in their order
	lent    []byte // by the latest Receive
	err     error  // of Receive once items is empty; nil if the leg goes on
	changed chan struct{}

	heard  time.Time     // when audio came last, or a gap ended; zero before the first
	silent time.Duration // that Receive has reported since audio came
	timer  *time.Timer   // of the next pause; nil before the first Receive
	armed  bool
}

// An item is an input, with n bytes of audio.
type item struct {
	leg.Input
	n int
}

// New returns an empty Inbox of audio in a format.
func New(format audio.Format) *Inbox {
	return &Inbox{format: format, changed: make(chan struct{}, 1)}
}

// Audio adds audio after a time without any, by the clock of the network. Audio that follows
// without a gap is received together. Beyond ten seconds the oldest audio becomes a gap.
func (b *Inbox) Audio(gap time.Duration, audio []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return
	}
	gap = min(max(gap-b.silent, 0), MaxGap)
	b.heard, b.silent = time.Now(), 0
	last := len(b.items) - 1
	switch {
	case last < 0 || b.items[last].event() || gap > 0 && b.items[last].n > 0:
		b.items = append(b.items, item{Input: leg.Input{Gap: gap}})
		last++
	default: // gaps with nothing between them are one
		b.items[last].Gap = min(b.items[last].Gap+gap, MaxGap)
	}
	b.items[last].n += len(audio)
	b.audio = append(b.audio, audio...)
	b.bound()
	b.wake()
}

// event reports whether an item is a key or a mark.
func (i *item) event() bool { return i.Digit != 0 || i.Mark != "" }

// bound turns the oldest audio into gaps, as far as there is too much. Gaps that follow each other become one.
func (b *Inbox) bound() {
	over := len(b.audio) - b.format.Bytes(MaxGap)
	for i := 0; over > 0; {
		n := min(over, b.items[i].n)
		b.items[i].Gap = min(b.items[i].Gap+b.format.Duration(n), MaxGap)
		b.items[i].n -= n
		b.audio = append(b.audio[:0], b.audio[n:]...)
		over -= n
		switch next := i + 1; {
		case b.items[i].n > 0:
		case next < len(b.items) && !b.items[i].event() && !b.items[next].event():
			b.items[next].Gap = min(b.items[next].Gap+b.items[i].Gap, MaxGap)
			b.items = append(b.items[:i], b.items[next:]...)
		default:
			i++
		}
	}
}

// Event adds a key or a mark.
func (b *Inbox) Event(in leg.Input) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return nil
	}
	if len(b.items) >= maxEvents {
		return fmt.Errorf("%d keys and marks were not received", maxEvents)
	}
	b.items = append(b.items, item{Input: in})
	b.wake()
	return nil
}

// End lets Receive return err behind what is there. The first call counts.
func (b *Inbox) End(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil {
		b.err = err
		b.wake()
	}
}

// Close drops everything, and lets Receive return err.
func (b *Inbox) Close(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items, b.audio = nil, nil
	b.err = err
	b.wake()
}

func (b *Inbox) wake() {
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

// Receive waits for the next input; see [leg.Leg]. When the network pauses, it returns gaps, ten
// seconds at most, for which the clock of the network is not asked again.
func (b *Inbox) Receive(ctx context.Context) (leg.Input, error) {
	for {
		if err := ctx.Err(); err != nil {
			return leg.Input{}, err
		}
		in, timer, err := b.next()
		if err != errNothing {
			return in, err
		}
		select {
		case <-b.changed:
		case <-timer:
			b.expired()
		case <-ctx.Done():
		}
	}
}

var errNothing = errors.New("nothing to receive yet")

// next takes the oldest input, or says how long to wait.
func (b *Inbox) next() (leg.Input, <-chan time.Time, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.items) > 0 {
		first := b.items[0]
		b.items = append(b.items[:0], b.items[1:]...)
		if first.n > 0 {
			b.lent = append(b.lent[:0], b.audio[:first.n]...)
			b.audio = append(b.audio[:0], b.audio[first.n:]...)
			first.Input.Audio = b.lent
		}
		return first.Input, nil, nil
	}
	if b.err != nil {
		return leg.Input{}, nil, b.err
	}
	if b.heard.IsZero() || b.silent >= MaxGap {
		return leg.Input{}, nil, errNothing
	}
	return b.await()
}

// await returns the gap that is due, or the timer of the next one. The timer is moved only when it has
// fired, not by each packet.
func (b *Inbox) await() (leg.Input, <-chan time.Time, error) {
	if !b.armed {
		left := pause - time.Since(b.heard)
		if left <= 0 {
			b.heard = b.heard.Add(pause)
			b.silent += pause
			return leg.Input{Gap: pause}, nil, nil
		}
		if b.timer == nil {
			b.timer = time.NewTimer(left)
		} else {
			b.timer.Reset(left)
		}
		b.armed = true
	}
	return leg.Input{}, b.timer.C, errNothing
}

func (b *Inbox) expired() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.armed = false
}
