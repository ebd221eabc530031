package otelvoicelive

import (
	"context"
	"sync"
)

// queued is how many funcs wait at most.
const queued = 4096

// A queue runs funcs one after another, on a goroutine that exists while there are some. A
// caller never waits.
type queue struct {
	mu      sync.Mutex
	waiting []func()
	running bool
	idle    chan struct{} // closed when nothing runs any more; nil if nobody waits for it
	dropped int64
}

// add runs f later. If too many wait, f is dropped.
func (q *queue) add(f func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) >= queued {
		q.dropped++
		return
	}
	q.waiting = append(q.waiting, f)
	if !q.running {
		q.running = true
		go q.run()
	}
}

func (q *queue) run() {
	for {
		q.mu.Lock()
		all := q.waiting
		q.waiting = nil
		if len(all) == 0 {
			q.running = false
			if q.idle != nil {
				close(q.idle)
				q.idle = nil
			}
			q.mu.Unlock()
			return
		}
		q.mu.Unlock()
		for _, f := range all {
			q.safely(f)
		}
	}
}

// safely calls f, and counts a panic.
func (q *queue) safely(f func()) {
	defer q.recovered()
	f()
}

// recovered ends a panic, and counts it. It must be deferred.
func (q *queue) recovered() {
	if recover() != nil {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.dropped++
	}
}

// wait waits until nothing runs.
func (q *queue) wait(ctx context.Context) error {
	q.mu.Lock()
	if !q.running {
		q.mu.Unlock()
		return nil
	}
	if q.idle == nil {
		q.idle = make(chan struct{})
	}
	idle := q.idle
	q.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (q *queue) lost() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dropped
}
