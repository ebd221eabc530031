package browser

import (
	"context"
	"errors"
	"math"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// talk has a call until the user hangs up.
func talk(ctx context.Context, call *Call) error {
	for {
		if _, err := call.Receive(ctx); err != nil {
			return nil
		}
	}
}

func TestOptionsThatCannotBeAreRefused(t *testing.T) {
	for why, o := range map[string]Options{
		"audio cannot be mulaw":                 {Format: leg.MuLaw},
		"audio cannot be pcm16, 48000 Hz, mono": {Format: leg.PCM48kHz},
		"stereo":                                {Format: audio.Format{Encoding: audio.PCM16, Rate: 24000, Channels: 2}},
		"origin 1":                              {Origins: []string{"https://a.example", "https://b.example/path"}},
		"origin 0":                              {Origins: []string{"a.example"}},
		"no avatar":                             {WebRTC: true, Avatar: true},
		"negative":                              {Limits: Limits{Calls: -1}},
		"less than the audio":                   {Limits: Limits{Rate: 0.5}},
		"+Inf":                                  {Limits: Limits{Rate: math.Inf(1)}},
		"2ns":                                   {Limits: Limits{Silence: 2}}, // meant as seconds
		"2562047h47m16.854775807s":              {Limits: Limits{Silence: math.MaxInt64}},
		"a message of 100 bytes":                {Limits: Limits{Message: 100}},
		"origin 0 has the port 443":             {Origins: []string{"https://a.example:443"}},
		"origin 1 has the port 80":              {Origins: []string{"https://a.example", "http://a.example:80"}},
	} {
		if _, err := NewHandler(talk, &o); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("got %v, want %q", err, why)
		}
	}
	if _, err := NewHandler(nil, nil); err == nil {
		t.Error("a handler without serve is taken")
	}
}

// Whoever asks from elsewhere gets neither a ticket nor a socket.
func TestOrigins(t *testing.T) {
	scene(t, func(t *testing.T) {
		for _, c := range []struct {
			allowed []string
			host    string
			origin  []string
			want    bool
		}{
			{nil, "localhost", []string{"http://localhost"}, true},
			{nil, "localhost:80", []string{"http://localhost:80"}, true},
			{nil, "127.0.0.1:8080", []string{"http://127.0.0.1:8080"}, true},
			{nil, "[::1]:8080", []string{"http://[::1]:8080"}, true},
			{nil, "localhost:8080", []string{"http://localhost:8081"}, false},
			{nil, "localhost", []string{"https://evil.example"}, false},
			{nil, "evil.example", []string{"http://evil.example"}, false}, // a name that leads to this machine
			{nil, "localhost", nil, false},
			{nil, "localhost", []string{"null"}, false},
			{nil, "localhost", []string{"http://localhost", "http://localhost"}, false},
			{[]string{"https://voice.example"}, "internal", []string{"https://voice.example"}, true},
			{[]string{"https://voice.example"}, "internal", []string{"https://VOICE.example"}, true},
			{[]string{"https://voice.example"}, "voice.example", []string{"http://voice.example"}, false},
			{[]string{"https://voice.example"}, "voice.example", []string{"https://voice.example.evil.example"}, false},
			{[]string{"https://voice.example"}, "localhost", []string{"http://localhost"}, false},
			{[]string{}, "localhost", []string{"http://localhost"}, false},
		} {
			h, err := NewHandler(talk, &Options{Origins: c.allowed})
			if err != nil {
				t.Fatal(err)
			}
			if got := h.allowed(&http.Request{Host: c.host, Header: http.Header{"Origin": c.origin}}); got != c.want {
				t.Errorf("origins %q, host %s, origin %q: %v", c.allowed, c.host, c.origin, got)
			}
		}
		s := newSite(t, talk, Options{})
		if status, _, _ := s.request("POST", "/ticket", http.Header{"Origin": {"https://evil.example"}}); status != http.StatusForbidden {
			t.Errorf("a ticket: status %d", status)
		}
		if _, status := s.dial(s.ticket().Ticket, "https://evil.example"); status != http.StatusForbidden {
			t.Errorf("the socket: status %d", status)
		}
	})
}

