package voicelive

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func userMessage(text string) ConversationRequestItem {
	return &UserMessageItem{Content: []MessageContentPart{&InputTextContentPart{Text: text}}}
}

// Any number of items takes one round trip, and each has a result of its own.
func TestItemsAreCreatedInOneRoundTrip(t *testing.T) {
	const n, trip = 500, 100 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		var arrived []string
		var ids [n]string
		events := make(chan map[string]any, n)
		s, stop := serve(t, nil, func(p *peer) {
			go func() {
				defer close(events)
				for {
					e, err := p.event()
					if err != nil {
						return
					}
					events <- e
				}
			}()
			e, ok := <-events
			time.Sleep(trip)
			for i := 0; ok; i++ {
				text := e["item"].(map[string]any)["content"].([]any)[0].(map[string]any)["text"].(string)
				arrived = append(arrived, text)
				switch i {
				case 3:
					p.text(`{"type":"error","error":{"type":"t","code":"c","message":"named","event_id":%q}}`, e["event_id"])
				case 5:
					p.text(`{"type":"error","error":{"type":"t","code":"c","message":"unnamed"}}`)
				default:
					// Another message of the user comes in between.
					p.text(`{"type":"conversation.item.created","item":{"type":"message","role":"user","id":"spoken%d"}}`, i)
					ids[i] = e["item"].(map[string]any)["id"].(string)
					p.text(`{"type":"conversation.item.created","item":{"type":"message","role":"user","id":%q}}`, ids[i])
				}
				e, ok = <-events
			}
		})
		defer stop()
		var items []ConversationRequestItem
		var sent []string
		for i := range n {
			sent = append(sent, fmt.Sprint("text ", i))
			items = append(items, userMessage(sent[i]))
		}
		began := time.Now()
		go func() {
			for range s.Events(t.Context()) {
			}
		}()
		results, err := s.CreateItemsAndWait(t.Context(), items)
		if took := time.Since(began); took != trip {
			t.Errorf("it took %v, want one round trip of %v", took, trip)
		}
		if refused, ok := errors.AsType[*ServiceError](err); !ok || refused.Message != "named" {
			t.Errorf("got %v", err)
		}
		for i, r := range results {
			refused, ok := errors.AsType[*ServiceError](r.Err)
			if wants := i == 3 || i == 5; ok != wants || !wants && r.Item.GetID() != ids[i] || ok && refused.Unnamed != (i == 5) {
				t.Errorf("item %d: got %v, %v", i, r.Item, r.Err)
			}
		}
		if diff := cmp.Diff(sent, arrived); diff != "" {
			t.Error(diff)
		}
	})
}

// The end of ctx leaves items that were not confirmed; the end of the session those that were not sent, too.
func TestItemsThatAreNotConfirmedHaveAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		s, stop := serve(t, nil, answerAll(func(e map[string]any) []string {
			if n++; n > 1 {
				return nil
			}
			return []string{fmt.Sprintf(`{"type":"conversation.item.created","item":{"type":"message","role":"user","id":%q}}`, e["item"].(map[string]any)["id"])}
		}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		results, err := s.CreateItemsAndWait(ctx, []ConversationRequestItem{userMessage("a"), userMessage("b")})
		if !errors.Is(err, context.DeadlineExceeded) || results[0].Err != nil || !errors.Is(results[1].Err, context.DeadlineExceeded) || errors.Is(results[1].Err, ErrNotSent) {
			t.Errorf("got %v, %v", results, err)
		}
		stop()
		results, err = s.CreateItemsAndWait(t.Context(), []ConversationRequestItem{userMessage("a"), userMessage("b")})
		for _, err := range []error{err, results[0].Err, results[1].Err} {
			if !errors.Is(err, ErrNotSent) {
				t.Errorf("got %v", err)
			}
		}
		if !errors.Is(err, ErrClosed) {
			t.Errorf("got %v", err)
		}
	})
}

// "An item that is not valid is refused before any is sent."
func TestItemsAreCheckedBeforeTheFirstIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		s, stop := serve(t, nil, answerAll(func(map[string]any) []string { sent++; return nil }))
		var none *UserMessageItem
		for _, bad := range []ConversationRequestItem{nil, none} {
			if results, err := s.CreateItemsAndWait(t.Context(), []ConversationRequestItem{userMessage("a"), bad}); !errors.Is(err, ErrNotSent) || results != nil {
				t.Errorf("got %v, %v", results, err)
			}
			if err := s.CreateItem(t.Context(), bad); !errors.Is(err, ErrNotSent) {
				t.Errorf("got %v", err)
			}
		}
		if results, err := s.CreateItemsAndWait(t.Context(), nil); err != nil || len(results) != 0 {
			t.Errorf("got %v, %v", results, err)
		}
		stop()
		if sent != 0 {
			t.Errorf("%d events were sent", sent)
		}
	})
}

// A service that replaces the ids of items is recognized by its silence about them.
func TestItemsMayGetOtherIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		s, stop := serve(t, nil, answerAll(func(map[string]any) []string {
			n++
			return []string{fmt.Sprintf(`{"type":"conversation.item.created","item":{"type":"message","role":"user","id":"i%d"}}`, n)}
		}))
		defer stop()
		began := time.Now()
		results, err := s.CreateItemsAndWait(t.Context(), []ConversationRequestItem{userMessage("a"), userMessage("b")})
		if err != nil || results[0].Item.GetID() != "i1" || results[1].Item.GetID() != "i2" || time.Since(began) != patience {
			t.Errorf("got %v, %v after %v", results, err, time.Since(began))
		}
	})
}
