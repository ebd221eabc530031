package browser

import (
	"math/rand/v2"
	"testing"
)

// A page plays what it is sent at random moments, and messages take their time in both directions. When all have arrived,
// what counts as heard is what the page has played, less what it played of clears that were given up.
func TestProgressIsWhatThePagePlays(t *testing.T) {
	for seed := range uint64(200) {
		playRandomly(t, seed)
	}
}

func playRandomly(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 0))
	type toPage struct {
		audio int64
		clear int
	}
	var (
		p             progress
		down          []toPage  // on its way to the page, oldest first
		up            []message // on its way to the server
		queue, played int64     // of the page
		waits         *clearing // that the application waits for
		lost          int64     // played for clears that were given up
	)
	step := func() {
		switch r.IntN(8) {
		case 0:
			p.queue = append(p.queue, make([]byte, 2*r.IntN(1000))...)
		case 1, 2:
			if audio := p.take(200, 1000); audio != nil {
				down = append(down, toPage{audio: int64(len(audio))})
			}
		case 3:
			if len(down) > 0 {
				next := down[0]
				down = down[1:]
				if queue += next.audio; next.clear > 0 {
					queue = 0
					up = append(up, message{Type: "cleared", ID: next.clear, Samples: played})
				}
			}
		case 4:
			n := 2 * r.Int64N(queue/2+1)
			queue -= n
			played += n
			up = append(up, message{Type: "played", Samples: played})
		case 5, 6:
			if len(up) == 0 {
				return
			}
			m := up[0]
			up = up[1:]
			if m.Type == "played" {
				p.report(m.Samples)
				return
			}
			before, reported, late := p.heard, p.reported, p.pending[0].abandoned
			if !p.cleared(m.ID, m.Samples) {
				t.Fatalf("seed %d: clearing %d is not due", seed, m.ID)
			}
			if late {
				lost += p.reported - reported
				if p.heard != before {
					t.Fatalf("seed %d: %d bytes count although their clear was given up", seed, p.heard-before)
				}
			}
			if waits != nil && waits.id == m.ID {
				waits = nil
			}
		case 7:
			if waits == nil && r.IntN(3) == 0 {
				waits = p.clear()
				down = append(down, toPage{clear: waits.id})
			} else if waits != nil && r.IntN(4) == 0 {
				waits.abandoned = true
				waits = nil
			}
		}
		if p.heard > played || p.reported > p.sent {
			t.Fatalf("seed %d: heard %d of %d, reported %d of %d", seed, p.heard, played, p.reported, p.sent)
		}
	}
	for range 500 {
		step()
	}
	for len(down) > 0 || len(up) > 0 || queue > 0 {
		step()
	}
	if p.heard != played-lost {
		t.Fatalf("seed %d: heard %d of %d, of which %d do not count", seed, p.heard, played, lost)
	}
}
