// Package e2e_test has the page of package browser in a real Chromium, against the simulator. It is a module of its
// own because of chromedp. Chromium must be installed.
package e2e_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long the browser may take for anything. Nothing waits that long when all is well.
const patience = 90 * time.Second

// A tab is a page in Chromium. The test fails if it writes an error to the console, or violates the policy.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	problems []string
	allowed  []string // parts of the texts of problems that are expected
}

// chromium starts a browser whose microphone is a WAV file, and returns a tab of it.
func chromium(t *testing.T, wav string) *tab {
	t.Helper()
	ctx, cancel := start(wav)
	t.Cleanup(cancel)
	return newTab(t, ctx)
}

// start allocates a browser whose microphone is a WAV file, again and again. More flags of its command line follow.
func start(wav string, flags ...chromedp.ExecAllocatorOption) (context.Context, context.CancelFunc) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, // for root
		chromedp.Flag("use-fake-device-for-media-stream", true),
		chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("use-file-for-fake-audio-capture", wav),
		chromedp.WSURLReadTimeout(patience),
	)
	return chromedp.NewExecAllocator(context.Background(), append(options, flags...)...)
}

// silent returns a tab of a browser whose user says nothing. All tests share the browser.
func silent(t *testing.T) *tab {
	t.Helper()
	return newTab(t, shared(t))
}

func newTab(t *testing.T, ctx context.Context) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		evaluate[int](p, "1") // what the page wrote before has arrived
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, problem := range p.problems {
			t.Errorf("the page: %s", problem)
		}
	})
	p.onLoad(`
		addEventListener('securitypolicyviolation', (e) => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI));
		globalThis.until = (condition) => new Promise((resolve) => {
			const look = () => { const value = condition(); value ? resolve(value) : setTimeout(look, 20); };
			look();
		});`)
	return p
}

// listen notes what the page should not write.
func (p *tab) listen(event any) {
	text := ""
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" || e.Type == "assert" {
			for _, arg := range e.Args {
				text += fmt.Sprintf(" %s%s", arg.Value, arg.Description)
			}
			text = string(e.Type) + text
		}
	case *runtime.EventExceptionThrown:
		text = fmt.Sprintf("exception %s %v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception)
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == "error" || e.Entry.Level == "warning" {
			text = string(e.Entry.Level) + " " + e.Entry.Text + " " + e.Entry.URL
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, allowed := range p.allowed {
		if strings.Contains(text, allowed) {
			return
		}
	}
	if text != "" {
		p.problems = append(p.problems, text)
	}
}

// allow lets the page write what contains text.
func (p *tab) allow(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.allowed = append(p.allowed, text)
}

// run runs an action within a time.
func run[T any](p *tab, what string, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
	return value
}

// onLoad has a script run before those of each page.
func (p *tab) onLoad(script string) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script}); err != nil {
		p.t.Fatal(err)
	}
}

func (p *tab) open(url string) { p.t.Helper(); run(p, "open "+url, chromedp.Navigate(url)) }
func (p *tab) reload()         { p.t.Helper(); run(p, "reload", chromedp.Reload()) }

func (p *tab) click(id string) {
	p.t.Helper()
	run(p, "click "+id, chromedp.Click(chromedp.CSS("#"+id)))
}

// evaluate returns the value of an expression, or what its promise resolves to.
func evaluate[T any](p *tab, expression string) T {
	p.t.Helper()
	return run(p, expression, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// try returns the text that the promise of an expression resolves to. Unlike evaluate, it may be called on any goroutine.
func (p *tab) try(expression string) (string, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
}

// until waits until an expression is true.
func (p *tab) until(expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("until(() => Boolean("+expression+"))", chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("waiting for %s: %v; the page:\n%s", expression, err, evaluate[string](p, "document.body.innerText"))
	}
}

// untilState waits for a state of the call.
func (p *tab) untilState(state string) {
	p.t.Helper()
	p.until(fmt.Sprintf("document.getElementById('status').dataset.state === %q", state))
}

// text returns the text of an element.
func (p *tab) text(id string) string {
	p.t.Helper()
	return evaluate[string](p, fmt.Sprintf("document.getElementById(%q).innerText", id))
}
