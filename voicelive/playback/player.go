package playback

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// A Player plays the audio of one session on a leg. Its methods may be called from any
// goroutine, and from its callbacks.
//
// It plays and sends while it is locked. Callbacks are called without the lock, one at a
// time and in order, by a method or by a timer.
type Player struct {
	ctx    context.Context
	leg    leg.Leg
	sender voicelive.Sender

	mu      sync.Mutex
	machine machine
	err     error // of the leg or of the sender; the first one
	broken  bool  // the leg has failed
	closed  bool
	timer   *time.Timer
	armed   time.Time   // when timer calls tick; zero if it does not
	stop    func() bool // forgets ctx
	calls   []func()    // callbacks that are due, oldest first
	calling bool        // somebody makes them
}

// players counts the Players of the program.
var players atomic.Int64

// New returns a Player for a session that begins. It plays and sends with ctx, and does nothing
// more when ctx ends. Nil options are the defaults.
func New(ctx context.Context, l leg.Leg, sender voicelive.Sender, o *Options) *Player {
	p := &Player{ctx: ctx, leg: l, sender: sender}
	m := &p.machine
	if o != nil {
		m.options = *o
	}
	if m.options.ResumeAfter <= 0 {
		m.options.ResumeAfter = defaultResume
	}
	d := &legDevice{player: p}
	m.clock = clock{format: l.Format(), device: d, prefix: "vl" + strconv.FormatInt(players.Add(1), 36) + "-"}
	// Until session.created tells better.
	m.behavior = voicelive.TurnBehavior{DetectsSpeech: true, CreateResponse: true, InterruptResponse: true}
	if positioner, ok := leg.As[leg.Positioner](l); ok {
		d.positioner = positioner
		m.clock.feedback, m.clock.origin = byPosition, positioner.Position()
	} else if marker, ok := leg.As[leg.Marker](l); ok {
		d.marker = marker
		m.clock.feedback = byMarks
	} else if m.options.Lead <= 0 {
		m.options.Lead = defaultLead
	}
	p.timer = time.AfterFunc(time.Hour, p.tick)
	p.timer.Stop()
	p.mu.Lock() // ctx may have ended
	defer p.mu.Unlock()
	p.stop = context.AfterFunc(ctx, p.Close)
	return p
}

// HandleEvent handles an event of the session. Call it in the order of the events. The audio of
// an event is not retained. The error is the first one of the leg or of the sender; after an error
// of the leg, such as leg.ErrHungUp, the Player is closed.
func (p *Player) HandleEvent(ctx context.Context, event voicelive.ServerEvent) error {
	if updated, ok := event.(*voicelive.ServerEventSessionUpdated); ok {
		if err := checkFormat(p.leg, &updated.Session); err != nil {
			return err
		}
	}
	return p.do(func(now time.Time) { p.machine.handle(now, event) })
}

// checkFormat refuses a session whose audio would be noise on the leg.
func checkFormat(l leg.Leg, s *voicelive.ResponseSession) error {
	var want voicelive.RequestSession
	if err := leg.Configure(&want, l.Format()); err != nil {
		return err
	}
	if got := s.OutputAudioFormat; got != "" && got != want.OutputAudioFormat {
		return fmt.Errorf("playback: the session speaks %s, but the leg is %v; set the formats with leg.Configure", got, l.Format())
	}
	return nil
}

// HandleInput handles an input of the leg. The Player needs only inputs with a mark; of all others it tells the error, which
// is that of HandleEvent: the leg may have failed when the service had sent everything.
func (p *Player) HandleInput(ctx context.Context, in leg.Input) error {
	if in.Mark == "" {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.err
	}
	return p.do(func(now time.Time) { p.machine.mark(now, in.Mark, in.Cleared) })
}

// Interrupt drops all audio that the user has not heard, cancels the active response, and corrects
// the conversation, as speech of the user does.
func (p *Player) Interrupt() error {
	return p.do(func(now time.Time) { p.machine.interrupt(now, false) })
}

// Drop drops the audio of a response that somebody else cancels, from the beginning if none has
// arrived. It fits floor.Options.Dropped.
func (p *Player) Drop(responseID string) {
	_ = p.do(func(now time.Time) { p.machine.drop(now, responseID) }) // the next event tells the error
}