// A ticket is good once, and not for long. Nobody is called without one.
func TestTickets(t *testing.T) {
	scene(t, func(t *testing.T) {
		calls := make(chan *Call, 10)
		s := newSite(t, func(ctx context.Context, call *Call) error { calls <- call; return talk(ctx, call) }, Options{
			Authorize: func(r *http.Request) (string, error) { return r.Header.Get("X-User"), nil },
		})
		for _, bad := range []string{"", "x", strings.Repeat("A", 26), protocol} {
			if conn, status := s.dial(bad, home); conn != nil || status != http.StatusForbidden {
				t.Errorf("ticket %q: status %d", bad, status)
			}
		}
		expired := s.ticket().Ticket
		time.Sleep(time.Minute)
		if _, status := s.dial(expired, home); status != http.StatusForbidden {
			t.Errorf("an expired ticket: status %d", status)
		}
		if len(calls) > 0 {
			t.Fatal("somebody was called")
		}
		_, _, body := s.request("POST", "/ticket", http.Header{"X-User": {"ada"}})
		good := strings.Split(body, `"`)[3]
		conn, status := s.dial(good, home)
		if conn == nil {
			t.Fatalf("status %d", status)
		}
		defer conn.Close()
		if call := <-calls; call.User() != "ada" {
			t.Errorf("the user is %q", call.User())
		}
		if _, status := s.dial(good, home); status != http.StatusForbidden {
			t.Errorf("a used ticket: status %d", status)
		}
		if strings.Contains(s.log.String(), good) || strings.Contains(s.log.String(), expired) {
			t.Errorf("the log has a ticket:\n%s", s.log)
		}
	})
}

// Strangers leave nothing behind: no call, no ticket, and no goroutine, or the bubble would not end.
func TestStrangers(t *testing.T) {
	scene(t, func(t *testing.T) {
		s := newSite(t, func(context.Context, *Call) error {
			t.Error("a stranger is served")
			return nil
		}, Options{Limits: Limits{Tickets: 10}})
		for range 100 {
			s.request("POST", "/ticket", nil) // 90 of them are refused
			if _, status := s.dial("guess", home); status != http.StatusForbidden {
				t.Fatalf("a guess: status %d", status)
			}
			if status, _, _ := s.request("GET", "/socket", http.Header{"Upgrade": {"websocket"}}); status != http.StatusForbidden {
				t.Fatalf("half an upgrade: status %d", status)
			}
		}
		if status, _, _ := s.request("GET", "/socket", http.Header{"Sec-Websocket-Protocol": {protocol + ", " + s.fresh()}}); status != http.StatusBadRequest {
			t.Errorf("a ticket without an upgrade: status %d", status)
		}
		if h := s.handler; len(h.tickets.open) != 9 || len(h.calls) != 0 {
			t.Errorf("%d tickets, %d calls", len(h.tickets.open), len(h.calls))
		}
	})
}

// fresh returns one of the tickets that wait.
func (s *site) fresh() string {
	s.handler.tickets.mu.Lock()
	defer s.handler.tickets.mu.Unlock()
	for token := range s.handler.tickets.open {
		return token
	}
	s.t.Fatal("there is no ticket")
	return ""
}

func TestWhoMayNotCallGetsNoTicket(t *testing.T) {
	scene(t, func(t *testing.T) {
		s := newSite(t, talk, Options{Authorize: func(*http.Request) (string, error) { return "", errors.New("no cookie") }})
		status, _, body := s.request("POST", "/ticket", nil)
		if status != http.StatusForbidden || strings.Contains(body, "cookie") || !strings.Contains(s.log.String(), "no cookie") {
			t.Errorf("status %d, %q; the log:\n%s", status, body, s.log)
		}
	})
}

