package floor

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/internal/race"
	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/internal/timeline"
)

var (
	schedules = flag.Int("schedules", race.Rounds(10_000), "the number of random schedules")
	first     = flag.Uint64("first", 1, "the seed of the first schedule")
	verbose   = flag.Bool("log", false, "print what happens in each schedule")
)

// TestSchedules runs a floor against a service, a user and an application that do things at
// random times, over a network with latency, and holds it to its promises.
func TestSchedules(t *testing.T) {
	const shards = 2
	for shard := range uint64(shards) {
		t.Run(fmt.Sprint(shard), func(t *testing.T) {
			t.Parallel()
			sum := outcomes{}
			for i := shard; i < uint64(*schedules); i += shards {
				seed := *first + i
				w := newWorld(seed)
				w.run()
				for o, n := range w.outcomes() {
					sum[o] += n
				}
				if len(w.faults) > 0 {
					t.Fatalf("seed %d:\n%s\nreplay it with: go test ./voicelive/floor -run '^TestSchedules$' -schedules 1 -log -first %d",
						seed, strings.Join(w.faults, "\n"), seed)
				}
			}
			for _, o := range []Outcome{Done, Satisfied, Refused, Dropped, Withdrawn} {
				if sum[o] == 0 && *schedules >= 1000 {
					t.Errorf("no request was %s: the schedules do not reach it", o)
				}
			}
			t.Logf("requests: %v", sum)
		})
	}
}

type outcomes map[Outcome]int

// A world is one schedule in virtual time.
type world struct {
	timeline.Timeline
	rnd     *rand.Rand
	machine machine
	faults  []string

	// The network.
	up, down       time.Duration
	lastUp, lastDn time.Time
	losing         bool // one of the events of the service may be lost
	lost           bool // one was

	// The service.
	echo, anonymous, interrupts, creates, alwaysBusy, refusesPrevious bool
	userSpeaks                                                        bool
	current                                                           *generation
	ids                                                               int
	arrived                                                           map[string]int // items, by their order of arrival
	arrivals                                                          int
	made                                                              map[string]*generation

	// What the client has seen.
	speaking time.Time
	dropped  map[string]bool
	handles  []*Handle
	asked    map[*Handle][]string // keys of the creates that carried it
	seenLate map[string]bool      // keys of creates with speech_started between writing and response.created
	written  map[string]int       // keys, by the number of speech_started seen before
	starts   int
}

// A generation is one response of the service.
type generation struct {
	id, key   string
	outOfBand bool
	arrivals  int // items that it takes into account
	over      bool
}

func newWorld(seed uint64) *world {
	rnd := rand.New(rand.NewPCG(seed, 0xf100))
	chance := func(percent int) bool { return rnd.IntN(100) < percent }
	w := &world{
		rnd: rnd, up: time.Duration(rnd.IntN(150)) * time.Millisecond, down: time.Duration(rnd.IntN(150)) * time.Millisecond,
		losing: chance(25), echo: !chance(20), anonymous: chance(20), interrupts: !chance(20), creates: !chance(20),
		alwaysBusy: chance(3), refusesPrevious: chance(10),
		arrived: map[string]int{}, made: map[string]*generation{}, dropped: map[string]bool{},
		asked: map[*Handle][]string{}, seenLate: map[string]bool{}, written: map[string]int{},
	}
	w.machine.init(Limits{}.withDefaults())
	w.send(&voicelive.ServerEventSessionUpdated{Session: voicelive.ResponseSession{TurnDetection: &voicelive.ServerVAD{CreateResponse: &w.creates, InterruptResponse: &w.interrupts}}})
	for range 1 + rnd.IntN(3) {
		start := w.random(5000)
		w.After(start, func() { w.speak(w.random(1500)) })
	}
	for range 1 + rnd.IntN(3) {
		w.After(w.random(6000), w.application)
	}
	if chance(10) {
		w.After(w.random(6000), func() { w.cancel("") })
	}
	return w
}

func (w *world) random(ms int) time.Duration {
	return time.Duration(w.rnd.IntN(ms)+1) * time.Millisecond
}

