package voicelive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// AudioWriterOptions describes the audio of a [Session.AudioWriter]. The zero value
// is audio in the format of the session, in events of 100 ms.
type AudioWriterOptions struct {
	// Format is the format of the audio. Empty is input_audio_format of the session,
	// pcm16 by default, which is signed 16-bit little-endian. Another one than that of
	// the session is refused.
	Format InputAudioFormat

	// SampleRate in Hz; 0 is input_audio_sampling_rate of the session, 24,000 for pcm16
	// and 8,000 for G.711 by default. Another one than that of the session is refused.
	SampleRate int

	// Channels is the number of interleaved channels; 0 is 1. A reference for echo
	// cancellation is a second channel.
	Channels int

	// Chunk is the audio in one event; 0 is 100 ms. Each event has a cost: events of
	// 20 ms take five times the processor time of 100 ms, and save 80 ms of delay.
	Chunk time.Duration

	// MaxDelay is how long audio that fills no event waits for the next Write before it
	// is sent all the same; 0 is twice Chunk, and a negative MaxDelay has no limit.
	// Without one, the end of an utterance would not reach the service while the source
	// pauses.
	MaxDelay time.Duration

	// RealTime makes Write take as long as the audio lasts, for files and other
	// sources that are faster than speech.
	RealTime bool

	// TurnID sends input_audio.turn.append for that turn instead of input_audio_buffer.append.
	TurnID string

	// Commit makes Close send input_audio_buffer.commit, or input_audio.turn.end.
	Commit bool
}

// AudioWriter returns a writer of raw audio. A Write may have any size. Audio that does
// not fill an event waits for the next Write, for MaxDelay to pass, or for Close, which
// sends it. Audio that fills events is encoded from the slice that is written; the slice
// is not retained.
//
// Write returns an error when ctx ends or the session does. A writer that had an
// error keeps it: nothing is sent any more, and Close does not commit. It is for one
// goroutine at a time.
func (s *Session) AudioWriter(ctx context.Context, o *AudioWriterOptions) (io.WriteCloser, error) {
	if o == nil {
		o = &AudioWriterOptions{}
	}
	format, err := inputFormat(o, s.Config())
	if err != nil {
		return nil, err
	}
	w := &audioWriter{ctx: ctx, session: s, opts: *o, format: format, busy: make(chan struct{}, 1)}
	if w.opts.Chunk == 0 {
		w.opts.Chunk = 100 * time.Millisecond
	}
	if w.opts.MaxDelay == 0 {
		w.opts.MaxDelay = 2 * w.opts.Chunk
	}
	if w.opts.Chunk < 0 {
		return nil, fmt.Errorf("voicelive: AudioWriterOptions.Chunk of %v is negative", o.Chunk)
	}
	var fits bool
	if w.chunk, fits = format.bytes(w.opts.Chunk, s.limits.SendBytes); !fits {
		return nil, fmt.Errorf("voicelive: AudioWriterOptions.Chunk of %v is more than Limits.SendBytes", w.opts.Chunk)
	}
	return w, nil
}

type audioWriter struct {
	ctx     context.Context
	session *Session
	opts    AudioWriterOptions
	format  audioFormat
	chunk   int // bytes of an event

	busy    chan struct{} // holds a value while Write, Close or flush uses the fields below
	rest    []byte        // audio that fills no event
	timer   *time.Timer   // runs flush; nil before the first rest
	waiting bool          // whether the timer runs for rest
	event   ClientEventInputAudioTurnAppend
	began   time.Time     // when the first audio was sent
	sent    time.Duration // the audio since then
	err     error         // the first, for good
}

var errWriterClosed = errors.New("voicelive: the audio writer is closed")

func (w *audioWriter) lock()   { w.busy <- struct{}{} }
func (w *audioWriter) unlock() { <-w.busy }

