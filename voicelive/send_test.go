package voicelive

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// An attempt is one call of Send or Do.
type attempt struct {
	id           string
	began, ended int64 // by one counter for all
	err          error
}

// "An event is on the wire when Send returned, behind those whose Send had returned before,
// and once": whatever the event is, and whatever the service says meanwhile about responses.
func TestEveryAcceptedEventIsOnTheWireInOrderOnce(t *testing.T) {
	for seed := range uint64(300) {
		synctest.Test(t, func(t *testing.T) {
			var wire []string
			s, stop := serve(t, func(o *ClientOptions) { o.Limits.CloseTimeout = time.Second }, unreliableService(seed, &wire))
			var receiver, senders sync.WaitGroup
			receiver.Go(func() {
				for range s.Events(context.Background()) {
				}
			})
			var mu sync.Mutex
			var attempts []attempt
			var clock atomic.Int64
			for sender := range 4 {
				senders.Go(func() {
					r := rand.New(rand.NewPCG(seed, uint64(sender)))
					for i := range 12 {
						time.Sleep(time.Duration(r.IntN(100)) * time.Millisecond)
						a := attempt{id: fmt.Sprintf("%d.%d", sender, i)}
						send := randomSend(r, s, a.id)
						a.began = clock.Add(1)
						a.err = send()
						a.ended = clock.Add(1)
						mu.Lock()
						attempts = append(attempts, a)
						mu.Unlock()
					}
				})
			}
			if seed%3 == 0 {
				time.AfterFunc(300*time.Millisecond, func() { s.Close() })
			}
			senders.Wait()
			stop()
			receiver.Wait()
			checkWire(t, seed, wire, attempts)
		})
	}
}

// randomSend returns a call that sends one of the events that concern responses.
func randomSend(r *rand.Rand, s *Session, id string) func() error {
	var e ClientEvent
	switch r.IntN(4) {
	case 0, 1:
		create := &ClientEventResponseCreate{EventID: &id}
		if r.IntN(2) == 0 {
			create.Response = &ResponseCreateParams{CancelPrevious: new(r.IntN(2) == 0), Conversation: ResponseConversation([]string{"", "none"}[r.IntN(2)])}
		}
		e = create
	case 2:
		e = &ClientEventResponseCancel{EventID: &id}
	default:
		e = &ClientEventConversationItemCreate{EventID: &id, Item: &FunctionCallOutputItem{CallID: "c", Output: "o"}}
	}
	ctx, cancel := context.WithCancel(context.Background())
	timeout := time.Duration(r.IntN(100)) * time.Millisecond
	if wait := r.IntN(3) == 0; wait {
		ctx, cancel = context.WithTimeout(ctx, timeout)
		return func() error {
			defer cancel()
			_, err := s.Do(ctx, e)
			return err
		}
	}
	if r.IntN(10) == 0 {
		cancel()
	}
	return func() error {
		defer cancel()
		return s.Send(ctx, e)
	}
}

// unreliableService notes the events that arrive, and says anything about responses at any time.
func unreliableService(seed uint64, wire *[]string) func(*peer) {
	return func(p *peer) {
		r := rand.New(rand.NewPCG(seed, 1000))
		ids := make(chan string, 100)
		go func() {
			defer close(ids)
			for {
				e, err := p.event()
				if err != nil {
					return
				}
				*wire = append(*wire, fmt.Sprint(e["event_id"]))
				ids <- fmt.Sprint(e["event_id"])
			}
		}()
		var known []string
		for {
			select {
			case id, ok := <-ids:
				if !ok {
					return
				}
				known = append(known, id)
			case <-time.After(time.Duration(r.IntN(100)) * time.Millisecond):
			}
			id := "null"
			if len(known) > 0 && r.IntN(3) > 0 {
				id = fmt.Sprintf("%q", known[r.IntN(len(known))])
			}
			code := []string{"conversation_already_has_active_response", "response_cancel_not_active", "other"}[r.IntN(3)]
			switch r.IntN(4) {
			case 0:
				p.text(`{"type":"response.created","response":{"id":"r%d"}}`, r.IntN(9))
			case 1:
				p.text(`{"type":"response.done","response":{"id":"r%d"}}`, r.IntN(9))
			case 2:
				p.text(`{"type":"error","error":{"type":"t","code":%q,"message":"m","event_id":%s}}`, code, id)
			}
		}
	}
}

// checkWire compares what arrived with what the calls said.
func checkWire(t *testing.T, seed uint64, wire []string, attempts []attempt) {
	t.Helper()
	place := map[string]int{}
	for i, id := range wire {
		if _, twice := place[id]; twice {
			t.Errorf("seed %d: event %s arrived twice", seed, id)
		}
		place[id] = i
	}
	accepted := 0
	for _, a := range attempts {
		_, arrived := place[a.id]
		switch {
		case errors.Is(a.err, ErrNotSent) && arrived:
			t.Errorf("seed %d: event %s arrived: %v", seed, a.id, a.err)
		case a.err == nil && !arrived:
			t.Errorf("seed %d: event %s was accepted and did not arrive", seed, a.id)
		case arrived:
			accepted++
		}
		for _, b := range attempts {
			at, there := place[b.id]
			if arrived && there && a.ended < b.began && place[a.id] > at {
				t.Errorf("seed %d: event %s was sent before %s and arrived behind it", seed, a.id, b.id)
			}
		}
	}
	if accepted != len(wire) {
		t.Errorf("seed %d: %d events arrived, %d were sent", seed, len(wire), accepted)
	}
}

// A response.create that asks to cancel what is active, and one beside a response outside of the
// conversation, go out at once like all others.
func TestAnActiveResponseHoldsNothingBack(t *testing.T) {
	for name, params := range map[string]*ResponseCreateParams{
		"plain":           nil,
		"cancel_previous": {CancelPrevious: new(true)},
		"out of band":     {Conversation: ResponseConversationNone},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var arrived []time.Time
				s, stop := serve(t, nil, func(p *peer) {
					p.text(`{"type":"response.created","response":{"id":"long","status":"in_progress"}}`)
					for {
						if _, err := p.event(); err != nil {
							return
						}
						arrived = append(arrived, time.Now())
					}
				})
				for range 2 { // session.created, response.created
					recv(t, s)
				}
				began := time.Now()
				for range 30 {
					if err := s.CreateResponse(t.Context(), params); err != nil {
						t.Fatal(err)
					}
				}
				stop()
				if len(arrived) != 30 || arrived[29].Sub(began) != 0 {
					t.Errorf("%d of 30 arrived, the last after %v", len(arrived), arrived[len(arrived)-1].Sub(began))
				}
			})
		})
	}
}

func TestAnEventThatHasNoJSONIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		s, stop := serve(t, nil, answerAll(func(map[string]any) []string { sent++; return nil }))
		err := s.UpdateSession(t.Context(), &RequestSession{Temperature: new(math.NaN())})
		if !errors.Is(err, ErrNotSent) {
			t.Errorf("got %v", err)
		}
		stop()
		if sent != 0 {
			t.Errorf("sent %d messages", sent)
		}
	})
}
