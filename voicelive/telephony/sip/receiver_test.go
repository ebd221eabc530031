package sip

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// A line is an imagined network that brings packets to a receiver.
type line struct {
	r     *receiver
	begin time.Time
	got   []leg.Input
}

func newLine() *line {
	return &line{r: newReceiver(leg.MuLaw, pcmu, 101), begin: time.Unix(1000, 0)}
}

// voice is packet n of a stream of 20 ms, whose bytes say which it is.
func voice(n int) *rtp.Packet {
	return &rtp.Packet{
		Header:  rtp.Header{Version: 2, SequenceNumber: uint16(65530 + n), Timestamp: uint32(1<<32 - 480 + 160*n), SSRC: 1},
		Payload: bytes.Repeat([]byte{byte(n)}, frameBytes),
	}
}

// at brings a packet at a time since the begin.
func (l *line) at(d time.Duration, p *rtp.Packet) {
	l.r.push(l.begin.Add(d), p)
	l.pop()
}

func (l *line) pop() {
	for {
		in, ok := l.r.pop(nil)
		if !ok {
			return
		}
		l.got = append(l.got, in)
	}
}

// pass lets time pass.
func (l *line) pass(d time.Duration) {
	l.r.expire(l.begin.Add(d))
	l.pop()
}

// String writes what came: packets by their number, gaps, keys.
func (l *line) String() string {
	var b strings.Builder
	for _, in := range l.got {
		if in.Gap > 0 {
			fmt.Fprintf(&b, "(%v) ", in.Gap)
		}
		if in.Digit != 0 {
			fmt.Fprintf(&b, "key %c ", in.Digit)
		}
		if in.Audio != nil {
			fmt.Fprintf(&b, "%d ", in.Audio[0])
		}
	}
	return strings.TrimSpace(b.String())
}

const ms = time.Millisecond

func TestPacketsAreDelivered(t *testing.T) {
	key := func(seq int, stamp uint32, event byte) *rtp.Packet {
		p := voice(seq)
		p.PayloadType, p.Timestamp, p.Payload = 101, p.Timestamp-uint32(160*seq)+stamp, []byte{event, 10, 0, 160}
		return p
	}
	other := func(n int) *rtp.Packet {
		p := voice(n)
		p.SSRC = 2
		p.SequenceNumber += 30000
		p.Timestamp += 1 << 30
		return p
	}
	for _, test := range []struct {
		name string
		run  func(l *line)
		want string
	}{
		{"in order, at once", func(l *line) {
			for n := range 4 {
				l.at(time.Duration(n)*20*ms, voice(n))
			}
		}, "0 1 2 3"},
		{"in another order", func(l *line) {
			l.at(0, voice(0))
			l.at(20*ms, voice(2))
			l.at(21*ms, voice(3))
			l.at(22*ms, voice(1))
		}, "0 1 2 3"},
		{"twice", func(l *line) {
			for _, n := range []int{0, 0, 2, 2, 1, 1, 2, 3} {
				l.at(0, voice(n))
			}
		}, "0 1 2 3"},
		{"lost", func(l *line) {
			l.at(0, voice(0))
			l.at(40*ms, voice(2))
			l.at(60*ms, voice(3))
			l.pass(99 * ms)
			l.at(100*ms, voice(4))
		}, "0 (20ms) 2 3 4"},
		{"not yet lost", func(l *line) {
			l.at(0, voice(0))
			l.at(40*ms, voice(2))
			l.pass(99 * ms)
		}, "0"},
		{"too late", func(l *line) {
			l.at(0, voice(0))
			l.at(40*ms, voice(2))
			l.pass(100 * ms)
			l.at(101*ms, voice(1))
			l.at(102*ms, voice(3))
		}, "0 (20ms) 2 3"},
		{"two holes", func(l *line) {
			l.at(0, voice(0))
			l.at(40*ms, voice(2))
			l.at(80*ms, voice(4))
			l.pass(140 * ms)
		}, "0 (20ms) 2 (20ms) 4"},
		{"silence that was not sent", func(l *line) {
			l.at(0, voice(0))
			p := voice(1)
			p.Timestamp += 160 * 50
			l.at(1020*ms, p)
		}, "0 (1s) 1"},
		{"a jump of the timestamps", func(l *line) {
			l.at(0, voice(0))
			p := voice(1)
			p.Timestamp += 1 << 30
			l.at(20*ms, p)
			p = voice(2)
			p.Timestamp += 1 << 30
			l.at(40*ms, p)
		}, "0 (500ms) 1 2"},
		{"a jump of the numbers", func(l *line) {
			l.at(0, voice(0))
			l.at(20*ms, voice(100))
		}, "0 (500ms) 100"},
		{"another source", func(l *line) {
			l.at(0, voice(0))
			l.at(20*ms, voice(1))
			l.at(540*ms, other(2))
			l.at(560*ms, other(3))
		}, "0 1 (500ms) 2 3"},
		{"numbers from the beginning", func(l *line) {
			l.at(0, voice(100))
			for n := range restart + 2 {
				l.at(time.Duration(n+1)*20*ms, voice(n))
			}
		}, "100 (480ms) 24 25 26"},
		{"keys", func(l *line) {
			l.at(0, voice(0))
			l.at(20*ms, key(1, 160, 5))
			l.at(40*ms, key(2, 160, 5))
			l.at(60*ms, key(3, 160, 5))
			l.at(80*ms, key(4, 640, 5))
			l.at(100*ms, key(5, 640+0xffff, 5)) // held for more than 8 s
			l.at(120*ms, key(6, 960, 11))
			l.at(140*ms, key(7, 960, 16)) // flash, which is no key
			l.at(160*ms, voice(8))
		}, "0 key 5 key 5 key # (140ms) 8"},
		{"a key whose first packet is lost", func(l *line) {
			l.at(0, voice(0))
			l.at(20*ms, key(2, 160, 1))
			l.pass(80 * ms)
		}, "0 key 1"},
		{"other payloads", func(l *line) {
			l.at(0, voice(0))
			p := voice(1)
			p.PayloadType = 13
			l.at(20*ms, p)
			p = voice(2)
			p.Payload = nil
			l.at(40*ms, p)
			l.at(60*ms, &rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: 101, SequenceNumber: voice(3).SequenceNumber, SSRC: 1}, Payload: []byte{1}})
			l.at(80*ms, voice(4))
		}, "0 (60ms) 4"},
		{"while the call is held", func(l *line) {
			l.at(0, voice(0))
			l.r.held = true
			l.at(20*ms, voice(1))
			l.at(40*ms, voice(2))
			l.r.held = false
			l.at(60*ms, voice(3))
		}, "0 (40ms) 3"},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := newLine()
			test.run(l)
			if got := l.String(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// Whatever order packets come in and whichever are lost, the time of the audio and the gaps is that of the packets, and
// nothing comes twice.
func TestRandomOrder(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		type arrival struct {
			at time.Duration
			n  int
		}
		var arrivals []arrival
		const packets = 200
		for n := range packets {
			if n > 0 && n < packets-1 && random.IntN(10) == 0 {
				continue // lost
			}
			at := time.Duration(n)*20*ms + time.Duration(random.IntN(150))*ms
			if n == 0 {
				at = 0
			}
			arrivals = append(arrivals, arrival{at, n})
			if random.IntN(20) == 0 {
				arrivals = append(arrivals, arrival{at + 5*ms, n})
			}
		}
		slices.SortStableFunc(arrivals, func(a, b arrival) int { return int(a.at - b.at) })
		l := newLine()
		for _, a := range arrivals {
			l.at(a.at, voice(a.n))
		}
		l.pass(time.Hour)
		var total time.Duration
		last := -1
		for _, in := range l.got {
			n := int(in.Audio[0])
			if n <= last {
				t.Fatalf("seed %d: packet %d after %d", seed, n, last)
			}
			if want := time.Duration(n-last-1) * 20 * ms; in.Gap != want {
				t.Fatalf("seed %d: a gap of %v before packet %d, want %v", seed, in.Gap, n, want)
			}
			last = n
			total += in.Gap + 20*ms
		}
		if want := packets * 20 * ms; total != want {
			t.Fatalf("seed %d: %v of audio and gaps, want %v", seed, total, want)
		}
	}
}

