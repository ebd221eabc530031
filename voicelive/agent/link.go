package agent

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/floor"
	"github.com/go-voicelive/voicelive-go/voicelive/playback"
	"github.com/go-voicelive/voicelive-go/voicelive/tools"
)

// A link is one session, with the layers that belong to it.
type link struct {
	session *voicelive.Session
	events  voicelive.Receiver
	ctx     context.Context // of the layers
	cancel  context.CancelFunc

	floor    *floor.Floor
	player   player
	runner   *tools.Runner
	writer   io.WriteCloser // of audio in larger events; nil if packets are sent as they come
	sent     inputClock
	onset    time.Duration // where in that audio the user began to speak, with the padding before it
	voice    voicelive.Voice
	behavior voicelive.TurnBehavior // of turn detection
	reply    *floor.Handle          // of the latest request for the reply to tools

	rollover time.Time // when it is to be replaced; zero for never
	overdue  time.Time // when it must be, although others wait to connect
	restored bool      // by items, and no response was heard since
	release  func()    // of the floor, once the session knows the conversation; nil if it does
}

// options are those of the next session. A Foundry agent goes on with its conversation.
func (c *Conversation) options() voicelive.ConnectOptions {
	o := c.agent.Connect
	asked := *c.asked
	o.Session = &asked
	if o.Agent != nil && c.thread != "" {
		foundry := *o.Agent
		foundry.ConversationID = c.thread
		o.Agent = &foundry
	}
	return o
}

// open lets the conversation go on in a session, whose events come from a receiver.
func (c *Conversation) open(session *voicelive.Session, events voicelive.Receiver) error {
	config := session.Config()
	if config == nil {
		config = &voicelive.ResponseSession{} // it could not be decoded
	}
	l := &link{session: session, events: events, voice: config.Voice}
	// Not below c.ctx: when that ends, playback still has to clear the leg, and to tell what was heard.
	// A leg that blocks has as long for that as it has to hang up.
	ctx, cancel := context.WithCancel(context.WithoutCancel(c.ctx))
	forget := context.AfterFunc(c.ctx, func() { time.AfterFunc(hangUpLimit, cancel) })
	l.ctx, l.cancel = ctx, func() { forget(); cancel() }

	f := c.agent.Floor
	f.Dropped = func(responseID string) { l.player.Drop(responseID) }
	f.Watchdog = c.watchdog
	l.floor = floor.New(l.ctx, session, &f)

	l.player = &servicePlayer{ctx: l.ctx, session: session}
	if c.leg != nil {
		l.player = c.newPlayer(l)
	}

	r := c.agent.Runner
	r.Sideband = c.attached.WebRTC
	r.Directive = func(call tools.Call, directive any) { c.post(func() { c.direct(call, directive) }) }
	if r.Say == nil {
		r.Say = c.filler
	}
	r.Began = func(ctx context.Context, call tools.Call) context.Context {
		if c.agent.Runner.Began != nil {
			ctx = c.agent.Runner.Began(ctx, call)
		}
		return c.seen.ObserveToolBegin(ctx, c, call)
	}
	r.Ended = func(call tools.Call) {
		c.post(func() { c.toolEnded(call) })
		if c.agent.Runner.Ended != nil {
			c.agent.Runner.Ended(call)
		}
	}
	r.MCP = func(call tools.MCPCall) {
		c.post(func() { c.mcpEnded(call) })
		if c.agent.Runner.MCP != nil {
			c.agent.Runner.MCP(call)
		}
	}
	var err error
	if l.runner, err = tools.NewRunner(c.ctx, session, asker{c}, c.agent.Tools, &r); err != nil {
		return err
	}
	if c.agent.Packet > 0 && c.leg != nil {
		if l.writer, err = session.AudioWriter(l.ctx, &voicelive.AudioWriterOptions{Chunk: c.agent.Packet}); err != nil {
			return err
		}
	}
	c.link = l
	l.rollover = c.rolloverOf(session, config)
	l.overdue = l.rollover.Add(overdue)
	c.report.Sessions = append(c.report.Sessions, SessionReport{ID: session.ID(), RequestID: session.RequestID(), Began: time.Now()})
	c.log.Info("the session begins", "session_id", session.ID())
	c.foundry(config.Agent)
	c.seen.ObserveSession(c, session)
	c.group.Go(func() { c.pump(l) })
	return nil
}

