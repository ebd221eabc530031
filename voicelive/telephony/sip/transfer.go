package sip

import (
	"context"
	"fmt"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// Transfer asks the other side to call target in place of this endpoint, by REFER, and waits until that call is accepted.
// Then the call ends. The target is a URI, such as sip:alice@example.com, or a name or number at the host of the
// other side. The error of a refusal, by the other side or by the target, is a [*StatusError]; the call goes on.
func (c *Call) Transfer(ctx context.Context, target string) error {
	uri, err := parseTarget(target, c.target.Host)
	if err != nil {
		return err
	}
	r := c.newRequest(sip.REFER)
	r.AppendHeader(sip.NewHeader("Refer-To", "<"+uri.String()+">"))
	r.AppendHeader(sip.NewHeader("Referred-By", "<"+c.contact.Address.String()+">"))
	select {
	case <-c.notify: // of an earlier transfer
	default:
	}
	response, err := c.dialog.Do(ctx, r)
	if err != nil {
		return fmt.Errorf("sip: transferring: %w", err)
	}
	if !response.IsSuccess() {
		return statusError(sip.REFER, response)
	}
	select {
	case outcome := <-c.notify:
		if !outcome.IsSuccess() {
			return statusError(sip.REFER, outcome)
		}
	case <-c.media.ended: // the other side is with the target
	case <-ctx.Done():
		return fmt.Errorf("sip: transferring: %w", ctx.Err())
	}
	c.HangUp(ctx, "transferred")
	return nil
}

// onNotify takes the news of a transfer: the status line of the response that the target gave.
func (e *Endpoint) onNotify(request *sip.Request, tx sip.ServerTransaction) {
	c := e.find(request)
	if c == nil {
		respond(tx, sip.NewResponseFromRequest(request, sip.StatusCallTransactionDoesNotExists, "Call/Transaction Does Not Exist", nil))
		return
	}
	respond(tx, sip.NewResponseFromRequest(request, sip.StatusOK, "OK", nil))
	line, _, _ := strings.Cut(string(request.Body()), "\n")
	message, err := sip.ParseMessage([]byte(strings.TrimSpace(line) + "\r\n\r\n"))
	outcome, ok := message.(*sip.Response)
	if err != nil || !ok || outcome.IsProvisional() {
		return
	}
	select {
	case c.notify <- outcome:
	default:
	}
}
