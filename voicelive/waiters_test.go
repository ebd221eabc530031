package voicelive

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Whatever responses speech starts, and whatever is refused, each Do gets the response that it asked for, or
// the error that names its event.
func TestEachDoGetsItsOwnReply(t *testing.T) {
	outcomes := map[string]int{}
	for seed := range uint64(200) {
		synctest.Test(t, func(t *testing.T) {
			s, stop := serve(t, nil, busyService(seed))
			var receiver, callers sync.WaitGroup
			receiver.Go(func() {
				for range s.Events(context.Background()) {
				}
			})
			var mu sync.Mutex
			for caller := range 4 {
				callers.Go(func() {
					r := rand.New(rand.NewPCG(seed, uint64(caller)))
					for i := range 8 {
						time.Sleep(time.Duration(r.IntN(400)) * time.Millisecond)
						outcome := doOne(t, s, r, fmt.Sprintf("%d.%d", caller, i))
						mu.Lock()
						outcomes[outcome]++
						mu.Unlock()
					}
				})
			}
			callers.Wait()
			stop()
			receiver.Wait()
			if n := s.waiters.n.Load(); n != 0 {
				t.Errorf("seed %d: %d waiters are left", seed, n)
			}
		})
	}
	for _, outcome := range []string{"own", "refused", "late"} {
		if outcomes[outcome] == 0 {
			t.Errorf("no Do was %s: %v", outcome, outcomes)
		}
	}
}

// doOne asks for something and judges the reply: what is asked for is in the event_id.
func doOne(t *testing.T, s *Session, r *rand.Rand, id string) string {
	var e ClientEvent = &ClientEventResponseCreate{EventID: &id}
	if r.IntN(2) == 0 {
		e = &ClientEventConversationItemCreate{EventID: &id, Item: &UserMessageItem{ID: &id, Content: []MessageContentPart{&InputTextContentPart{Text: "x"}}}}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(1+r.IntN(2000))*time.Millisecond)
	defer cancel()
	ev, err := s.Do(ctx, e)
	got := ""
	switch ev := ev.(type) {
	case *ServerEventResponseCreated:
		got = deref(ev.Response.ID)
	case *ServerEventConversationItemCreated:
		got = ev.Item.GetID()
	}
	refused, ok := errors.AsType[*ServiceError](err)
	switch {
	case err == nil && got == id:
		return "own"
	case ok && !refused.Unnamed && refused.EventID == id:
		return "refused"
	case errors.Is(err, context.DeadlineExceeded):
		return "late"
	}
	t.Errorf("the reply to %s is %v, %v", id, ev, err)
	return "wrong"
}

// busyService replies to each request after a while or never, in any order, with responses of speech and
// messages of the user in between.
func busyService(seed uint64) func(*peer) {
	return func(p *peer) {
		r := rand.New(rand.NewPCG(seed, 1000))
		events := make(chan map[string]any, 100)
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
		// The first reply shows that the service repeats metadata.
		p.text(`{"type":"response.created","response":{"id":"earlier","metadata":{%q:"earlier"}}}`, markName)
		var open []map[string]any
		for {
			select {
			case e, ok := <-events:
				if !ok {
					return
				}
				open = append(open, e)
			case <-time.After(time.Duration(r.IntN(150)) * time.Millisecond):
			}
			switch r.IntN(4) {
			case 0:
				p.text(`{"type":"response.created","response":{"id":"of speech","metadata":null}}`)
			case 1:
				p.text(`{"type":"conversation.item.created","item":{"type":"message","role":"user","id":"spoken"}}`)
			}
			if len(open) == 0 || r.IntN(3) == 0 {
				continue
			}
			i := r.IntN(len(open))
			e := open[i]
			open = slices.Delete(open, i, i+1)
			id := e["event_id"].(string)
			switch {
			case r.IntN(4) == 0:
				p.text(`{"type":"error","error":{"type":"t","code":"conversation_already_has_active_response","message":"m","event_id":%q}}`, id)
			case r.IntN(10) == 0: // never
			case e["type"] == "response.create":
				mark := e["response"].(map[string]any)["metadata"].(map[string]any)[markName]
				p.text(`{"type":"response.created","response":{"id":%q,"metadata":{%q:%q}}}`, id, markName, mark)
			default:
				p.text(`{"type":"conversation.item.created","item":{"type":"message","role":"user","id":%q}}`, id)
			}
		}
	}
}
