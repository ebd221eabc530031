// Package inbox holds what came from a telephone network until the program receives it, so that
// the connection can always be read.
package inbox

import (
	"context"
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

// A Source is the connection to a network.
type Source interface {
	// Read waits for a message, and puts what it says into the Inbox. It reports whether there may be another one; it
	// does not if ctx has ended, after Interrupt, and after the end of the connection, of which it has told the Inbox.
	Read(ctx context.Context) bool

	// Interrupt ends the Read that waits, or the next one. Nothing is lost.
	Interrupt()
}

// An Inbox is a queue of inputs. Receive reads the Source, without a goroutine between; when
// nobody receives, the Inbox reads it. One goroutine receives; the other methods may be called from
// any goroutine.
type Inbox struct {
	format audio.Format
	source Source

	mu      sync.Mutex
	reading bool          // somebody reads, or nobody does any more
	read    chan struct{} // closed by the reader when it finishes; nil if nobody waits for that
	items   []item
	audio   []byte // of items, in their order
	lent    []byte // by the latest Receive
	err     error  // of Receive once items is empty; nil if the leg goes on

	heard  time.Time     // when audio came last, or a gap ended; zero before the first
	silent time.Duration // that gaps have told since audio came

	timer   *time.Timer   // of look
	stopped chan struct{} // closed by Stop
}

// An item is an input, with n bytes of audio.
type item struct {
	leg.Input
	n int
}

// New returns an empty Inbox of audio in a format.
func New(format audio.Format, source Source) *Inbox {
	return &Inbox{format: format, source: source, stopped: make(chan struct{})}
}

// Start begins to read and to notice pauses, until Stop.
func (b *Inbox) Start() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.timer = time.AfterFunc(pause, b.look)
}

// Audio adds audio after a time without any, by the clock of the network. Audio that follows
// without a gap is received together. Beyond ten seconds the oldest audio becomes a gap.
func (b *Inbox) Audio(gap time.Duration, audio []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return
	}
	gap = max(gap-b.silent, 0)
	b.heard, b.silent = time.Now(), 0
	b.add(gap, audio)
	b.bound()
}

// add adds audio after a gap. The caller has b.mu.
func (b *Inbox) add(gap time.Duration, audio []byte) {
	last := len(b.items) - 1
	switch {
	case last < 0 || b.items[last].event() || gap > 0 && b.items[last].n > 0:
		b.items = append(b.items, item{Input: leg.Input{Gap: min(gap, MaxGap)}})
		last++
	default: // gaps with nothing between them are one
		b.items[last].Gap = min(b.items[last].Gap+gap, MaxGap)
	}
	b.items[last].n += len(audio)
	b.audio = append(b.audio, audio...)
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
	return nil
}

// End lets Receive return err behind what is there. The first call counts.
func (b *Inbox) End(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil {
		b.end(err)
	}
}

// Close drops everything, and lets Receive return err.
func (b *Inbox) Close(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.items, b.audio = nil, nil
	b.end(err)
}

// end ends the leg for Receive. The caller has b.mu.
func (b *Inbox) end(err error) {
	b.err = err
	b.source.Interrupt() // Receive may wait for it
}

// Stop waits until nobody reads; then nobody does any more. The Inbox must have been started and have ended, by End or
// Close, and the Source must be closed.
func (b *Inbox) Stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for !b.begin() {
		read := b.whenRead()
		b.mu.Unlock()
		<-read
		b.mu.Lock()
	}
	close(b.stopped)
	b.timer.Stop()
}

// Receive waits for the next input; see [leg.Leg]. When the network pauses, it returns gaps, ten
// seconds at most, for which the clock of the network is not asked again.
func (b *Inbox) Receive(ctx context.Context) (leg.Input, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return leg.Input{}, err
		}
		switch {
		case len(b.items) > 0:
			return b.first(), nil
		case b.err != nil:
			return leg.Input{}, b.err
		case b.begin():
			b.readUnlocked(ctx)
			b.finish()
		default: // look reads
			read := b.whenRead()
			b.mu.Unlock()
			b.source.Interrupt()
			select {
			case <-read:
			case <-ctx.Done():
			case <-b.stopped:
			}
			b.mu.Lock()
		}
	}
}

// first takes the oldest of some inputs. The caller has b.mu.
func (b *Inbox) first() leg.Input {
	first := b.items[0]
	b.items = append(b.items[:0], b.items[1:]...)
	switch {
	case first.n == 0:
		return first.Input
	case first.n == len(b.audio):
		b.lent, b.audio = b.audio, b.lent[:0]
	default:
		b.lent = append(b.lent[:0], b.audio[:first.n]...)
		b.audio = append(b.audio[:0], b.audio[first.n:]...)
	}
	first.Input.Audio = b.lent
	return first.Input
}

// begin makes the caller the reader, until finish, and reports whether there was none. The caller has b.mu.
func (b *Inbox) begin() bool {
	if b.reading {
		return false
	}
	b.reading = true
	return true
}

// whenRead returns what is closed when the reader finishes. The caller has b.mu.
func (b *Inbox) whenRead() <-chan struct{} {
	if b.read == nil {
		b.read = make(chan struct{})
	}
	return b.read
}

// readUnlocked reads a message. The caller has b.mu, but not meanwhile.
func (b *Inbox) readUnlocked(ctx context.Context) (more bool) {
	b.mu.Unlock()
	defer b.mu.Lock()
	return b.source.Read(ctx)
}

// finish undoes begin. The caller has b.mu.
func (b *Inbox) finish() {
	b.reading = false
	if b.read != nil {
		close(b.read)
		b.read = nil
	}
}

// look looks twice a second whether anybody reads. If not, the program is busy, and look reads until Receive
// does, or the end. Then it looks for a pause.
func (b *Inbox) look() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.begin() {
		for b.readUnlocked(context.Background()) {
		}
		b.finish()
	}
	b.pauses()
}

// pauses adds the gaps that are due, and sets the timer for the next one. The timer is not moved by each packet. The
// caller has b.mu.
func (b *Inbox) pauses() {
	select {
	case <-b.stopped:
		return
	default:
	}
	left := pause
	for !b.heard.IsZero() && b.silent < MaxGap && b.err == nil {
		if left = pause - time.Since(b.heard); left > 0 {
			break
		}
		b.heard = b.heard.Add(pause)
		b.silent += pause
		b.add(pause, nil)
		b.source.Interrupt() // Receive may wait for it
		left = pause         // to look again, if this was the last
	}
	b.timer.Reset(left)
}
