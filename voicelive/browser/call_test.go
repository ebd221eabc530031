package browser

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// having has a test with a call and its page. The call goes on until the test ends.
func having(t *testing.T, o Options, f func(t *testing.T, s *site, call *Call, page *fakePage)) {
	t.Helper()
	scene(t, func(t *testing.T) {
		calls := make(chan *Call, 1)
		over := make(chan struct{})
		s := newSite(t, func(ctx context.Context, call *Call) error {
			calls <- call
			<-over
			return ctx.Err() // the context outlives the page
		}, o)
		defer func() {
			synctest.Wait()
			if strings.Contains(s.log.String(), context.Canceled.Error()) {
				t.Errorf("the context of the call has ended:\n%s", s.log)
			}
		}()
		page := s.call()
		defer close(over)
		f(t, s, <-calls, page)
	})
}

func TestAudioOfTheUser(t *testing.T) {
	having(t, Options{Format: leg.PCM16kHz}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		if call.Format() != leg.PCM16kHz {
			t.Errorf("the format is %v", call.Format())
		}
		page.write(websocket.BinaryMessage, []byte{1, 2, 3, 4})
		page.write(websocket.BinaryMessage, []byte{5, 6})
		for _, want := range [][]byte{{1, 2, 3, 4}, {5, 6}} {
			if in, err := call.Receive(t.Context()); err != nil || !bytes.Equal(in.Audio, want) {
				t.Errorf("got %v, %v, want %v", in.Audio, err, want)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := call.Receive(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		page.write(websocket.BinaryMessage, []byte{7, 8})
		page.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseGoingAway, ""), time.Time{})
		if in, err := call.Receive(t.Context()); err != nil || len(in.Audio) != 2 {
			t.Errorf("before the end: %v, %v", in.Audio, err)
		}
		for range 2 {
			if _, err := call.Receive(t.Context()); err != io.EOF {
				t.Errorf("after the end: %v", err)
			}
		}
		if err := call.Play(t.Context(), seconds(1)); err != leg.ErrHungUp {
			t.Errorf("Play: %v", err)
		}
		if err := call.Clear(t.Context()); err != leg.ErrHungUp {
			t.Errorf("Clear: %v", err)
		}
		if err := call.HangUp(t.Context(), ""); err != nil {
			t.Errorf("HangUp: %v", err)
		}
	})
}

// The page has two seconds of audio at most that it has not played.
func TestTheLead(t *testing.T) {
	having(t, Options{}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		if err := call.Play(t.Context(), seconds(5)); err != nil {
			t.Fatal(err)
		}
		sent := int64(0)
		take := func(n int) {
			for range n {
				sent += page.next().Samples
			}
		}
		take(20)
		played := func(samples int64) {
			page.send(message{Type: "played", Samples: samples})
		}
		synctest.Wait()
		played(12000)
		take(5)
		if got := call.Position(); got != 500*time.Millisecond || sent != 60000 {
			t.Errorf("position %v, sent %d samples", got, sent)
		}
		played(12000 + 24000*3/2)
		take(15)
		played(72000)
		take(10)
		if sent != 120000 {
			t.Errorf("sent %d samples in all", sent)
		}
		// A page cannot have played more than it was sent, or less than before.
		for _, lie := range []int64{60001 * 1000, 5, -1, 1 << 62} {
			played(lie)
		}
		synctest.Wait()
		if got := call.Position(); got != 5*time.Second {
			t.Errorf("position %v", got)
		}
	})
}

// Clear returns when the page has told what it has played.
func TestClear(t *testing.T) {
	having(t, Options{}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		if err := call.Play(t.Context(), seconds(1)); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			page.next()
		}
		page.send(message{Type: "played", Samples: 2400})
		go func() {
			m := page.next()
			page.send(message{Type: "played", Samples: 3000}) // before it was told
			time.Sleep(50 * time.Millisecond)
			page.send(message{Type: "cleared", ID: m.ID, Samples: 4800})
		}()
		began := time.Now()
		if err := call.Clear(t.Context()); err != nil || time.Since(began) != 50*time.Millisecond || call.Position() != 200*time.Millisecond {
			t.Errorf("error %v after %v, position %v", err, time.Since(began), call.Position())
		}
		synctest.Wait() // the goroutine does not read any more
		if err := call.Play(t.Context(), seconds(0.1)); err != nil {
			t.Fatal(err)
		}
		if m := page.next(); m.Samples != 2400 {
			t.Errorf("after the clear: %+v", m)
		}
		page.send(message{Type: "played", Samples: 4800 + 1200})
		synctest.Wait()
		if got := call.Position(); got != 250*time.Millisecond {
			t.Errorf("position %v", got)
		}
	})
}

