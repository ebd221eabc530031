package playback

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// A speaker is a leg that plays in real time and tells nothing.
type speaker struct {
	mu      sync.Mutex
	written int
	clears  int
	broken  error
}

func (s *speaker) Format() audio.Format                            { return leg.MuLaw }
func (s *speaker) Receive(ctx context.Context) (leg.Input, error)  { return leg.Input{}, io.EOF }
func (s *speaker) HangUp(ctx context.Context, reason string) error { return nil }
func (s *speaker) Clear(ctx context.Context) error                 { s.clears++; return s.broken }
func (s *speaker) Play(ctx context.Context, audio []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.written += len(audio)
	return s.broken
}

func (s *speaker) ms() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.written / 8
}

// A wire records what is sent.
type wire struct {
	mu     sync.Mutex
	sent   []string
	events []voicelive.ClientEvent
	broken error
}

func (w *wire) Send(_ context.Context, e voicelive.ClientEvent) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	text := string(e.EventType())
	switch e := e.(type) {
	case *voicelive.ClientEventResponseCancel:
		text = "cancel " + *e.ResponseID
	case *voicelive.ClientEventConversationItemTruncate:
		text = fmt.Sprintf("truncate %s/%d at %d", e.ItemID, e.ContentIndex, e.AudioEndMS)
	case *voicelive.ClientEventConversationItemDelete:
		text = "delete " + e.ItemID
	}
	w.sent, w.events = append(w.sent, text), append(w.events, e)
	return w.broken
}

func (w *wire) want(t *testing.T, want ...string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if diff := cmp.Diff(want, w.sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

func in(t *testing.T, o *Options, test func(t *testing.T, p *Player, s *speaker, w *wire)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, w := &speaker{}, &wire{}
		test(t, New(t.Context(), s, w, o), s, w)
	})
}

func tell(t testing.TB, p *Player, events ...voicelive.ServerEvent) {
	t.Helper()
	for _, e := range events {
		if err := p.HandleEvent(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}

func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func created(id string) voicelive.ServerEvent {
	return &voicelive.ServerEventResponseCreated{Response: voicelive.Response{ID: &id}}
}

func delta(response, item string, ms int) voicelive.ServerEvent {
	return &voicelive.ServerEventResponseAudioDelta{ResponseID: response, ItemID: item, Delta: make([]byte, 8*ms)}
}

func itemDone(response, item string) voicelive.ServerEvent {
	return &voicelive.ServerEventResponseOutputItemDone{ResponseID: response, Item: &voicelive.ResponseMessageItem{ID: &item}}
}

func done(id string) voicelive.ServerEvent {
	return &voicelive.ServerEventResponseDone{Response: voicelive.Response{ID: &id}}
}

func speech() voicelive.ServerEvent {
	return &voicelive.ServerEventInputAudioBufferSpeechStarted{ItemID: "speech"}
}

func session(d voicelive.TurnDetection) voicelive.ServerEvent {
	return &voicelive.ServerEventSessionUpdated{Session: voicelive.ResponseSession{TurnDetection: d}}
}

// respond is a whole one of an item with so many ms of audio.
func respond(id string, ms int) []voicelive.ServerEvent {
	item := "item_" + id
	return []voicelive.ServerEvent{created(id), delta(id, item, ms), itemDone(id, item), done(id)}
}

func TestAudioIsPlayedInRealTime(t *testing.T) {
	var mu sync.Mutex
	var told []string
	var tapped int
	note := func(text string) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, text)
	}
	o := &Options{
		Audible:  func(audible bool) { note(fmt.Sprint(audible)) },
		Finished: func(f Finished) { note(fmt.Sprintf("%s %v", f.ItemID, f.Heard)) },
		Tap: func(h Heard) {
			mu.Lock()
			defer mu.Unlock()
			tapped += len(h.Audio)
		},
	}
	wantTold := func(want ...string) {
		mu.Lock()
		defer mu.Unlock()
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	}
	in(t, o, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, respond("r1", 1000)...)
		if got := s.ms(); got != 200 {
			t.Errorf("%d ms are written at once, want the lead of 200", got)
		}
		wait(500 * time.Millisecond)
		if got := s.ms(); got < 600 || got > 700 {
			t.Errorf("%d ms are written after 500 ms, want 600 to 700", got)
		}
		wait(499 * time.Millisecond)
		wantTold("true")
		wait(2 * time.Millisecond)
		wantTold("true", "item_r1 1s", "false")
		mu.Lock()
		defer mu.Unlock()
		if tapped != 8000 {
			t.Errorf("%d bytes were tapped, want 8000", tapped)
		}
		w.want(t)
		if got := p.Stats(); got.Played != time.Second || got.Underruns != 0 {
			t.Errorf("stats %+v", got)
		}
	})
}

