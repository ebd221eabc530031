package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive"
	"github.com/go-voicelive/voicelive-go/voicelive/voicelivetest"
)

func TestLinesAreAnswered(t *testing.T) {
	t.Setenv("AZURE_VOICELIVE_ENDPOINT", "")
	t.Setenv("AZURE_VOICELIVE_MODEL", "")
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		if err := run(t.Context(), strings.NewReader("Hello!\nHow are you?\n"), &out); err != nil {
			t.Fatal(err)
		}
		want := `Talking to gpt-realtime, simulated in this process. End with Ctrl-D.

> You said: Hello!

> You said: How are you?

> 
`
		if got := out.String(); got != want {
			t.Errorf("it prints\n%s\nand should print\n%s", got, want)
		}
	})
}

// with runs chat over a session of a simulator, with nobody at the keyboard.
func with(t *testing.T, options *voicelivetest.Options, meanwhile func(cancel func(), srv *voicelivetest.Server)) (err error) {
	synctest.Test(t, func(t *testing.T) {
		srv := voicelivetest.NewServer(t, options)
		session := srv.Connect(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		keyboard, hands := io.Pipe()
		defer hands.Close()
		go func() {
			synctest.Wait() // until it waits for a line
			meanwhile(cancel, srv)
		}()
		err = chat(ctx, session, keyboard, io.Discard)
	})
	return err
}

func TestCtrlCEndsAPrompt(t *testing.T) {
	err := with(t, nil, func(cancel func(), srv *voicelivetest.Server) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

func TestTheEndOfTheSessionEndsAPrompt(t *testing.T) {
	err := with(t, &voicelivetest.Options{SessionLimit: time.Hour}, func(func(), *voicelivetest.Server) {})
	if e, ok := errors.AsType[*voicelive.SessionError](err); !ok || e.Kind != voicelive.KindSessionExpired {
		t.Errorf("the error is %v", err)
	}
}