func (w *world) fault(format string, args ...any) {
	w.faults = append(w.faults, fmt.Sprintf("at %v: ", w.Since())+fmt.Sprintf(format, args...))
}

func (w *world) log(format string, args ...any) {
	if *verbose {
		fmt.Printf("%8v  %s\n", w.Since(), fmt.Sprintf(format, args...))
	}
}

// run runs until nothing happens any more.
func (w *world) run() {
	for len(w.faults) == 0 {
		tick := w.machine.next()
		if w.Before(tick) {
			w.Next()
			continue
		}
		if tick.IsZero() {
			break
		}
		w.Reach(tick)
		w.step(func() { w.machine.tick(w.Now()) })
		if w.Since() > time.Hour {
			w.fault("the floor is never at rest: %v", w.machine.states())
		}
	}
	w.check()
}

// step is what the driver does.
func (w *world) step(do func()) {
	do()
	for w.machine.pump(w.Now()); len(w.machine.out) > 0; w.machine.pump(w.Now()) {
		out := w.machine.out
		w.machine.out = nil
		for _, a := range out {
			switch {
			case a.creation != nil:
				w.write(a)
			case a.event != nil:
				id := *a.event.(*voicelive.ClientEventResponseCancel).ResponseID
				w.upward(func() { w.cancel(id) })
				w.log("client cancels %s", id)
			case a.dropped != "":
				w.dropped[a.dropped] = true
				w.log("client drops %s", a.dropped)
			case a.alarm != nil:
				w.log("alarm: %v", *a.alarm)
			}
		}
	}
}

// upward delivers something to the service, in order.
func (w *world) upward(do func()) {
	w.lastUp = timeline.Later(w.lastUp, w.Now().Add(w.up+w.random(20)))
	w.At(w.lastUp, do)
}

// send delivers an event to the client, in order, unless it is lost.
func (w *world) send(event voicelive.ServerEvent) {
	if w.losing && w.rnd.IntN(12) == 0 {
		w.lost = true
		w.log("service: %s is LOST", event.EventType())
		return
	}
	w.lastDn = timeline.Later(w.lastDn, w.Now().Add(w.down+w.random(20)))
	w.At(w.lastDn, func() { w.receive(event) })
}

// receive is the client's receive loop.
func (w *world) receive(event voicelive.ServerEvent) {
	if *verbose {
		w.log("client receives %s", event.EventType())
	}
	switch e := event.(type) {
	case *voicelive.ServerEventInputAudioBufferSpeechStarted:
		w.speaking = w.Now()
		w.starts++
	case *voicelive.ServerEventInputAudioBufferSpeechStopped, *voicelive.ServerEventInputAudioBufferCommitted:
		w.speaking = time.Time{}
	case *voicelive.ServerEventConversationItemCreated:
		if strings.HasPrefix(e.Item.GetID(), "speech") {
			w.speaking = time.Time{}
		}
	case *voicelive.ServerEventResponseCreated:
		g := w.made[*e.Response.ID]
		if starts, ours := w.written[g.key]; ours && !g.outOfBand && w.starts > starts {
			w.seenLate[g.id] = true
		}
	}
	w.step(func() { w.machine.handle(w.Now(), event) })
	if e, ok := event.(*voicelive.ServerEventResponseAudioDelta); ok && w.seenLate[e.ResponseID] && !w.dropped[e.ResponseID] && w.echo && !w.lost {
		w.fault("audio of %s plays, which crossed the user's speech", e.ResponseID)
	}
}

// write puts a response.create onto the wire.
func (w *world) write(a action) {
	e := a.event.(*voicelive.ClientEventResponseCreate)
	r := &a.creation.handles[0].request
	if !r.outOfBand() && !w.speaking.IsZero() && w.Now().Sub(w.speaking) < w.machine.limits.Speaking {
		w.fault("%s is written while the user speaks", a.creation.key)
	}
	if err := e.Validate(); err != nil {
		w.fault("response.create is not valid: %v", err)
	}
	for _, h := range a.creation.handles {
		w.asked[h] = append(w.asked[h], a.creation.key)
	}
	w.written[a.creation.key] = w.starts
	w.log("client creates %s for %d requests", a.creation.key, len(a.creation.handles))
	w.upward(func() { w.create(e) })
}

