package playback

import (
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/race"
	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/internal/timeline"
)

var (
	schedules = flag.Int("schedules", race.Rounds(10_000), "the number of random schedules")
	first     = flag.Uint64("first", 1, "the seed of the first schedule")
	verbose   = flag.Bool("log", false, "print what happens in each schedule")
)

// TestSchedules plays random responses on random legs, interrupts them at random times, and
// holds a player to its promises: what the service is told is what the leg has played.
func TestSchedules(t *testing.T) {
	const shards = 2
	for shard := range uint64(shards) {
		t.Run(fmt.Sprint(shard), func(t *testing.T) {
			t.Parallel()
			var sum counts
			for i := shard; i < uint64(*schedules); i += shards {
				seed := *first + i
				w := newWorld(seed)
				w.run()
				if len(w.faults) > 0 {
					t.Fatalf("seed %d: %v\n%s\nreplay it with: go test ./voicelive/playback -run '^TestSchedules$' -schedules 1 -log -first %d",
						seed, w.how(), strings.Join(w.faults, "\n"), seed)
				}
				sum.add(w.counts)
			}
			if *schedules >= 1000 && (sum.truncated == 0 || sum.deleted == 0 || sum.late == 0 || sum.resumed == 0 || sum.whole == 0) {
				t.Errorf("the schedules do not reach everything: %+v", sum)
			}
			t.Logf("%+v", sum)
		})
	}
}

type counts struct{ parts, whole, truncated, deleted, late, resumed int }

func (c *counts) add(o counts) {
	c.parts += o.parts
	c.whole += o.whole
	c.truncated += o.truncated
	c.deleted += o.deleted
	c.late += o.late
	c.resumed += o.resumed
}

// slow is a format of one frame of 4 bytes in a millisecond: a frame can name its part and its
// place, and schedules are cheap.
var slow = audio.Format{Encoding: audio.PCM16, Rate: 1000, Channels: 2}

type world struct {
	timeline.Timeline
	rnd     *rand.Rand
	machine machine
	faults  []string
	counts  counts

	// The leg.
	feedback   feedback
	up, down   time.Duration // of a leg with marks
	lossy      bool          // marks are lost
	lastUp     time.Time
	lastMark   time.Time
	queue      []byte
	at         time.Time // until when the leg has played
	generation int       // of clears
	end        time.Time // when the queue will have been played

	// The service.
	latency    time.Duration
	lastDown   time.Time
	interrupts bool
	truncates  bool
	onSpeech   OnSpeech
	generating *generation
	speech     int
	parts      []*sound
	silenced   bool

	// What the player told.
	audible bool
	held    int
}

// A sound is one part as the service and the leg know it.
type sound struct {
	item      string
	content   int
	response  string
	frames    int // that the service sent
	played    int // that the leg played
	closed    bool
	kept      int // ms that the service keeps; -1 for all
	deleted   bool
	cleared   bool // the leg was cleared while frames of it were to come
	finished  *Finished
	truncated int
}

// A generation is a response on its way.
type generation struct {
	id   string
	over bool
}

func newWorld(seed uint64) *world {
	rnd := rand.New(rand.NewPCG(seed, 0xbadc))
	chance := func(percent int) bool { return rnd.IntN(100) < percent }
	w := &world{rnd: rnd, feedback: feedback(rnd.IntN(3)), latency: time.Duration(rnd.IntN(100)) * time.Millisecond,
		interrupts: !chance(30), truncates: chance(15), lossy: chance(20)}
	w.at, w.end = w.Now(), w.Now()
	if w.feedback == byMarks {
		w.up, w.down = time.Duration(rnd.IntN(120))*time.Millisecond, time.Duration(rnd.IntN(120))*time.Millisecond
	}
	w.onSpeech = []OnSpeech{Stop, Pause, Ignore}[rnd.IntN(3)]
	m := &w.machine
	m.options = Options{OnSpeech: w.onSpeech, ResumeAfter: time.Second,
		Finished: func(f Finished) { w.finish(f) },
		Audible:  func(audible bool) { w.audible = audible },
		Hold: func(string) func() {
			w.held++
			return func() { w.held-- }
		}}
	if w.feedback == byTime || chance(30) {
		m.options.Lead = time.Duration(20+rnd.IntN(400)) * time.Millisecond
	}
	m.clock = clock{format: slow, feedback: w.feedback, device: w}
	w.send(&voicelive.ServerEventSessionUpdated{Session: voicelive.ResponseSession{TurnDetection: &voicelive.ServerVAD{InterruptResponse: &w.interrupts, AutoTruncate: &w.truncates}}})
	w.After(w.random(300), w.respond)
	for range rnd.IntN(3) {
		w.After(w.random(3000), w.speak)
	}
	if chance(20) {
		w.After(w.random(3000), func() { w.step(func() { w.machine.interrupt(w.Now(), false) }); w.silenced = true })
	}
	return w
}

