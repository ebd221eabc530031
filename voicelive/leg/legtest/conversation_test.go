package legtest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/floor"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/playback"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// Conversations of a user, a leg, a player, a floor, a session and the simulator. What the
// service keeps in the end is what the user heard.

const (
	story = "Once upon a time there was a king who had three daughters, and the youngest was so fair that the sun itself wondered."
	more  = "And they lived happily ever after, in a castle of glass above the sea, with nine cats and a parrot."
	reply = "Very well, I stop."
)

// A scene is a conversation to be tested.
type scene struct {
	t       *testing.T
	user    *legtest.User
	srv     *voicelivetest.Server
	session *voicelive.Session
	floor   *floor.Floor
	pace    voicelivetest.Pace

	mu       sync.Mutex
	finished []playback.Finished
}

type setting struct {
	format   audio.Format // of the session; that of the user's leg unless own is set
	own      audio.Format
	leg      func(*legtest.User) leg.Leg
	service  voicelivetest.Options
	vad      voicelive.ServerVAD
	playback playback.Options
	handle   func(s *scene, e voicelive.ServerEvent)
	races    bool // the service may refuse what crossed its own events
}

// play plays a scene in virtual time, to its end.
func (o setting) play(t *testing.T, script func(s *scene)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		if o.own == (audio.Format{}) {
			o.own = o.format
		}
		s := &scene{t: t, user: legtest.New(t, o.own), pace: o.service.Pace}
		o.service.Hear = s.user.Hear
		s.srv = voicelivetest.NewServer(t, &o.service)
		to := connect(o.format)
		to.Session.TurnDetection = &o.vad
		to.Session.InputAudioTranscription = voicelive.NullableOf(voicelive.AudioInputTranscriptionOptions{Model: "azure-speech"})
		s.session = s.srv.Connect(t, to)
		l, err := leg.Convert(o.leg(s.user), o.format)
		if err != nil {
			t.Fatal(err)
		}
		var player *playback.Player
		s.floor = floor.New(ctx, s.session, &floor.Options{
			Dropped:  func(id string) { player.Drop(id) },
			Watchdog: func(a floor.Alarm) { t.Errorf("alarm: %+v", a) },
		})
		o.playback.Hold, o.playback.Audible, o.playback.Finished = s.floor.Hold, s.floor.SetAudible, s.note
		player = playback.New(ctx, l, s.session, &o.playback)
		over := make(chan struct{})
		go func() {
			defer close(over)
			if err := listen(ctx, s.session, l, player); err != nil {
				t.Errorf("the leg: %v", err)
			}
		}()
		go func() {
			for event, err := range s.session.Events(ctx) {
				if err == nil {
					_ = s.floor.HandleEvent(ctx, event)
					err = player.HandleEvent(ctx, event)
				}
				if err != nil {
					t.Errorf("the session: %v", err)
					return
				}
				if e, ok := event.(*voicelive.ServerEventError); ok && !player.Expected(e) {
					t.Errorf("error event: %v", voicelive.NewServiceError(e))
				}
				if o.handle != nil {
					o.handle(s, event)
				}
			}
		}()
		script(s)
		s.user.HangUp()
		<-over
		if o.own == o.format {
			s.user.Check(s.srv.Session(0))
			s.checkFinished()
		}
		if err := s.srv.Session(0).Check(); err != nil && (!o.races || strings.Contains(err.Error(), "still speaking")) {
			t.Errorf("the client: %v", err)
		}
	})
}

func (s *scene) note(f playback.Finished) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.finished = append(s.finished, f)
}

// checkFinished holds what the player told of each item to what the user heard.
func (s *scene) checkFinished() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range s.user.Heard(s.srv.Session(0)) {
		n := slices.IndexFunc(s.finished, func(f playback.Finished) bool { return f.ItemID == i.ItemID && f.ContentIndex == i.ContentIndex })
		if n < 0 {
			s.t.Errorf("item %s is not finished", i.ItemID)
			continue
		}
		if f := s.finished[n]; f.Arrived != i.Sent || f.Heard < i.Heard-time.Millisecond || f.Heard > i.Heard+time.Millisecond || f.Interrupted != (f.Heard < f.Arrived) {
			s.t.Errorf("the player tells %+v, the user %+v", f, i)
		}
	}
}

