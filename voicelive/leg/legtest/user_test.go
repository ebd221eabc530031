package legtest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// A verdict is a test that may fail without failing this one.
type verdict struct {
	*testing.T
	failures []string
}

func (v *verdict) Helper() {}

func (v *verdict) Errorf(format string, args ...any) {
	v.failures = append(v.failures, fmt.Sprintf(format, args...))
}

func (v *verdict) Fatalf(format string, args ...any) {
	v.Errorf(format, args...)
	runtime.Goexit()
}

// of returns what a test with a user finds.
func (v *verdict) of(test func()) string {
	over := make(chan struct{})
	go func() {
		defer close(over)
		test()
	}()
	<-over
	failures := strings.Join(v.failures, "\n")
	v.failures = nil
	return failures
}

// in runs a test in virtual time with a user whose test may fail.
func in(t *testing.T, test func(t *testing.T, v *verdict, u *legtest.User)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		v := &verdict{T: t}
		test(t, v, legtest.New(v, leg.MuLaw))
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	if (want == "") != (got == "") || !strings.Contains(got, want) {
		t.Errorf("the test fails with %q, want %q", got, want)
	}
}

func TestTheUserSpeaksInPacketsOf20ms(t *testing.T) {
	for _, f := range []audio.Format{leg.PCM8kHz, leg.PCM16kHz, leg.PCM24kHz, leg.PCM48kHz, leg.MuLaw, leg.ALaw} {
		t.Run(f.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				u := legtest.New(t, f)
				go func() {
					u.Silence(time.Second)
					u.Say("Yes.")
					u.Silence(time.Second)
					u.HangUp()
				}()
				l, began, packets := u.Leg(), time.Now(), 0
				for {
					in, err := l.Receive(t.Context())
					if err == io.EOF {
						break
					}
					must(t, err)
					packets++
					at := time.Since(began)
					if at != time.Duration(packets)*leg.Packet || f.Duration(len(in.Audio)) != leg.Packet {
						t.Fatalf("packet %d has %d bytes and comes after %v", packets, len(in.Audio), at)
					}
					if loud := level(f, in.Audio) > 0.1; loud != (at > time.Second && at <= 1500*time.Millisecond) {
						t.Fatalf("at %v the user speaks: %t", at, loud)
					}
				}
				if packets != 125 {
					t.Errorf("%d packets, want 125", packets)
				}
			})
		})
	}
}

func level(f audio.Format, sound []byte) float64 {
	switch f.Encoding {
	case audio.MuLaw:
		sound = audio.AppendPCMOfMuLaw(nil, sound)
	case audio.ALaw:
		sound = audio.AppendPCMOfALaw(nil, sound)
	}
	return audio.LevelOf(sound).RMS
}

func TestTheUserPressesKeysAndHangsUp(t *testing.T) {
	in(t, func(t *testing.T, v *verdict, u *legtest.User) {
		go func() {
			u.PressKeys("1#")
			u.HangUp()
		}()
		l, keys := u.Leg(), ""
		for {
			in, err := l.Receive(t.Context())
			if err == io.EOF {
				break
			}
			must(t, err)
			if in.Digit != 0 {
				keys += string(in.Digit)
			}
		}
		if keys != "1#" || u.Ended() != "the user" {
			t.Errorf("keys %q, ended by %q", keys, u.Ended())
		}
		if err := l.Play(t.Context(), make([]byte, 8)); !errors.Is(err, leg.ErrHungUp) {
			t.Errorf("playing to nobody: %v", err)
		}
	})
}

func TestTheProgramHangsUp(t *testing.T) {
	in(t, func(t *testing.T, v *verdict, u *legtest.User) {
		must(t, u.Leg().HangUp(t.Context(), "done"))
		u.HangUp()
		if _, err := u.Leg().Receive(t.Context()); err != io.EOF || u.Ended() != "done" {
			t.Errorf("receive: %v, ended by %q", err, u.Ended())
		}
	})
}

