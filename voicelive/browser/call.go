package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

const (
	lead        = 2 * time.Second        // how far ahead of what was played audio is sent to the page
	chunk       = 100 * time.Millisecond // of audio in one message
	clearWait   = 300 * time.Millisecond // for the page to say what was played when it was told to clear
	writeWait   = 10 * time.Second       // for the network to take a message
	goodbyeWait = 2 * time.Second        // for the page to close the socket
	maxUnheard  = 16 << 20               // bytes of audio that wait to be heard
)

// A Call is a conversation with the user of a page. It is a [leg.Leg] and a [leg.Positioner], unless
// [Options.WebRTC] is set.
type Call struct {
	user    string
	request *http.Request
	options *Options
	conn    *websocket.Conn
	wake    chan struct{}   // the writer has something to do
	changed chan struct{}   // Receive has something to return
	life    context.Context // ends with the call
	die     context.CancelFunc
	gone    chan struct{} // closed when nothing more comes from the page

	mu     sync.Mutex // guards all below
	why    endReason  // why the call ended; empty before
	err    error      // of Receive after the end
	budget budget

	received [][]byte // audio of the user, oldest first
	size     int      // bytes of it
	played   progress
	control  [][]byte // messages for the page that must not wait
	view     view
	page     pageSide // what comes from a page without audio here
}

// endReason says to the page why the call ended.
type endReason string

const (
	endHungUp   endReason = "hung_up"  // the application hung up
	endFailed   endReason = "failed"   // the application failed, or the page broke the rules
	endLimit    endReason = "limit"    // it took too long
	endShutdown endReason = "shutdown" // the handler was shut down
	endGone     endReason = "gone"     // the page left; nobody is told
)

func newCall(user string, r *http.Request, o *Options) *Call {
	life, die := context.WithCancel(context.Background())
	return &Call{
		user: user, request: r, options: o,
		wake: make(chan struct{}, 1), changed: make(chan struct{}, 1), gone: make(chan struct{}),
		life: life, die: die,
		budget: newBudget(o),
		page:   newPageSide(),
	}
}

// User returns what [Options.Authorize] returned for the ticket of the call.
func (c *Call) User() string { return c.user }

// Request returns the request that opened the socket. Its Sec-WebSocket-Protocol has the ticket, which is used up.
func (c *Call) Request() *http.Request { return c.request }

// Format returns [Options.Format].
func (c *Call) Format() audio.Format { return c.options.Format }

// run has the call on a socket, until serve returns.
func (c *Call) run(ctx context.Context, conn *websocket.Conn, serve func(context.Context, *Call) error) {
	c.conn = conn
	conn.SetReadLimit(int64(c.options.Limits.Message))
	var group sync.WaitGroup
	defer group.Wait()
	group.Go(c.read)
	group.Go(c.write)
	limit := time.AfterFunc(c.options.Limits.Duration, func() { c.end(endLimit) })
	defer limit.Stop()
	defer c.end(endFailed) // if serve panics
	if err := serve(ctx, c); err != nil {
		c.options.Logger.Error("a call failed", "err", err, "user", c.user)
		c.end(endFailed)
	}
	c.end(endHungUp)
}

// end ends the call, once: Receive returns io.EOF after the audio that has come, the page is told why, and the socket
// is closed.
func (c *Call) end(why endReason) { c.endWith(why, io.EOF) }

// endWith is end with an error for Receive.
func (c *Call) endWith(why endReason, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finish(why, err)
}

// shutDown ends the call and the context with which it is served. The context ends first, for Receive tells else
// that the user has hung up; the lock keeps the page from being told another reason meanwhile.
func (c *Call) shutDown(cancel context.CancelCauseFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	cancel(ErrShutdown)
	c.finish(endShutdown, io.EOF)
}

// finish is endWith for those who have the lock.
func (c *Call) finish(why endReason, err error) {
	if c.why != "" {
		return
	}
	c.why, c.err = why, err
	c.played.end()
	c.die()
	signal(c.wake)
	signal(c.changed)
}

func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// Receive returns the next audio of the user. The error is io.EOF after the page or the application has hung up,
// and tells how the page was lost otherwise.
func (c *Call) Receive(ctx context.Context) (leg.Input, error) {
	for {
		if err := ctx.Err(); err != nil {
			return leg.Input{}, err
		}
		if in, ok, err := c.next(); ok || err != nil && ctx.Err() == nil {
			return in, err
		}
		select {
		case <-ctx.Done():
		case <-c.changed:
		}
	}
}

func (c *Call) next() (in leg.Input, ok bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.received) > 0 {
		in.Audio = c.received[0]
		c.size -= len(in.Audio)
		c.received[0] = nil
		c.received = c.received[1:]
		return in, true, nil
	}
	if c.why != "" {
		return in, false, c.err
	}
	return in, false, nil
}

// Play queues audio. The page gets it 2 s before it is to be played at most. It is an error if 16 MiB wait already.
func (c *Call) Play(ctx context.Context, audio []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.options.WebRTC:
		return errDirect
	case c.why != "":
		return leg.ErrHungUp
	case len(c.played.queue)+len(audio) > maxUnheard:
		return fmt.Errorf("browser: the page has not played %d bytes of audio", len(c.played.queue))
	}
	c.played.queue = append(c.played.queue, audio...)
	signal(c.wake)
	return nil
}

var errDirect = errors.New("browser: the audio of a direct call does not pass here")

// Clear drops what the user has not heard. It waits for the page to tell how much that is, 300 ms at most, so that
// Position is exact when it returns.
func (c *Call) Clear(ctx context.Context) error {
	c.mu.Lock()
	if c.why != "" {
		c.mu.Unlock()
		return leg.ErrHungUp
	}
	clearing := c.played.clear()
	c.control = append(c.control, encode(message{Type: "clear", ID: clearing.id}))
	c.mu.Unlock()
	signal(c.wake)
	timer := time.NewTimer(clearWait)
	defer timer.Stop()
	select {
	case <-clearing.done:
		return nil
	case <-timer.C:
	case <-ctx.Done():
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	clearing.abandoned = true
	return ctx.Err()
}

// HangUp ends the call. The reason is not told to the page.
func (c *Call) HangUp(context.Context, string) error {
	c.end(endHungUp)
	return nil
}

// Position returns how much of the audio the page has given to the user's device.
func (c *Call) Position() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	second := int64(c.options.Format.Bytes(time.Second))
	return time.Duration(c.played.heard/second)*time.Second + c.options.Format.Duration(int(c.played.heard%second))
}