func (w *world) how() string {
	return fmt.Sprintf("feedback %d, on speech %s, interrupt %t, auto_truncate %t, lead %v", w.feedback, w.onSpeech, w.interrupts, w.truncates, w.machine.options.Lead)
}

func (w *world) random(ms int) time.Duration {
	return time.Duration(w.rnd.IntN(ms)+1) * time.Millisecond
}

func (w *world) fault(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf("at %v: ", w.Since())+fmt.Sprintf(format, args...))
}

func (w *world) log(format string, args ...any) {
	if *verbose {
		fmt.Printf("%8v  %s\n", w.Since(), fmt.Sprintf(format, args...))
	}
}

func (w *world) run() {
	for range 100_000 {
		tick := w.machine.next(w.Now())
		switch {
		case len(w.faults) > 0:
			return
		case w.Before(tick):
			w.Next()
		case !tick.IsZero():
			w.Reach(tick)
			w.step(func() {})
		default:
			w.Reach(w.Now().Add(time.Minute))
			w.advance()
			w.check()
			return
		}
	}
	w.fault("the player is never at rest")
}

// step is what the driver does.
func (w *world) step(event func()) {
	event()
	w.machine.step(w.Now())
	for _, a := range w.machine.out {
		if a.call != nil {
			a.call()
			continue
		}
		w.log("client sends %s", a.event.EventType())
		if err := a.event.Validate(); err != nil {
			w.fault("%s is not valid: %v", a.event.EventType(), err)
		}
		e := a.event
		w.After(w.latency, func() { w.receive(e) })
	}
	w.machine.out = w.machine.out[:0]
}

// The leg.

// playFrames plays the next n bytes. A loop over frames is slow under the race detector, and one
// goroutine runs a world.
//
//go:norace
func (w *world) playFrames(n int) {
	for ; n > 0; n -= 4 {
		frame := binary.LittleEndian.Uint32(w.queue)
		w.queue = w.queue[4:]
		p := w.parts[frame>>16]
		if i := int(frame & 0xFFFF); i != p.played && !(w.onSpeech == Pause && w.feedback == byMarks) {
			w.fault("frame %d of %s/%d is played, want %d", i, p.item, p.content, p.played)
		}
		if p.cleared && w.onSpeech != Pause {
			w.fault("%s/%d is played after it was cut", p.item, p.content)
		}
		p.played = int(frame&0xFFFF) + 1
	}
}

// advance plays until now.
func (w *world) advance() {
	n := min(len(w.queue), 4*int(w.Now().Sub(w.at)/time.Millisecond))
	w.playFrames(n)
	if len(w.queue) == 0 {
		w.at = w.Now()
	} else {
		w.at = w.at.Add(time.Duration(n/4) * time.Millisecond)
	}
}

func (w *world) upward(do func()) {
	if w.up == 0 {
		do()
		return
	}
	w.lastUp = timeline.Later(w.lastUp, w.Now().Add(w.up))
	w.At(w.lastUp, do)
}

func (w *world) play(sound []byte, mark string) {
	sound = bytes.Clone(sound)
	w.upward(func() {
		w.advance()
		w.queue = append(w.queue, sound...)
		w.end = w.at.Add(time.Duration(len(w.queue)/4) * time.Millisecond)
		if mark == "" {
			return
		}
		generation := w.generation
		w.At(w.end, func() {
			if generation == w.generation {
				w.sendMark(mark, false)
			}
		})
	})
}

func (w *world) sendMark(mark string, cleared bool) {
	if w.lossy && w.rnd.IntN(5) == 0 {
		return
	}
	w.lastMark = timeline.Later(w.lastMark, w.Now().Add(w.down))
	w.At(w.lastMark, func() { w.step(func() { w.machine.mark(w.Now(), mark, cleared) }) })
}

