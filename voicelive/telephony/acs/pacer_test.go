package acs

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/race"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

var (
	schedules = flag.Int("schedules", race.Rounds(20), "the number of random schedules of the pacer")
	first     = flag.Uint64("first", 1, "the seed of the first schedule or call")
)

// A line plays what a pacer sends, as a network with a queue does: at once if it has run dry.
type line struct {
	played []byte
	queue  []byte
	at     time.Time // played is up to date
	ran    time.Time // since when it plays without running dry
	run    int       // bytes since then
	most   int       // of the queue, in bytes
}

func (l *line) advance(now time.Time) {
	n := min(leg.PCM24kHz.Bytes(now.Sub(l.ran))-l.run, len(l.queue))
	l.played, l.queue, l.run = append(l.played, l.queue[:n]...), l.queue[n:], l.run+n
	if len(l.queue) == 0 {
		l.ran, l.run = now, 0
	}
	l.at = now
}

func (l *line) receive(now time.Time, chunk []byte) {
	l.advance(now)
	l.queue = append(l.queue, chunk...)
	l.most = max(l.most, len(l.queue))
}

// TestPacerKnowsWhatWasHeard holds the clock against a line, with audio that comes at any pace and is cleared at any time.
func TestPacerKnowsWhatWasHeard(t *testing.T) {
	for i := range uint64(*schedules) {
		seed := *first + i
		t.Run(fmt.Sprint(seed), func(t *testing.T) { paceAtRandom(t, seed) })
	}
}

func paceAtRandom(t *testing.T, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	lead := time.Duration(20+rnd.IntN(500)) * time.Millisecond
	p := pacer{format: leg.PCM24kHz, lead: int64(leg.PCM24kHz.Bytes(lead))}
	now := time.Unix(1, 0)
	l := line{at: now, ran: now}
	var want []byte // what was added and not cleared
	next := byte(0)
	flush := func() (again time.Time) {
		for {
			chunk, again := p.take(now)
			if chunk == nil {
				return again
			}
			l.receive(now, chunk)
		}
	}
	for range 300 {
		switch rnd.IntN(10) {
		case 0:
			l.advance(now)
			sent := p.clear(now)
			if sent != (len(l.queue) > 0) {
				t.Fatalf("clear says %v, the line has %d bytes", sent, len(l.queue))
			}
			l.queue = nil
			want = want[:len(l.played)]
		case 1, 2, 3, 4:
			chunk := make([]byte, rnd.IntN(30_000))
			for i := 0; i < len(chunk); i += 97 { // enough to tell bytes apart
				next++
				chunk[i] = next
			}
			p.add(chunk)
			want = append(want, chunk...)
		}
		end := now.Add(time.Duration(rnd.IntN(300)) * time.Millisecond)
		for again := flush(); !again.IsZero() && !again.After(end); again = flush() {
			if !again.After(now) {
				t.Fatalf("it wants to be asked again at %v, which is not after %v", again, now)
			}
			now = again
			l.advance(now)
			if len(l.queue) == 0 {
				t.Fatal("the line has run dry although there was audio")
			}
		}
		now = end
		l.advance(now)
		if heard := p.heard(now); heard != int64(len(l.played)) {
			t.Fatalf("%d bytes were heard, the pacer says %d", len(l.played), heard)
		}
		if !bytes.HasPrefix(want, l.played) {
			t.Fatal("the line plays something else")
		}
	}
	if limit := int(p.lead); l.most > limit {
		t.Errorf("%d bytes were in the line at once, more than %d", l.most, limit)
	}
	if len(l.played) == 0 {
		t.Error("nothing was played")
	}
}

func TestPacerSendsFewMessages(t *testing.T) {
	p := pacer{format: leg.PCM24kHz, lead: int64(leg.PCM24kHz.Bytes(300 * time.Millisecond))}
	p.add(make([]byte, leg.PCM24kHz.Bytes(3*time.Second)))
	now := time.Unix(1, 0)
	chunks := 0
	for p.queued() > 0 {
		chunk, again := p.take(now)
		if chunk == nil {
			now = again
			continue
		}
		chunks++
	}
	if chunks != 19 {
		t.Errorf("3 s of audio are %d messages, want 300 ms at once and 150 ms each then", chunks)
	}
	if cap(p.queue) > keepQueue {
		t.Errorf("an empty queue keeps %d bytes", cap(p.queue))
	}
}
