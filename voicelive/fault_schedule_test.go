package voicelive

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// A schedule is what an application, the network and the service do to a session. It
// follows from its seed alone; see newSchedule.
type schedule struct {
	seed     uint64
	limits   Limits
	up, down wstest.LineOptions // in virtual time
	patience time.Duration

	begin     beginning
	deeds     []deed // of the service, in order, behind session.created
	end       ending
	farewell  farewell
	receiver  []receipt // then it receives until the end
	senders   [][]sending
	closers   []departure
	inspector bool // somebody looks at the session all the time
}

// beginning is how the session begins.
type beginning struct {
	timeout   time.Duration // of the context; 0 is none
	configure bool
	handshake string // what goes wrong with it; "" is nothing
	delay     time.Duration
}

// A deed of the service.
type deed struct {
	kind      string
	pause     time.Duration // before it
	size      int
	fragments int
	pings     bool // between the fragments
}

// An ending is how the service ends the session; kind "" leaves it to the application.
type ending struct {
	kind   string
	pause  time.Duration
	code   int
	reason string
	within bool // a message that is never finished
	hangUp bool // without waiting for an answer
}

// A farewell is what the service does when the application closes.
type farewell struct {
	kind  string
	delay time.Duration
	say   int // events before the answer
	code  int
}

// A receipt is a step of the consumer.
type receipt struct {
	kind  string
	pause time.Duration // of a "pause", and the timeout of a "cancelled"
}

// A sending is a step of a sender.
type sending struct {
	pause   time.Duration
	size    int
	timeout time.Duration // 0 is none, negative is cancelled before
	do      string        // what the service answers; "" is a Send
}

type departure struct {
	at     time.Duration
	code   int
	reason string
}

var (
	handshakes = []string{"refuse", "drop", "reset", "garbage", "accept", "extension", "flood", "stall", "slow", "mute", "error", "close", "retry"}
	deeds      = []string{"event", "event", "event", "event", "audio", "audio", "unknown", "undecodable", "error", "binary", "pings", "pong", "stall", "response"}
	endings    = []string{"", "", "close", "close", "close", "expired", "finish", "reset", "cut", "vanish", "deaf", "violation"}
	farewells  = []string{"answer", "answer", "answer", "ignore", "other", "finish", "reset"}
	receipts   = []string{"receive", "receive", "borrow", "borrow", "cancelled", "pause", "rival"}
	answers    = []string{"", "", "", "confirm", "confirm", "error", "nothing"}
	closeCodes = []int{1000, 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4000, 4429, 4999}
)

// A maker draws what a schedule consists of.
type maker struct {
	*rand.Rand
	scale time.Duration // what a second of virtual time is; less is a second of real time
}

// newSchedule makes a schedule from a seed. Over TCP a schedule takes a hundredth of the
// time that it takes in virtual time, and the network is what it is.
func newSchedule(seed uint64, real bool) *schedule {
	m := maker{rand.New(rand.NewPCG(seed, 0x5eed)), time.Second}
	if real {
		m.scale = time.Second / 100
	}
	sc := &schedule{seed: seed, limits: m.limits(), up: m.line(), down: m.line(), patience: m.between(0.1, 20)}
	sc.begin = m.beginning()
	for range m.IntN(1 + m.IntN(40)) {
		sc.deeds = append(sc.deeds, m.deed())
	}
	sc.end, sc.farewell = m.ending(), m.farewell()
	for range m.IntN(20) {
		sc.receiver = append(sc.receiver, m.receipt())
	}
	for range m.IntN(4) {
		var steps []sending
		for range m.IntN(12) {
			steps = append(steps, m.sending())
		}
		sc.senders = append(sc.senders, steps)
	}
	for range []int{0, 0, 0, 1, 1, 2, 8}[m.IntN(7)] {
		sc.closers = append(sc.closers, m.departure())
	}
	sc.inspector = m.chance(10)
	return sc
}

func (m maker) chance(percent int) bool { return m.IntN(100) < percent }
func (m maker) one(of []string) string  { return of[m.IntN(len(of))] }
func (m maker) size(low, high int) int  { return int(m.spread(float64(low), float64(high))) }
func (m maker) spread(low, high float64) float64 {
	return low * math.Pow(high/low, m.Float64())
}