func TestNumbersAreLimited(t *testing.T) {
	scene(t, func(t *testing.T) {
		s := newSite(t, talk, Options{Limits: Limits{Tickets: 3, Calls: 2}})
		var tickets []string
		for range 3 {
			tickets = append(tickets, s.ticket().Ticket)
		}
		if status, _, _ := s.request("POST", "/ticket", nil); status != http.StatusServiceUnavailable {
			t.Errorf("a fourth ticket: status %d", status)
		}
		for _, ticket := range tickets[:2] {
			conn, status := s.dial(ticket, home)
			if conn == nil {
				t.Fatalf("status %d", status)
			}
			defer conn.Close()
		}
		if _, status := s.dial(tickets[2], home); status != http.StatusServiceUnavailable {
			t.Errorf("a third call: status %d", status)
		}
		if status, _, _ := s.request("POST", "/ticket", nil); status != http.StatusServiceUnavailable {
			t.Errorf("a ticket for a third call: status %d", status)
		}
	})
	scene(t, func(t *testing.T) { // expired tickets do not count
		s := newSite(t, talk, Options{Limits: Limits{Tickets: 1}})
		s.ticket()
		time.Sleep(time.Minute)
		s.ticket()
	})
}

func TestShutdown(t *testing.T) {
	scene(t, func(t *testing.T) {
		ended := make(chan error, 1)
		s := newSite(t, func(ctx context.Context, call *Call) error {
			_ = talk(ctx, call)
			<-ctx.Done()
			time.Sleep(2 * time.Second) // to write a report
			ended <- context.Cause(ctx)
			return nil
		}, Options{})
		page := s.call()
		waiting := s.ticket().Ticket
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		began := time.Now()
		go func() {
			time.Sleep(time.Second)
			if _, status := s.dial(waiting, home); status != http.StatusServiceUnavailable {
				t.Errorf("a new call: status %d", status)
			}
			if why, _ := page.end(); why != endShutdown {
				t.Errorf("the page is told %q", why)
			}
		}()
		if err := s.handler.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 7*time.Second {
			t.Errorf("error %v after %v", err, time.Since(began))
		}
		if cause := <-ended; cause != ErrShutdown {
			t.Errorf("the call was ended by %v", cause)
		}
		synctest.Wait()
		if err := s.handler.Shutdown(t.Context()); err != nil {
			t.Errorf("without calls: %v", err)
		}
	})
}

// Else a report would say that the user has hung up.
func TestShutdownEndsTheContextBeforeTheCall(t *testing.T) {
	h, err := NewHandler(talk, nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 5000 {
		call := newCall("", nil, &h.options)
		ctx, ok := h.enter(t.Context(), call)
		if !ok {
			t.Fatal("the call is refused")
		}
		received := make(chan error)
		go func() {
			_, err := call.Receive(ctx)
			received <- err
		}()
		runtime.Gosched()
		h.hangUpAll()
		if err := <-received; err != context.Canceled {
			t.Fatalf("Receive: error %v, want %v", err, context.Canceled)
		}
		h.leave(call)
	}
}

// All files are served with the policy; nothing else is.
func TestFiles(t *testing.T) {
	scene(t, func(t *testing.T) {
		s := newSite(t, talk, Options{Title: `Bank & "Sons" <x>`})
		for path, contentType := range map[string]string{
			"/": "text/html; charset=utf-8", "/style.css": "text/css; charset=utf-8", "/icon.svg": "image/svg+xml",
			"/page.js": javascript, "/call.js": javascript, "/worklet.js": javascript, "/rtc.js": javascript,
		} {
			status, header, body := s.request("GET", path, nil)
			if status != http.StatusOK || header.Get("Content-Type") != contentType || header.Get("Content-Security-Policy") != policy || body == "" {
				t.Errorf("%s: status %d, %q", path, status, header)
			}
			if status, _, _ := s.request("GET", path, http.Header{"If-None-Match": {header.Get("ETag")}}); status != http.StatusNotModified {
				t.Errorf("%s again: status %d", path, status)
			}
		}
		if _, _, body := s.request("GET", "/", nil); strings.Count(body, "<h1>Bank &amp; &#34;Sons&#34; &lt;x&gt;</h1>") != 1 {
			t.Errorf("the page has no title:\n%s", body)
		}
		for path, want := range map[string]int{"/index.html": 404, "/page/": 404, "/..%2fdoc.go": 404, "/ticket": 404, "/socket": 403} {
			if status, header, _ := s.request("GET", path, nil); status != want || header.Get("Content-Security-Policy") == "" {
				t.Errorf("%s: status %d", path, status)
			}
		}
	})
}
