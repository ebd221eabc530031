package record

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
	"github.com/go-voicelive/voicelive-go/voicelive/leg"
	"github.com/go-voicelive/voicelive-go/voicelive/playback"
)

// A Sound writes the sound of a call as a WAV file with 16 bits at the rate of the leg: the user on the left, the assistant
// on the right. It has what was said and heard at its time: audio of the assistant that was dropped is missing, and silence
// stays. The file begins when NewSound is called, and ends with the last sound.
//
//	sound, err := record.NewSound(file, leg)
//	…
//	a := newAgent(client) // one for each call, since it has the tap of one
//	a.Playback.Tap = sound.Heard
//	report, err := a.Serve(ctx, sound.Leg())
//	err = sound.Close()
//
// A Sound keeps the last seconds in memory, since a leg may tell late what was heard, and whatever the writer has not
// taken, up to 4 MiB. If the writer is slower than that, the file has silence in place of the sound, and Close returns an
// error.
type Sound struct {
	format audio.Format // of the leg
	leg    leg.Leg
	began  time.Time

	spool  *spool[stretch] // its mutex guards what follows
	tracks [2]track
	recent []byte // frames of both channels from flushed on
	done   int64  // frames that were handed to the spool
	lost   int64  // frames
	pcm    []byte

	// Of the goroutine of the spool.
	w    io.Writer
	file *audio.Writer
}

// A track is what is known of a channel, in frames since the beginning: its latest audio without a gap, and the end of
// what was before.
type track struct{ before, start, end int64 }

// A stretch is sound on its way to the file: frames, and silence behind them.
type stretch struct {
	frames  []byte
	silence int64 // frames
	end     bool  // of the file
}

// The channels of the file.
const (
	user = iota
	assistant
)

const (
	frameBytes = 4 // of two channels of 16 bits

	// window is how late a leg may tell what was heard.
	window = 5 * time.Second
	// maxWindow is how much is kept of a leg that is ahead of the time.
	maxWindow = 10 * time.Second
	// step is how much is handed to the spool at once.
	step = time.Second
	// jitter is how late a packet of the user may be without a gap.
	jitter = 200 * time.Millisecond
	// hold is how far apart audio of the assistant may be without a gap.
	hold = 50 * time.Millisecond
	// soundBuffer is how many bytes may wait for the writer.
	soundBuffer = 4 << 20
)

// NewSound returns a Sound for a call on l. If w is an io.WriteSeeker, Close puts the sizes into the header. W stays the
// caller's. It is an error if the audio of l is not mono.
func NewSound(w io.Writer, l leg.Leg) (*Sound, error) {
	f := l.Format()
	if err := f.Validate(); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	if f.Channels != 1 {
		return nil, fmt.Errorf("record: the audio of the leg is %v, not mono", f)
	}
	s := &Sound{format: f, leg: l, began: time.Now(), w: w}
	s.spool = newSpool(soundBuffer, s.write)
	return s, nil
}

// Leg returns the leg of the call, with the sound of the user recorded.
func (s *Sound) Leg() leg.Leg { return &recorded{s.leg, s} }

// recorded records what it receives.
type recorded struct {
	leg.Leg
	sound *Sound
}

func (r *recorded) Receive(ctx context.Context) (leg.Input, error) {
	in, err := r.Leg.Receive(ctx)
	r.sound.said(in)
	return in, err
}

// Unwrap returns the leg that is recorded.
func (r *recorded) Unwrap() leg.Leg { return r.Leg }

// Heard records what the user has heard. It is for [playback.Options].Tap.
func (s *Sound) Heard(h playback.Heard) {
	s.spool.mu.Lock()
	defer s.spool.mu.Unlock()
	s.put(assistant, h.At, h.Audio, hold)
}

// said records what the user says.
func (s *Sound) said(in leg.Input) {
	if len(in.Audio) == 0 && in.Gap == 0 {
		return
	}
	now := time.Now()
	s.spool.mu.Lock()
	defer s.spool.mu.Unlock()
	t := &s.tracks[user]
	if in.Gap > 0 && t.end > 0 {
		at := min(t.end+s.frames(in.Gap), max(t.end, s.frames(now.Sub(s.began)))) // no gap is longer than the time
		*t = track{before: t.end, start: at, end: at}
	}
	s.put(user, now, in.Audio, jitter)
	s.catchUp(now)
}

