package playback

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// What a Player does when events are lost, late or refused, and when it ends.

func heardWords(item, text string) voicelive.ServerEvent {
	return &voicelive.ServerEventConversationItemInputAudioTranscriptionCompleted{ItemID: item, Transcript: text}
}

func TestATruncationThatCameTooEarlyIsRepeated(t *testing.T) {
	var held, released int
	o := &Options{Hold: func(string) func() { held++; return func() { released++ } }}
	in(t, o, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, created("r1"), delta("r1", "a", 500))
		wait(100 * time.Millisecond)
		tell(t, p, speech())
		wait(1001 * time.Millisecond)
		w.want(t, "truncate a/0 at 100", "cancel r1")
		id := w.events[0].(*voicelive.ClientEventConversationItemTruncate).EventID
		tell(t, p, &voicelive.ServerEventError{Error: voicelive.ServerEventErrorDetails{EventID: id}})
		wait(5 * time.Second)
		w.want(t, "truncate a/0 at 100", "cancel r1")
		if held != 1 || released != 1 {
			t.Errorf("held %d times, released %d times, want 1 and 1: the floor waits for a limit only", held, released)
		}
		tell(t, p, done("r1"))
		w.want(t, "truncate a/0 at 100", "cancel r1", "truncate a/0 at 100")
		// A second refusal tells that the item is gone.
		id = w.events[2].(*voicelive.ClientEventConversationItemTruncate).EventID
		tell(t, p, &voicelive.ServerEventError{Error: voicelive.ServerEventErrorDetails{EventID: id}})
		w.want(t, "truncate a/0 at 100", "cancel r1", "truncate a/0 at 100")
	})
}

func TestTheEndOfSpeechIsLost(t *testing.T) {
	in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, speech())
		wait(61 * time.Second)
		tell(t, p, respond("r1", 100)...)
		if s.ms() != 100 {
			t.Error("a response after a minute of speech does not play")
		}
		tell(t, p, speech(), &voicelive.ServerEventInputAudioBufferCleared{})
		tell(t, p, respond("r2", 100)...)
		if s.ms() != 200 {
			t.Error("a response after speech that the client has cleared does not play")
		}
	})
	in(t, &Options{OnSpeech: Pause}, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, session(&voicelive.ServerVAD{InterruptResponse: new(false)}))
		tell(t, p, respond("r1", 1000)...)
		wait(500 * time.Millisecond)
		tell(t, p, speech())
		before := s.ms()
		wait(59 * time.Second)
		if s.ms() != before {
			t.Error("a paused response plays")
		}
		wait(3 * time.Second)
		if got := p.Stats().Played; got != time.Second {
			t.Errorf("%v were played, want all: a pause has an end", got)
		}
	})
}

func TestTheEndOfAResponseIsLost(t *testing.T) {
	var finished []string
	o := &Options{Finished: func(f Finished) { finished = append(finished, f.ItemID) }}
	in(t, o, func(t *testing.T, p *Player, s *speaker, w *wire) {
		for i := range 100 {
			id := fmt.Sprint(i)
			tell(t, p, created(id), delta(id, "item"+id, 10))
		}
		wait(2 * time.Second)
		tell(t, p, done("99"))
		if len(finished) != 100 {
			t.Errorf("%d items are finished, want 100", len(finished))
		}
		if m := &p.machine; len(m.parts) != 0 || len(m.responses) != 0 {
			t.Errorf("%d parts and %d responses are kept", len(m.parts), len(m.responses))
		}
	})
	in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
		for i := range 100 { // without response.created, too
			tell(t, p, delta(fmt.Sprint(i), fmt.Sprint("item", i), 1))
		}
		wait(2 * time.Second)
		if n := len(p.machine.parts); n > maxResponses {
			t.Errorf("%d parts are kept, want at most %d", n, maxResponses)
		}
	})
}

// Nobody tells that speech has stopped once turn detection is off.
func TestTurnDetectionIsSwitchedOffInSpeech(t *testing.T) {
	in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, speech(), session(voicelive.NullTurnDetection{}))
		tell(t, p, respond("r1", 100)...)
		if s.ms() != 100 {
			t.Error("the response does not play")
		}
	})
	in(t, &Options{OnSpeech: Pause}, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, session(&voicelive.ServerVAD{InterruptResponse: new(false)}))
		tell(t, p, respond("r1", 1000)...)
		wait(500 * time.Millisecond)
		tell(t, p, speech(), session(voicelive.NullTurnDetection{}))
		wait(5 * time.Second)
		if got := p.Stats().Played; got != time.Second {
			t.Errorf("%v were played, want all: the pause has an end", got)
		}
	})
}

// The words of what the user said before the response come late. They do not interrupt it.
func TestWordsOfEarlierSpeechDoNotInterrupt(t *testing.T) {
	in(t, &Options{OnSpeech: Pause}, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, session(&voicelive.ServerVAD{InterruptResponse: new(false)}))
		tell(t, p, respond("r1", 1000)...)
		wait(100 * time.Millisecond)
		tell(t, p, speech(), heardWords("earlier", "Tell me a story."), &voicelive.ServerEventInputAudioBufferSpeechStopped{})
		wait(time.Second)
		// The user makes a second noise while everything is paused; its words count as well.
		tell(t, p, &voicelive.ServerEventInputAudioBufferSpeechStarted{ItemID: "second"})
		wait(5 * time.Second)
		w.want(t)
		tell(t, p, heardWords("speech", "Stop!"))
		w.want(t, "truncate item_r1/0 at 100")
	})
}

