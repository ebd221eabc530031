package main

import (
	"context"
	"strings"
	"testing"
	"time"
)

// together plays both roles of a job in this process, as fast as its clock goes.
func together(t *testing.T, j job) result {
	t.Helper()
	p, err := newPeer(j)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	b, err := newBridge(j, p.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer b.telephones.Close()
	if err := p.open(context.Background(), b.address); err != nil {
		t.Fatal(err)
	}
	measured := b.measure()
	err = p.talk(time.Now())
	p.await()
	return result{j, measured(), p.report(err)}
}

func TestContendersDoTheSameWork(t *testing.T) {
	for _, e := range entries {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			r := together(t, job{Network: e.network, Contender: e.contender, Calls: 3, Coalesced: e.coalesced, Packets: 4 * perDelta})
			if !r.allDelivered() {
				t.Errorf("bridge %+v, peer %+v", r.bridge, r.peer)
			}
			if r.peer.Appends > r.peer.Packets/e.coalesced || r.peer.Appends == 0 {
				t.Errorf("%d appends of %d packets", r.peer.Appends, r.peer.Packets)
			}
			for _, l := range []latency{r.peer.In, r.peer.Out} {
				if l.P50 <= 0 || l.P50 > l.P99 || l.P99 > l.Max {
					t.Errorf("latencies %+v", l)
				}
			}
			if n := r.writes(); e.network == "sip" {
				if n != 0 {
					t.Errorf("%v writes per delta, which are not counted", n)
				}
			} else if e.contender != "naive" && n > 1 || n <= 0 {
				t.Errorf("%v writes per delta", n)
			}
		})
	}
}

// whole is a job in which everything arrived.
func whole() result {
	return result{
		job:  job{Network: "twilio", Calls: 2, Coalesced: 1, Packets: 10},
		peer: peerReport{Packets: 20, Heard: 20, Deltas: 4, Played: 4, Marks: 4},
	}
}

func TestWorkThatIsNotDoneShows(t *testing.T) {
	if !whole().allDelivered() {
		t.Error("whole work does not count as such")
	}
	for name, spoil := range map[string]func(*result){
		"a packet is lost":      func(r *result) { r.peer.Heard-- },
		"a packet is not sent":  func(r *result) { r.peer.Packets-- },
		"a delta is lost":       func(r *result) { r.peer.Played-- },
		"a delta is not sent":   func(r *result) { r.peer.Deltas-- },
		"a mark is lost":        func(r *result) { r.peer.Marks-- },
		"audio is not the same": func(r *result) { r.peer.Wrong++ },
		"the peer fails":        func(r *result) { r.peer.Err = "reset" },
	} {
		r := whole()
		if spoil(&r); r.allDelivered() {
			t.Error(name + ", and nobody sees it")
		}
	}
}

func TestAudioOfAnotherCallIsWrong(t *testing.T) {
	track := newTrack(160)
	for offset := range pieces + 1 {
		audio := track.audio[(3+offset)%pieces*160:][:160]
		if !track.matches(3, offset*160, audio) || track.matches(4, offset*160, audio) || track.matches(3, offset*160+1, audio) {
			t.Errorf("packet %d", offset)
		}
	}
}

func TestOneBadRoundIsNotHiddenByTheMedian(t *testing.T) {
	round := func(cpu, p99 time.Duration) result {
		r := whole()
		r.bridge.CPU, r.peer.In.P99 = cpu, p99
		return r
	}
	if got := medianOf([]result{round(3, 7), round(1, 9), round(2, 8)}); got.bridge.CPU != 2 || got.peer.In.P99 != 7 {
		t.Errorf("got %+v, want the median, and the least latency", got)
	}
	bad := round(9, 9)
	bad.peer.Heard--
	if got := medianOf([]result{round(3, 7), bad, round(2, 8)}); got.bridge.CPU != 9 {
		t.Errorf("got %v, want the bad one", got.bridge.CPU)
	}
}

func TestSIPIsShownBesideTwilio(t *testing.T) {
	var out strings.Builder
	m := &measurements{out: &out}
	chosen := []entry{{"twilio", "ours", 1}, {"sip", "ours", 1}}
	for i, e := range chosen {
		r := whole()
		r.job.Network, r.job.Contender, r.job.Calls = e.network, e.contender, 2
		r.bridge.CPU = time.Duration(4+i) * time.Millisecond
		m.results = append(m.results, r)
	}
	m.table(2, chosen)
	lines := strings.Split(out.String(), "\n")
	if !strings.Contains(lines[2], "  x twilio  ") || !strings.Contains(lines[4], "  1.25  ") {
		t.Errorf("there is no column with 1.25:\n%s", out.String())
	}
}

func TestGoalsOfWhatWasNotMeasuredAreNotMet(t *testing.T) {
	var out strings.Builder
	m := &measurements{out: &out, sizes: []int{200}}
	m.judge()
	if got, want := strings.Count(out.String(), "not measured"), 2*len(goalsOf("acs", 200)); got != want {
		t.Errorf("%d of %d goals are not measured:\n%s", got, want, out.String())
	}
}

func TestGoalsAreMetAtTheirBounds(t *testing.T) {
	const calls = 1
	m := &measurements{}
	add := func(contender string, coalesced int, cpu, user time.Duration, p99 time.Duration) {
		j := job{Network: "acs", Contender: contender, Calls: calls, Coalesced: coalesced, Packets: 50}
		m.results = append(m.results, result{j,
			bridgeReport{CPU: cpu * time.Millisecond, User: user * time.Millisecond, Writes: 10, Memory: 64 << 10},
			peerReport{Packets: 50, Heard: 50, Deltas: 10, Played: 10, In: latency{P99: p99}, Out: latency{P99: p99}}})
	}
	add("naive", 1, 300, 150, 1)
	add("ours", 1, 210, 60, 3)
	add("floor", 1, 140, 1, 1)
	add("ours", perDelta, 135, 1, 1)
	add("floor", perDelta, 90, 1, 1)
	for _, g := range goalsOf("acs", calls) {
		if v, ok := g.Value(m); !ok || v < g.Bound-1e-9 || v > g.Bound+1e-9 {
			t.Errorf("%s: got %v, measured %t", g, v, ok)
		}
	}
	m.results[1].peer.Heard--
	for _, i := range []int{0, 2, 3, 5, 7} {
		g := goalsOf("acs", calls)[i]
		if _, ok := g.Value(m); ok {
			t.Errorf("%s: judged although not all was delivered", g)
		}
	}
}