// put adds audio that ends at a time to a channel: behind what is there, unless the gap is longer than slack.
func (s *Sound) put(channel int, end time.Time, sound []byte, slack time.Duration) {
	if s.spool.closed || len(sound) == 0 {
		return
	}
	pcm := s.decode(sound)
	t := &s.tracks[channel]
	now := s.frames(time.Since(s.began))
	at := min(s.frames(end.Sub(s.began)), now+s.frames(maxWindow)) - int64(len(pcm)/2)
	s.flush(min(now, at)-s.frames(window), s.frames(step))
	if t.end == 0 || at-t.end >= s.frames(slack) {
		at = max(at, s.done, t.end)
		*t = track{before: t.end, start: at, end: at}
	}
	if t.end < s.done { // it was told too late
		t.end = s.done
	}
	s.mix(channel, t.end, pcm)
	t.end += int64(len(pcm) / 2)
	s.flush(t.end-s.frames(maxWindow), s.frames(step))
}

// catchUp moves the latest audio of the user back if it ends in the future: it was on the way for longer than what came
// before.
func (s *Sound) catchUp(now time.Time) {
	t := &s.tracks[user]
	by := min(t.end-s.frames(now.Sub(s.began)), t.start-max(t.before, s.done))
	if by <= 0 {
		return
	}
	from, n := int(t.start-s.done), int(t.end-t.start)
	for i := from; i < from+n; i++ {
		to := i - int(by)
		copy(s.recent[to*frameBytes:], s.recent[i*frameBytes:i*frameBytes+2])
	}
	for i := from + n - int(by); i < from+n; i++ {
		copy(s.recent[i*frameBytes:], []byte{0, 0})
	}
	t.start -= by
	t.end -= by
}

// frames is how many frames there are in a time.
func (s *Sound) frames(d time.Duration) int64 {
	return int64(d)/int64(time.Second)*int64(s.format.Rate) + int64(d)%int64(time.Second)*int64(s.format.Rate)/int64(time.Second)
}

// decode returns audio of the leg as 16-bit samples, until the next call.
func (s *Sound) decode(sound []byte) []byte {
	switch s.format.Encoding {
	case audio.MuLaw:
		s.pcm = audio.AppendPCMOfMuLaw(s.pcm[:0], sound)
	case audio.ALaw:
		s.pcm = audio.AppendPCMOfALaw(s.pcm[:0], sound)
	default:
		return sound[:len(sound)&^1]
	}
	return s.pcm
}

// mix puts samples into a channel of what is recent.
func (s *Sound) mix(channel int, at int64, pcm []byte) {
	offset := int(at-s.done) * frameBytes
	if missing := offset + 2*len(pcm) - len(s.recent); missing > 0 {
		s.recent = append(s.recent, make([]byte, missing)...)
	}
	for i := 0; i < len(pcm); i += 2 {
		copy(s.recent[offset+2*i+2*channel:], pcm[i:i+2])
	}
}

// flush hands everything before a frame to the spool, if that is at least so many frames. It is silence in the file if
// there is no room.
func (s *Sound) flush(before, least int64) {
	if before-s.done < least {
		return
	}
	n := min(int(before-s.done)*frameBytes, len(s.recent))
	next := stretch{frames: append([]byte(nil), s.recent[:n]...), silence: before - s.done - int64(n/frameBytes)}
	if !s.spool.put(next, n) {
		s.lost += int64(n / frameBytes)
		s.silence(before - s.done)
	}
	s.recent = s.recent[:copy(s.recent, s.recent[n:])]
	s.done = before
}

// silence adds silence to the last stretch that waits, for which there is always room.
func (s *Sound) silence(frames int64) {
	if waiting := s.spool.waiting; len(waiting) > 0 {
		waiting[len(waiting)-1].silence += frames
		return
	}
	s.spool.put(stretch{silence: frames}, 0)
}

// Close writes what waits, and completes the file. The error is that of the writer, or tells how much sound is missing
// because the writer was too slow. Closing again returns the same error.
func (s *Sound) Close() error {
	s.spool.mu.Lock()
	defer s.spool.mu.Unlock()
	if !s.spool.closed {
		s.flush(max(s.tracks[user].end, s.tracks[assistant].end), 1)
		s.spool.put(stretch{end: true}, 0)
	}
	if err := s.spool.close(); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	if s.lost > 0 {
		return fmt.Errorf("record: %v of the sound are silent in the file: the writer was too slow", time.Duration(s.lost)*time.Second/time.Duration(s.format.Rate))
	}
	return nil
}

// write writes stretches, in the goroutine of the spool.
func (s *Sound) write(stretches []stretch) (err error) {
	if s.file == nil {
		s.file, err = audio.NewWriter(s.w, audio.Format{Encoding: audio.PCM16, Rate: s.format.Rate, Channels: 2})
		if err != nil {
			return err
		}
	}
	for _, next := range stretches {
		_, err := s.file.Write(next.frames)
		for n := next.silence * frameBytes; n > 0 && err == nil; {
			var written int
			written, err = s.file.Write(silent[:min(n, int64(len(silent)))])
			n -= int64(written)
		}
		if next.end {
			err = errors.Join(err, s.file.Close())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var silent [32 << 10]byte