func TestAnInterruption(t *testing.T) {
	var held, released int
	var finished []Finished
	o := &Options{
		Hold:     func(string) func() { held++; return func() { released++ } },
		Finished: func(f Finished) { finished = append(finished, f) },
	}
	in(t, o, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, respond("r1", 300)...)
		tell(t, p, created("r2"), delta("r2", "b", 500), itemDone("r2", "b"), delta("r2", "c", 500))
		wait(423 * time.Millisecond)
		tell(t, p, speech())
		if s.clears != 1 {
			t.Errorf("the leg was cleared %d times", s.clears)
		}
		w.want(t, "truncate b/0 at 123") // c is not closed yet
		if held != 1 || released != 0 {
			t.Errorf("held %d times, released %d times, want 1 and 0", held, released)
		}
		tell(t, p, delta("r2", "c", 100), done("r2"))
		w.want(t, "truncate b/0 at 123", "delete c")
		if held != 1 || released != 1 {
			t.Errorf("held %d times, released %d times, want 1 and 1", held, released)
		}
		want := []Finished{
			{ResponseID: "r1", ItemID: "item_r1", Arrived: 300 * time.Millisecond, Heard: 300 * time.Millisecond},
			{ResponseID: "r2", ItemID: "b", Arrived: 500 * time.Millisecond, Heard: 123 * time.Millisecond, Interrupted: true},
			{ResponseID: "r2", ItemID: "c", Arrived: 600 * time.Millisecond, Interrupted: true},
		}
		if diff := cmp.Diff(want, finished); diff != "" {
			t.Errorf("finished (-want +got):\n%s", diff)
		}
		if got, want := p.Stats().Dropped, 977*time.Millisecond; got != want {
			t.Errorf("%v were dropped, want %v", got, want)
		}
	})
}

// An item of which an earlier part was heard stays, although nothing of the part that plays was.
func TestAPartBehindOneThatWasHeard(t *testing.T) {
	in(t, &Options{OnSpeech: Pause}, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, session(&voicelive.ServerVAD{InterruptResponse: new(false)}))
		tell(t, p, created("r1"), delta("r1", "a", 100), &voicelive.ServerEventResponseAudioDone{ItemID: "a"}, delta("r1", "b", 100))
		wait(100 * time.Millisecond)
		tell(t, p, speech())
		tell(t, p, &voicelive.ServerEventResponseAudioDelta{ResponseID: "r1", ItemID: "a", ContentIndex: 1, Delta: make([]byte, 800)}, done("r1"))
		wait(time.Second)
		ok(t, p.Interrupt())
		w.want(t, "delete b", "truncate a/1 at 0")
	})
}

func TestAResponseIntoSpeechIsDead(t *testing.T) {
	in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, speech(), created("r1"), delta("r1", "a", 500))
		if s.ms() != 0 {
			t.Error("a response plays into the user's speech")
		}
		tell(t, p, done("r1"))
		w.want(t, "delete a")
		tell(t, p, &voicelive.ServerEventInputAudioBufferSpeechStopped{})
		tell(t, p, respond("r2", 100)...)
		if s.ms() != 100 {
			t.Error("the response to the speech does not play")
		}
	})
}

func TestAServiceThatDoesNotCancel(t *testing.T) {
	in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, created("r1"), delta("r1", "a", 500))
		wait(100 * time.Millisecond)
		tell(t, p, speech())
		wait(999 * time.Millisecond)
		w.want(t)
		wait(2 * time.Millisecond)
		// The item is not closed: truncating it is a last try.
		w.want(t, "truncate a/0 at 100", "cancel r1")
	})
}