// If nobody receives, the oldest audio becomes a gap.
func TestTheBacklogIsBounded(t *testing.T) {
	r := newReceiver(leg.MuLaw, pcmu, 101)
	for n := range 250 {
		r.push(time.Unix(0, 0).Add(time.Duration(n)*20*ms), voice(n))
	}
	first, _ := r.pop(nil)
	if want := 150 * 20 * ms; first.Gap != want || first.Audio[0] != 150 {
		t.Errorf("the first is packet %d after a gap of %v, want 150 and %v", first.Audio[0], first.Gap, want)
	}
	if r.size != backlog-1 {
		t.Errorf("%d inputs wait, want %d", r.size, backlog-1)
	}
}

// Keys are kept while audio becomes gaps: somebody types a number that a program reads late.
func TestTheBacklogKeepsKeys(t *testing.T) {
	l := newLine()
	for n := range 250 {
		p := voice(n)
		if n == 1 || n == 3 {
			p.PayloadType, p.Payload = 101, []byte{byte(n), 10, 0, 160}
		}
		l.r.push(l.begin.Add(time.Duration(n)*20*ms), p)
	}
	l.pop()
	kept := l.got[2].Gap + time.Duration(len(l.got)-2)*20*ms
	if l.got[0].Digit != '1' || l.got[1].Digit != '3' || kept+l.got[0].Gap+l.got[1].Gap != 250*20*ms || len(l.got) != backlog {
		t.Errorf("%d inputs came, with %v after the keys: %s", len(l.got), kept, l)
	}
}

// Receiving and sending take no memory but for the first packet, as long as none waits.
func TestPacketsTakeNoMemory(t *testing.T) {
	r, s := newReceiver(leg.MuLaw, pcmu, 101), newSender(leg.MuLaw, pcmu, 1, 2, 3)
	now, n, p, buf := time.Unix(0, 0), 0, voice(0), make([]byte, 0, frameBytes)
	step := func() {
		p.SequenceNumber, p.Timestamp = uint16(n), uint32(160*n)
		r.push(now, p)
		in, _ := r.pop(buf)
		if err := s.play(in.Audio); err != nil {
			t.Fatal(err)
		}
		s.next(now)
		now, n = now.Add(20*ms), n+1
	}
	step()
	if allocs := testing.AllocsPerRun(backlog/2, step); allocs != 0 {
		t.Errorf("%v allocations a packet", allocs)
	}
}

// Whatever packets come, silence is not longer than the time that has passed, and nothing piles up.
func FuzzReceiver(f *testing.F) {
	var seed []byte
	for n := range 4 {
		b, err := voice(n * n).Marshal()
		if err != nil {
			f.Fatal(err)
		}
		seed = append(append(seed, 20), b[:13]...)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, data []byte) {
		l := newLine()
		var now, silence time.Duration
		for ; len(data) >= 14; data = data[14:] {
			now += time.Duration(data[0]) * ms
			var p rtp.Packet
			if p.Unmarshal(data[1:14]) == nil {
				l.at(now, &p)
			}
		}
		l.pass(now)
		for _, in := range l.got {
			silence += in.Gap
		}
		if silence > now+gapSlack {
			t.Errorf("%v of silence in %v", silence, now)
		}
	})
}
