package sip

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// An Invite says who calls whom.
type Invite struct {
	ID     string         // the Call-ID
	From   string         // the URI of the caller, as the other side says it
	To     string         // the URI of whom is called
	Remote netip.AddrPort // of the signalling of the other side

	request *sip.Request
}

// Header returns a header of the INVITE, such as one that a PBX has added; empty if there is none.
func (i *Invite) Header(name string) string {
	h := i.request.GetHeader(name)
	if h == nil {
		return ""
	}
	return h.Value()
}

func newInvite(request *sip.Request, remote netip.AddrPort) Invite {
	return Invite{
		ID: request.CallID().Value(), From: request.From().Address.String(), To: request.To().Address.String(),
		Remote: remote, request: request,
	}
}

// A dialog is a session of sipgo, of the side that calls or of the one that is called.
type dialog interface {
	Do(context.Context, *sip.Request) (*sip.Response, error)
	ReadRequest(*sip.Request, sip.ServerTransaction) error
	ReadBye(*sip.Request, sip.ServerTransaction) error
	WriteBye(context.Context, *sip.Request) error
}

// A Call is a call that was confirmed. It is a [leg.Leg], a [leg.Positioner] and a [leg.Transferer], whose documentation
// says from which goroutines the methods may be called.
type Call struct {
	Invite
	*media

	endpoint *Endpoint
	dialog   dialog
	dialogID string
	contact  sip.ContactHeader // ours
	target   sip.Uri           // where requests go
	sdp      netip.AddrPort    // our address for RTP
	forget   func()            // takes the other side from the gate
	released func()            // called when the call has ended

	began  chan struct{}      // closed when the format is known
	acked  chan []byte        // the body of the latest ACK
	notify chan *sip.Response // what came of a transfer
	over   sync.Once
}

func newCall(e *Endpoint, request *sip.Request, remote netip.AddrPort, m *media, sdp netip.AddrPort) *Call {
	return &Call{
		Invite: newInvite(request, remote), media: m, endpoint: e, sdp: sdp,
		forget: e.gate.retain(remote.Addr(), request.CallID().Value()), released: func() {},
		began: make(chan struct{}), acked: make(chan []byte, 1), notify: make(chan *sip.Response, 1),
	}
}

// Format returns the law of the call, at 8 kHz.
func (c *Call) Format() audio.Format { return c.media.format }

// inFlight is how long it takes until audio is heard that has been sent: the network, and the buffer of a telephone.
const inFlight = 100 * time.Millisecond

// HangUp ends the call, when the audio that has been sent is heard. The reason goes to the Logger.
func (c *Call) HangUp(ctx context.Context, reason string) error {
	if wait := time.Until(c.media.lastSent().Add(inFlight)); wait > 0 {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		case <-c.media.ended:
		}
	}
	return c.end(nil, func() error {
		c.log().Info("sip: hanging up", "reason", reason)
		return c.bye()
	})
}

func (c *Call) log() *slog.Logger { return c.endpoint.log.With("call", c.ID) }

// end ends the call on this side, once. Receive returns err then, io.EOF if it is nil. The other side is told by
// tell, if it is not nil.
func (c *Call) end(err error, tell func() error) (failed error) {
	c.over.Do(func() {
		c.media.end(err)
		c.endpoint.remove(c)
		if tell != nil {
			failed = tell()
		}
		c.forget()
		c.released()
	})
	return failed
}

// drop ends a call that did not come about.
func (c *Call) drop() {
	c.over.Do(func() {
		c.media.end(nil)
		c.endpoint.remove(c)
		c.forget()
	})
}

// serve hands a call to the application, and ends it.
func (c *Call) serve() {
	defer c.endpoint.release()
	reason := "served"
	switch err := c.endpoint.o.Serve(c.endpoint.ctx, c); {
	case c.endpoint.ctx.Err() != nil:
		reason = endpointClosed
	case err != nil:
		c.log().Error("sip: a call failed", "error", err)
	}
	c.HangUp(context.Background(), reason)
}

// byeTimeout is how long the other side may take to confirm the end.
const byeTimeout = 2 * time.Second

func (c *Call) bye() error {
	ctx, cancel := context.WithTimeout(context.Background(), byeTimeout)
	defer cancel()
	if err := c.dialog.WriteBye(ctx, c.newRequest(sip.BYE)); err != nil {
		return fmt.Errorf("sip: hanging up: %w", err)
	}
	return nil
}

// newRequest returns a request to the other side, without what the dialog adds.
func (c *Call) newRequest(method sip.RequestMethod) *sip.Request {
	r := sip.NewRequest(method, *c.target.Clone())
	r.Laddr = c.endpoint.laddr()
	return r
}

// begin begins the media, with what was agreed, and watches them.
func (c *Call) begin(a agreement) {
	c.media.start(a, c.Remote.Addr())
	close(c.began)
	c.endpoint.served.Go(func() {
		<-c.media.ended
		c.end(nil, c.bye) // unless another end was the reason
	})
}

var _ interface {
	leg.Leg
	leg.Positioner
	leg.Transferer
} = (*Call)(nil)