func TestWithoutInterruptResponseTheClientCancels(t *testing.T) {
	in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, session(&voicelive.ServerVAD{InterruptResponse: new(false)}))
		tell(t, p, created("r1"), delta("r1", "a", 500))
		wait(100 * time.Millisecond)
		tell(t, p, speech())
		w.want(t, "cancel r1")
		tell(t, p, done("r1"))
		w.want(t, "cancel r1", "truncate a/0 at 100")
	})
}

func TestInterruptByTheApplication(t *testing.T) {
	in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, created("r1"), delta("r1", "a", 500))
		wait(100 * time.Millisecond)
		for range 2 {
			if err := p.Interrupt(); err != nil {
				t.Fatal(err)
			}
		}
		tell(t, p, done("r1"))
		w.want(t, "cancel r1", "truncate a/0 at 100")
		if got := p.Stats(); got.Interruptions != 1 || got.Corrections != 1 {
			t.Errorf("stats %+v", got)
		}
	})
}

func TestTheServiceTruncates(t *testing.T) {
	for _, test := range []struct {
		kept int
		want []string
	}{
		{100, nil}, {50, nil}, {300, []string{"truncate a/0 at 100"}}, {-1, []string{"truncate a/0 at 100"}},
	} {
		t.Run(fmt.Sprint(test.kept), func(t *testing.T) {
			in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
				tell(t, p, session(&voicelive.ServerVAD{AutoTruncate: new(true)}))
				tell(t, p, created("r1"), delta("r1", "a", 500))
				wait(100 * time.Millisecond)
				tell(t, p, speech(), done("r1"))
				w.want(t)
				if test.kept >= 0 {
					tell(t, p, &voicelive.ServerEventConversationItemTruncated{ItemID: "a", AudioEndMS: test.kept})
				}
				wait(2 * time.Second)
				w.want(t, test.want...)
			})
		})
	}
}

func TestOutOfBand(t *testing.T) {
	none := func(id string) voicelive.ServerEvent {
		e, err := voicelive.UnmarshalServerEvent([]byte(`{"type":"response.created","response":{"id":"` + id + `","conversation_id":null}}`))
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, none("text"), none("r1"), delta("r1", "a", 500))
		wait(100 * time.Millisecond)
		tell(t, p, speech(), done("r1"), done("text"))
		w.want(t, "cancel r1") // and the conversation is as it was
	})
}

func TestPauseAndResume(t *testing.T) {
	words := &voicelive.ServerEventConversationItemInputAudioTranscriptionDelta{ItemID: "speech", Delta: new("Wait")}
	for _, interrupted := range []bool{false, true} {
		t.Run(fmt.Sprint(interrupted), func(t *testing.T) {
			in(t, &Options{OnSpeech: Pause}, func(t *testing.T, p *Player, s *speaker, w *wire) {
				tell(t, p, session(&voicelive.ServerVAD{InterruptResponse: new(false)}))
				tell(t, p, respond("r1", 1000)...)
				wait(100 * time.Millisecond)
				tell(t, p, speech())
				wait(300 * time.Millisecond)
				tell(t, p, &voicelive.ServerEventInputAudioBufferSpeechStopped{})
				before := s.ms()
				if interrupted {
					tell(t, p, words)
				}
				wait(2001 * time.Millisecond)
				if interrupted {
					w.want(t, "truncate item_r1/0 at 100")
					return
				}
				wait(time.Second)
				w.want(t)
				if got := s.ms() - before; got != 900 {
					t.Errorf("%d ms are played after the pause, want 900", got)
				}
				if got := p.Stats(); got.Played != time.Second || got.Underruns != 0 {
					t.Errorf("stats %+v", got)
				}
			})
		})
	}
}

func TestUnderrunsAreNoPartOfAnItem(t *testing.T) {
	in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, created("r1"), delta("r1", "a", 100))
		wait(400 * time.Millisecond)
		tell(t, p, delta("r1", "a", 100))
		wait(50 * time.Millisecond)
		tell(t, p, speech(), done("r1"))
		w.want(t, "truncate a/0 at 150")
		if got := p.Stats().Underruns; got != 1 {
			t.Errorf("%d underruns, want 1", got)
		}
	})
}

