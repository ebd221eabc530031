package voicelive

import (
	"context"
	"errors"
	"fmt"
)

// An ItemResult is the result of [Session.CreateItemsAndWait] for one item.
type ItemResult struct {
	Item ResponseItem // the item as the service returned it; nil if it was not created
	Err  error        // nil if it was created
}

// CreateItemsAndWait adds any number of items at the end of the conversation, in their order
// and in one round trip: it sends a conversation.item.create for each, and then waits for
// the confirmations, as [Session.Do] does. There is one result for each item, in the order of
// the items.
//
// The error is nil if all items were created; otherwise it is that of the first item that was
// not. If an item is not valid, CreateItemsAndWait sends nothing. If the service refuses an
// item, its Err is a [*ServiceError]; the items that follow are sent all the same and have
// results of their own. If ctx or the session ends before an item is confirmed, the Err of that
// item wraps [ErrNotSent] unless the item was sent. An item without an id is sent with one.
//
// If there are more items than Limits.QueueEvents, another goroutine has to receive meanwhile.
func (s *Session) CreateItemsAndWait(ctx context.Context, items []ConversationRequestItem) ([]ItemResult, error) {
	requests := make([]itemRequest, len(items))
	for i, item := range items {
		create := &ClientEventConversationItemCreate{Item: item}
		err := errNilItem
		if !isNil(item) {
			err = create.Validate()
		}
		if err != nil {
			return nil, notSent(fmt.Errorf("item %d of %d: %w", i, len(items), err))
		}
		create.Item = identified(item)
		requests[i].event = create
	}
	for i := range requests {
		r := &requests[i]
		var id string
		if r.waiter, r.event, id, r.err = s.request(r.event); r.err != nil {
			break
		}
		defer s.waiters.remove(r.waiter)
		if r.err = s.send(ctx, r.event, id); r.err != nil {
			break
		}
		r.sent = true
	}
	return s.itemResults(ctx, requests)
}

// An itemRequest is one of several that wait at once.
type itemRequest struct {
	event  ClientEvent
	waiter *waiter
	sent   bool
	err    error // of sending; nil for the requests after the first that failed
}

// itemResults waits for the last confirmation first. The service replies in order. If a later item
// has its reply and an earlier one has none, an error that names no event refused the earlier one.
func (s *Session) itemResults(ctx context.Context, requests []itemRequest) ([]ItemResult, error) {
	results := make([]ItemResult, len(requests))
	var first error
	behind := false
	for i := len(requests) - 1; i >= 0; i-- {
		r, result := &requests[i], &results[i]
		switch {
		case r.err != nil:
			result.Err = r.err
		case !r.sent:
			result.Err = notSent(errItemBefore)
		default:
			result.Item, result.Err = s.awaitItem(ctx, r.waiter, behind)
			_, refused := errors.AsType[*ServiceError](result.Err)
			behind = behind || refused || result.Err == nil
		}
		if result.Err != nil {
			first = fmt.Errorf("voicelive: item %d of %d: %w", i, len(requests), result.Err)
		}
	}
	return results, first
}

var errItemBefore = errors.New("an item before it was not sent")

// awaitItem waits for a confirmation. A later request has its reply already if behind is true.
func (s *Session) awaitItem(ctx context.Context, w *waiter, behind bool) (ResponseItem, error) {
	if data := s.waiters.unnamedSince(w); behind && data != nil && len(w.found) == 0 {
		_, err := delivery{data, true}.event()
		return nil, err
	}
	ev, err := s.await(ctx, w)
	if err != nil {
		return nil, err
	}
	created, err := as[*ServerEventConversationItemCreated](ev)
	if err != nil {
		return nil, err
	}
	return created.Item, nil
}
