package voicelive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestEventsArriveInOrderUntilTheOrderlyEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, func(p *peer) {
			for i := range 5 {
				p.text(`{"type":"warning","event_id":"e%d","warning":{"message":"x"}}`, i)
			}
			p.Close(1000, "bye")
			p.Drain()
		})
		defer stop()
		var got []string
		for ev, err := range s.Events(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprint(ev.EventType(), ev.GetEventID()))
		}
		want := []string{"session.created", "warninge0", "warninge1", "warninge2", "warninge3", "warninge4"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if _, err := s.Recv(context.Background()); err != io.EOF {
			t.Errorf("Recv after the end: %v, want io.EOF", err)
		}
		if s.Err() != nil || s.ID() != "sess_1" || s.RequestID() != "req_1" {
			t.Errorf("Err %v, ID %q, RequestID %q", s.Err(), s.ID(), s.RequestID())
		}
	})
}

func TestSendWritesWhatTheCodecEncodes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		s, stop := serve(t, nil, func(p *peer) {
			for {
				text, err := p.Message()
				if err != nil {
					return
				}
				got = append(got, text)
			}
		})
		big := strings.Repeat("ü€", 40_000) // several frames
		events := []ClientEvent{
			&ClientEventInputAudioBufferClear{},
			&ClientEventConversationItemCreate{Item: &SystemMessageItem{Content: []MessageContentPart{&InputTextContentPart{Text: big}}}},
			&ClientEventInputAudioBufferAppend{Audio: make([]byte, 12_000)},
		}
		var want []string
		for _, e := range events {
			if err := s.Send(context.Background(), e); err != nil {
				t.Fatal(err)
			}
			text, err := e.AppendJSON(nil)
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, string(text))
		}
		stop()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestABadEventCostsThatEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, func(p *peer) {
			p.text(`{"type":"warning","warning":`)
			p.text(`{"type":"of.tomorrow","x":1}`)
			p.Drain()
		})
		defer stop()
		recv(t, s)
		_, err := s.Recv(context.Background())
		bad, ok := errors.AsType[*EventError](err)
		if !ok || bad.Type != ServerEventTypeWarning || string(bad.Raw) != `{"type":"warning","warning":` {
			t.Fatalf("got %#v", err)
		}
		if _, ok := errors.AsType[*DecodeError](err); !ok {
			t.Errorf("%v wraps no DecodeError", err)
		}
		if ev, ok := recv(t, s).(*UnknownServerEvent); !ok || ev.Tag != "of.tomorrow" {
			t.Errorf("got %v", ev)
		}
		if n := s.Stats().Undecodable; n != 1 {
			t.Errorf("Stats().Undecodable = %d", n)
		}
	})
}

func TestAConsumerThatDoesNotComeBackEndsTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 10
		s, stop := serve(t, func(o *ClientOptions) { o.Limits.QueueEvents = n }, func(p *peer) {
			for range 5 * n {
				p.text(`{"type":"warning","warning":{"message":"x"}}`)
			}
		})
		defer stop()
		<-s.Done()
		if e, ok := errors.AsType[*SessionError](s.Err()); !ok || e.Kind != KindSlowConsumer || e.Retryable() {
			t.Errorf("got %v", s.Err())
		}
		for range n { // what it had time for is there
			recv(t, s)
		}
		if _, err := s.Recv(context.Background()); err != s.Err() {
			t.Errorf("got %v", err)
		}
	})
}

func TestCancellingAReceiveLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, nil, func(p *peer) {
			time.Sleep(time.Second)
			p.text(`{"type":"warning","event_id":"1","warning":{"message":"x"}}`)
			p.Drain()
		})
		defer stop()
		recv(t, s)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := s.Recv(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		go func() {
			time.Sleep(time.Millisecond)
			if _, err := s.Recv(t.Context()); !errors.Is(err, ErrConcurrentRecv) {
				t.Errorf("a second receiver: %v", err)
			}
		}()
		if ev := recv(t, s); ev.GetEventID() != "1" {
			t.Errorf("got %v", ev)
		}
	})
}