func TestReceiveEndsWithItsContext(t *testing.T) {
	in(t, func(t *testing.T, v *verdict, u *legtest.User) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := u.Leg().Receive(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("receive: %v", err)
		}
	})
}

func TestMarksComeWhenTheUserHasHeardThem(t *testing.T) {
	in(t, func(t *testing.T, v *verdict, u *legtest.User) {
		l := u.MarkedLeg()
		if _, ok := leg.As[leg.Positioner](l); ok {
			t.Error("a leg with marks tells positions")
		}
		marker, _ := leg.As[leg.Marker](l)
		must(t, marker.PlayMarked(t.Context(), make([]byte, 8*35), "a"))
		must(t, marker.PlayMarked(t.Context(), make([]byte, 8*35), "b"))
		must(t, marker.PlayMarked(t.Context(), make([]byte, 8*35), "c"))
		began := time.Now()
		mark := func() string {
			for {
				in, err := l.Receive(t.Context())
				must(t, err)
				if in.Mark != "" {
					return fmt.Sprint(in.Mark, in.Cleared, time.Since(began).Round(time.Microsecond))
				}
			}
		}
		for _, want := range []string{"afalse 35ms", "bfalse 70ms"} {
			if got := mark(); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		must(t, l.Clear(t.Context()))
		if got := mark(); got != "ctrue 70ms" {
			t.Errorf("got %s, want c cleared", got)
		}
		if err := marker.PlayMarked(t.Context(), nil, ""); err == nil {
			t.Error("a mark without a name is taken")
		}
	})
}

func TestWhatTheUserMustNotHear(t *testing.T) {
	in(t, func(t *testing.T, v *verdict, u *legtest.User) {
		l := u.PlainLeg()
		expect(t, v.of(func() { u.MustHearNothing(time.Second) }), "")
		must(t, l.Play(t.Context(), make([]byte, 800)))
		expect(t, v.of(func() { u.MustHearNothing(time.Second) }), "100ms of audio within 1s")
		must(t, l.Play(t.Context(), make([]byte, 800)))
		must(t, l.Clear(t.Context()))
		expect(t, v.of(func() { u.MustHearNothing(time.Second) }), "")
		expect(t, v.of(u.Listen), "has not heard the assistant within 30s, and 100ms in the whole call")
		expect(t, v.of(func() { u.Interrupt(2*time.Second, "Stop.") }), "has not heard 2s more of the assistant within 32s, and 100ms in the whole call")
	})
}

// say lets a session say two items, of 1 s and 500 ms, and more.
func say(t *testing.T, events ...voicelive.ServerEvent) *voicelivetest.Session {
	t.Helper()
	srv := voicelivetest.NewServer(t, nil)
	srv.Connect(t, connect(leg.MuLaw))
	s := srv.Session(0)
	for _, e := range append([]voicelive.ServerEvent{
		&voicelive.ServerEventResponseAudioTranscriptDelta{ResponseID: "r", ItemID: "a", Delta: "One "},
		&voicelive.ServerEventResponseAudioDelta{ResponseID: "r", ItemID: "a", Delta: sound(1, 500)},
		&voicelive.ServerEventResponseAudioTranscriptDelta{ResponseID: "r", ItemID: "a", Delta: "two "},
		&voicelive.ServerEventResponseAudioDelta{ResponseID: "r", ItemID: "a", Delta: sound(2, 500)},
		&voicelive.ServerEventResponseAudioDelta{ResponseID: "r", ItemID: "b", Delta: sound(3, 500)},
	}, events...) {
		s.Inject(e)
	}
	must(t, s.WaitSent(t.Context(), voicelive.ServerEventTypeResponseAudioDelta, 3))
	synctest.Wait()
	return s
}

func sound(value byte, ms int) []byte {
	sound := make([]byte, 8*ms)
	for i := range sound {
		sound[i] = value
	}
	return sound
}

func TestWhatTheServiceKeepsIsWhatTheUserHeard(t *testing.T) {
	truncated := &voicelive.ServerEventConversationItemTruncated{ItemID: "a", AudioEndMS: 700}
	deleted := &voicelive.ServerEventConversationItemDeleted{ItemID: "b"}
	whole := append(append(sound(1, 500), sound(2, 500)...), sound(3, 500)...)
	for name, test := range map[string]struct {
		events []voicelive.ServerEvent
		heard  time.Duration // before the leg is cleared
		then   []byte
		want   string
	}{
		"everything is heard":                {nil, 1500 * time.Millisecond, nil, ""},
		"the cut is told":                    {[]voicelive.ServerEvent{truncated, deleted}, 700 * time.Millisecond, nil, ""},
		"the cut is told a millisecond late": {[]voicelive.ServerEvent{truncated, deleted}, 699 * time.Millisecond, nil, ""},
		"too much is kept":                   {[]voicelive.ServerEvent{truncated, deleted}, 690 * time.Millisecond, nil, "keeps 700ms of item a, of which the user heard 690ms"},
		"too little is kept":                 {[]voicelive.ServerEvent{truncated, deleted}, 710 * time.Millisecond, nil, "keeps 700ms of item a, of which the user heard 710ms"},
		"an item is not deleted":             {[]voicelive.ServerEvent{truncated}, 700 * time.Millisecond, nil, "keeps 500ms of item b, of which the user heard 0s"},
		"an item goes on where it was":       {nil, 700 * time.Millisecond, whole[700*8:], ""},
		"a sample is heard twice":            {nil, 700 * time.Millisecond, whole[700*8-1:], ""},
		"an item is heard twice":             {nil, 700 * time.Millisecond, whole[600*8:], "did not say the last 599ms next"},
		"a part of an item is left out":      {nil, 700 * time.Millisecond, whole[1100*8:], "keeps 1s of item a, of which the user heard 700ms"},
		"something else is heard":            {nil, 700 * time.Millisecond, sound(9, 100), "did not say the last 100ms next"},
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T, v *verdict, u *legtest.User) {
				s, l := say(t, test.events...), u.Leg()
				must(t, l.Play(t.Context(), whole))
				time.Sleep(test.heard)
				must(t, l.Clear(t.Context()))
				must(t, l.Play(t.Context(), test.then))
				time.Sleep(2 * time.Second)
				expect(t, v.of(func() { u.Check(s) }), test.want)
			})
		})
	}
}