// A page that is slow to reply does not hold up the conversation. What it has played meanwhile counts as cleared.
func TestAClearWithoutAReply(t *testing.T) {
	having(t, Options{}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		if err := call.Play(t.Context(), seconds(1)); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			page.next()
		}
		page.send(message{Type: "played", Samples: 2400})
		synctest.Wait()
		began := time.Now()
		if err := call.Clear(t.Context()); err != nil || time.Since(began) != clearWait {
			t.Errorf("error %v after %v", err, time.Since(began))
		}
		if err := call.Play(t.Context(), seconds(0.5)); err != nil { // is not played for what was cleared
			t.Fatal(err)
		}
		m := page.next()
		page.send(message{Type: "cleared", ID: m.ID, Samples: 9600})
		for range 5 {
			page.next()
		}
		page.send(message{Type: "played", Samples: 9600 + 2400})
		synctest.Wait()
		if got := call.Position(); got != 200*time.Millisecond {
			t.Errorf("position %v", got)
		}

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := call.Clear(ctx); err != context.Canceled {
			t.Errorf("with a context that has ended: %v", err)
		}
		go func() {
			time.Sleep(100 * time.Millisecond)
			page.conn.Close()
		}()
		began = time.Now()
		if err := call.Clear(t.Context()); err != nil || time.Since(began) != 100*time.Millisecond {
			t.Errorf("when the page goes: error %v after %v", err, time.Since(began))
		}
	})
}

func TestHangUp(t *testing.T) {
	having(t, Options{}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		if err := call.HangUp(t.Context(), "no more questions"); err != nil {
			t.Error(err)
		}
		if why, code := page.end(); why != endHungUp || code != websocket.CloseNormalClosure {
			t.Errorf("the page is told %q, %d", why, code)
		}
		if _, err := call.Receive(t.Context()); err != io.EOF {
			t.Errorf("got %v", err)
		}
	})
}

func TestACallThatFails(t *testing.T) {
	scene(t, func(t *testing.T) {
		s := newSite(t, func(context.Context, *Call) error { return errors.New("the service refuses the key") }, Options{})
		if why, code := s.call().end(); why != endFailed || code != websocket.CloseInternalServerErr {
			t.Errorf("the page is told %q, %d", why, code)
		}
		synctest.Wait()
		if !strings.Contains(s.log.String(), "the service refuses the key") {
			t.Errorf("the log:\n%s", s.log)
		}
	})
	scene(t, func(t *testing.T) {
		s := newSite(t, func(context.Context, *Call) error { panic("ouch") }, Options{})
		if why, _ := s.call().end(); why != endFailed {
			t.Errorf("the page is told %q", why)
		}
	})
}

