package browser

import "time"

const (
	burst    = 10  // seconds of what a page may send that may come at once
	overhead = 64  // bytes that each message costs beside its own
	messages = 100 // that a page sends in a second, at most
)

// A budget is what a page may send, in bytes. It grows with time.
type budget struct {
	left, most float64
	rate       float64 // a second
	at         time.Time
}

func newBudget(o *Options) budget {
	rate := o.Limits.Rate * float64(o.Format.Bytes(time.Second)+messages*overhead)
	return budget{left: burst * rate, most: burst * rate, rate: rate, at: time.Now()}
}

// spend takes the cost of a message of n bytes; false if it is not left.
func (b *budget) spend(now time.Time, n int) bool {
	b.left = min(b.most, b.left+b.rate*now.Sub(b.at).Seconds())
	b.at = now
	b.left -= float64(n + overhead)
	return b.left >= 0
}
