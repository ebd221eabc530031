package voicelive

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What fault schedules found, in the fewest steps.

// frames reads to the end of the connection, and notes what is worth it.
func (p *peer) frames() (got []string) {
	for {
		first, payload, err := p.next()
		if err != nil {
			return got
		}
		switch first {
		case 0x88:
			got = append(got, fmt.Sprintf("close %d", int(payload[0])<<8|int(payload[1])))
		case 0x80, 0x81:
			got = append(got, "end of a message")
		}
	}
}

// P7: a message that began is finished before the close frame, and nothing follows that.
func TestCloseWaitsForTheMessageThatIsBeingSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		s, stop := serve(t, nil, func(p *peer) {
			p.next() // one frame of many
			time.Sleep(time.Second)
			got = p.frames()
		})
		sent := make(chan error)
		go func() { sent <- s.AppendInputAudioBuffer(t.Context(), make([]byte, 100_000)) }()
		synctest.Wait()
		go func() { sent <- s.ClearInputAudioBuffer(t.Context()) }() // which waits for its turn
		synctest.Wait()
		go s.Close()
		if err := <-sent; !errors.Is(err, ErrNotSent) || !errors.Is(err, ErrClosed) {
			t.Errorf("the event that waited: %v", err)
		}
		if err := <-sent; err != nil {
			t.Errorf("the event that was being sent: %v", err)
		}
		stop()
		if diff := cmp.Diff([]string{"end of a message", "close 1000"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// P4: the first reason stays, although the session lingers to tell the peer; P7: what
// is sent meanwhile is not sent.
func TestNothingChangesTheReasonWhileTheSessionLingers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		s, stop := serve(t, nil, func(p *peer) {
			p.frame(0x83, nil) // a reserved opcode
			got = p.frames()
		})
		synctest.Wait()
		if err := s.ClearInputAudioBuffer(t.Context()); !errors.Is(err, ErrNotSent) {
			t.Errorf("Send: %v", err)
		}
		s.Close()
		if e, ok := errors.AsType[*SessionError](s.Err()); !ok || e.Kind != KindProtocol {
			t.Errorf("the session ended with %v", s.Err())
		}
		stop()
		if diff := cmp.Diff([]string{"close 1002"}, got); diff != "" {
			t.Error(diff)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		var got []string
		s, stop := serve(t, nil, func(p *peer) {
			p.frame(0x83, nil)
			got = p.frames()
		})
		synctest.Wait()
		s.Close()
		stop()
		if e, ok := errors.AsType[*SessionError](s.Err()); !ok || e.Kind != KindProtocol {
			t.Errorf("closed at once: the session ended with %v", s.Err())
		}
		if diff := cmp.Diff([]string{"close 1002"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// P2: what is received is without a gap, also when Close drops what finds no room.
func TestNothingIsKeptBehindWhatCloseDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, func(o *ClientOptions) { o.Limits.QueueEvents = 2 }, func(p *peer) {
			for i := range 2 {
				p.text(`{"type":"warning","event_id":"%d","warning":{"message":"x"}}`, i)
			}
			time.Sleep(time.Second)
			p.text(`{"type":"warning","event_id":"2","warning":{"message":"x"}}`)
			p.drain()
		})
		synctest.Wait() // session.created and one event wait in the queue, and one for room
		closed := make(chan error)
		go func() { closed <- s.Close() }()
		synctest.Wait()
		var got []string
		for {
			ev, err := s.Recv(t.Context())
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, ev.GetEventID())
		}
		<-closed
		stop()
		if diff := cmp.Diff([]string{"", "0"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// P8 holds for every combination of the limits.
func TestAPeerThatIsGoneIsNoticedInTimeWithAnyLimits(t *testing.T) {
	for _, interval := range []time.Duration{time.Second, 5 * time.Second, 20 * time.Second} {
		for _, timeout := range []time.Duration{time.Second, 7 * time.Second, 10 * time.Second} {
			for events := range 30 {
				const pause = 990 * time.Millisecond
				synctest.Test(t, func(t *testing.T) {
					limits := func(o *ClientOptions) { o.Limits = Limits{PingInterval: interval, PongTimeout: timeout} }
					s, stop := serve(t, limits, func(p *peer) {
						go io.Copy(io.Discard, p.conn) // pings are not answered, but the peer is heard
						for range events {
							time.Sleep(pause)
							p.text(`{"type":"warning","warning":{"message":"x"}}`)
						}
						time.Sleep(time.Hour)
					})
					defer stop()
					began := time.Now()
					<-s.Done()
					if late := time.Since(began) - time.Duration(events)*pause; late > interval+timeout || late < timeout {
						t.Errorf("interval %v, timeout %v: noticed %v after event %d", interval, timeout, late, events)
					}
				})
			}
		}
	}
}