// between draws a time, in seconds, of which each order of magnitude is as likely.
// Hardly ever are two the same.
func (m maker) between(low, high float64) time.Duration {
	return time.Duration(m.spread(low, high) * float64(m.scale))
}

// pause is mostly none.
func (m maker) pause() time.Duration {
	if m.chance(50) {
		return 0
	}
	return m.between(1e-4, 5)
}

func (m maker) limits() Limits {
	l := Limits{
		HandshakeTimeout: m.between(20, 40), WriteTimeout: m.between(0.5, 10), CloseTimeout: m.between(0.1, 3),
		PingInterval: m.between(1, 20), PongTimeout: m.between(1, 10),
		SlowConsumerTimeout: m.between(1, 30), DrainTimeout: m.between(0.05, 0.5),
		ReceiveBytes: 1 << 20, SendBytes: 1 << 20, QueueEvents: 1024, QueueBytes: 8 << 20,
	}
	if m.chance(30) {
		l.QueueEvents = m.size(1, 30)
	}
	if m.chance(30) {
		l.QueueBytes = m.size(1, 64<<10)
	}
	if m.chance(5) {
		l.PingInterval = -1
	}
	return l
}

func (m maker) line() wstest.LineOptions {
	o := wstest.LineOptions{Latency: time.Duration(m.spread(1e3, 3e8)), Window: m.size(512, 1<<20)}
	if m.chance(20) {
		o.PerSecond = m.size(20_000, 10_000_000)
	}
	if m.chance(30) {
		o.Slice = m.size(1, 5000)
	}
	return o
}

func (m maker) beginning() (c beginning) {
	c.configure = m.chance(20)
	if m.chance(15) {
		c.handshake = m.one(handshakes)
		c.delay = m.between(0.001, 60)
	}
	if m.chance(15) {
		c.timeout = m.between(1e-4, 60)
	}
	return c
}

func (m maker) deed() deed {
	d := deed{kind: m.one(deeds), pause: m.pause(), size: m.size(1, 2000), fragments: 1}
	if m.chance(2) {
		d.size = m.size(2000, 200_000)
	}
	if m.chance(15) {
		d.fragments, d.pings = m.size(2, 20), m.chance(50)
	}
	switch d.kind {
	case "pings":
		d.size = m.size(1, 50)
	case "stall":
		d.pause = m.between(0.01, 15)
	}
	return d
}

func (m maker) ending() ending {
	return ending{
		kind: m.one(endings), pause: m.pause(), code: closeCodes[m.IntN(len(closeCodes))],
		reason: strings.Repeat("r", m.IntN(124)), within: m.chance(20), hangUp: m.chance(30),
	}
}

func (m maker) farewell() farewell {
	return farewell{kind: m.one(farewells), delay: m.pause(), say: m.IntN(4) * m.IntN(2), code: closeCodes[m.IntN(len(closeCodes))]}
}

func (m maker) receipt() receipt {
	r := receipt{kind: m.one(receipts), pause: m.between(1e-4, 1)}
	if r.kind == "pause" && m.chance(20) {
		r.pause = m.between(1, 60)
	}
	return r
}

func (m maker) sending() sending {
	s := sending{pause: m.pause(), size: m.size(1, 2000), do: m.one(answers)}
	if m.chance(4) {
		s.size = m.size(10_000, 200_000)
	}
	switch {
	case m.chance(20) || s.do == "nothing":
		s.timeout = m.between(1e-4, 2)
	case m.chance(3):
		s.timeout = -1
	}
	return s
}

func (m maker) departure() departure {
	c := departure{at: m.between(0.001, 60), code: 1000}
	if m.chance(30) {
		c.code, c.reason = 3000+m.IntN(2000), strings.Repeat("c", m.IntN(124))
	}
	return c
}

func (sc *schedule) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "limits   %+v\nup %+v, down %+v\nconnect  %+v\n", sc.limits, sc.up, sc.down, sc.begin)
	for _, d := range sc.deeds {
		fmt.Fprintf(&b, "service  %+v\n", d)
	}
	fmt.Fprintf(&b, "ending   %+v\nfarewell %+v\nconsumer %+v\n", sc.end, sc.farewell, sc.receiver)
	for i, steps := range sc.senders {
		fmt.Fprintf(&b, "sender %d %+v\n", i, steps)
	}
	fmt.Fprintf(&b, "closers  %+v", sc.closers)
	return b.String()
}
