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
	// If they lack cancel_previous, it is sent as false. A request in which it is true is
	// sent even if a response is active or the floor is held, but not while the user
	// speaks. A request for a response outside of the conversation (conversation "none",
	// or commit false) is always sent at once.
	Params *voicelive.ResponseCreateParams

	// AfterHeard makes the request also wait until the user has heard all audio of the
	// assistant; see [Floor.SetAudible].
	AfterHeard bool
}

// An Outcome is the state of a request.
type Outcome string

// The outcomes. All but the first two are final.
const (
	Waiting   Outcome = "waiting"   // it is not sent yet
	Sent      Outcome = "sent"      // it is on the wire, or its response is being generated
	Done      Outcome = "done"      // its response is done; Result.Status is that of the response
	Satisfied Outcome = "satisfied" // a response that the service created by itself serves it
	Refused   Outcome = "refused"   // the service refused it; Result.Err is the reason
	Dropped   Outcome = "dropped"   // the session ended, or the service did not reply; Result.Err is the reason
	Withdrawn Outcome = "withdrawn" // Handle.Withdraw was called
)

// A Result describes a request and its response.
type Result struct {
	Outcome Outcome

	// ResponseID is the id of the response that serves the request; empty if there is none.
	ResponseID string

	// Status is that of the response of a request that is Done, such as completed or cancelled.
	Status voicelive.ResponseStatus

	// ByOrder reports that the service did not repeat the metadata of the request. The
	// floor then recognized the response by the order of events, which is a guess.
	ByOrder bool

	// Err is the reason why a request was Refused, a [*voicelive.ServiceError], or Dropped.
	Err error
}

// The errors of requests that are Dropped.
var (
	// ErrClosed means that the Floor was closed, or that the context of New ended.
	ErrClosed = errors.New("floor: closed")

	// ErrNoReply means that the service neither created nor refused the response within
	// Limits.Created.
	ErrNoReply = errors.New("floor: the service did not reply to response.create")

	// ErrNotDone means that the response had no event for Limits.Generating.
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

// Result returns the result so far.
func (h *Handle) Result() Result {
	h.floor.mu.Lock()
	defer h.floor.mu.Unlock()
	return h.result
}

// Wait waits until the outcome is final. If ctx ends first, it returns the result so far
// and ctx.Err; the request goes on.
func (h *Handle) Wait(ctx context.Context) (Result, error) {
	select {
	case <-h.done:
		return h.Result(), nil
	case <-ctx.Done():
		return h.Result(), ctx.Err()
	}
}

// Withdraw withdraws the request if it is not sent yet, and reports whether it did.
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
