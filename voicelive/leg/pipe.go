package leg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
)

// ErrHungUp is the error of the methods of a leg after either side has hung up.
var ErrHungUp = errors.New("leg: the leg has been hung up")

// NewPipe returns two legs in memory that are connected to each other: each receives the
// audio that the other one plays, packet by packet. Audio counts as heard when the other
// end has received it. When one end hangs up, the other one receives the audio that was
// played before, and then io.EOF.
func NewPipe(f audio.Format) (*PipeEnd, *PipeEnd) {
	p := new(pipe)
	a := &PipeEnd{pipe: p, format: f, changed: make(chan struct{}, 1)}
	b := &PipeEnd{pipe: p, format: f, changed: make(chan struct{}, 1)}
	a.other, b.other = b, a
	return a, b
}

// maxPipe bounds the audio that waits for one end, in bytes.
const maxPipe = 32 << 20

// A pipe is the state that both ends share.
type pipe struct {
	mu     sync.Mutex // guards all of both ends that changes
	ended  bool
	reason string
}

// A PipeEnd is one end of [NewPipe]. It is a [Marker] and a [Positioner].
type PipeEnd struct {
	pipe   *pipe
	other  *PipeEnd
	format audio.Format

	queue   []queued // for Receive, oldest first
	bytes   int      // of audio in queue
	heard   int      // bytes of audio of this end that the other one has received
	lent    []byte   // by the latest Receive
	spare   [][]byte // buffers for later packets
	changed chan struct{}
}

// queued is an input for one end, or, with mark, the place in its audio that the other end
// has marked.
type queued struct {
	input Input
	mark  string
}

// Format returns the format of the pipe.
func (e *PipeEnd) Format() audio.Format { return e.format }

// Receive returns the next input from the other end.
func (e *PipeEnd) Receive(ctx context.Context) (Input, error) {
	for {
		if err := ctx.Err(); err != nil {
			return Input{}, err
		}
		if in, err := e.next(); err != errNothing {
			return in, err
		}
		select {
		case <-ctx.Done():
		case <-e.changed:
		}
	}
}

var errNothing = errors.New("leg: nothing to receive yet")

// next takes the oldest input, and tells the other end of the marks before it.
func (e *PipeEnd) next() (Input, error) {
	e.pipe.mu.Lock()
	defer e.pipe.mu.Unlock()
	if e.lent != nil {
		e.spare, e.lent = append(e.spare, e.lent[:0]), nil
	}
	for len(e.queue) > 0 {
		q := e.queue[0]
		e.queue = append(e.queue[:0], e.queue[1:]...)
		if q.mark != "" {
			e.other.put(queued{input: Input{Mark: q.mark}})
			continue
		}
		e.lent = q.input.Audio
		e.bytes -= len(e.lent)
		e.other.heard += len(e.lent)
		return q.input, nil
	}
	if e.pipe.ended {
		return Input{}, io.EOF
	}
	return Input{}, errNothing
}

func (e *PipeEnd) put(q queued) {
	e.queue = append(e.queue, q)
	e.bytes += len(q.input.Audio)
	select {
	case e.changed <- struct{}{}:
	default:
	}
}

// send puts something into the queue of the other end.
func (e *PipeEnd) send(ctx context.Context, q queued) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	e.pipe.mu.Lock()
	defer e.pipe.mu.Unlock()
	if e.pipe.ended {
		return ErrHungUp
	}
	to := e.other
	if q.input.Audio != nil {
		if to.bytes+len(q.input.Audio) > maxPipe {
			return fmt.Errorf("leg: the other end of the pipe has not received %d bytes of audio", to.bytes)
		}
		var buffer []byte
		if n := len(to.spare); n > 0 {
			buffer, to.spare = to.spare[n-1], to.spare[:n-1]
		}
		q.input.Audio = append(buffer, q.input.Audio...)
	}
	to.put(q)
	return nil
}

// Play sends audio to the other end. It is an error if 32 MiB wait there already.
func (e *PipeEnd) Play(ctx context.Context, audio []byte) error {
	if len(audio) == 0 {
		return ctx.Err()
	}
	return e.send(ctx, queued{input: Input{Audio: audio}})
}

// Skip tells the other end that d passed without audio; see [Input.Gap].
func (e *PipeEnd) Skip(ctx context.Context, d time.Duration) error {
	return e.send(ctx, queued{input: Input{Gap: d}})
}

// PressKey sends a key of the telephone to the other end: 0 to 9, *, #, or A to D.
func (e *PipeEnd) PressKey(ctx context.Context, digit byte) error {
	return e.send(ctx, queued{input: Input{Digit: digit}})
}

// PlayMarked plays audio with a mark behind it.
func (e *PipeEnd) PlayMarked(ctx context.Context, audio []byte, mark string) error {
	if mark == "" {
		return errors.New("leg: a mark needs a name")
	}
	if err := e.Play(ctx, audio); err != nil {
		return err
	}
	return e.send(ctx, queued{mark: mark})
}

// Clear drops the audio that the other end has not received.
func (e *PipeEnd) Clear(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	e.pipe.mu.Lock()
	defer e.pipe.mu.Unlock()
	to := e.other
	kept := to.queue[:0]
	for _, q := range to.queue {
		switch {
		case q.mark != "":
			e.put(queued{input: Input{Mark: q.mark, Cleared: true}})
		case q.input.Audio != nil:
			to.spare = append(to.spare, q.input.Audio[:0])
		default:
			kept = append(kept, q)
		}
	}
	to.queue, to.bytes = kept, 0
	return nil
}

// Position returns how much of this end's audio the other one has received.
func (e *PipeEnd) Position() time.Duration {
	e.pipe.mu.Lock()
	defer e.pipe.mu.Unlock()
	return e.format.Duration(e.heard)
}

// HangUp ends both ends.
func (e *PipeEnd) HangUp(_ context.Context, reason string) error {
	e.pipe.mu.Lock()
	defer e.pipe.mu.Unlock()
	if e.pipe.ended {
		return nil
	}
	e.pipe.ended, e.pipe.reason = true, reason
	for _, end := range []*PipeEnd{e, e.other} {
		select {
		case end.changed <- struct{}{}:
		default:
		}
	}
	return nil
}

// Reason returns the reason of the first HangUp, of either end; empty before.
func (e *PipeEnd) Reason() string {
	e.pipe.mu.Lock()
	defer e.pipe.mu.Unlock()
	return e.pipe.reason
}
