package e2e_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

var (
	folder string // of WAV files
	quiet  context.Context
	begin  sync.Once
)

func TestMain(m *testing.M) { os.Exit(all(m)) }

func all(m *testing.M) int {
	var err error
	if folder, err = os.MkdirTemp("", "microphones"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(folder)
	defer func() {
		if quiet != nil {
			_ = chromedp.Cancel(quiet)
		}
	}()
	return m.Run()
}

// shared returns the context of a browser that all tests share.
func shared(t *testing.T) context.Context {
	t.Helper()
	begin.Do(func() {
		ctx, _ := start(wav(t, microphone{silence: time.Second})) // TestMain ends it
		ctx, _ = chromedp.NewContext(ctx)
		if err := chromedp.Do(ctx); err != nil {
			t.Fatal(err)
		}
		quiet = ctx
	})
	if quiet == nil {
		t.Fatal("there is no browser")
	}
	return quiet
}