// The service may create the next response before it ends the one that was interrupted. Its
// item is not closed by that.
func TestTheNextResponseIsCreatedEarly(t *testing.T) {
	in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, created("r1"), delta("r1", "a", 500))
		wait(100 * time.Millisecond)
		tell(t, p, speech(), &voicelive.ServerEventInputAudioBufferSpeechStopped{}, created("r2"))
		w.want(t)
		tell(t, p, delta("r1", "a", 100), done("r1"))
		w.want(t, "truncate a/0 at 100")
	})
}

// A goodbye that waits until everything was heard does not come into a pause.
func TestAPausedResponseIsStillToBeHeard(t *testing.T) {
	var audible bool
	o := &Options{OnSpeech: Pause, Audible: func(a bool) { audible = a }}
	in(t, o, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, session(&voicelive.ServerVAD{InterruptResponse: new(false)}))
		tell(t, p, respond("r1", 1000)...)
		wait(100 * time.Millisecond)
		tell(t, p, speech(), &voicelive.ServerEventInputAudioBufferSpeechStopped{})
		if !audible {
			t.Error("a paused response counts as heard")
		}
	})
}

func TestAResponseThatIsDroppedIsNotCancelledTwice(t *testing.T) {
	in(t, nil, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, created("r1"), delta("r1", "a", 500))
		wait(100 * time.Millisecond)
		p.Drop("r1")
		tell(t, p, delta("r1", "a", 500), done("r1"))
		w.want(t, "truncate a/0 at 100")
	})
}

func TestClosingTellsWhatWasHeard(t *testing.T) {
	var mu sync.Mutex
	var told []string
	o := &Options{
		Audible: func(a bool) { mu.Lock(); told = append(told, fmt.Sprint("audible ", a)); mu.Unlock() },
		Finished: func(f Finished) {
			mu.Lock()
			told = append(told, fmt.Sprint(f.ItemID, " ", f.Heard, f.Interrupted))
			mu.Unlock()
		},
		Hold: func(string) func() { return func() { mu.Lock(); told = append(told, "released"); mu.Unlock() } },
	}
	want := func(t *testing.T, want ...string) {
		t.Helper()
		mu.Lock()
		defer mu.Unlock()
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
		told = nil
	}
	in(t, o, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, respond("r1", 500)...)
		wait(100 * time.Millisecond)
		p.Close()
		p.Close()
		want(t, "audible true", "item_r1 100ms true", "audible false")
	})
	in(t, o, func(t *testing.T, p *Player, s *speaker, w *wire) {
		tell(t, p, created("r1"), delta("r1", "a", 500), speech()) // the floor is held
		p.Close()
		want(t, "audible true", "audible false", "a 0s true", "released")
	})
	synctest.Test(t, func(t *testing.T) { // the leg is hung up
		user, end := leg.NewPipe(leg.MuLaw)
		p := New(t.Context(), end, &wire{}, o)
		tell(t, p, created("r1"), delta("r1", "a", 500))
		ok(t, user.HangUp(t.Context(), ""))
		for range 2 {
			if err := p.HandleEvent(t.Context(), delta("r1", "a", 500)); !errors.Is(err, leg.ErrHungUp) {
				t.Errorf("error %v, want ErrHungUp", err)
			}
		}
		want(t, "audible true", "a 0s true", "audible false")
	})
}

// Callbacks come in order, although a timer and an event cause them at the same time.
func TestCallbacksComeInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var told []bool
		entered, leave := make(chan struct{}), make(chan struct{})
		slow := sync.OnceFunc(func() {
			close(entered)
			<-leave
		})
		o := &Options{Audible: func(a bool) {
			if !a {
				slow()
			}
			mu.Lock()
			defer mu.Unlock()
			told = append(told, a)
		}}
		p := New(t.Context(), &speaker{}, &wire{}, o)
		tell(t, p, respond("r1", 100)...)
		<-entered // the timer tells that nothing is audible any more
		tell(t, p, respond("r2", 100)...)
		close(leave)
		wait(time.Second)
		mu.Lock()
		defer mu.Unlock()
		if diff := cmp.Diff([]bool{true, false, true, false}, told); diff != "" {
			t.Errorf("audible (-want +got):\n%s", diff)
		}
	})
}

func TestACallbackMayCallThePlayer(t *testing.T) {
	in(t, nil, func(t *testing.T, _ *Player, s *speaker, w *wire) {
		var p *Player
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		p = New(ctx, s, w, &Options{Audible: func(a bool) {
			if a {
				ok(t, p.Interrupt())
			}
		}})
		tell(t, p, respond("r1", 500)...)
		w.want(t, "cancel r1", "delete item_r1")
	})
}
