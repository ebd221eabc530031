package leg

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
)

// Packet is how much audio legs deliver at a time: those of this package, and most others.
const Packet = 20 * time.Millisecond

// FilesOptions say how files are played and recorded. The zero value is usable.
type FilesOptions struct {
	// Fast delivers the input without waiting for real time. Audio that is played then
	// counts as heard at once, and is recorded without gaps.
	Fast bool

	// Tail is how much silence follows the input before the leg hangs up; it gives
	// the service time to reply. 0 is 10 s; less than 0 is none.
	Tail time.Duration
}

const defaultTail = 10 * time.Second

// NewFiles returns a leg whose user is a WAV file. It records the audio that the user would
// have heard as a WAV file in the same format: audio starts when it is played, silence fills
// the gaps, and audio that Clear dropped is missing. In is read as it is needed; record may be
// nil. HangUp, or the end of the input, completes the recording; neither file is closed.
//
// The leg is a [Positioner]. Its time is that of [time.Now], so that it can be used in a bubble of
// testing/synctest.
func NewFiles(in io.Reader, record io.Writer, o *FilesOptions) (Leg, error) {
	if o == nil {
		o = &FilesOptions{}
	}
	r, err := audio.NewReader(in)
	if err != nil {
		return nil, err
	}
	if r.Format().Channels != 1 {
		return nil, fmt.Errorf("leg: the file is %v; make it mono first", r.Format())
	}
	f := &files{fast: o.Fast, tail: o.Tail, in: r, format: r.Format(), ended: make(chan struct{})}
	if f.tail == 0 {
		f.tail = defaultTail
	}
	f.packet = make([]byte, f.format.Bytes(Packet))
	if record != nil {
		if f.record, err = audio.NewWriter(record, f.format); err != nil {
			return nil, err
		}
	}
	return f, nil
}

type files struct {
	fast   bool
	tail   time.Duration
	in     io.Reader // nil behind its end
	format audio.Format
	packet []byte

	// The user's time is that of the input: packet n is delivered at begin + n packets.
	begin     time.Time
	delivered time.Duration

	mu      sync.Mutex
	queue   []byte // played, not yet heard
	heard   int    // bytes
	silence []byte // for gaps
	record  *audio.Writer
	broken  error // of the recording
	over    bool
	ended   chan struct{}
}

func (f *files) Format() audio.Format { return f.format }

// Receive returns the next packet, when it is time.
func (f *files) Receive(ctx context.Context) (Input, error) {
	if err := f.await(ctx); err != nil {
		return Input{}, err
	}
	n, err := f.read()
	if err != nil {
		return Input{}, f.end(err)
	}
	f.delivered += f.format.Duration(n)
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.fast {
		f.hear(n)
	}
	if f.broken != nil {
		return Input{}, f.broken
	}
	return Input{Audio: f.packet[:n]}, nil
}

// await waits until the packet is due.
func (f *files) await(ctx context.Context) error {
	if f.begin.IsZero() {
		f.begin = time.Now()
	}
	wait := time.Duration(0)
	if !f.fast {
		wait = time.Until(f.begin.Add(f.delivered + Packet))
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-f.ended:
		return io.EOF
	case <-timer.C:
		return nil
	}
}

// read fills the packet: with the input, with silence behind its end, or not at all
// behind the tail.
func (f *files) read() (int, error) {
	if f.in != nil {
		n, err := io.ReadFull(f.in, f.packet)
		if err == nil {
			return n, nil
		}
		f.in = nil
		if err != io.EOF && err != io.ErrUnexpectedEOF {
			return 0, fmt.Errorf("leg: reading the file: %w", err)
		}
		if n > 0 {
			f.format.AppendSilence(f.packet[:n], len(f.packet)-n)
			return len(f.packet), nil
		}
	}
	if f.tail <= 0 {
		return 0, io.EOF
	}
	f.tail -= Packet
	f.format.AppendSilence(f.packet[:0], len(f.packet))
	return len(f.packet), nil
}

// hear lets n bytes of time pass for the user. The caller has f.mu.
func (f *files) hear(n int) {
	played := min(n, len(f.queue))
	f.write(f.queue[:played])
	f.queue = append(f.queue[:0], f.queue[played:]...)
	f.heard += played
	f.silence = f.format.AppendSilence(f.silence[:0], n-played)
	f.write(f.silence)
}

func (f *files) write(p []byte) {
	if f.record == nil || f.broken != nil {
		return
	}
	if _, err := f.record.Write(p); err != nil {
		f.broken = err
	}
}

func (f *files) Play(ctx context.Context, audio []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.over:
		return ErrHungUp
	case f.broken != nil:
		return f.broken
	}
	f.queue = append(f.queue, audio...)
	if f.fast {
		f.hear(len(f.queue))
	}
	return f.broken
}

func (f *files) Clear(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.queue = f.queue[:0]
	return nil
}

func (f *files) Position() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.format.Duration(f.heard)
}

func (f *files) HangUp(context.Context, string) error {
	if err := f.end(io.EOF); err != io.EOF {
		return err
	}
	return nil
}

// end completes the recording once, and returns its error in place of io.EOF.
func (f *files) end(err error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.over {
		f.over = true
		close(f.ended)
		if f.record != nil && f.broken == nil {
			f.broken = f.record.Close()
		}
	}
	if err == io.EOF && f.broken != nil {
		return f.broken
	}
	return err
}