// Write sends the audio as far as it fills events, and returns how much of p was
// taken. In case of an error the rest of p is not sent.
func (w *audioWriter) Write(p []byte) (n int, err error) {
	w.lock()
	defer w.unlock()
	if w.err != nil {
		return 0, w.err
	}
	if len(w.rest) > 0 {
		n = min(w.chunk-len(w.rest), len(p))
		w.rest = append(w.rest, p[:n]...)
		if len(w.rest) < w.chunk {
			w.wait()
			return n, nil
		}
		if err := w.sendRest(len(w.rest)); err != nil {
			return 0, err
		}
	}
	for len(p)-n >= w.chunk {
		if err := w.send(p[n : n+w.chunk]); err != nil {
			return n, err
		}
		n += w.chunk
	}
	if n < len(p) {
		w.rest = append(w.rest, p[n:]...)
		w.wait()
	}
	return len(p), nil
}

// wait lets flush send the rest after MaxDelay.
func (w *audioWriter) wait() {
	if w.waiting || w.opts.MaxDelay < 0 {
		return
	}
	w.waiting = true
	if w.timer == nil {
		w.timer = time.AfterFunc(w.opts.MaxDelay, w.flush)
	} else {
		w.timer.Reset(w.opts.MaxDelay)
	}
}

// flush sends the whole samples of the rest. The next Write or Close returns its error.
func (w *audioWriter) flush() {
	w.lock()
	defer w.unlock()
	if whole := len(w.rest) / w.format.sample * w.format.sample; w.err == nil && w.waiting && whole > 0 {
		w.sendRest(whole)
	}
	w.waiting = false // the next Write waits for the end of a sample that is not whole
}

// sendRest sends the first n bytes of the rest.
func (w *audioWriter) sendRest(n int) error {
	w.waiting = false
	if w.timer != nil {
		w.timer.Stop()
	}
	if err := w.send(w.rest[:n]); err != nil {
		return err
	}
	w.rest = append(w.rest[:0], w.rest[n:]...)
	return nil
}

// Close sends what is left, and commits if the options say so. The session goes on. A
// second Close does nothing, and returns the error of the first.
func (w *audioWriter) Close() error {
	w.lock()
	defer w.unlock()
	if w.timer != nil {
		w.timer.Stop()
	}
	if w.err != nil {
		if errors.Is(w.err, errWriterClosed) {
			return nil
		}
		return w.err
	}
	if over := len(w.rest) % w.format.sample; over != 0 {
		w.err = fmt.Errorf("voicelive: the audio ends within a sample, %d bytes behind the last whole one", over)
		return w.err
	}
	if len(w.rest) > 0 {
		if err := w.sendRest(len(w.rest)); err != nil {
			return err
		}
	}
	switch {
	case !w.opts.Commit:
	case w.opts.TurnID != "":
		w.err = w.session.EndInputAudioTurn(w.ctx, w.opts.TurnID)
	default:
		w.err = w.session.CommitInputAudioBuffer(w.ctx)
	}
	if w.err != nil {
		return w.err
	}
	w.err = errWriterClosed
	return nil
}

// send sends one event, at its time if that matters.
func (w *audioWriter) send(audio []byte) error {
	if w.opts.RealTime {
		if w.err = w.pace(audio); w.err != nil {
			return w.err
		}
	}
	if w.opts.TurnID == "" {
		w.err = w.session.AppendInputAudioBuffer(w.ctx, audio)
	} else {
		w.event.TurnID, w.event.Audio = w.opts.TurnID, audio
		w.err = w.session.Send(w.ctx, &w.event)
		w.event.Audio = nil
	}
	return w.err
}

// pace waits until the audio sent before has been heard. A source that fell behind
// by more than an event does not catch up in a burst.
func (w *audioWriter) pace(audio []byte) error {
	length := w.format.duration(len(audio))
	now := time.Now()
	if w.began.IsZero() || now.Sub(w.began) > w.sent+length {
		w.began, w.sent = now, 0
	}
	wait := w.sent - now.Sub(w.began)
	w.sent += length
	if wait <= 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-w.ctx.Done():
		return notSent(w.ctx.Err())
	case <-w.session.conn.Done():
		return notSent(w.session.endError())
	}
}
