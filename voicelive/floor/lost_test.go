package floor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// What the floor takes for the end of a state, and what is no state at all.

func outOfBand(t *testing.T, id string) voicelive.ServerEvent {
	t.Helper()
	e, err := voicelive.UnmarshalServerEvent([]byte(`{"type":"response.created","response":{"id":"` + id + `","conversation_id":null}}`))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func text(response string) voicelive.ServerEvent {
	return &voicelive.ServerEventResponseTextDelta{ResponseID: response, Delta: "a"}
}

// A response that somebody else asked for out of band holds nothing, whatever it says.
func TestOutOfBandResponsesOfOthersHoldNothing(t *testing.T) {
	in(t, nil, func(t *testing.T, f *Floor, w *wire) {
		tell(t, f, outOfBand(t, "r1"), text("r1"))
		if s := f.States(); len(s) != 0 {
			t.Errorf("states %v, want none", s)
		}
		f.Request(Request{})
		w.want(t, "create")
	})
}

// An out-of-band response may take long, as long as something is heard of it.
func TestALongResponseOutOfBand(t *testing.T) {
	in(t, nil, func(t *testing.T, f *Floor, w *wire) {
		h := f.Request(Request{Params: &voicelive.ResponseCreateParams{Conversation: voicelive.ResponseConversationNone}})
		tell(t, f, created("r1", w.latest()))
		for range 10 {
			wait(20 * time.Second)
			tell(t, f, text("r1"))
		}
		outcome(t, h, Sent)
		tell(t, f, done("r1"))
		outcome(t, h, Done)
		h = f.Request(Request{Params: &voicelive.ResponseCreateParams{Conversation: voicelive.ResponseConversationNone}})
		tell(t, f, created("r2", w.latest()))
		wait(31 * time.Second)
		if r := outcome(t, h, Dropped); r.Err != ErrNotDone {
			t.Errorf("dropped for %v, want ErrNotDone", r.Err)
		}
	})
}

// The user speaks during a response that goes on. The service responds after it, however long
// it takes.
func TestAResponseIsExpectedAfterTheOneThatIsActive(t *testing.T) {
	o := &Options{Watchdog: func(a Alarm) { t.Errorf("alarm %+v", a) }}
	in(t, o, func(t *testing.T, f *Floor, w *wire) {
		tell(t, f, created("r1", nil), speechStarted(), speechStopped())
		h := f.Request(Request{})
		wait(20 * time.Second)
		tell(t, f, done("r1"))
		w.want(t)
		wait(2 * time.Second)
		tell(t, f, created("r2", nil))
		outcome(t, h, Satisfied)
		w.want(t)
	})
}

func TestSpeechThatTheClientClears(t *testing.T) {
	in(t, nil, func(t *testing.T, f *Floor, w *wire) {
		tell(t, f, speechStarted())
		f.Request(Request{})
		w.want(t)
		tell(t, f, &voicelive.ServerEventInputAudioBufferCleared{})
		w.want(t, "create")
	})
}

func TestAClosedFloorRaisesNoAlarm(t *testing.T) {
	o := &Options{Watchdog: func(a Alarm) { t.Errorf("alarm %+v", a) }}
	in(t, o, func(t *testing.T, f *Floor, w *wire) {
		tell(t, f, speechStarted())
		f.Close()
		f.Hold("a tool")
		f.SetAudible(true)
		wait(10 * time.Minute)
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		f := New(ctx, &wire{}, nil)
		synctest.Wait()
		outcome(t, f.Request(Request{}), Dropped)
	})
}

func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