// speak is one turn of the user.
func (w *world) speak(d time.Duration) {
	if w.userSpeaks {
		return
	}
	w.userSpeaks = true
	w.ids++
	item := fmt.Sprint("speech", w.ids)
	w.log("the user speaks for %v", d)
	w.send(&voicelive.ServerEventInputAudioBufferSpeechStarted{ItemID: item})
	if w.interrupts {
		w.finish(w.current, voicelive.ResponseStatusCancelled)
	}
	w.After(d, func() {
		w.userSpeaks = false
		w.arrivals++
		w.send(&voicelive.ServerEventInputAudioBufferSpeechStopped{ItemID: item})
		w.send(&voicelive.ServerEventInputAudioBufferCommitted{ItemID: item})
		w.send(&voicelive.ServerEventConversationItemCreated{Item: &voicelive.ResponseMessageItem{ID: &item}})
		if w.creates {
			w.After(w.random(400), func() {
				if w.current == nil && !w.userSpeaks {
					w.generate(&generation{})
				}
			})
		}
	})
}

func (w *world) cancel(id string) {
	if g := w.current; g != nil && (id == "" || g.id == id) {
		w.finish(g, voicelive.ResponseStatusCancelled)
		return
	}
	w.refuse("floor_none", "response_cancel_not_active", "")
}

// create is the service's side of response.create.
func (w *world) create(e *voicelive.ClientEventResponseCreate) {
	p := e.Response
	outOfBand := p.Conversation == voicelive.ResponseConversationNone
	g := &generation{key: *e.EventID, outOfBand: outOfBand}
	switch {
	case w.refusesPrevious && p.CancelPrevious != nil && !*p.CancelPrevious:
		w.refuse(*e.EventID, "unknown_parameter", "response.cancel_previous")
	case outOfBand:
		w.generate(g)
	case w.alwaysBusy:
		w.refuse(*e.EventID, "conversation_already_has_active_response", "")
	case w.current != nil && (p.CancelPrevious == nil || *p.CancelPrevious):
		w.finish(w.current, voicelive.ResponseStatusCancelled)
		w.generate(g)
	case w.current != nil:
		w.refuse(*e.EventID, "conversation_already_has_active_response", "")
	default:
		w.generate(g)
	}
}

func (w *world) refuse(id, code, param string) {
	e := &voicelive.ServerEventError{Error: voicelive.ServerEventErrorDetails{Type: "invalid_request_error", Code: &code, Message: "no"}}
	if !w.anonymous || param != "" {
		e.Error.EventID = &id
	}
	if param != "" {
		e.Error.Param = &param
	}
	w.send(e)
}

func (w *world) generate(g *generation) {
	w.ids++
	g.id = fmt.Sprint("resp", w.ids)
	g.arrivals = w.arrivals
	w.made[g.id] = g
	if !g.outOfBand {
		w.current = g
	}
	w.log("service generates %s for %q", g.id, g.key)
	w.send(&voicelive.ServerEventResponseCreated{Response: w.response(g, voicelive.ResponseStatusInProgress)})
	for range 1 + w.rnd.IntN(2) {
		w.After(w.random(300), func() {
			if !g.over {
				w.send(&voicelive.ServerEventResponseAudioDelta{ResponseID: g.id})
			}
		})
	}
	w.After(300*time.Millisecond+w.random(1500), func() { w.finish(g, voicelive.ResponseStatusCompleted) })
}

func (w *world) finish(g *generation, status voicelive.ResponseStatus) {
	if g == nil || g.over {
		return
	}
	g.over = true
	if w.current == g {
		w.current = nil
	}
	w.send(&voicelive.ServerEventResponseDone{Response: w.response(g, status)})
}

func (w *world) response(g *generation, status voicelive.ResponseStatus) voicelive.Response {
	r := voicelive.Response{ID: &g.id, Status: status}
	if g.outOfBand {
		r.Extra.Set("conversation_id", []byte("null"))
	} else {
		r.ConversationID = new("conv")
	}
	if g.key != "" && w.echo {
		r.Metadata = map[string]string{metadataKey: g.key}
	}
	return r
}

