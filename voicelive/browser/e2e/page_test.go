package e2e_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/go-voicelive/voicelive-go/voicelive/browser"
	"github.com/go-voicelive/voicelive-go/voicelive/transcript"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

var screenshots = flag.String("screenshots", "", "where TestThePageFits puts its pictures, a `folder`")

// The whole call by keyboard.
func TestTheKeyboard(t *testing.T) {
	s := newScene(t, voicelivetest.Options{}, browser.Options{})
	p := silent(t)
	p.open(s.server.URL)
	press := func(keys string) { t.Helper(); run(p, "press a key", chromedp.KeyEvent(keys)) }
	focused := func(want string) {
		t.Helper()
		if got := evaluate[string](p, "document.activeElement.id"); got != want {
			t.Errorf("%q has the focus, want %q", got, want)
		}
	}
	press(kb.Tab)
	focused("transcript")
	press(kb.Tab)
	focused("start")
	press(kb.Enter)
	p.untilState("live")
	focused("hang-up")
	press("m")
	p.until("document.getElementById('mute').getAttribute('aria-pressed') === 'true'")
	evaluate[bool](p, "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'm', repeat: true}))") // the key is held
	if got := evaluate[string](p, "document.getElementById('mute').getAttribute('aria-pressed')"); got != "true" {
		t.Error("a key that is held mutes, and unmutes again")
	}
	press("m")
	p.until("document.getElementById('mute').getAttribute('aria-pressed') === 'false'")
	press(kb.Enter)
	p.untilState("ended")
	focused("start")
	s.waitReport()
}

// A view with all that the page can show.
var everything = browser.View{
	Transcript: []transcript.Entry{
		{ID: "1", Type: transcript.Message, Role: transcript.User, Text: "Where is my order? I have ordered a lamp, and it should have arrived last week."},
		{ID: "2", Type: transcript.FunctionCall, Call: &transcript.Call{Name: "get_order", Output: new("")}},
		{ID: "3", Type: transcript.Message, Role: transcript.Assistant, Text: "Your lamp arrives tomorrow between nine and twelve. Shall I tell", Heard: "Your lamp arrives tomorrow between", Interrupted: true},
		{ID: "4", Type: transcript.Message, Role: transcript.User, Failed: "noise"},
		{ID: "5", Type: transcript.Message, Role: transcript.User, Text: "Can you send it to Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft instead?"},
		{ID: "6", Type: transcript.FunctionCall, Failed: "timeout", Call: &transcript.Call{Name: "change_address"}},
		{ID: "7", Type: transcript.FunctionCall, Call: &transcript.Call{Name: "change_address"}},
		{ID: "8", Type: transcript.Message, Role: transcript.Assistant, Text: "One moment, I am", Pending: true},
	},
	Latency: 812 * time.Millisecond,
	Notice:  "Please hold the line.",
}

// On a phone and on a desk, in light and in dark, nothing is cut off, and everything has a name for screen readers.
func TestThePageFits(t *testing.T) {
	s := newScene(t, voicelivetest.Options{}, browser.Options{Title: "The Lamp Shop"})
	s.serve = func(ctx context.Context, call *browser.Call) error {
		call.Show(everything)
		for {
			if _, err := call.Receive(ctx); err != nil {
				return nil
			}
		}
	}
	p := silent(t)
	p.open(s.server.URL)
	p.click("start")
	p.untilState("live")
	p.until("document.querySelectorAll('#transcript li').length === 8 && !document.getElementById('notice').hidden")
	tree := p.accessible()
	for _, want := range []string{
		"heading: The Lamp Shop", "log: Transcript", "status: ", "alert: ", "meter: Microphone", "button: Start", "button: Mute", "button: Hang up",
		"checkbox: Let a screen reader announce the transcript",
	} {
		if !strings.Contains(tree, want) {
			t.Errorf("a screen reader finds no %q in\n%s", want, tree)
		}
	}
	for _, size := range [][2]int64{{320, 568}, {390, 844}, {844, 390}, {1280, 800}} {
		for _, scheme := range []string{"light", "dark"} {
			run(p, "resize", chromedp.EmulateViewport(size[0], size[1]))
			if _, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			}); err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprintf("%dx%d-%s", size[0], size[1], scheme)
			for what, problem := range map[string]string{
				"it scrolls sideways": "document.documentElement.scrollWidth > innerWidth",
				"a button is outside": "[...document.querySelectorAll('button')].some((b) => { const r = b.getBoundingClientRect(); return r.bottom > innerHeight || r.right > innerWidth || r.height < 40; })",
				"a line is cut off":   "[...document.querySelectorAll('#transcript li')].some((li) => li.scrollWidth > li.clientWidth)",
				"its end is hidden":   "until(() => { const t = document.getElementById('transcript'); return t.scrollHeight - t.scrollTop - t.clientHeight < 2; }).then(() => false)",
				"no room for lines":   "document.getElementById('transcript').clientHeight < 100",
				"too little contrast": contrast,
			} {
				if evaluate[bool](p, problem) {
					t.Errorf("%s: %s", name, what)
				}
			}
			if *screenshots != "" {
				if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), run(p, "look", chromedp.CaptureScreenshot()), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	want := "You Where is my order? I have ordered a lamp, and it should have arrived last week. " +
		"Tool get_order done Assistant Your lamp arrives tomorrow between — interrupted You not understood"
	if got := strings.Join(strings.Fields(p.text("transcript")), " "); !strings.HasPrefix(got, want) || !strings.Contains(got, "change_address failed Tool change_address runs…") {
		t.Errorf("the transcript is\n%s", got)
	}
	if live := evaluate[string](p, "document.getElementById('transcript').getAttribute('aria-live')"); live != "off" {
		t.Errorf("the transcript is announced: %s", live)
	}
	p.click("announce")
	p.until("document.getElementById('transcript').getAttribute('aria-live') === 'polite'")
	p.click("hang-up")
	p.untilState("ended")
}

// contrast is true if a text has less contrast than 4.5 to 1.
const contrast = `(() => {
	const parse = (color) => color.match(/[\d.]+/g).map(Number);
	const luminance = (color) => {
		const [r, g, b] = parse(color).map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	};
	const background = (element) => {
		const color = getComputedStyle(element).backgroundColor;
		return (parse(color)[3] ?? 1) > 0 || !element.parentElement ? color : background(element.parentElement);
	};
	return [...document.querySelectorAll('h1, p, li, span, label, button:enabled')].some((element) => {
		const [a, b] = [luminance(getComputedStyle(element).color), luminance(background(element))].sort();
		return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
	});
})()`

// accessible returns the roles and names that a screen reader finds.
func (p *tab) accessible() string {
	p.t.Helper()
	tree, err := chromedp.Call(p.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		p.t.Fatal(err)
	}
	var lines []string
	for _, n := range tree.Nodes {
		if !n.Ignored && n.Role != nil && n.Name != nil {
			lines = append(lines, fmt.Sprintf("%s: %s", strings.Trim(string(n.Role.Value), `"`), strings.Trim(string(n.Name.Value), `"`)))
		}
	}
	return strings.Join(lines, "\n")
}
