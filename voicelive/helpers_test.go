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