// application does one thing that applications do.
func (w *world) application() {
	r := Request{AfterHeard: w.rnd.IntN(8) == 0}
	for range w.rnd.IntN(3) {
		w.ids++
		id := fmt.Sprint("item", w.ids)
		r.Items = append(r.Items, id)
		w.upward(func() {
			w.arrivals++
			w.arrived[id] = w.arrivals
			w.send(&voicelive.ServerEventConversationItemCreated{Item: &voicelive.ResponseFunctionCallOutputItem{ID: &id}})
		})
	}
	switch w.rnd.IntN(12) {
	case 0:
		r.Params = &voicelive.ResponseCreateParams{Instructions: new("Say goodbye.")}
	case 1:
		r.Params = &voicelive.ResponseCreateParams{CancelPrevious: new(true)}
	case 2:
		r.Params = &voicelive.ResponseCreateParams{Conversation: voicelive.ResponseConversationNone}
	case 3:
		h := &hold{reason: "a tool"}
		w.step(func() { w.machine.hold(w.Now(), h) })
		if w.rnd.IntN(4) > 0 { // or it is never released
			w.After(w.random(2000), func() { w.step(func() { w.machine.release(h) }) })
		}
	case 4:
		w.step(func() { w.machine.setAudible(w.Now(), true) })
		if w.rnd.IntN(4) > 0 {
			w.After(w.random(2000), func() { w.step(func() { w.machine.setAudible(w.Now(), false) }) })
		}
	}
	h := &Handle{request: r, done: make(chan struct{})}
	w.handles = append(w.handles, h)
	w.step(func() { w.machine.request(h) })
	if w.rnd.IntN(10) == 0 {
		w.After(w.random(1000), func() { w.step(func() { w.machine.withdraw(h) }) })
	}
}

// check holds the floor to what must be true at the end.
func (w *world) check() {
	if states := w.machine.states(); len(states) > 0 {
		w.fault("the floor is not free at the end: %v", states)
	}
	if n := len(w.machine.creations) + len(w.machine.waiting) + len(w.machine.active); n > 0 {
		w.fault("%d requests and responses are remembered for ever", n)
	}
	for i, h := range w.handles {
		select {
		case <-h.done:
		default:
			w.fault("request %d has no outcome: %s", i, h.result.Outcome)
			continue
		}
		w.checkHandle(i, h)
	}
}

func (w *world) checkHandle(i int, h *Handle) {
	if h.result.Outcome == Refused && h.result.Err == nil || h.result.Outcome == Dropped && h.result.Err == nil {
		w.fault("request %d is %s without a reason", i, h.result.Outcome)
	}
	if w.lost || !w.echo {
		return // what the client believes need not be true
	}
	// It was answered at most once, and by a response that knows its items.
	var served []*generation
	for _, g := range w.made {
		if g.key != "" && slices.Contains(w.asked[h], g.key) && !w.dropped[g.id] {
			served = append(served, g)
		}
	}
	switch h.result.Outcome {
	case Done:
		if len(served) != 1 || served[0].id != h.result.ResponseID {
			w.fault("request %d is done by %q, and was served by %d responses", i, h.result.ResponseID, len(served))
		}
	case Satisfied:
		g := w.made[h.result.ResponseID]
		if len(served) > 0 || g == nil || g.key != "" {
			w.fault("request %d is satisfied by %q, and was served by %d responses of its own", i, h.result.ResponseID, len(served))
		}
	case Refused:
		if !w.alwaysBusy {
			w.fault("request %d is refused by a service that takes it: %v", i, h.result.Err)
		}
		return
	case Dropped:
		w.fault("request %d is dropped although nothing was lost: %v", i, h.result.Err)
		return
	default:
		return
	}
	for _, item := range h.request.Items {
		if arrived := w.arrived[item]; arrived == 0 || arrived > w.made[h.result.ResponseID].arrivals {
			w.fault("request %d is %s by a response that does not know %s", i, h.result.Outcome, item)
		}
	}
}

func (w *world) outcomes() outcomes {
	o := outcomes{}
	for _, h := range w.handles {
		o[h.result.Outcome]++
	}
	return o
}
