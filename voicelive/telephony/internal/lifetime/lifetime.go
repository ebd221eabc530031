// Package lifetime ends the calls of a handler in an orderly way.
package lifetime

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrShutdown is the error of Begin after Shutdown, and the cause with which the context of a call is cancelled.
var ErrShutdown = errors.New("the server shuts down")

// Calls are the running calls of a handler. The zero value has none.
type Calls struct {
	mu      sync.Mutex
	over    bool // no call begins
	running map[*call]bool
	idle    chan struct{} // closed when over and none runs
}

type call struct{ cancel context.CancelCauseFunc }

// Begin begins a call, whose context is cancelled when Shutdown has no more patience. The caller calls end. It is an
// error after Shutdown, and if limit calls run already; a limit of 0 is none.
func (c *Calls) Begin(ctx context.Context, limit int) (_ context.Context, end func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.over:
		return nil, nil, ErrShutdown
	case limit > 0 && len(c.running) >= limit:
		return nil, nil, fmt.Errorf("there are %d calls already", len(c.running))
	}
	ctx, cancel := context.WithCancelCause(ctx)
	entry := &call{cancel}
	if c.running == nil {
		c.running = map[*call]bool{}
	}
	c.running[entry] = true
	return ctx, func() { c.end(entry) }, nil
}

func (c *Calls) end(entry *call) {
	entry.cancel(nil)
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.running, entry)
	if c.over && len(c.running) == 0 && c.idle != nil {
		close(c.idle)
		c.idle = nil
	}
}

// grace is for calls to end when their context is cancelled.
const grace = 5 * time.Second

// Shutdown lets no new call begin and waits until the running ones have ended. When ctx ends it cancels
// their contexts, waits up to five seconds more, and returns ctx.Err.
func (c *Calls) Shutdown(ctx context.Context) error {
	idle := c.stop()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
	}
	c.mu.Lock()
	for entry := range c.running {
		entry.cancel(ErrShutdown)
	}
	c.mu.Unlock()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
	}
	return ctx.Err()
}

// stop lets no call begin, and returns what is closed when none is left.
func (c *Calls) stop() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.over = true
	if c.idle == nil {
		c.idle = make(chan struct{})
		if len(c.running) == 0 {
			closed := c.idle
			c.idle = nil
			close(closed)
			return closed
		}
	}
	return c.idle
}
