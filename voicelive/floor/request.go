package floor

import (
	"context"
	"errors"

	"github.com/go-voicelive/voicelive-go/voicelive"
)

// A Request asks for one response.
type Request struct {
	// Items are the ids of the items that the response has to take into account, such as
	// the outputs of functions. A response that the service creates by itself after it
	// has confirmed all of them satisfies the request.
	Items []string

	// Params are the parameters of response.create; nil for those of the session. They are
	// not changed, and must not change until the request has ended. A request with
	// parameters has a response of its own: it neither coalesces with others nor is it
	// satisfied by a response of the service.
	//
	// Unless they say otherwise cancel_previous is sent as false. A request in which it is
	// true is sent although a response is active or the floor is held, but not while the
	// user speaks. One for a response outside of the conversation (conversation "none", or
	// commit false) is sent at once, always.
	Params *voicelive.ResponseCreateParams

	// AfterHeard lets the request wait until the user has heard everything as well; see
	// [Floor.SetAudible].
	AfterHeard bool
}

// An Outcome is what has become of a request.
type Outcome string

// The outcomes. All but the first two are final.
const (
	Waiting   Outcome = "waiting"   // it is not sent yet
	Sent      Outcome = "sent"      // it is on the wire, or its response is being generated
	Done      Outcome = "done"      // its response is done; Result.Status tells how
	Satisfied Outcome = "satisfied" // a response that the service created by itself serves it
	Refused   Outcome = "refused"   // the service refused it; Result.Err tells why
	Dropped   Outcome = "dropped"   // the session ended, or the service did not reply; Result.Err tells why
	Withdrawn Outcome = "withdrawn" // Handle.Withdraw was called
)

// A Result is what is known about a request.
type Result struct {
	Outcome Outcome

	// ResponseID is the id of the response that serves the request; empty if there is none.
	ResponseID string

	// Status is that of the response of a request that is Done, such as completed or cancelled.
	Status voicelive.ResponseStatus

	// ByOrder says that the service did not echo the metadata of the request, so that the
	// response was recognized by the order of events, which is a guess.
	ByOrder bool

	// Err says why a request was Refused, a [*voicelive.ServiceError], or Dropped.
	Err error
}

// The errors of requests that are Dropped.
var (
	// ErrClosed says that the Floor was closed, or the context of New ended.
	ErrClosed = errors.New("floor: closed")

	// ErrNoReply says that the service neither created nor refused the response within
	// Limits.Created.
	ErrNoReply = errors.New("floor: the service did not reply to response.create")

	// ErrNotDone says that nothing was heard of the response for Limits.Generating.
	ErrNotDone = errors.New("floor: the service did not end the response")
)

// A Handle follows one request. Its methods may be called from any goroutine.
type Handle struct {
	floor   *Floor
	request Request
	done    chan struct{}

	result Result // guarded by floor.mu
	tries  int    // how often the service was busy
}

// Done returns a channel that is closed when the outcome is final.
func (h *Handle) Done() <-chan struct{} { return h.done }

// Result returns what is known so far.
func (h *Handle) Result() Result {
	h.floor.mu.Lock()
	defer h.floor.mu.Unlock()
	return h.result
}

// Wait waits until the outcome is final. If ctx ends first it returns what is known so far,
// and ctx.Err; the request goes on.
func (h *Handle) Wait(ctx context.Context) (Result, error) {
	select {
	case <-h.done:
		return h.Result(), nil
	case <-ctx.Done():
		return h.Result(), ctx.Err()
	}
}

// Withdraw takes a request back that is not sent yet, and reports whether it could.
func (h *Handle) Withdraw() bool {
	h.floor.mu.Lock()
	defer h.floor.mu.Unlock()
	return h.floor.machine.withdraw(h)
}

// plain reports whether any response serves the request.
func (r *Request) plain() bool { return r.Params == nil }

// outOfBand reports whether the response is no part of the conversation.
func (r *Request) outOfBand() bool {
	p := r.Params
	return p != nil && (p.Conversation == voicelive.ResponseConversationNone || p.Commit != nil && !*p.Commit)
}

// cancels reports whether the request asks to cancel the active response.
func (r *Request) cancels() bool {
	return r.Params != nil && r.Params.CancelPrevious != nil && *r.Params.CancelPrevious
}
