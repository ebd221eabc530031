package voicelive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	maxQueuedResponses = 16
	gateRetry          = 500 * time.Millisecond // when the service reports a response that the session did not see
)

// gate sends a response.create only while no response is active, since the service
// refuses it then. The service starts responses on its own, so that the refusal can
// still happen; the gate then sends the event again.
type gate struct {
	off bool

	mu       sync.Mutex
	running  int      // responses that were created and are not done
	inFlight *create  // the latest one sent, until a response is done or it is refused
	waiting  []create // in order
	timer    *time.Timer
	stopped  bool
}

type create struct {
	id       string // event_id
	json     []byte
	answered bool // by a response.created, which may be that of a response the service started
	refused  bool // it was sent before
}

// outOfBand reports whether the response is not part of the conversation. Such
// responses may run beside others.
func outOfBand(e *ClientEventResponseCreate) bool {
	return e.Response != nil && e.Response.Conversation == ResponseConversationNone
}

// send sends e, or queues it.
func (g *gate) send(ctx context.Context, s *Session, e *ClientEventResponseCreate, id string) error {
	c := create{id: e.GetEventID()}
	if c.id == "" {
		if c.id = id; id == "" {
			c.id = s.newEventID()
		}
		id = c.id
	}
	buf := sendBuffers.Get().(*sendBuffer)
	defer buf.release()
	if err := s.encode(buf, e, id); err != nil {
		return notSent(err)
	}
	c.json = slices.Clone(buf.b[headroom:])
	if err := ctx.Err(); err != nil {
		return notSent(err)
	}

	g.mu.Lock()
	switch {
	case g.stopped:
		g.mu.Unlock()
		return notSent(s.endError())
	case g.running == 0 && g.inFlight == nil && len(g.waiting) == 0:
		g.inFlight = &c
		g.mu.Unlock()
		err := s.write(ctx, buf, e.EventType())
		if errors.Is(err, ErrNotSent) {
			g.refused(s, c.id, "")
		}
		return err
	case len(g.waiting) == maxQueuedResponses:
		g.mu.Unlock()
		return notSent(fmt.Errorf("%d events response.create are waiting for a response to end", maxQueuedResponses))
	}
	g.waiting = append(g.waiting, c)
	g.mu.Unlock()
	return nil
}

// created counts a response that the service started, whoever asked for it.
func (g *gate) created() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running++
	if g.inFlight != nil {
		g.inFlight.answered = true
	}
}

// finished counts a response that is done.
func (g *gate) finished(s *Session) {
	g.mu.Lock()
	g.running = max(g.running-1, 0)
	if g.inFlight != nil && g.inFlight.answered {
		g.inFlight = nil
	}
	due := g.due()
	g.mu.Unlock()
	if due {
		s.others.Go(func() { g.flush(s) })
	}
}

// refused handles the service's error for the event with an id. One without an id may
// be for the event in flight: better to send the next too early, which the service refuses,
// than never.
func (g *gate) refused(s *Session, id, code string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.inFlight
	if c == nil || c.id != id && (id != "" || c.answered) || g.stopped {
		return
	}
	if code == codeActiveResponse {
		g.waiting = slices.Insert(g.waiting, 0, create{id: c.id, json: c.json, refused: true})
	}
	g.inFlight = nil
	if g.running == 0 && len(g.waiting) > 0 {
		// No response.done may come to wait for.
		delay := time.Duration(0)
		if code == codeActiveResponse {
			delay = gateRetry
		}
		g.timer = time.AfterFunc(delay, func() { g.flush(s) })
	}
}

// sendsAgain reports whether the event with an id is going to be sent again if it
// is refused because of an active response.
func (g *gate) sendsAgain(id string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return id != "" && (g.inFlight != nil && g.inFlight.id == id || len(g.waiting) > 0 && g.waiting[0].id == id)
}

// holds reports whether the event with an id waits to be sent.
func (g *gate) holds(id string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.ContainsFunc(g.waiting, func(c create) bool { return c.id == id })
}

// drop forgets the event with an id if it waits, and reports whether it did and has
// never been sent.
func (g *gate) drop(id string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.IndexFunc(g.waiting, func(c create) bool { return c.id == id })
	if i < 0 {
		return false
	}
	refused := g.waiting[i].refused
	g.waiting = slices.Delete(g.waiting, i, i+1)
	return !refused
}

func (g *gate) due() bool {
	return g.running == 0 && g.inFlight == nil && len(g.waiting) > 0 && !g.stopped
}

// flush sends the first event that waits, if it may.
func (g *gate) flush(s *Session) {
	g.mu.Lock()
	if !g.due() {
		g.mu.Unlock()
		return
	}
	c := g.waiting[0]
	g.waiting = slices.Delete(g.waiting, 0, 1)
	g.inFlight = &c
	g.mu.Unlock()

	buf := sendBuffers.Get().(*sendBuffer)
	defer buf.release()
	buf.b = append(buf.b[:headroom], c.json...)
	// An error ends the session, or was the session's end: nothing is left to do.
	s.write(context.Background(), buf, ClientEventTypeResponseCreate)
}

// stop sends nothing more: the session ended. What waits stays for drop.
func (g *gate) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopped, g.inFlight = true, nil
	if g.timer != nil {
		g.timer.Stop()
	}
}