// clear drops what was not played.
func (w *world) clear() {
	w.log("client clears")
	w.upward(func() {
		w.advance()
		for i := 0; i < len(w.queue); i += 4 {
			w.parts[binary.LittleEndian.Uint32(w.queue[i:])>>16].cleared = true
		}
		w.queue = w.queue[:0]
		w.generation++
	})
}

func (w *world) position() time.Duration {
	w.advance()
	frames := 0
	for _, p := range w.parts {
		frames += p.played
	}
	return time.Duration(frames) * time.Millisecond
}

// The service.

func (w *world) send(event voicelive.ServerEvent) {
	w.lastDown = timeline.Later(w.lastDown, w.Now().Add(w.latency+w.random(10)))
	w.At(w.lastDown, func() {
		w.log("client receives %s", event.EventType())
		w.step(func() { w.machine.handle(w.Now(), event) })
	})
}

// respond generates one response, and perhaps another one afterwards.
func (w *world) respond() {
	if w.speech > 0 || w.generating != nil {
		w.After(50*time.Millisecond, w.respond)
		return
	}
	g := &generation{id: fmt.Sprint("resp", len(w.parts))}
	w.generating = g
	w.send(&voicelive.ServerEventResponseCreated{Response: voicelive.Response{ID: &g.id}})
	speed := 1 + w.rnd.IntN(10)
	if w.rnd.IntN(5) == 0 {
		speed = 0 // slower than it is played
	}
	at := w.random(50)
	for i := range 1 + w.rnd.IntN(2) {
		item := fmt.Sprintf("%s_item%d", g.id, i)
		for content := range 1 + w.rnd.IntN(2) {
			for range 1 + w.rnd.IntN(4) {
				n := 20 + w.rnd.IntN(400)
				w.After(at, func() { w.delta(g, item, content, n) })
				if speed == 0 {
					at += time.Duration(n+n/4) * time.Millisecond
				} else {
					at += time.Duration(n/speed) * time.Millisecond
				}
			}
			w.After(at, func() {
				if !g.over {
					w.send(&voicelive.ServerEventResponseAudioDone{ResponseID: g.id, ItemID: item, ContentIndex: content})
				}
			})
		}
		w.After(at, func() { w.closeItem(g, item) })
	}
	w.After(at, func() { w.stop(g) })
	if w.rnd.IntN(3) == 0 {
		w.After(at+w.random(500), w.respond)
	}
}

func (w *world) delta(g *generation, item string, content, n int) {
	if g.over {
		return
	}
	var p *sound
	index := 0
	for index, p = range w.parts {
		if p.item == item && p.content == content {
			break
		}
		p = nil
	}
	if p == nil {
		p, index = &sound{item: item, content: content, response: g.id, kept: -1}, len(w.parts)
		w.parts = append(w.parts, p)
	}
	delta := frames(index, p.frames, n)
	p.frames += n
	if w.speech > 0 {
		w.counts.late++
	}
	w.send(&voicelive.ServerEventResponseAudioDelta{ResponseID: g.id, ItemID: item, ContentIndex: content, Delta: delta})
}

// frames are n frames of a part.
//
//go:norace
func frames(part, first, n int) []byte {
	b := make([]byte, 0, 4*n)
	for i := range n {
		b = binary.LittleEndian.AppendUint32(b, uint32(part<<16|(first+i)))
	}
	return b
}

func (w *world) closeItem(g *generation, item string) {
	closed := false
	for _, p := range w.parts {
		if p.item == item && !p.closed {
			p.closed, closed = true, true
		}
	}
	if closed {
		w.send(&voicelive.ServerEventResponseOutputItemDone{ResponseID: g.id, Item: &voicelive.ResponseMessageItem{ID: &item}})
	}
}

// stop ends a response.
func (w *world) stop(g *generation) {
	if g.over {
		return
	}
	g.over = true
	if w.generating == g {
		w.generating = nil
	}
	for _, p := range w.parts {
		if p.response == g.id {
			w.closeItem(g, p.item)
		}
	}
	w.send(&voicelive.ServerEventResponseDone{Response: voicelive.Response{ID: &g.id}})
}