// How calls end that nobody hangs up, with the error of Receive.
func TestEnds(t *testing.T) {
	text := func(m message) func(*fakePage) {
		return func(p *fakePage) { _ = p.push(websocket.TextMessage, encode(m)) }
	}
	binary := func(size, times int) func(*fakePage) {
		return func(p *fakePage) {
			for range times {
				_ = p.push(websocket.BinaryMessage, make([]byte, size))
			}
		}
	}
	control := func(kind int) func(*fakePage) {
		return func(p *fakePage) {
			go func() { // the page reads the replies meanwhile
				for range 5000 {
					_ = p.conn.WriteControl(kind, make([]byte, 125), time.Time{})
				}
			}()
		}
	}
	for name, c := range map[string]struct {
		o     Options
		do    func(page *fakePage)
		after time.Duration
		why   endReason
		want  string
	}{
		"a limit":                 {o: Options{Limits: Limits{Duration: time.Minute}}, do: func(*fakePage) {}, after: time.Minute, why: endLimit, want: "EOF"},
		"a page that is gone":     {do: func(p *fakePage) { p.conn.NetConn().Close() }, want: "the page is lost"},
		"a page that is silent":   {do: func(p *fakePage) { p.conn.SetPingHandler(func(string) error { return nil }) }, after: 15 * time.Second, want: "no sign of life for 15s"},
		"a page without a code":   {do: func(p *fakePage) { p.conn.WriteControl(websocket.CloseMessage, nil, time.Time{}) }, want: "EOF"},
		"a message that is large": {do: binary(64<<10+2, 1), want: "more than 65536 bytes"},
		"half a sample":           {do: binary(3, 1), why: endFailed, want: "a part of a sample"},
		"nothing":                 {do: binary(0, 1), why: endFailed, want: "a part of a sample"},
		"no JSON":                 {do: func(p *fakePage) { _ = p.push(websocket.TextMessage, []byte("hello")) }, why: endFailed, want: "no JSON"},
		"an unknown message":      {do: text(message{Type: "transfer"}), why: endFailed, want: "unknown type"},
		"an offer":                {do: text(message{Type: "offer", SDP: "x"}), why: endFailed, want: "unknown type"},
		"a reply to no clear":     {do: text(message{Type: "cleared", ID: 1}), why: endFailed, want: "clearing 1"},
		"audio in a direct call":  {o: Options{WebRTC: true}, do: binary(2, 1), why: endFailed, want: "does not pass here"},
		"20 s of audio at once":   {do: binary(16000, 60), why: endFailed, want: "more than 1.5 times its audio"},
		"many messages":           {o: Options{Format: leg.PCM8kHz}, do: binary(2, 5200), why: endFailed, want: "more than 1.5 times its audio"},
		"many pings":              {do: control(websocket.PingMessage), why: endFailed, want: "more than 1.5 times its audio"},
		"many pongs":              {do: control(websocket.PongMessage), why: endFailed, want: "more than 1.5 times its audio"},
	} {
		t.Run(name, func(t *testing.T) {
			having(t, c.o, func(t *testing.T, s *site, call *Call, page *fakePage) {
				began := time.Now()
				c.do(page)
				told := make(chan endReason)
				go func() {
					why, _ := page.end()
					told <- why
				}()
				var err error
				for err == nil {
					_, err = call.Receive(t.Context())
				}
				if got := time.Since(began); !strings.Contains(err.Error(), c.want) || got != c.after {
					t.Errorf("error %v after %v", err, got)
				}
				if why := <-told; why != c.why {
					t.Errorf("the page is told %q", why)
				}
			})
		})
	}
}

// The microphone sends for minutes; the budget grows with time.
func TestAudioInTimeIsWithinTheBudget(t *testing.T) {
	having(t, Options{Format: leg.PCM8kHz}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		go page.end() // reads
		packet := make([]byte, leg.PCM8kHz.Bytes(100*time.Millisecond))
		for range 1200 {
			page.write(websocket.BinaryMessage, packet)
			page.send(message{Type: "played"})
			if _, err := call.Receive(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
	})
}

// An application that does not receive loses nothing unnoticed.
func TestAnApplicationThatDoesNotReceive(t *testing.T) {
	having(t, Options{}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		told := make(chan endReason)
		go func() {
			why, _ := page.end()
			told <- why
		}()
		for range 21 {
			_ = page.push(websocket.BinaryMessage, seconds(1))
			time.Sleep(time.Second)
		}
		if why := <-told; why != endFailed {
			t.Errorf("the page is told %q", why)
		}
		for range 20 {
			if in, err := call.Receive(t.Context()); err != nil || len(in.Audio) != 48000 {
				t.Errorf("%d bytes, %v", len(in.Audio), err)
			}
		}
		if _, err := call.Receive(t.Context()); err == nil || !strings.Contains(err.Error(), "has not received") {
			t.Errorf("got %v", err)
		}
	})
}

// Audio in small pieces costs no more memory than it has, while the application does not receive.
func TestAudioInSmallPieces(t *testing.T) {
	having(t, Options{}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		for range 1000 {
			page.write(websocket.BinaryMessage, []byte{1, 2})
		}
		synctest.Wait()
		call.mu.Lock()
		defer call.mu.Unlock()
		kept := 0
		for _, audio := range call.received {
			kept += cap(audio)
		}
		if call.size != 2000 || kept > 8*call.size {
			t.Errorf("%d bytes are kept for %d", kept, call.size)
		}
	})
}

// A page that reads nothing costs a bounded amount of memory, and is given up.
func TestAPageThatDoesNotRead(t *testing.T) {
	having(t, Options{}, func(t *testing.T, s *site, call *Call, page *fakePage) {
		began := time.Now()
		var err error
		for n := 0; err == nil; n += 60 {
			if err = call.Play(t.Context(), seconds(60)); n > 360 {
				t.Fatalf("%d s of audio are taken", n)
			}
		}
		if !strings.Contains(err.Error(), "has not played") {
			t.Errorf("got %v", err)
		}
		if _, err := call.Receive(t.Context()); err == nil || time.Since(began) != writeWait {
			t.Errorf("error %v after %v", err, time.Since(began))
		}
	})
}