func TestALegThatMarks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		l := &marking{speaker: &speaker{}}
		p := New(t.Context(), l, w, nil)
		// Each mark comes 80 ms after its audio was played.
		back := func(mark string) {
			ok(t, p.HandleInput(t.Context(), leg.Input{Mark: mark}))
		}
		tell(t, p, respond("r1", 300)...)
		if len(l.marks) != 3 {
			t.Fatalf("marks %v, want three", l.marks)
		}
		for i, mark := range l.marks {
			wait(100 * time.Millisecond)
			if i == 0 {
				wait(80 * time.Millisecond)
			}
			back(mark)
		}
		if got := p.Stats().Played; got != 300*time.Millisecond {
			t.Errorf("%v were played, want 300 ms", got)
		}
		tell(t, p, respond("r2", 1000)...)
		wait(180 * time.Millisecond)
		back(l.marks[3])
		wait(30 * time.Millisecond)
		// 100 ms are certain; 30 and the 80 of the way have passed since.
		tell(t, p, speech())
		w.want(t, "truncate item_r2/0 at 210")
	})
}

// A leg outlives the Players of its sessions. What it says of the audio of one tells the next one nothing.
func TestMarksOfThePlayerBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &marking{speaker: &speaker{}}
		first := New(t.Context(), l, &wire{}, nil)
		tell(t, first, respond("r1", 300)...)
		first.End()
		w := &wire{}
		second := New(t.Context(), l, w, nil)
		tell(t, second, respond("r1", 300)...)
		for _, mark := range l.marks[:3] {
			ok(t, second.HandleInput(t.Context(), leg.Input{Mark: mark}))
		}
		wait(50 * time.Millisecond)
		tell(t, second, speech())
		w.want(t, "truncate item_r1/0 at 50")
	})
}

func TestMarksThatNeverCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var finished atomic.Int32
		p := New(t.Context(), &marking{speaker: &speaker{}}, &wire{}, &Options{Finished: func(Finished) { finished.Add(1) }})
		tell(t, p, respond("r1", 300)...)
		wait(3 * time.Second)
		if finished.Load() != 0 {
			t.Error("the item is finished before its marks are given up")
		}
		wait(time.Second)
		if finished.Load() != 1 {
			t.Error("the item is never finished")
		}
	})
}

// marking is a leg with marks that the test returns.
type marking struct {
	*speaker
	marks []string
}

func (m *marking) PlayMarked(ctx context.Context, audio []byte, mark string) error {
	m.marks = append(m.marks, mark)
	return m.Play(ctx, audio)
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestALegThatKnowsItsPosition(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		user, end := leg.NewPipe(leg.MuLaw)
		p := New(t.Context(), end, w, nil)
		tell(t, p, created("r1"), delta("r1", "a", 100), delta("r1", "a", 100), done("r1"))
		if _, err := user.Receive(t.Context()); err != nil {
			t.Fatal(err)
		}
		tell(t, p, speech())
		w.want(t, "truncate a/0 at 100")
	})
}

// Parts that were heard between two looks at the leg ended one after the other.
func TestTheTapTellsWhenEachPartEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var told []string
		user, end := leg.NewPipe(leg.MuLaw)
		p := New(t.Context(), end, &wire{}, &Options{Tap: func(h Heard) {
			told = append(told, fmt.Sprint(h.ItemID, " ", h.At.Sub(began), " ", len(h.Audio)))
		}, Began: func(h Heard) {
			told = append(told, fmt.Sprint(h.ItemID, " begins at ", h.At.Sub(began)))
		}})
		tell(t, p, created("r1"), delta("r1", "a", 100), itemDone("r1", "a"), delta("r1", "b", 50), itemDone("r1", "b"), done("r1"))
		wait(150 * time.Millisecond)
		for range 2 {
			if _, err := user.Receive(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		tell(t, p, speech())
		if diff := cmp.Diff([]string{"a begins at 0s", "a 100ms 800", "b begins at 100ms", "b 150ms 400"}, told); diff != "" {
			t.Error(diff)
		}
	})
}

