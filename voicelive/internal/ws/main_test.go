package ws

import (
	"testing"

	"github.com/go-voicelive/voicelive-go/internal/wstest"
)

// No goroutine outlives the tests.
func TestMain(m *testing.M) { wstest.Main(m) }