// speak is speech of the user.
func (w *world) speak() {
	w.log("the user speaks")
	w.speech++
	w.send(&voicelive.ServerEventInputAudioBufferSpeechStarted{ItemID: "speech"})
	if g := w.generating; g != nil && w.interrupts {
		w.After(w.random(300), func() {
			if g.over {
				return
			}
			w.stop(g)
			if w.truncates {
				for _, p := range w.parts {
					if p.response == g.id {
						w.truncate(p, w.rnd.IntN(p.frames+1))
					}
				}
			}
		})
	}
	w.After(400*time.Millisecond+w.random(800), func() {
		w.speech--
		w.send(&voicelive.ServerEventInputAudioBufferSpeechStopped{ItemID: "speech"})
		if w.rnd.IntN(2) == 0 {
			w.send(&voicelive.ServerEventConversationItemInputAudioTranscriptionCompleted{ItemID: "speech", Transcript: "Stop."})
		}
	})
}

func (w *world) truncate(p *sound, ms int) {
	if p.kept >= 0 && p.kept < ms || ms > p.frames {
		return
	}
	p.kept = ms
	w.send(&voicelive.ServerEventConversationItemTruncated{ItemID: p.item, ContentIndex: p.content, AudioEndMS: ms})
}

// receive is what the service makes of events of the client.
func (w *world) receive(event voicelive.ClientEvent) {
	switch e := event.(type) {
	case *voicelive.ClientEventResponseCancel:
		if g := w.generating; g != nil && g.id == *e.ResponseID {
			w.After(w.random(100), func() { w.stop(g) })
		}
	case *voicelive.ClientEventConversationItemTruncate:
		for _, p := range w.parts {
			if p.item != e.ItemID || p.content != e.ContentIndex {
				continue
			}
			if p.truncated++; p.truncated > 1 {
				w.fault("%s/%d is truncated twice", p.item, p.content)
			}
			if e.AudioEndMS > p.frames {
				w.fault("%s/%d is truncated at %d of %d ms", p.item, p.content, e.AudioEndMS, p.frames)
			}
			if !p.closed {
				w.fault("%s/%d is truncated while it is generated", p.item, p.content)
			}
			w.truncate(p, e.AudioEndMS)
		}
	case *voicelive.ClientEventConversationItemDelete:
		for _, p := range w.parts {
			if p.item == e.ItemID {
				if p.deleted {
					w.fault("%s is deleted twice", p.item)
				}
				p.deleted = true
			}
		}
	default:
		w.fault("the client sends %s", event.EventType())
	}
}

func (w *world) finish(f Finished) {
	for _, p := range w.parts {
		if p.item == f.ItemID && p.content == f.ContentIndex {
			if p.finished != nil {
				w.fault("%s/%d is finished twice", p.item, p.content)
			}
			p.finished = &f
			return
		}
	}
	w.fault("a part that is not there is finished: %+v", f)
}

// check compares what the service keeps with what was played.
func (w *world) check() {
	if w.audible || w.held != 0 {
		w.fault("at the end audible is %t, and the floor is held %d times", w.audible, w.held)
	}
	if n := len(w.machine.parts) + len(w.machine.responses) + len(w.machine.spans); n > 0 {
		w.fault("%d things are remembered for ever", n)
	}
	// A frame may be playing when the leg is cleared.
	resolution := 1
	if w.feedback == byMarks {
		resolution += int((w.up+w.down)/time.Millisecond) + 100
		if w.lossy {
			resolution += 300
		}
	}
	for _, p := range w.parts {
		w.counts.parts++
		kept := p.kept
		switch {
		case p.deleted:
			kept = 0
			w.counts.deleted++
		case kept < 0:
			kept = p.frames
			w.counts.whole++
		default:
			w.counts.truncated++
		}
		if over := kept - p.played; over > resolution {
			w.fault("the service keeps %d ms of %s/%d, of which %d were played", kept, p.item, p.content, p.played)
		}
		if under := p.played - kept; under > resolution && !w.truncates {
			w.fault("the service keeps only %d ms of %s/%d, of which %d were played", kept, p.item, p.content, p.played)
		}
		switch f := p.finished; {
		case f == nil:
			w.fault("%s/%d is not finished", p.item, p.content)
		case abs(int(f.Heard/time.Millisecond)-p.played) > resolution:
			w.fault("%s/%d: %v were heard, %d ms were played", p.item, p.content, f.Heard, p.played)
		case f.Interrupted != (f.Heard < f.Arrived):
			w.fault("%s/%d: %+v", p.item, p.content, f)
		}
		if p.cleared && p.played == p.frames {
			w.counts.resumed++
		}
	}
}

func abs(n int) int { return max(n, -n) }
