package legtest_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/race"
	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/floor"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
	"github.com/go-voicelive/voicelive-go/voicelive/playback"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

var (
	conversations = flag.Int("conversations", race.Rounds(20), "the number of random conversations")
	first         = flag.Uint64("first", 1, "the seed of the first conversation")
)

// TestRandomConversations lets everything happen: the user speaks at any moment, on any leg, with any
// settings of the session, and on bad lines. The service keeps what the user heard.
func TestRandomConversations(t *testing.T) {
	for i := range uint64(*conversations) {
		seed := *first + i
		t.Run(fmt.Sprint(seed), func(t *testing.T) { converseAtRandom(t, seed) })
	}
}

func converseAtRandom(t *testing.T, seed uint64) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	chance := func(percent int) bool { return rnd.IntN(100) < percent }
	upTo := func(limit time.Duration) time.Duration { return time.Duration(rnd.Int64N(int64(limit))) }
	texts := []string{story, more, reply, "Good morning to you and to all who listen.", "I have found eleven flights to Oslo on that day.", "Zebras are striped."}
	rnd.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
	o := setting{
		format: leg.MuLaw,
		leg:    []func(*legtest.User) leg.Leg{(*legtest.User).Leg, (*legtest.User).MarkedLeg, (*legtest.User).PlainLeg}[rnd.IntN(3)],
		races:  true,
		service: voicelivetest.Options{
			Pace:           []voicelivetest.Pace{voicelivetest.RealTime, 2, 10, voicelivetest.Instant}[rnd.IntN(4)],
			CancelPrevious: chance(50),
			Respond: func(r voicelivetest.Request) voicelivetest.Response {
				return voicelivetest.Response{Text: texts[r.N%len(texts)]}
			},
			Link:             voicelivetest.Link{Latency: upTo(80 * time.Millisecond)},
			Uplink:           voicelivetest.Link{Latency: upTo(80 * time.Millisecond)},
			ResponseLatency:  upTo(500 * time.Millisecond),
			InterruptLatency: upTo(300 * time.Millisecond),
		},
		vad:      voicelive.ServerVAD{InterruptResponse: new(chance(70))},
		playback: playback.Options{OnSpeech: []playback.OnSpeech{playback.Stop, playback.Pause, playback.Ignore}[rnd.IntN(3)]},
	}
	o.play(t, func(s *scene) {
		var requests []*floor.Handle
		for range 2 + rnd.IntN(4) {
			switch rnd.IntN(3) {
			case 0:
				requests = append(requests, s.floor.Request(floor.Request{AfterHeard: chance(20)}))
			case 1:
				s.user.Say([]string{"Hm?", "", "Please tell me more about that."}[rnd.IntN(3)])
			}
			s.user.Silence(upTo(4 * time.Second))
		}
		s.user.Silence(90 * time.Second)
		for _, r := range requests {
			if got := r.Result(); got.Outcome != floor.Done && got.Outcome != floor.Satisfied {
				t.Errorf("a request is %s: %v", got.Outcome, got.Err)
			}
		}
	})
}
