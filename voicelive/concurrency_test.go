package voicelive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A thousand receives and a thousand sends that are cancelled do a session no harm.
func TestAThousandCancellationsDoNoHarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, answerAll(func(e map[string]any) []string {
			time.Sleep(10 * time.Microsecond) // so that sends wait for each other
			return []string{fmt.Sprintf(`{"type":"conversation.item.deleted","event_id":%q,"item_id":%[1]q}`, e["item_id"])}
		}))
		defer stop()
		recv(t, s)
		r := rand.New(rand.NewPCG(7, 7))
		received := 0
		for range 1000 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(r.IntN(1000)))
			if _, err := s.Recv(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("got %v", err)
			}
			cancel()
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		sent := 0
		for i := range 1000 {
			wg.Go(func() {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*5*time.Microsecond)
				defer cancel()
				err := s.DeleteItem(ctx, fmt.Sprint(i))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					sent++
				case !errors.Is(err, ErrNotSent) || !errors.Is(err, context.DeadlineExceeded):
					t.Errorf("got %v", err)
				}
			})
		}
		wg.Wait()
		for range sent {
			recv(t, s)
			received++
		}
		if sent == 0 || sent == 1000 {
			t.Errorf("%d of 1000 were sent, which proves nothing", sent)
		}
		for i := range 100 {
			id := fmt.Sprint("after ", i)
			if err := s.DeleteItem(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			if got := recv(t, s).GetEventID(); got != id {
				t.Fatalf("got %q, want %q", got, id)
			}
		}
	})
}

// talkative calls the session from every callback.
type talkative struct {
	NoObserver
	mu      sync.Mutex
	session *Session
}

func (o *talkative) call() {
	o.mu.Lock()
	s := o.session
	o.mu.Unlock()
	if s == nil {
		return
	}
	s.Stats()
	_ = s.String()
	s.Err()
}

func (o *talkative) ObserveSend(context.Context, EventInfo) { o.call() }
func (o *talkative) ObserveReceive(EventInfo)               { o.call() }
func (o *talkative) ObserveError(ErrorInfo)                 { o.call() }
func (o *talkative) ObserveClose(CloseInfo)                 { o.call() }

// Any method may be called from any goroutine at any time. The race detector is
// the judge.
func TestEverythingAtOnce(t *testing.T) {
	const senders, receivers, closers = 64, 8, 3
	dial, accepted := loopback(t)
	observer := &talkative{}
	opts := testOptions(dial)
	opts.Observer = observer
	c := testClient(t, opts)
	for round := range *rounds {
		var wg sync.WaitGroup
		wg.Go(func() {
			conn := <-accepted
			defer conn.Close()
			p, err := accept(conn)
			if err != nil {
				t.Errorf("handshake: %v", err)
				return
			}
			p.text(createdEvent)
			answerAll(func(e map[string]any) []string {
				return []string{
					fmt.Sprintf(`{"type":"conversation.item.deleted","item_id":%q}`, e["item_id"]),
					`{"type":"error","error":{"type":"t","message":"m"}}`,
				}
			})(p)
		})
		s, err := c.Connect(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		observer.mu.Lock()
		observer.session = s
		observer.mu.Unlock()
		start := make(chan struct{})
		for i := range senders {
			wg.Go(func() {
				<-start
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				var err error
				if i%4 == 0 {
					_, err = s.Do(ctx, &ClientEventConversationItemDelete{ItemID: fmt.Sprint(i)})
				} else {
					err = s.DeleteItem(ctx, fmt.Sprint(i))
				}
				known(t, err)
			})
		}
		for i := range receivers {
			wg.Go(func() {
				<-start
				receive := s.Recv
				if i%2 == 0 {
					receive = s.RecvBorrowed
				}
				for {
					_, err := receive(context.Background())
					if err == io.EOF {
						return
					}
					known(t, err)
					if err != nil { // another one receives
						<-time.After(200 * time.Microsecond)
					}
				}
			})
		}
		for i := range closers {
			wg.Go(func() {
				<-start
				<-time.After(time.Duration(round%64*(i+1)) * 30 * time.Microsecond)
				s.Close()
				<-s.Done()
				s.Stats()
			})
		}
		close(start)
		wg.Wait()
		if err := s.Err(); err != nil {
			t.Errorf("the session ended with %v", err)
		}
	}
}

// known fails for an error that the documentation does not know.
func known(t *testing.T, err error) {
	if service, ok := errors.AsType[*ServiceError](err); ok && service.Unnamed {
		return
	}
	if _, ended := errors.AsType[*SessionError](err); err != nil && !ended &&
		!errors.Is(err, ErrNotSent) && !errors.Is(err, ErrClosed) && !errors.Is(err, ErrConcurrentRecv) && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
