package voicelive

import (
	"errors"
	"testing"
	"time"
)

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