func TestFormatsThatDoNotFit(t *testing.T) {
	in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
		e := session(nil).(*voicelive.ServerEventSessionUpdated)
		e.Session.OutputAudioFormat = voicelive.OutputAudioFormatPCM16
		if err := p.HandleEvent(t.Context(), e); err == nil || !strings.Contains(err.Error(), "leg.Configure") {
			t.Errorf("error %v, want one that names leg.Configure", err)
		}
	})
}

func TestErrorsOfTheLegAndTheSenderAreTold(t *testing.T) {
	in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
		s.broken = errors.New("the call has ended")
		if err := p.HandleEvent(t.Context(), delta("r1", "a", 10)); !errors.Is(err, s.broken) {
			t.Errorf("error %v, want %v", err, s.broken)
		}
	})
	in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
		w.broken = errors.New("the session has ended")
		tell(t, p, created("r1"))
		if err := p.Interrupt(); !errors.Is(err, w.broken) {
			t.Errorf("error %v, want %v", err, w.broken)
		}
	})
}

func TestErrorsThatAreExpected(t *testing.T) {
	in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, respond("r1", 500)...)
		tell(t, p, speech())
		id := *w.events[0].(*voicelive.ClientEventConversationItemDelete).EventID
		for eventID, want := range map[string]bool{id: true, "other": false} {
			e := &voicelive.ServerEventError{Error: voicelive.ServerEventErrorDetails{EventID: &eventID}}
			if got := p.Expected(e); got != want {
				t.Errorf("Expected of %s is %t", eventID, got)
			}
		}
		if p.Expected(&voicelive.ServerEventError{}) {
			t.Error("an error of nobody is expected")
		}
	})
}

func TestDrop(t *testing.T) {
	in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
		p.Drop("r1")
		tell(t, p, respond("r1", 500)...)
		if s.ms() != 0 {
			t.Error("a dropped response plays")
		}
		w.want(t, "delete item_r1")
	})
}

// What plays of another response plays on.
func TestDropOfAResponseBehindAnother(t *testing.T) {
	in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, respond("r1", 500)...)
		tell(t, p, created("r2"), delta("r2", "item_r2", 500))
		wait(100 * time.Millisecond)
		p.Drop("r2")
		tell(t, p, delta("r2", "item_r2", 100), done("r2"))
		wait(time.Second)
		if got := p.Stats().Played; got != 500*time.Millisecond {
			t.Errorf("%v were played, want the 500ms of the first response", got)
		}
		w.want(t, "delete item_r2")
	})
}

func TestAClosedPlayerIsSilent(t *testing.T) {
	in(t, nil, func(t *testing.T, _ *Player, s *speaker, w *wire) {
		ctx, cancel := context.WithCancel(t.Context())
		p := New(ctx, s, w, nil)
		tell(t, p, respond("r1", 1000)...)
		cancel()
		wait(time.Second)
		tell(t, p, speech())
		if s.ms() != 200 {
			t.Errorf("%d ms were played, want the lead", s.ms())
		}
		w.want(t)
	})
}

// TestCallsFromEverywhere is for the race detector.
func TestCallsFromEverywhere(t *testing.T) {
	var p *Player
	p = New(t.Context(), &speaker{}, &wire{}, &Options{Finished: func(Finished) { p.Stats() }, Tap: func(Heard) { p.Stats() }})
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range 100 {
				tell(t, p, respond(fmt.Sprint(g, i), 1)...)
				ok(t, p.Interrupt())
				ok(t, p.HandleInput(t.Context(), leg.Input{Mark: "x"}))
				p.Drop("x")
			}
		})
	}
	all.Wait()
}

func TestDeltasCostNoAllocation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(t.Context(), &speaker{}, &wire{}, nil)
		e := delta("r1", "a", 100)
		n := testing.AllocsPerRun(200, func() {
			tell(t, p, e)
			time.Sleep(100 * time.Millisecond)
		})
		if n >= 1 {
			t.Errorf("%v allocations for a delta", n)
		}
	})
}