// Cut drops what the user has not heard of one response, cancels it if it is active, and corrects its items. Audio
// of other responses plays on.
func (p *Player) Cut(responseID string) error {
	return p.do(func(now time.Time) { p.machine.cutResponse(now, responseID) })
}

// Expected reports whether an error event replies to a correction or a cancellation of the
// Player, and tells of a race that needs no action: an item that is gone or already shorter, a
// response that has ended.
func (p *Player) Expected(e *voicelive.ServerEventError) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return e.Error.EventID != nil && slices.Contains(p.machine.sent, *e.Error.EventID)
}

// Stats returns the counters so far.
func (p *Player) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.machine.stats
}

// Close ends the Player: it plays and sends nothing more. Audio in the queue of the leg stays
// there. All audio that has not been heard yet counts as dropped, and the floor is released.
func (p *Player) Close() {
	p.mu.Lock()
	if !p.closed {
		now := time.Now()
		p.machine.clock.update(now)
		p.machine.hear(now)
		p.end()
	}
	p.mu.Unlock()
	p.callBack()
}

// end closes the Player. The caller has the lock.
func (p *Player) end() {
	p.closed = true
	p.timer.Stop()
	p.stop()
	p.machine.close()
	p.perform()
}

// End clears the leg, and closes the Player: the user hears nothing more of it.
func (p *Player) End() {
	p.mu.Lock()
	if !p.closed {
		now := time.Now()
		p.machine.clock.clear(now)
		p.machine.hear(now)
		p.end()
	}
	p.mu.Unlock()
	p.callBack()
}

func (p *Player) tick() {
	_ = p.do(func(time.Time) { p.armed = time.Time{} }) // the next event tells the error
}

// do lets the machine make a step, and carries out what follows from it.
func (p *Player) do(event func(now time.Time)) error {
	err := p.step(event)
	p.callBack()
	return err
}

func (p *Player) step(event func(now time.Time)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return p.err
	}
	m, now := &p.machine, time.Now()
	event(now)
	m.step(now)
	p.perform()
	if p.broken {
		p.end()
		return p.err
	}
	// The timer may fire too early, since deadlines move with each event, but never too late.
	if next := m.next(now); !next.IsZero() && (p.armed.IsZero() || next.Before(p.armed)) {
		p.armed = next
		p.timer.Reset(next.Sub(now))
	}
	return p.err
}

// perform sends what is to be sent, and notes the callbacks. The caller has the lock.
func (p *Player) perform() {
	m := &p.machine
	for _, a := range m.out {
		if a.call != nil {
			p.calls = append(p.calls, a.call)
		} else if err := p.sender.Send(p.ctx, a.event); err != nil {
			p.fail(err)
		}
	}
	clear(m.out)
	m.out = m.out[:0]
}

// callBack makes the calls that are due. If somebody does so already, a callback of this
// goroutine or another goroutine, it leaves them to it.
func (p *Player) callBack() {
	for first := true; ; first = false {
		p.mu.Lock()
		if first && p.calling || len(p.calls) == 0 {
			p.calling = p.calling && first
			p.mu.Unlock()
			return
		}
		call := p.calls[0]
		p.calls = slices.Delete(p.calls, 0, 1)
		p.calling = true
		p.mu.Unlock()
		call()
	}
}

func (p *Player) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// legDevice is the leg of a Player. The caller has the lock.
type legDevice struct {
	player     *Player
	marker     leg.Marker
	positioner leg.Positioner
}

func (d *legDevice) play(audio []byte, mark string) {
	if mark != "" {
		d.fail(d.marker.PlayMarked(d.player.ctx, audio, mark))
		return
	}
	d.fail(d.player.leg.Play(d.player.ctx, audio))
}

func (d *legDevice) clear()                  { d.fail(d.player.leg.Clear(d.player.ctx)) }
func (d *legDevice) position() time.Duration { return d.positioner.Position() }

func (d *legDevice) fail(err error) {
	if err != nil {
		d.player.broken = true
		d.player.fail(err)
	}
}
