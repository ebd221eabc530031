package voicelive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// AudioWriterOptions describes the audio of a [Session.AudioWriter]. The zero value
// is PCM of 24,000 Hz in events of 100 ms.
type AudioWriterOptions struct {
	// Format must be the session's input_audio_format; empty is pcm16, which is
	// signed 16-bit little-endian mono.
	Format InputAudioFormat

	// SampleRate in Hz; 0 is 24,000 for pcm16, and 8,000 for G.711.
	SampleRate int

	// Channels that are interleaved; 0 is 1. An echo reference is a second one.
	Channels int

	// Chunk is the audio in one event; 0 is 100 ms. Each event has its price: 20 ms
	// cost five times what 100 ms do, and gain 80 ms of delay.
	Chunk time.Duration

	// RealTime makes Write take as long as the audio lasts, for files and other
	// sources that are faster than speech.
	RealTime bool

	// TurnID sends input_audio.turn.append for that turn instead of input_audio_buffer.append.
	TurnID string

	// Commit makes Close send input_audio_buffer.commit, or input_audio.turn.end.
	Commit bool
}

// AudioWriter returns a writer of raw audio. Writes may have any size; what does not
// fill an event waits for the next Write or for Close, which sends it. The audio is
// encoded straight from the slice that is written, and not retained.
//
// Writes stop with an error when ctx ends or the session does. A writer that had an
// error keeps it: nothing is sent any more, and Close does not commit. It is for one
// goroutine at a time.
func (s *Session) AudioWriter(ctx context.Context, o *AudioWriterOptions) (io.WriteCloser, error) {
	if o == nil {
		o = &AudioWriterOptions{}
	}
	w := &audioWriter{ctx: ctx, session: s, opts: *o}
	sample := 1
	rate := 8000
	switch o.Format {
	case "", InputAudioFormatPCM16:
		sample, rate = 2, 24000
	case InputAudioFormatG711Ulaw, InputAudioFormatG711Alaw:
	default:
		return nil, fmt.Errorf("voicelive: AudioWriterOptions.Format %q is not known", o.Format)
	}
	if o.SampleRate != 0 {
		rate = o.SampleRate
	}
	channels := max(o.Channels, 1)
	chunk := o.Chunk
	if chunk == 0 {
		chunk = 100 * time.Millisecond
	}
	if rate < 0 || o.Channels < 0 || chunk < 0 {
		return nil, errors.New("voicelive: AudioWriterOptions has a negative number")
	}
	w.frame = sample * channels
	w.perSecond = rate * w.frame
	w.chunk = max(int(int64(rate)*int64(chunk)/int64(time.Second)), 1) * w.frame
	if w.chunk > s.limits.SendBytes {
		return nil, fmt.Errorf("voicelive: AudioWriterOptions.Chunk of %v is more than Limits.SendBytes", chunk)
	}
	return w, nil
}

type audioWriter struct {
	ctx     context.Context
	session *Session
	opts    AudioWriterOptions

	frame     int // bytes of a sample of all channels
	perSecond int // bytes
	chunk     int // bytes of an event
	rest      []byte
	turn      ClientEventInputAudioTurnAppend

	began  time.Time // when the first audio was sent
	played time.Duration
	err    error // the first, for good
}

var errWriterClosed = errors.New("voicelive: the audio writer is closed")

// Write sends the audio as far as it fills events, and returns how much of p was
// taken; the rest of p is not sent in case of an error.
func (w *audioWriter) Write(p []byte) (n int, err error) {
	if w.err != nil {
		return 0, w.err
	}
	if len(w.rest) > 0 {
		n = min(w.chunk-len(w.rest), len(p))
		w.rest = append(w.rest, p[:n]...)
		if len(w.rest) < w.chunk {
			return n, nil
		}
		if err := w.send(w.rest); err != nil {
			return 0, err
		}
		w.rest = w.rest[:0]
	}
	for len(p)-n >= w.chunk {
		if err := w.send(p[n : n+w.chunk]); err != nil {
			return n, err
		}
		n += w.chunk
	}
	w.rest = append(w.rest, p[n:]...)
	return len(p), nil
}

// Close sends what is left, and commits if the options say so. The session goes on. A
// second Close does nothing, and returns the error of the first.
func (w *audioWriter) Close() error {
	if w.err != nil {
		if errors.Is(w.err, errWriterClosed) {
			return nil
		}
		return w.err
	}
	if len(w.rest)%w.frame != 0 {
		w.err = fmt.Errorf("voicelive: the audio ends within a sample, %d bytes behind the last whole one", len(w.rest)%w.frame)
		return w.err
	}
	if len(w.rest) > 0 {
		if err := w.send(w.rest); err != nil {
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
		w.turn.TurnID, w.turn.Audio = w.opts.TurnID, audio
		w.err = w.session.Send(w.ctx, &w.turn)
		w.turn.Audio = nil
	}
	return w.err
}

// pace waits until the audio sent before has been heard. A source that fell behind
// by more than an event does not catch up in a burst.
func (w *audioWriter) pace(audio []byte) error {
	length := time.Duration(int64(len(audio)) * int64(time.Second) / int64(w.perSecond))
	now := time.Now()
	if w.began.IsZero() || now.Sub(w.began) > w.played+length {
		w.began, w.played = now, 0
	}
	wait := w.played - now.Sub(w.began)
	w.played += length
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
