package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

const (
	maxOffer  = 64 << 10 // bytes of SDP
	maxEvents = 1 << 20  // bytes of events of the page that wait to be received
)

// pageSide is what a page sends of media that do not pass here: its offer, and the events of its data channel.
type pageSide struct {
	id     int         // of the latest avatar; 0 without one
	offer  chan string // for it, with room for one
	events [][]byte    // oldest first
	size   int
	more   chan struct{} // there are events, or the call has ended
}

func newPageSide() pageSide {
	return pageSide{offer: make(chan string, 1), more: make(chan struct{}, 1)}
}

// take takes a message of the page. The caller has the lock of the call.
func (p *pageSide) take(m message, o *Options) error {
	switch {
	case m.Type == "offer" && (o.WebRTC || o.Avatar):
		if m.SDP == "" || len(m.SDP) > maxOffer {
			return fmt.Errorf("an offer of %d bytes", len(m.SDP))
		}
		if m.ID < p.id {
			return nil // of a session that was replaced meanwhile
		}
		if m.ID > p.id {
			return fmt.Errorf("offer %d, which is not due", m.ID)
		}
		select {
		case p.offer <- m.SDP:
			return nil
		default:
			return errors.New("an offer before the reply to the one before")
		}
	case m.Type == "event" && o.WebRTC && len(m.Event) > 0:
		if p.size += len(m.Event); p.size > maxEvents {
			return fmt.Errorf("%d bytes of events that the application has not received", p.size)
		}
		p.events = append(p.events, m.Event)
		signal(p.more)
		return nil
	}
	return errors.New("a message of an unknown type")
}

// requestOffer gives the page the ICE servers of an avatar, and returns its id and where the offer of the page arrives.
func (c *Call) requestOffer(servers json.RawMessage) (id int, offers <-chan string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.page.id++
	c.page.offer = make(chan string, 1)
	c.push(message{Type: "servers", ID: c.page.id, Servers: servers})
	return c.page.id, c.page.offer
}

// waitOffer waits for the SDP offer of the page. The error is io.EOF if the call ends before.
func (c *Call) waitOffer(ctx context.Context, offers <-chan string) (string, error) {
	select {
	case offer := <-offers:
		return offer, nil
	case <-ctx.Done():
		return "", ctx.Err()
	case <-c.life.Done():
		return "", io.EOF
	}
}

// tell sends the page a message that must not wait.
func (c *Call) tell(m message) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.push(m)
}

// push is tell for those who have the lock.
func (c *Call) push(m message) {
	if c.why == "" {
		c.control = append(c.control, encode(m))
		signal(c.wake)
	}
}

// nextEvent returns the oldest event of the page's data channel; nil if there is none.
func (c *Call) nextEvent() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	p := &c.page
	if len(p.events) == 0 {
		return nil
	}
	event := p.events[0]
	p.events[0] = nil
	p.events = p.events[1:]
	p.size -= len(event)
	return event
}
