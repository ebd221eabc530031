package voicelive

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// afterSend calls do after each event that was sent.
type afterSend struct {
	NoObserver
	do func()
}

func (a afterSend) ObserveSend(context.Context, EventInfo) { a.do() }

// A caller sends again what was not sent: a message of which only the response was not asked for would be there twice.
func TestSendTextTellsThatTheMessageWasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s, stop := serve(t, func(o *ClientOptions) { o.Observer = afterSend{do: cancel} }, func(p *peer) { p.Drain() })
		defer stop()
		err := s.SendText(ctx, "hello")
		if errors.Is(err, ErrNotSent) || !errors.Is(err, context.Canceled) || s.Stats().EventsSent != 1 {
			t.Errorf("got %v after %d events", err, s.Stats().EventsSent)
		}
		if err := s.SendText(ctx, "hello"); !errors.Is(err, ErrNotSent) || s.Stats().EventsSent != 1 {
			t.Errorf("got %v after %d events", err, s.Stats().EventsSent)
		}
	})
}

func TestTruncatingANegativeDurationIsRefused(t *testing.T) {
	s := &Session{}
	if err := s.TruncateItem(t.Context(), "item_1", 0, -time.Millisecond); !errors.Is(err, ErrNotSent) {
		t.Errorf("got %v, want ErrNotSent", err)
	}
}

// Clocks of bridges are estimates: an item that is truncated beyond its end was heard whole.
func TestTruncatingBeyondTheEndIsBenign(t *testing.T) {
	for message, want := range map[string]bool{
		"Audio content of 3700ms is already shorter than 3760ms": true,
		"Only assistant messages can be truncated":               false,
	} {
		e := &ServerEventError{Error: ServerEventErrorDetails{Type: "invalid_request_error", Code: new("invalid_value"), Message: message}}
		if got := IsBenign(e); got != want {
			t.Errorf("IsBenign of %q is %v", message, got)
		}
	}
}

// AppendInputAudioBuffer does not call Validate for audio that is there.
func TestAppendingRefusesWhatSendRefuses(t *testing.T) {
	s := &Session{}
	for name, tt := range map[string]struct {
		ctx   context.Context
		audio []byte
	}{"no context": {nil, []byte{1}}, "no audio": {t.Context(), nil}, "empty audio": {t.Context(), []byte{}}} {
		want := s.Send(tt.ctx, &ClientEventInputAudioBufferAppend{Audio: tt.audio})
		if err := s.AppendInputAudioBuffer(tt.ctx, tt.audio); !errors.Is(err, ErrNotSent) || err.Error() != want.Error() {
			t.Errorf("%s: got %v, want %v", name, err, want)
		}
	}
	for _, n := range []int{1, 2, 960, 1 << 20} {
		if err := (&ClientEventInputAudioBufferAppend{Audio: make([]byte, n)}).Validate(); err != nil {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}
