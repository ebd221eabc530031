package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/browser"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func (s *scene) wantReason(want agent.Reason) {
	s.t.Helper()
	if r := s.waitReport(); r.Reason != want {
		s.t.Errorf("the call ended as %s (%s), want %s", r.Reason, r.Detail, want)
	}
}

// calls returns how many calls there were.
func (s *scene) sessions() int { return len(s.service.Sessions()) }

// A reload ends the call. The page begins anew.
func TestReload(t *testing.T) {
	s := newScene(t, voicelivetest.Options{}, browser.Options{})
	p := silent(t)
	p.open(s.server.URL)
	p.click("start")
	p.untilState("live")
	p.reload()
	s.wantReason(agent.UserHungUp)
	p.untilState("ready")
	p.click("start")
	p.untilState("live")
	p.click("hang-up")
	p.untilState("ended")
	s.wantReason(agent.UserHungUp)
	if n := s.sessions(); n != 2 {
		t.Errorf("%d sessions", n)
	}
}

// Two tabs have two calls.
func TestTwoTabs(t *testing.T) {
	s := newScene(t, voicelivetest.Options{}, browser.Options{})
	one, two := silent(t), silent(t)
	for i, p := range []*tab{one, two} {
		p.open(s.server.URL)
		p.click("start")
		p.untilState("live")
		s.session(i)
	}
	one.click("hang-up")
	one.untilState("ended")
	s.wantReason(agent.UserHungUp)
	if state := evaluate[string](two, "document.getElementById('status').dataset.state"); state != "live" {
		t.Errorf("the other tab is %s", state)
	}
	two.click("hang-up")
	two.untilState("ended")
	s.wantReason(agent.UserHungUp)
}

// Without a microphone there is neither a ticket nor a session.
func TestTheMicrophoneIsDenied(t *testing.T) {
	s := newScene(t, voicelivetest.Options{}, browser.Options{Authorize: func(*http.Request) (string, error) {
		t.Error("a ticket was asked for")
		return "", nil
	}})
	ctx, cancel := start(wav(t, microphone{silence: time.Second}), chromedp.Flag("use-fake-ui-for-media-stream", false), chromedp.Flag("deny-permission-prompts", true))
	t.Cleanup(cancel)
	p := newTab(t, ctx)
	p.open(s.server.URL)
	p.click("start")
	p.untilState("error")
	if got := p.text("status"); !strings.Contains(got, "microphone was denied") {
		t.Errorf("the page says %q", got)
	}
	if disabled := evaluate[bool](p, "document.getElementById('start').disabled"); disabled || s.sessions() > 0 {
		t.Errorf("disabled %v, %d sessions", disabled, s.sessions())
	}
}

// Both sides notice that the network is gone, also if it says nothing. The user can call again.
func TestTheNetworkIsLost(t *testing.T) {
	for name, lose := range map[string]func(*network){"reset": (*network).cut, "silent": (*network).stall} {
		t.Run(name, func(t *testing.T) {
			o := browser.Options{}
			if name == "silent" {
				o.Limits.Silence = 6 * time.Second
			}
			s := newScene(t, voicelivetest.Options{}, o)
			p := silent(t)
			p.open(s.server.URL)
			p.click("start")
			p.untilState("live")
			lose(&s.network)
			p.untilState("error")
			if got := p.text("status"); !strings.Contains(got, "connection was lost") {
				t.Errorf("the page says %q", got)
			}
			s.wantReason(agent.LegFailed)
		})
	}
}

// An expired ticket opens nothing; neither does one that was used.
func TestTicketsThatAreNoGood(t *testing.T) {
	s := newScene(t, voicelivetest.Options{}, browser.Options{Limits: browser.Limits{Ticket: time.Nanosecond}})
	p := silent(t)
	p.allow("WebSocket connection") // Chromium tells of each refusal
	p.open(s.server.URL)
	p.click("start")
	p.untilState("error")
	if got := p.text("status"); !strings.Contains(got, "call was refused") || s.sessions() > 0 {
		t.Errorf("the page says %q, %d sessions", got, s.sessions())
	}

	s = newScene(t, voicelivetest.Options{}, browser.Options{})
	p.open(s.server.URL)
	got := evaluate[string](p, dialTwice)
	if got != "open closed" {
		t.Errorf("a ticket twice: %s", got)
	}
	s.wantReason(agent.UserHungUp)
}

const dialTwice = `(async () => {
	const {ticket} = await (await fetch('ticket', {method: 'POST'})).json();
	const dial = () => new Promise((resolve) => {
		const socket = new WebSocket(new URL('socket', location).href.replace('http', 'ws'), ['voicelive.v1', ticket]);
		socket.onopen = () => { socket.close(1000); resolve('open'); };
		socket.onclose = () => resolve('closed');
	});
	return await dial() + ' ' + await dial();
})()`

// A page from elsewhere gets no ticket, and no socket with a ticket that it has stolen.
func TestAForeignOrigin(t *testing.T) {
	s := newScene(t, voicelivetest.Options{}, browser.Options{})
	foreign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<!doctype html><link rel=icon href=data:,><title>elsewhere</title>")
	}))
	t.Cleanup(foreign.Close)
	p := silent(t)
	p.open(s.server.URL)
	ticket := evaluate[string](p, "fetch('ticket', {method: 'POST'}).then((reply) => reply.json()).then((reply) => reply.ticket)")
	p.allow("WebSocket connection")
	p.allow("CORS")
	p.allow("Failed to load resource")
	p.open(foreign.URL)
	got := evaluate[string](p, fmt.Sprintf(`(async () => {
		const target = %q;
		const asked = await fetch(target + '/ticket', {method: 'POST'}).then(() => 'ticket', () => 'no ticket');
		const dialed = await new Promise((resolve) => {
			const socket = new WebSocket(target.replace('http', 'ws') + '/socket', ['voicelive.v1', %q]);
			socket.onopen = () => resolve('socket');
			socket.onclose = () => resolve('no socket');
		});
		return asked + ', ' + dialed;
	})()`, s.server.URL, ticket))
	if got != "no ticket, no socket" || s.sessions() > 0 {
		t.Errorf("a foreign page gets %s, %d sessions", got, s.sessions())
	}
}

// The page would say so if it violated its policy; what the other tests do not report did not happen.
func TestThePolicyIsInForce(t *testing.T) {
	s := newScene(t, voicelivetest.Options{}, browser.Options{})
	p := silent(t)
	p.allow("policy")
	p.allow("Content Security Policy")
	p.open(s.server.URL)
	got := evaluate[string](p, `new Promise((resolve) => {
		addEventListener('securitypolicyviolation', ({effectiveDirective}) => resolve(effectiveDirective));
		const script = document.createElement('script');
		script.textContent = 'document.title = "violated"';
		document.head.append(script);
	})`)
	if title := evaluate[string](p, "document.title"); got != "script-src-elem" || title == "violated" {
		t.Errorf("an inline script violates %q, the title is %q", got, title)
	}
}

// A shutdown tells the page.
func TestShutdown(t *testing.T) {
	s := newScene(t, voicelivetest.Options{}, browser.Options{})
	p := silent(t)
	p.open(s.server.URL)
	p.click("start")
	p.untilState("live")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.handler.Shutdown(ctx); err != context.Canceled {
		t.Error(err)
	}
	p.untilState("ended")
	if got := p.text("status"); !strings.Contains(got, "service is closing") {
		t.Errorf("the page says %q", got)
	}
	s.waitReport()
}
