// Package leg is the user's side of a conversation: a telephone call, a browser tab,
// a sound card, a file. A [Leg] delivers what the user says, and plays what the
// user is to hear.
//
// [Configure] sets the audio formats of a session to those of a leg, [Convert] changes
// the format of a leg whose own format the service does not take, [NewPipe] makes a leg
// of two ends in memory, and [NewFiles] one of WAV files. Package legtest has a
// scripted user for tests.
package leg

import (
	"context"
	"time"

	"github.com/go-voicelive/voicelive-go/voicelive/audio"
)

// A Leg is the user's side of a conversation.
//
// One goroutine receives. Any other may call the remaining methods at the same time, one
// call at a time.
//
// What else a leg can do is told by the interfaces that it implements: [Marker],
// [Positioner], [Transferer]. Ask with [As], which looks through wrappers.
type Leg interface {
	// Format returns the format of the audio in both directions. It is mono, and
	// does not change.
	Format() audio.Format

	// Receive waits for what comes from the user's side. The error is io.EOF after the
	// user has hung up, ctx.Err when ctx ends, and tells what broke otherwise. In.Audio
	// is valid until the next call.
	Receive(ctx context.Context) (Input, error)

	// Play queues audio behind what is queued already, and returns before the user has
	// heard it. The audio is not retained. A Leg that is not a Positioner or a Marker plays
	// it at once and without a gap, as long as audio comes in time.
	Play(ctx context.Context, audio []byte) error

	// Clear drops the audio that was queued and that the user has not heard yet.
	Clear(ctx context.Context) error

	// HangUp ends the leg. The reason is for logs; a leg that has no place for it
	// ignores it. Receive returns io.EOF from then on. Hanging up again does nothing.
	HangUp(ctx context.Context, reason string) error
}

// An Input is one thing that comes from the user's side. Its fields are independent
// of each other; those that do not apply are zero.
type Input struct {
	// Gap is how long the leg sent nothing before this input although time passed, as
	// telephone networks do in silence. The service has to hear it as silence.
	Gap time.Duration

	// Audio is what the user said, in the leg's format; silence is audio too.
	Audio []byte

	// Digit is a key of the telephone: 0 to 9, *, #, or A to D. 0 is none.
	Digit byte

	// Mark is the name of a mark of [Marker.PlayMarked] that was reached; empty for none.
	Mark string

	// Cleared says that the audio before Mark was dropped by Clear, not heard.
	Cleared bool
}

// A Marker is a Leg that tells when the user has heard what was played.
type Marker interface {
	// PlayMarked is Play with a mark behind the audio; without audio, the mark is behind
	// what was played before. When the user has heard everything before the mark, Receive
	// returns an Input with its name; if that was dropped by Clear, with Cleared set.
	PlayMarked(ctx context.Context, audio []byte, mark string) error
}

// A Positioner is a Leg that knows at each moment what the user has heard.
type Positioner interface {
	// Position returns how much of the audio that was played the user has heard. Audio
	// that was dropped by Clear never counts. It may be called from any goroutine.
	Position() time.Duration
}

// A Transferer is a Leg that can connect the user to somebody else.
type Transferer interface {
	// Transfer connects the user to target, in the notation of the leg: a telephone
	// number, a SIP address. The leg ends if it succeeds.
	Transfer(ctx context.Context, target string) error
}

// As returns the ability A of a leg, such as a [Marker]: l itself, or what a wrapper
// with a method Unwrap() Leg wraps.
func As[A any](l Leg) (ability A, ok bool) {
	for l != nil {
		if ability, ok = l.(A); ok {
			return ability, true
		}
		wrapper, is := l.(interface{ Unwrap() Leg })
		if !is {
			break
		}
		l = wrapper.Unwrap()
	}
	return ability, false
}
