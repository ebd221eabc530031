package e2e_test

import (
	"strings"
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
	p.open(s.server.URL)
	p.click("start")
	p.untilState("speaking")
	p.untilState("live") // again
	got := p.text("transcript")
	for _, want := range []string{"You Where is my order?", "Tool get_order done", "Assistant It arrives tomorrow."} {
		if !strings.Contains(strings.Join(strings.Fields(got), " "), want) {
			t.Errorf("the transcript is %q, without %q", got, want)
		}
	}
	p.click("hang-up")
	p.untilState("ended")
	report := s.waitReport()
	if report.Reason != agent.UserHungUp || len(report.Turns) != 2 {
		t.Errorf("the call ended as %s after %d turns", report.Reason, len(report.Turns))
	}
}
