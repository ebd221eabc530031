package voicelive

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// The retry policy cancels the context of a try when its response is closed.
func TestTheTimeoutOfATryDoesNotEndTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, stop := serve(t, func(o *ClientOptions) { o.Retry.TryTimeout = time.Second }, (*peer).drain)
		defer stop()
		time.Sleep(time.Minute)
		if err := s.ClearInputAudioBuffer(t.Context()); err != nil || s.Err() != nil {
			t.Errorf("got %v, %v", err, s.Err())
		}
	})
}

func TestTheContextOfConnectDoesNotEndTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, _, stop := answering(t)
		defer stop()
		ctx, cancel := context.WithCancel(t.Context())
		s, err := testClient(t, testOptions(dial)).Connect(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		cancel()
		synctest.Wait()
		if err := s.ClearInputAudioBuffer(t.Context()); err != nil || s.Err() != nil {
			t.Errorf("got %v, %v", err, s.Err())
		}
	})
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

// A connection of crypto/tls waits for room to say goodbye when it is closed.
func TestClosingOverTLSDoesNotWaitForAPeerThatStalls(t *testing.T) {
	stalled := make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		conn.(*tls.Conn).NetConn().(*net.TCPConn).SetReadBuffer(4 << 10)
		p := &peer{conn: conn, br: bufio.NewReader(conn)}
		fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", acceptKey(r))
		p.text(createdEvent)
		<-stalled
	}))
	server.Config.ErrorLog = quiet
	server.StartTLS()
	defer server.Close()
	defer close(stalled)
	opts := testOptions(nil)
	opts.TLSConfig = server.Client().Transport.(*http.Transport).TLSClientConfig
	opts.Limits = Limits{CloseTimeout: 200 * time.Millisecond, WriteTimeout: 100 * time.Millisecond, DrainTimeout: 50 * time.Millisecond}
	s, err := testClientAt(t, server.URL, opts).Connect(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var began time.Time
	for err == nil { // until the window is full and the write times out
		began = time.Now()
		err = s.AppendInputAudioBuffer(t.Context(), make([]byte, 1<<20))
	}
	if e, ok := errors.AsType[*SessionError](err); !ok || e.Kind != KindNetwork {
		t.Errorf("got %v", err)
	}
	s.Close()
	if took := time.Since(began); took > 4*time.Second { // crypto/tls waits for five
		t.Errorf("the end took %v", took)
	}
}

// Two goroutines that write at once do not mix their frames; the suite of faults
// does the same at length.
func TestConcurrentSendsDoNotMix(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := map[string]int{}
		s, stop := serve(t, nil, answerAll(func(e map[string]any) []string {
			got[fmt.Sprint(e["item_id"])]++
			return nil
		}))
		long := strings.Repeat("x", 40_000) // three frames
		errs := make(chan error)
		const senders, rounds = 16, 20
		for i := range senders {
			go func() {
				for range rounds {
					if err := s.DeleteItem(t.Context(), fmt.Sprint(i, long)); err != nil {
						errs <- err
						return
					}
				}
				errs <- nil
			}()
		}
		for range senders {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		stop()
		for i := range senders {
			if n := got[fmt.Sprint(i, long)]; n != rounds {
				t.Errorf("%d messages of sender %d arrived whole, want %d", n, i, rounds)
			}
		}
	})
}
