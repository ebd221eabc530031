package e2e_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/agent"
	"github.com/go-voicelive/voicelive-go/voicelive/browser"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

// The user asks, a function is called, and the user hears the response and hangs up.
func TestConversation(t *testing.T) {
	s := newScene(t, voicelivetest.Options{
		Hear: voicelivetest.Hear("Where is my order?"),
		Respond: voicelivetest.Sequence(
			voicelivetest.Always(voicelivetest.Response{Calls: []voicelivetest.Call{{Name: "get_order", Arguments: "{}"}}}),
			voicelivetest.Reply("It arrives tomorrow."),
		),
		Pace: voicelivetest.Instant,
	}, browser.Options{})
	p := chromium(t, wav(t, microphone{silence: 4 * time.Second}, microphone{words: "Where is my order?"}, microphone{silence: 20 * time.Second}))
	p.onLoad(`
		globalThis.shown = []; // states
		new MutationObserver(() => shown.push(document.getElementById('status').dataset.state)).observe(document, {subtree: true, attributeFilter: ['data-state']});`)
	p.open(s.server.URL)
	p.click("start")
	p.until("shown.includes('speaking') && shown.at(-1) === 'live'") // again
	for _, want := range []string{"You Where is my order?", "Tool get_order done", "Assistant It arrives tomorrow."} {
		p.until(fmt.Sprintf(`document.getElementById('transcript').innerText.replace(/\s+/g, ' ').includes(%q)`, want))
	}
	p.click("hang-up")
	p.untilState("ended")
	report := s.waitReport()
	if report.Reason != agent.UserHungUp || len(report.Turns) != 2 {
		t.Errorf("the call ended as %s after %d turns", report.Reason, len(report.Turns))
	}
}
