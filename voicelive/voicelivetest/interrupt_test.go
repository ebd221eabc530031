package voicelivetest_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestSpeechInterruptsAndTruncates(t *testing.T) {
	bubble(t, &voicelivetest.Options{Respond: voicelivetest.Reply(longText)}, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.send(update(voicelive.RequestSession{TurnDetection: &voicelive.ServerVAD{AutoTruncate: new(true), InterruptResponse: new(true)}}))
		p.send(userText("Go on!"), &voicelive.ClientEventResponseCreate{})
		p.until("response.audio.delta")
		p.say(24000, silence(24000, time.Second), tone(24000, time.Second))
		events := p.until("conversation.item.truncated")
		of[*voicelive.ServerEventInputAudioBufferSpeechStarted](t, events)
		response := of[*voicelive.ServerEventResponseDone](t, events).Response
		details, _ := response.StatusDetails.(*voicelive.ResponseCancelledDetails)
		if response.Status != voicelive.ResponseStatusCancelled || details == nil || details.Reason != voicelive.ResponseCancelledDetailsReasonTurnDetected {
			t.Errorf("the response is %s, %+v; want cancelled, turn_detected", response.Status, response.StatusDetails)
		}
		if at := of[*voicelive.ServerEventConversationItemTruncated](t, events).AudioEndMS; at < 1000 || at > 1200 {
			t.Errorf("the answer is truncated at %d ms, want a bit after 1000: when speech began", at)
		}
	})
}

func TestDeltasComeUntilAnInterruptionTakesEffect(t *testing.T) {
	options := &voicelivetest.Options{Respond: voicelivetest.Reply(longText), InterruptLatency: 300 * time.Millisecond}
	bubble(t, options, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.send(&voicelive.ClientEventResponseCreate{})
		p.until("response.audio.delta")
		srv.Session(0).UserSays("Stop.", time.Second)
		p.until("input_audio_buffer.speech_started")
		late, began := 0, time.Now()
		events := p.until("response.done")
		for _, e := range events {
			if _, ok := e.(*voicelive.ServerEventResponseAudioDelta); ok {
				late++
			}
		}
		if d := time.Since(began); late < 2 || late > 3 || d != 300*time.Millisecond {
			t.Errorf("%d deltas came late, and the response ended after %v; want 3 in 300ms", late, d)
		}
	})
}

// The user hears one item after another, however fast they are generated, and auto_truncate knows.
func TestAutoTruncateFollowsWhatIsPlayed(t *testing.T) {
	answer := voicelivetest.Response{Text: "One two three four five.", Audio: make([]int16, 2*24000)}
	for _, pace := range []voicelivetest.Pace{voicelivetest.RealTime, 4, voicelivetest.Instant} {
		bubble(t, &voicelivetest.Options{Respond: voicelivetest.Always(answer), Pace: pace}, func(t *testing.T, srv *voicelivetest.Server) {
			p := dial(t, srv)
			p.send(update(voicelive.RequestSession{TurnDetection: &voicelive.ServerVAD{AutoTruncate: new(true)}}))
			p.until("session.updated")
			began := time.Now()
			var ids []string
			for range 3 { // 6 s, of which at real time one is said after another
				p.send(&voicelive.ClientEventResponseCreate{})
				ids = append(ids, of[*voicelive.ServerEventResponseOutputItemDone](t, p.until("response.done")).Item.GetID())
				if pace == voicelivetest.RealTime {
					break
				}
			}
			if pace == voicelivetest.RealTime {
				p.send(&voicelive.ClientEventResponseCreate{})
				ids = append(ids, of[*voicelive.ServerEventResponseOutputItemAdded](t, p.until("response.output_item.added")).Item.GetID())
			}
			time.Sleep(3*time.Second - time.Since(began))
			srv.Session(0).UserSays("Stop.", time.Second)
			p.until("input_audio_buffer.speech_stopped")
			got := map[string]int{}
			for _, sent := range srv.Session(0).Sent() {
				if e, err := voicelive.UnmarshalServerEvent(sent.Raw); err == nil {
					if e, ok := e.(*voicelive.ServerEventConversationItemTruncated); ok {
						got[e.ItemID] = e.AudioEndMS
					}
				}
			}
			want := map[string]int{ids[1]: 1000} // of the first, all was heard
			if pace != voicelivetest.RealTime {
				want[ids[2]] = 0
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("pace %v: truncated (-want +got):\n%s", pace, diff)
			}
		})
	}
}

