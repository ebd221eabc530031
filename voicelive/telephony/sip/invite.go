package sip

import (
	"context"
	"net/netip"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
)

// onInvite handles the INVITE of a new call, or of one that changes.
func (e *Endpoint) onInvite(request *sip.Request, tx sip.ServerTransaction) {
	if _, inDialog := request.To().Params.Get("tag"); inDialog {
		if c := e.find(request); c != nil {
			c.reinvited(request, tx)
			return
		}
		respond(tx, sip.NewResponseFromRequest(request, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist", nil))
		return
	}
	e.invited(request, tx)
}

// A refusal is the status that an INVITE gets.
type refusal struct {
	status int
	reason string
	header sip.Header // nil if there is none
}

// invited accepts a call, or refuses it, and serves it when it is confirmed.
func (e *Endpoint) invited(request *sip.Request, tx sip.ServerTransaction) {
	log := e.log.With("call", request.CallID().Value(), "from", request.Source())
	c, refused, err := e.accept(request, tx)
	switch {
	case refused != nil:
		log.Info("sip: refused a call", "status", refused.status)
		response := sip.NewResponseFromRequest(request, refused.status, refused.reason, nil)
		if refused.header != nil {
			response.AppendHeader(refused.header)
		}
		respond(tx, response)
	case err != nil:
		log.Warn("sip: a call was not confirmed", "error", err)
	default:
		log.Info("sip: a call began")
		e.served.Go(c.serve)
	}
}

// accept returns a call that the other side has confirmed.
func (e *Endpoint) accept(request *sip.Request, tx sip.ServerTransaction) (*Call, *refusal, error) {
	remote, err := netip.ParseAddrPort(request.Source())
	if err != nil {
		return nil, &refusal{status: sip.StatusBadRequest, reason: "Bad Request"}, nil
	}
	if h := request.GetHeader("Require"); h != nil {
		return nil, &refusal{sip.StatusBadExtension, "Bad Extension", sip.NewHeader("Unsupported", h.Value())}, nil
	}
	var agreed *agreement // nil if the other side leaves the offer to us
	if len(request.Body()) > 0 {
		a, err := agree(request.Body(), audio.Format{})
		if err != nil {
			return nil, &refusal{status: sip.StatusNotAcceptableHere, reason: "Not Acceptable Here"}, nil
		}
		agreed = &a
	}
	switch err := e.reserve(); err {
	case nil:
	case ErrTooManyCalls:
		return nil, &refusal{status: sip.StatusBusyHere, reason: "Busy Here"}, nil
	default:
		return nil, &refusal{status: sip.StatusServiceUnavailable, reason: "Service Unavailable"}, nil
	}
	c, refused, err := e.answer(request, tx, remote, agreed)
	if c == nil {
		e.release()
	}
	return c, refused, err
}

// answer accepts a call that has a place, and waits for its ACK.
func (e *Endpoint) answer(request *sip.Request, tx sip.ServerTransaction, remote netip.AddrPort, agreed *agreement) (*Call, *refusal, error) {
	ua, local, err := e.userAgent(remote)
	if err != nil {
		return nil, &refusal{status: sip.StatusInternalServerError, reason: "Server Internal Error"}, err
	}
	session, err := ua.ReadInvite(request, tx)
	if err != nil {
		return nil, nil, err // it was cancelled
	}
	if e.o.Accept != nil {
		session.Respond(sip.StatusRinging, "Ringing", nil)
		if status := e.ask(session.Context(), newInvite(request, remote)); status != 0 {
			return nil, &refusal{status: status, reason: "Refused"}, nil
		}
	}
	m, sdp, err := e.openMedia(local)
	if err != nil {
		e.log.Error("sip: a call has no media", "error", err)
		return nil, &refusal{status: sip.StatusInternalServerError, reason: "Server Internal Error"}, nil
	}
	c := newCall(e, request, remote, m, sdp)
	c.dialog, c.dialogID, c.contact, c.target = session, session.ID, ua.ContactHDR, request.Contact().Address
	e.add(c)
	if err := c.confirm(session, agreed); err != nil {
		c.drop()
		return nil, nil, err
	}
	return c, nil, nil
}

// ask lets the application decide about a call. Ringing ends when the other side gives up.
func (e *Endpoint) ask(ringing context.Context, invite Invite) (status int) {
	ctx, cancel := context.WithCancel(ringing)
	defer cancel()
	defer context.AfterFunc(e.ctx, cancel)()
	return e.o.Accept(ctx, &invite)
}

// confirm accepts the call, waits for the ACK, and begins the media.
func (c *Call) confirm(session *sipgo.DialogServerSession, agreed *agreement) error {
	body := offer(c.sdp)
	if agreed != nil {
		body = agreed.answer(c.sdp)
	}
	if err := session.RespondSDP(body); err != nil {
		if session.LoadState() == sip.DialogStateEstablished { // the other side may believe that there is a call
			c.bye()
		}
		return err
	}
	if agreed == nil {
		a, err := agree(<-c.acked, audio.Format{})
		if err != nil {
			c.bye()
			return err
		}
		agreed = &a
	}
	c.begin(*agreed)
	return nil
}

// onAck tells a call that its other side has the response to an INVITE.
func (e *Endpoint) onAck(request *sip.Request, tx sip.ServerTransaction) {
	c := e.find(request)
	if c == nil {
		return
	}
	select {
	case c.acked <- request.Body():
	default:
	}
	if session, ok := c.dialog.(*sipgo.DialogServerSession); ok {
		_ = session.ReadAck(request, tx) // one of an earlier INVITE says nothing
	}
}

func (e *Endpoint) onBye(request *sip.Request, tx sip.ServerTransaction) {
	c := e.find(request)
	if c == nil {
		respond(tx, sip.NewResponseFromRequest(request, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist", nil))
		return
	}
	if err := c.dialog.ReadBye(request, tx); err != nil {
		respond(tx, sip.NewResponseFromRequest(request, sip.StatusInternalServerError, "Server Internal Error", nil))
		return
	}
	c.log().Info("sip: the other side hung up")
	c.end(nil, nil)
}

// reinvited changes the media of a call: the other side holds it, takes it back, or moves.
func (c *Call) reinvited(request *sip.Request, tx sip.ServerTransaction) {
	if err := c.dialog.ReadRequest(request, tx); err != nil {
		respond(tx, sip.NewResponseFromRequest(request, sip.StatusInternalServerError, "Server Internal Error", nil))
		return
	}
	select {
	case <-c.began: // the ACK may have come at the same time
	case <-c.media.ended:
		respond(tx, sip.NewResponseFromRequest(request, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist", nil))
		return
	}
	body := offer(c.sdp)
	offered := len(request.Body()) > 0
	if offered {
		a, err := agree(request.Body(), c.Format())
		if err != nil {
			respond(tx, sip.NewResponseFromRequest(request, sip.StatusNotAcceptableHere, "Not Acceptable Here", nil))
			return
		}
		body = a.answer(c.sdp)
		c.media.change(a)
	}
	response := sip.NewSDPResponseFromRequest(request, body)
	response.AppendHeader(&c.contact)
	ack, ok := c.repeat(tx, response)
	if !ok || offered {
		return
	}
	if a, err := agree(ack, c.Format()); err == nil {
		c.media.change(a)
	}
}

// repeat sends a response until its ACK comes, and returns the body of the ACK.
func (c *Call) repeat(tx sip.ServerTransaction, response *sip.Response) (ack []byte, ok bool) {
	select {
	case <-c.acked: // of an earlier response
	default:
	}
	end := time.After(64 * sip.T1)
	for wait := sip.T1; ; wait = min(2*wait, sip.T2) {
		respond(tx, response)
		select {
		case ack := <-c.acked:
			return ack, true
		case <-c.media.ended:
			return nil, false
		case <-end:
			return nil, false
		case <-time.After(wait):
		}
	}
}