// The program need not clear a leg that has played everything when it drops what came later.
func TestACutWhenTheLegIsDry(t *testing.T) {
	in(t, func(t *testing.T, v *verdict, u *legtest.User) {
		s, l := say(t, &voicelive.ServerEventConversationItemTruncated{ItemID: "a", AudioEndMS: 700}), u.Leg()
		must(t, l.Play(t.Context(), append(sound(1, 500), sound(2, 200)...)))
		time.Sleep(700 * time.Millisecond)
		must(t, l.Play(t.Context(), sound(3, 500)))
		time.Sleep(time.Second)
		expect(t, v.of(func() { u.Check(s) }), "")
	})
}

func TestWordsThatTheUserHeard(t *testing.T) {
	in(t, func(t *testing.T, v *verdict, u *legtest.User) {
		s := say(t)
		must(t, u.Leg().Play(t.Context(), sound(1, 500)))
		time.Sleep(time.Second)
		expect(t, v.of(func() { u.MustNotHear(s, "two") }), "")
		expect(t, v.of(func() { u.MustNotHear(s, "One") }), `the user heard "One", in "One"`)
	})
}

func TestAUserNeedsAFormat(t *testing.T) {
	v := &verdict{T: t}
	for _, f := range []audio.Format{{}, {Encoding: audio.PCM16, Rate: 24000, Channels: 2}} {
		expect(t, v.of(func() { legtest.New(v, f) }), "legtest: ")
	}
}