func TestTheUserSpeaksWithoutAudio(t *testing.T) {
	bubble(t, &voicelivetest.Options{ResponseLatency: 700 * time.Millisecond}, func(t *testing.T, srv *voicelivetest.Server) {
		p := dial(t, srv)
		p.until("session.created")
		time.Sleep(time.Second)
		srv.Session(0).UserSays("Good morning.", 2*time.Second)
		began := time.Now()
		events := p.until("input_audio_buffer.speech_stopped")
		if d := time.Since(began); d != 2500*time.Millisecond {
			t.Errorf("the speech ended after %v, want 2.5s", d)
		}
		started := of[*voicelive.ServerEventInputAudioBufferSpeechStarted](t, events)
		stopped := of[*voicelive.ServerEventInputAudioBufferSpeechStopped](t, events)
		if started.AudioStartMS != 0 || stopped.AudioEndMS != 2500 {
			t.Errorf("speech is from %d ms to %d ms of the audio, want 0 to 2500", started.AudioStartMS, stopped.AudioEndMS)
		}
		events = p.until("response.done")
		if done := of[*voicelive.ServerEventResponseAudioTranscriptDone](t, events); done.Transcript != "You said: Good morning." {
			t.Errorf("the service says %q", done.Transcript)
		}
		created := time.Duration(0)
		for _, sent := range srv.Session(0).Sent() {
			if sent.Type == voicelive.ServerEventTypeResponseCreated {
				created = sent.At
			}
		}
		if created != 4200*time.Millisecond {
			t.Errorf("response.created came after %v, want 4.2s: 700ms after the speech", created)
		}
	})
}

// Who speaks again, or asks for a response, gets no response of the service's own to what was said before.
func TestAnExpectedResponseIsNotCreatedTwice(t *testing.T) {
	for name, act := range map[string]func(p *peer, s *voicelivetest.Session){
		"the user goes on":         func(p *peer, s *voicelivetest.Session) { s.UserSays("And more.", time.Second) },
		"the client asks for one":  func(p *peer, s *voicelivetest.Session) { p.send(&voicelive.ClientEventResponseCreate{}) },
		"the client waits for one": func(p *peer, s *voicelivetest.Session) {},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, &voicelivetest.Options{ResponseLatency: time.Second}, func(t *testing.T, srv *voicelivetest.Server) {
				p, s := dial(t, srv), srv.Session(0)
				s.UserSays("First.", time.Second)
				p.until("input_audio_buffer.speech_stopped")
				time.Sleep(500 * time.Millisecond)
				act(p, s)
				time.Sleep(20 * time.Second)
				if n := count(s, voicelive.ServerEventTypeResponseCreated); n != 1 {
					t.Errorf("%d responses were created", n)
				}
			})
		})
	}
}

// What the client sends is on its way while speech_started is: a response.create crosses it, and the response is created
// into the speech.
func TestEventsCross(t *testing.T) {
	latency := voicelivetest.Link{Latency: 50 * time.Millisecond}
	bubble(t, &voicelivetest.Options{Link: latency, Uplink: latency}, func(t *testing.T, srv *voicelivetest.Server) {
		p, s := dial(t, srv), srv.Session(0)
		p.until("session.created")
		began := time.Now()
		s.UserSays("Hello.", time.Second)
		time.Sleep(20 * time.Millisecond)
		p.send(&voicelive.ClientEventResponseCreate{})
		p.until("input_audio_buffer.speech_started")
		if d := time.Since(began); d != 50*time.Millisecond {
			t.Errorf("speech_started came after %v, want 50ms", d)
		}
		p.until("response.created")
		if d := time.Since(began); d != 120*time.Millisecond {
			t.Errorf("response.created came after %v, want 120ms", d)
		}
		synctest.Wait()
		if err := s.Check(); err != nil {
			t.Errorf("the client could not know: %v", err)
		}
		p.send(&voicelive.ClientEventResponseCancel{}, &voicelive.ClientEventResponseCreate{})
		p.until("response.done")
		p.until("response.created")
		synctest.Wait()
		if err := s.Check(); err == nil {
			t.Error("the client could know")
		}
	})
}