// say makes the assistant speak, without words of the user.
func (s *scene) say() { s.floor.Request(floor.Request{}) }

// texts are what the user heard of each item; "" for nothing.
func (s *scene) texts() (texts []string) {
	for _, i := range s.user.Heard(s.srv.Session(0)) {
		texts = append(texts, i.Text)
	}
	return texts
}

// sent are the types of the events that the client sent, without audio.
func (s *scene) sent() (types []string) {
	for _, r := range s.srv.Session(0).Received() {
		if r.Type != voicelive.ClientEventTypeInputAudioBufferAppend && r.Type != voicelive.ClientEventTypeSessionUpdate {
			types = append(types, string(r.Type))
		}
	}
	return types
}

func want[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

var legs = map[string]func(*legtest.User) leg.Leg{
	"positions": (*legtest.User).Leg, "marks": (*legtest.User).MarkedLeg, "nothing": (*legtest.User).PlainLeg,
}

// everywhere plays a scene on all legs and at all paces.
func everywhere(t *testing.T, o setting, script func(s *scene)) {
	for tells, l := range legs {
		for _, pace := range []voicelivetest.Pace{voicelivetest.RealTime, 4, voicelivetest.Instant} {
			t.Run(fmt.Sprintf("a leg that tells %s/pace %v", tells, pace), func(t *testing.T) {
				o := o
				o.format, o.leg, o.service.Pace = leg.MuLaw, l, pace
				o.play(t, script)
			})
		}
	}
}

// The response is interrupted while it is generated, at real time, or when it is done and much
// of it has not been heard.
func TestInterruption(t *testing.T) {
	everywhere(t, setting{service: voicelivetest.Options{Respond: voicelivetest.Reply(story, reply)}}, interruption)
}

func TestInterruptionInEachFormat(t *testing.T) {
	for _, f := range []audio.Format{leg.PCM24kHz, leg.PCM16kHz, leg.PCM8kHz, leg.ALaw} {
		t.Run(f.String(), func(t *testing.T) {
			setting{format: f, leg: (*legtest.User).MarkedLeg, service: voicelivetest.Options{Respond: voicelivetest.Reply(story, reply)}}.play(t, interruption)
		})
	}
}

func interruption(s *scene) {
	s.user.Say("Tell me a story.")
	s.user.Interrupt(2*time.Second, "Stop it now, please!")
	s.user.Listen()
	s.user.MustHearNothing(3 * time.Second)
	got := s.texts()
	if len(got) != 2 || len(got[0]) < 20 || len(got[0]) > len(story)/2 || !strings.HasPrefix(story, got[0]) || got[1] != reply {
		s.t.Errorf("the user heard %q", got)
	}
	s.user.MustNotHear(s.srv.Session(0), "sun itself")
	want(s.t, "the client sent", []string{"conversation.item.truncate"}, s.sent())
}

// Two responses are queued when the user interrupts the first one: the second one was not heard.
func TestInterruptionWithTwoItemsQueued(t *testing.T) {
	for tells, l := range legs {
		t.Run(tells, func(t *testing.T) {
			setting{format: leg.MuLaw, leg: l, service: voicelivetest.Options{Respond: voicelivetest.Reply(story, more, reply), Pace: voicelivetest.Instant}}.play(t, func(s *scene) {
				s.say()
				s.user.Silence(time.Second)
				s.say()
				s.user.Interrupt(time.Second, "Stop it now, please!")
				s.user.Listen()
				got := s.texts()
				if len(got) != 3 || got[0] == "" || got[1] != "" || got[2] != reply {
					t.Errorf("the user heard %q", got)
				}
				want(t, "the client sent", []string{"response.create", "response.create", "conversation.item.truncate", "conversation.item.delete"}, s.sent())
			})
		})
	}
}

// The second of two responses is interrupted: of the first one everything was heard.
func TestInterruptionOfTheSecondItem(t *testing.T) {
	setting{format: leg.PCM24kHz, leg: (*legtest.User).Leg, service: voicelivetest.Options{Respond: voicelivetest.Reply(reply, more, story), Pace: voicelivetest.Instant}}.play(t, func(s *scene) {
		s.say()
		s.user.Silence(100 * time.Millisecond)
		s.say()
		s.user.Interrupt(2500*time.Millisecond, "Stop it now, please!")
		s.user.Listen()
		got := s.texts()
		if len(got) != 3 || got[0] != reply || got[1] == "" || got[1] == more || got[2] != story {
			t.Errorf("the user heard %q", got)
		}
		want(t, "the client sent", []string{"response.create", "response.create", "conversation.item.truncate"}, s.sent())
	})
}

// The service does not interrupt: the client cancels, waits for the end, and truncates.
func TestInterruptionByTheClient(t *testing.T) {
	everywhere(t, setting{
		vad:     voicelive.ServerVAD{InterruptResponse: new(false)},
		service: voicelivetest.Options{Respond: voicelivetest.Reply(story, reply)},
	}, func(s *scene) {
		s.user.Say("Tell me a story.")
		s.user.Interrupt(2*time.Second, "Stop it now, please!")
		s.user.Listen()
		got := s.texts()
		if len(got) != 2 || got[0] == story || got[1] != reply {
			s.t.Errorf("the user heard %q", got)
		}
		sent := []string{"conversation.item.truncate"}
		if s.pace == voicelivetest.RealTime { // the response is not done yet
			sent = []string{"response.cancel", "conversation.item.truncate"}
		}
		want(s.t, "the client sent", sent, s.sent())
	})
}

// Deltas arrive for a while after the speech that interrupts them.
func TestLateDeltas(t *testing.T) {
	everywhere(t, setting{service: voicelivetest.Options{
		Respond: voicelivetest.Reply(story, reply), InterruptLatency: 300 * time.Millisecond,
		Link: voicelivetest.Link{Latency: 40 * time.Millisecond}, Uplink: voicelivetest.Link{Latency: 40 * time.Millisecond},
	}}, func(s *scene) {
		s.user.Say("Tell me a story.")
		s.user.Interrupt(2*time.Second, "Stop it now, please!")
		s.user.Listen()
		if got := s.texts(); len(got) != 2 || got[0] == story || got[1] != reply {
			s.t.Errorf("the user heard %q", got)
		}
	})
}

// The service truncates as if audio was played in real time. If that is too much, the client
// truncates again; it is never too little here, since the leg plays at once.
func TestAutoTruncate(t *testing.T) {
	everywhere(t, setting{
		vad:     voicelive.ServerVAD{AutoTruncate: new(true)},
		service: voicelivetest.Options{Respond: voicelivetest.Reply(story, reply), Uplink: voicelivetest.Link{Latency: 30 * time.Millisecond}},
	}, func(s *scene) {
		s.user.Say("Tell me a story.")
		s.user.Interrupt(2*time.Second, "Stop it now, please!")
		s.user.Listen()
		if got := s.texts(); len(got) != 2 || got[0] == story || got[1] != reply {
			s.t.Errorf("the user heard %q", got)
		}
	})
}

// A noise pauses the assistant, who goes on where it was; words interrupt.
func TestHoldAndResume(t *testing.T) {
	for tells, l := range legs {
		for _, said := range []string{"", "Wait!"} {
			t.Run(fmt.Sprintf("%s/%q", tells, said), func(t *testing.T) {
				setting{
					format: leg.MuLaw, leg: l,
					vad:      voicelive.ServerVAD{InterruptResponse: new(false), CreateResponse: new(false)},
					service:  voicelivetest.Options{Respond: voicelivetest.Reply(story, reply), Pace: 4},
					playback: playback.Options{OnSpeech: playback.Pause},
				}.play(t, func(s *scene) {
					s.say()
					s.user.Interrupt(3*time.Second, said)
					s.user.Silence(100 * time.Millisecond)
					s.user.MustHearNothing(time.Second)
					if said == "" {
						s.user.Listen()
						want(t, "the user heard", []string{story}, s.texts())
						want(t, "the client sent", []string{"response.create"}, s.sent())
						return
					}
					s.user.MustHearNothing(5 * time.Second)
					s.say()
					s.user.Listen()
					if got := s.texts(); len(got) != 2 || got[0] == story || got[1] != reply {
						t.Errorf("the user heard %q", got)
					}
				})
			})
		}
	}
}

// A function returns while the user speaks. Its output joins the conversation at once, and the
// response to the speech, which the service creates by itself, takes it into account.
func TestAFunctionReturnsIntoSpeech(t *testing.T) {
	var requests []*floor.Handle
	var outputs []bool
	respond := func(r voicelivetest.Request) voicelivetest.Response {
		outputs = append(outputs, slices.ContainsFunc(r.Items, func(i voicelive.ResponseItem) bool { return i.GetID() == "output_1" }))
		if r.N == 0 {
			return voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "weather", Arguments: "{}", ID: "call_1"}}}
		}
		return voicelivetest.Response{Text: reply}
	}
	setting{
		format: leg.MuLaw, leg: (*legtest.User).MarkedLeg, service: voicelivetest.Options{Respond: respond},
		handle: func(s *scene, e voicelive.ServerEvent) {
			call, ok := e.(*voicelive.ServerEventResponseFunctionCallArgumentsDone)
			if !ok {
				return
			}
			time.AfterFunc(2*time.Second, func() {
				item := &voicelive.FunctionCallOutputItem{ID: new("output_1"), CallID: call.CallID, Output: `"sunny"`}
				if err := s.session.CreateItem(s.t.Context(), item); err != nil {
					s.t.Errorf("the output: %v", err)
				}
				requests = append(requests, s.floor.Request(floor.Request{Items: []string{"output_1"}}))
			})
		},
	}.play(t, func(s *scene) {
		s.user.Say("What will the weather be?")
		s.user.Silence(1500 * time.Millisecond)
		s.user.Say("I mean tomorrow, in the afternoon, if you know.") // the function returns in the middle
		s.user.Listen()
		s.user.MustHearNothing(5 * time.Second)
		want(t, "the user heard", []string{reply}, s.texts())
		want(t, "the output is in the context of each response", []bool{false, true}, outputs)
		want(t, "the client sent", []string{"conversation.item.create"}, s.sent())
		if len(requests) != 1 || requests[0].Result().Outcome != floor.Satisfied {
			t.Fatalf("the requests are %+v, want one that is satisfied", requests)
		}
	})
}

// A leg of 48 kHz is converted; what it tells is said of its own audio.
func TestInterruptionOnAConvertedLeg(t *testing.T) {
	for tells, l := range legs {
		t.Run(tells, func(t *testing.T) {
			setting{
				own: leg.PCM48kHz, format: leg.PCM24kHz, leg: l,
				service: voicelivetest.Options{Respond: voicelivetest.Reply(story, reply), Pace: voicelivetest.Instant},
			}.play(t, func(s *scene) {
				s.user.Say("Tell me a story.")
				s.user.Interrupt(2*time.Second, "Stop it now, please!")
				s.user.Listen()
				var kept time.Duration
				for _, sent := range s.srv.Session(0).Sent() {
					event, err := voicelive.UnmarshalServerEvent(sent.Raw)
					if err != nil {
						t.Fatal(err)
					}
					if e, ok := event.(*voicelive.ServerEventConversationItemTruncated); ok {
						kept = time.Duration(e.AudioEndMS) * time.Millisecond
					}
				}
				// Speech counts as such after 200 ms and a packet.
				if kept < 2200*time.Millisecond || kept > 2250*time.Millisecond {
					t.Errorf("the service keeps %v, want 2.2 s and a packet or two", kept)
				}
			})
		})
	}
}
