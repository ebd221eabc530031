package transcript

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// Options of a [Transcript]. The zero value is usable.
type Options struct {
	// Changed is called with each entry that is new or has changed, without a lock.
	Changed func(Entry)

	// Deleted is called with the id of each item that was deleted.
	Deleted func(itemID string)
}

// A Transcript is the history of a conversation. Its methods may be called from any goroutine.
type Transcript struct {
	options Options

	mu      sync.Mutex
	chain   chain
	format  voicelive.OutputAudioFormat
	changed []*node
	deleted []string

	speech      string // the item that the user's speech becomes
	speechBegan time.Time
}

// New returns an empty Transcript. Nil options are the defaults.
func New(o *Options) *Transcript {
	t := &Transcript{}
	if o != nil {
		t.options = *o
	}
	return t
}

// HandleEvent handles an event of the session. The event is not retained. The error is always nil.
func (t *Transcript) HandleEvent(ctx context.Context, event voicelive.ServerEvent) error {
	t.do(func(now time.Time) { t.handle(now, event) })
	return nil
}

// SetHeard sets how much the user heard of the audio of an item that was interrupted, as
// playback.Finished does. Arrived is how much audio there was.
func (t *Transcript) SetHeard(itemID string, contentIndex int, heard, arrived time.Duration) {
	t.do(func(now time.Time) {
		n := t.chain.nodes[itemID]
		if n == nil || heard >= arrived {
			return
		}
		n.part(contentIndex).cut(heard, arrived)
		t.touch(n)
	})
}

// Continue tells the transcript that the conversation goes on in another session, of which all later events are.
// Items of [Transcript.Items] and [Transcript.Digest] that are created there become no entries; neither do those
// with the given ids.
func (t *Transcript) Continue(restored ...string) {
	t.do(func(time.Time) {
		t.chain.begin()
		for _, id := range restored {
			if t.chain.restored(id) == nil {
				t.chain.skip(id, "")
			}
		}
	})
}

// Entries returns the entries, in the order of the conversation.
func (t *Transcript) Entries() []Entry {
	t.mu.Lock()
	defer t.mu.Unlock()
	entries := make([]Entry, 0, len(t.chain.order))
	for _, n := range t.chain.order {
		if !n.joined {
			entries = append(entries, n.snapshot())
		}
	}
	return entries
}

// do makes a change, and calls the callbacks.
func (t *Transcript) do(change func(now time.Time)) {
	t.mu.Lock()
	change(time.Now())
	var entries []Entry
	if t.options.Changed != nil {
		for _, n := range t.changed {
			if !n.joined {
				entries = append(entries, n.snapshot())
			}
		}
	}
	deleted := t.deleted
	t.changed, t.deleted = t.changed[:0], nil
	t.mu.Unlock()
	for _, e := range entries {
		t.options.Changed(e)
	}
	for _, id := range deleted {
		if t.options.Deleted != nil {
			t.options.Deleted(id)
		}
	}
}

// touch notes that an entry has changed.
func (t *Transcript) touch(n *node) {
	if !slices.Contains(t.changed, n) {
		t.changed = append(t.changed, n)
	}
}
