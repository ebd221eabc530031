package live

import (
	"math"
	"testing"
	"time"
)

func TestQuantilesAreWithinABucket(t *testing.T) {
	var l Latencies
	for i := range 1000 {
		l.Add(time.Duration(i+1) * time.Microsecond)
	}
	for _, test := range []struct{ share, want float64 }{{0.5, 500}, {0.99, 990}, {1, 1000}} {
		got := float64(l.Quantile(test.share)) / 1e3
		if math.Abs(got-test.want) > test.want/(1<<subBits) {
			t.Errorf("%v: got %v us, want %v", test.share, got, test.want)
		}
	}
	if got := new(Latencies).Quantile(0.5); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
}
