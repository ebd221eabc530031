package legtest_test

import (
	"io"
	"testing"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/leg/legtest"
)

// By the clock of the machine, one goroutine may play while another one begins to receive.
func TestReceiveAndPlayOutsideOfABubble(t *testing.T) {
	user := legtest.New(t, leg.MuLaw)
	l := user.MarkedLeg()
	played := make(chan error, 1)
	go func() {
		defer user.HangUp()
		marker, _ := leg.As[leg.Marker](l)
		var err error
		for i := 0; i < 5_000 && err == nil; i++ {
			err = marker.PlayMarked(t.Context(), []byte{1}, "mark")
		}
		played <- err
	}()
	for {
		if _, err := l.Receive(t.Context()); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if err := <-played; err != nil {
		t.Error(err)
	}
}
