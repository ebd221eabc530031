package live

import (
	"math"
	"math/bits"
	"sync/atomic"
	"time"
)

// Latencies counts durations in buckets that are 3 % wide.
type Latencies struct {
	buckets [64 << subBits]atomic.Uint32
	max     atomic.Int64
}

const subBits = 5

// Add counts a duration.
func (l *Latencies) Add(d time.Duration) {
	v := max(uint64(d), 1<<subBits)
	shift := bits.Len64(v) - subBits - 1
	l.buckets[shift<<subBits+int(v>>shift)-1<<subBits].Add(1)
	for old := l.max.Load(); int64(d) > old && !l.max.CompareAndSwap(old, int64(d)); old = l.max.Load() {
	}
}

// Max is the longest duration.
func (l *Latencies) Max() time.Duration { return time.Duration(l.max.Load()) }

// Quantile is the least duration that a share of all does not exceed.
func (l *Latencies) Quantile(share float64) time.Duration {
	total := 0
	for i := range l.buckets {
		total += int(l.buckets[i].Load())
	}
	rest := int(math.Ceil(share * float64(total)))
	for i := range l.buckets {
		if rest -= int(l.buckets[i].Load()); rest <= 0 && total > 0 {
			shift := i >> subBits
			upper := time.Duration((uint64(i&(1<<subBits-1))+1<<subBits+1)<<shift - 1)
			return min(upper, time.Duration(l.max.Load()))
		}
	}
	return 0
}
