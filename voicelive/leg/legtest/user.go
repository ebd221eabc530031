// Package legtest simulates a user for tests. By a script, the user speaks on a leg,
// listens, interrupts, presses keys and hangs up.
//
//	user := legtest.New(t, leg.MuLaw)
//	srv := voicelivetest.NewServer(t, &voicelivetest.Options{Hear: user.Hear})
//	go agent(srv.Connect(t, nil), user.Leg()) // the program under test
//	user.Say("Tell me a story.")
//	user.Interrupt(2*time.Second, "Stop!")
//	user.Listen()
//	user.HangUp()
//	user.Check(srv.Session(0))
//
// The user makes sounds that turn detection takes for speech; [User.Hear] gives the service
// their words. [User.Heard] returns which items the user has heard, and how much of them.
//
// The methods of the script last as long as the speech or silence, by the clock of package
// time. Inside a testing/synctest bubble that time is virtual.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. A script runs on one goroutine; the legs of a
// [User] may be used as leg.Leg says.
package legtest

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A User is the simulated user of a leg. The script runs on one goroutine; the methods of
// the leg are for the program under test.
type User struct {
	t      voicelivetest.TB
	format audio.Format
	loud   []byte // a packet of speech
	silent []byte // a packet of silence

	mu      sync.Mutex
	changed chan struct{} // holds a value if Receive has something new to look at
	packet  time.Time     // when the next packet is due; zero before the first Receive
	lent    []byte        // by the latest Receive
	speech  []stretch
	unheard []string    // texts that were said and that Hear has not told yet
	inputs  []leg.Input // keys, and marks that were cleared
	reason  string
	over    bool
	speaker speaker
}

// A stretch of time.
type stretch struct{ from, to time.Time }

const (
	// reading is how long a character of a text is said.
	reading = 65 * time.Millisecond
	// shortest is how long the shortest text is said.
	shortest = 500 * time.Millisecond
	// pause is how long the assistant is silent when it has finished.
	pause = 700 * time.Millisecond
	// patience is how long a user waits for the assistant.
	patience = 30 * time.Second
)

// New returns a user who speaks and hears audio in format f, one of those of package leg.
func New(t voicelivetest.TB, f audio.Format) *User {
	t.Helper()
	loud, err := voice(f)
	if err != nil {
		t.Fatalf("legtest: %v", err)
	}
	u := &User{t: t, format: f, loud: loud, changed: make(chan struct{}, 1)}
	u.silent = f.AppendSilence(nil, len(loud))
	u.speaker.format = f
	return u
}

// Hear is for [voicelivetest.Options]: it returns the texts that the user has said since the
// call before.
func (u *User) Hear(voicelivetest.Utterance) voicelivetest.Hearing {
	u.mu.Lock()
	defer u.mu.Unlock()
	text := strings.Join(u.unheard, " ")
	u.unheard = nil
	return voicelivetest.Hearing{Text: text}
}

// Say speaks, for 65 ms a character and half a second at least.
func (u *User) Say(text string) {
	d := max(shortest, time.Duration(len([]rune(text)))*reading)
	u.mu.Lock()
	now := time.Now()
	u.speech = append(u.speech, stretch{now, now.Add(d)})
	u.unheard = append(u.unheard, text)
	u.mu.Unlock()
	time.Sleep(d)
}

// Silence is silent for a time.
func (u *User) Silence(d time.Duration) { time.Sleep(d) }

// Interrupt waits until the user has heard that much audio from now on, and speaks. The test
// fails if that takes 30 s longer than the audio.
func (u *User) Interrupt(heard time.Duration, text string) {
	u.t.Helper()
	from := u.heard()
	u.await(heard+patience, fmt.Sprintf("%v more of the assistant", heard), func() bool { return u.heard() >= from+heard })
	u.Say(text)
}

// Listen waits until the assistant has spoken and then been silent for 700 ms. Speech that
// has begun before counts. The test fails if the user hears nothing for 30 s.
func (u *User) Listen() {
	u.t.Helper()
	u.await(patience, "the assistant", u.audible)
	for quiet := time.Duration(0); quiet < pause; quiet += tick {
		if u.audible() {
			quiet = 0
		}
		time.Sleep(tick)
	}
}

// MustHearNothing says nothing for a time; the test fails if the user hears something.
func (u *User) MustHearNothing(d time.Duration) {
	u.t.Helper()
	from := u.heard()
	time.Sleep(d)
	if heard := u.heard() - from; heard > 0 {
		u.t.Errorf("legtest: the user hears %v of audio within %v, and should hear nothing", heard, d)
	}
}

// PressKeys presses keys of the telephone, one every 100 ms: 0 to 9, *, #, A to D.
func (u *User) PressKeys(keys string) {
	for _, key := range []byte(keys) {
		u.put(leg.Input{Digit: key})
		time.Sleep(100 * time.Millisecond)
	}
}

// HangUp ends the leg, as [leg.Leg] does.
func (u *User) HangUp() { u.end("the user") }

// Ended returns who hung up: "the user", or the reason of the program under test. It is
// empty as long as the leg goes on.
func (u *User) Ended() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.reason
}

// tick is how often await looks.
const tick = 5 * time.Millisecond

// await waits for a condition, but not for ever.
func (u *User) await(limit time.Duration, what string, condition func() bool) {
	u.t.Helper()
	for end := time.Now().Add(limit); !condition(); time.Sleep(tick) {
		if time.Now().After(end) {
			u.t.Fatalf("legtest: the user has not heard %s within %v, and %v in the whole call", what, limit, u.heard())
		}
	}
}

// heard returns how much audio the user has heard so far.
func (u *User) heard() time.Duration {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.speaker.position(time.Now())
}

// audible reports whether the user hears the assistant.
func (u *User) audible() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.speaker.advance(time.Now())
	return len(u.speaker.queue) > 0
}

// put makes an input the next one.
func (u *User) put(in leg.Input) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.inputs = append(u.inputs, in)
	u.wake()
}

func (u *User) end(reason string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.over {
		u.speaker.end(time.Now())
		u.over, u.reason = true, reason
		u.wake()
	}
}

// wake lets Receive look again. The caller has the lock.
func (u *User) wake() {
	select {
	case u.changed <- struct{}{}:
	default:
	}
}