// BenchmarkDelta is what a Player costs for each delta of 100 ms.
func BenchmarkDelta(b *testing.B) {
	for name, marks := range map[string]bool{"paced": false, "marks": true} {
		b.Run(name, func(b *testing.B) {
			m := &machine{}
			d := &discard{}
			m.clock = clock{format: leg.MuLaw, device: d}
			m.options.Lead = defaultLead
			if marks {
				m.clock.feedback = byMarks
			}
			e := delta("r1", "a", 100)
			now := time.Unix(0, 0)
			b.ReportAllocs()
			for b.Loop() {
				m.handle(now, e)
				m.step(now)
				if marks {
					m.mark(now, d.mark, false)
				}
				now = now.Add(100 * time.Millisecond)
				m.step(now)
			}
		})
	}
}

type discard struct{ mark string }

func (d *discard) play(_ []byte, mark string) { d.mark = mark }
func (d *discard) clear()                     {}
func (d *discard) position() time.Duration    { return 0 }

func TestBegan(t *testing.T) {
	var began []Heard
	o := &Options{Began: func(h Heard) { began = append(began, h) }}
	in(t, o, func(t *testing.T, p *Player, s *speaker, w *wire) {
		start := time.Now()
		tell(t, p, created("r1"), delta("r1", "item_r1", 100))
		wait(50 * time.Millisecond)
		tell(t, p, delta("r1", "item_r1", 100), itemDone("r1", "item_r1"), done("r1"))
		tell(t, p, respond("r2", 100)...)
		wait(time.Second)
		want := []Heard{{At: start, ResponseID: "r1", ItemID: "item_r1"}, {At: start.Add(200 * time.Millisecond), ResponseID: "r2", ItemID: "item_r2"}}
		if diff := cmp.Diff(want, began); diff != "" {
			t.Errorf("the user began to hear (-want +got):\n%s", diff)
		}
	})
}

func TestEnd(t *testing.T) {
	var told []Finished
	o := &Options{Finished: func(f Finished) { told = append(told, f) }}
	in(t, o, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, respond("r1", 100)...)
		tell(t, p, respond("r2", 100)...)
		tell(t, p, respond("r3", 100)...)
		wait(150 * time.Millisecond)
		p.End()
		want := []Finished{
			{ResponseID: "r1", ItemID: "item_r1", Arrived: 100 * time.Millisecond, Heard: 100 * time.Millisecond},
			{ResponseID: "r2", ItemID: "item_r2", Arrived: 100 * time.Millisecond, Heard: 50 * time.Millisecond, Interrupted: true},
			{ResponseID: "r3", ItemID: "item_r3", Arrived: 100 * time.Millisecond, Interrupted: true},
		}
		if diff := cmp.Diff(want, told); diff != "" || s.clears != 1 {
			t.Errorf("told after %d clears (-want +got):\n%s", s.clears, diff)
		}
		w.want(t)
	})
}

func TestCut(t *testing.T) {
	var told []Finished
	o := &Options{Finished: func(f Finished) { told = append(told, f) }}
	in(t, o, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, respond("r1", 200)...)
		tell(t, p, created("r2"), delta("r2", "item_r2", 300))
		wait(100 * time.Millisecond)
		if err := p.Cut("r2"); err != nil { // before it is heard
			t.Fatal(err)
		}
		tell(t, p, delta("r2", "item_r2", 100), itemDone("r2", "item_r2"), done("r2"))
		tell(t, p, respond("r3", 400)...)
		wait(300 * time.Millisecond)
		if err := p.Cut("r3"); err != nil { // while it is heard
			t.Fatal(err)
		}
		if err := p.Cut("unknown"); err != nil {
			t.Fatal(err)
		}
		wait(time.Second)
		want := []Finished{
			{ResponseID: "r2", ItemID: "item_r2", Arrived: 400 * time.Millisecond, Interrupted: true},
			{ResponseID: "r1", ItemID: "item_r1", Arrived: 200 * time.Millisecond, Heard: 200 * time.Millisecond},
			{ResponseID: "r3", ItemID: "item_r3", Arrived: 400 * time.Millisecond, Heard: 200 * time.Millisecond, Interrupted: true},
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		w.want(t, "cancel r2", "delete item_r2", "truncate item_r3/0 at 200")
		if got := p.Stats(); got.Interruptions != 2 || got.Played != 400*time.Millisecond || got.Underruns != 0 {
			t.Errorf("stats %+v", got)
		}
	})
}