// newPlayer returns what plays a session on the leg.
func (c *Conversation) newPlayer(l *link) *playback.Player {
	p := c.agent.Playback
	p.Hold = l.floor.Hold
	p.Audible = func(audible bool) {
		l.floor.SetAudible(audible)
		c.post(func() { c.audible = audible })
	}
	p.Began = func(h playback.Heard) {
		c.post(func() { c.turns.began(h.ResponseID, h.At) })
		if c.agent.Playback.Began != nil {
			c.agent.Playback.Began(h)
		}
	}
	p.Finished = func(f playback.Finished) {
		c.transcript.SetHeard(f.ItemID, f.ContentIndex, f.Heard, f.Arrived)
		c.post(func() { c.finished(f) })
		if c.agent.Playback.Finished != nil {
			c.agent.Playback.Finished(f)
		}
	}
	return playback.New(l.ctx, c.leg, l.session, &p)
}

// pump hands the events of a session to run.
func (c *Conversation) pump(l *link) {
	forwarded := c.attached.Forwarded
	for {
		event, err := l.events.Recv(l.ctx)
		if _, one := errors.AsType[*voicelive.EventError](err); one {
			c.log.Warn("an event was not understood", "error", err)
			continue
		}
		r := received{link: l, event: event, err: err}
		r.forwarded = err == nil && forwarded != nil && forwarded(event)
		select {
		case c.events <- r:
		case <-l.ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// ended reports whether the session has ended.
func (l *link) ended() bool {
	select {
	case <-l.session.Done():
		return true
	default:
		return false
	}
}

// unlink gives the session up. It returns the calls whose outputs the session did not get.
func (c *Conversation) unlink() []*tools.CarriedCall {
	l := c.link
	c.link = nil
	carried := l.runner.End()
	l.player.End()
	l.floor.Close()
	if l.writer != nil {
		_ = l.writer.Close() // the session is given up
	}
	l.cancel()
	_ = l.session.Close() // it is given up
	last := &c.report.Sessions[len(c.report.Sessions)-1]
	last.Ended = time.Now()
	if p, ok := l.player.(*playback.Player); ok {
		last.Underruns = p.Stats().Underruns
	}
	if err := l.session.Err(); err != nil {
		last.Error = err.Error()
	}
	return carried
}

// watchdog logs that a state of the floor has lasted for its limit.
func (c *Conversation) watchdog(a floor.Alarm) {
	c.log.Warn("nothing came within a limit", "state", a.State, "limit", a.Limit, "detail", a.Detail)
	c.post(func() { c.report.Alarms++ })
	if c.agent.Floor.Watchdog != nil {
		c.agent.Floor.Watchdog(a)
	}
}

// asker asks the floor for the replies to tool calls, from the goroutine that owns the conversation: a
// directive that came before has been carried out.
type asker struct{ c *Conversation }

func (a asker) RequestResponse(items ...string) { a.c.post(func() { a.c.reply(items) }) }

// inputClock knows when the audio at an offset was spoken.
type inputClock struct {
	total     time.Duration // that was sent
	marks     []inputMark   // the latest
	forgotten time.Duration // what was sent before them
}

type inputMark struct {
	end time.Duration
	at  time.Time
}

// maxInputMarks is about a minute of packets of 20 ms.
const maxInputMarks = 3000

// add notes audio that ends now.
func (k *inputClock) add(now time.Time, d time.Duration) {
	k.total += d
	if len(k.marks) == 2*maxInputMarks {
		k.forgotten = k.marks[maxInputMarks-1].end
		k.marks = k.marks[:copy(k.marks, k.marks[maxInputMarks:])]
	}
	k.marks = append(k.marks, inputMark{k.total, now})
}

// at returns when the audio at an offset was spoken; zero if that is not known any more, or was not sent.
func (k *inputClock) at(offset time.Duration) (at time.Time) {
	if offset < k.forgotten {
		return at
	}
	for i := len(k.marks) - 1; i >= 0 && k.marks[i].end >= offset; i-- {
		at = k.marks[i].at.Add(offset - k.marks[i].end)
	}
	return at
}
