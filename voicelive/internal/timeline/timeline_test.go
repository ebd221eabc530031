package timeline

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestThingsAreDoneAtTheirTimes(t *testing.T) {
	var line Timeline
	var got []string
	note := func(what string) func() {
		return func() { got = append(got, fmt.Sprint(what, " ", line.Since())) }
	}
	line.After(2*time.Second, note("third"))
	line.After(time.Second, func() {
		note("first")()
		line.At(time.Unix(0, 0), note("late")) // that time has passed
	})
	line.After(2*time.Second, note("fourth"))
	for line.Before(line.Now().Add(time.Second)) {
		line.Next()
	}
	line.Reach(time.Unix(1, 5e8))
	line.Reach(time.Unix(0, 0))
	note("reached")()
	for line.Before(time.Time{}) {
		line.Next()
	}
	if want := []string{"first 1s", "late 1s", "third 2s", "fourth 2s", "reached 2s"}; !slices.Equal(got, want) {
		t.Errorf("done %q, want %q", got, want)
	}
}
