// Package leg is the user's side of a conversation: a telephone call, a browser tab,
// a sound card, a file. A [Leg] delivers the user's speech, and plays audio to the
// user.
//
// [Configure] sets the audio formats of a session to those of a leg, [Convert] changes
// the format of a leg whose own format the service does not take, [NewPipe] makes a leg
// of two ends in memory, and [NewFiles] one of WAV files. Package legtest has a
// scripted user for tests.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. A new ability of legs is a further interface,
// and [Leg] stays as it is. The methods of a leg may be called as [Leg] says; the functions of this
// package from any goroutine.
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
// A leg may implement further interfaces: [Marker], [Positioner], [Transferer]. Find
// them with [As], which looks through wrappers.
type Leg interface {
	// Format returns the format of the audio in both directions. It is mono, and
	// does not change.
	Format() audio.Format

	// Receive waits for the next input from the user's side. The error is io.EOF after
	// the user has hung up, and ctx.Err when ctx ends; any other is the failure of the
	// leg. Input.Audio is valid until the next call.
	Receive(ctx context.Context) (Input, error)

	// Play adds audio to the queue, and returns before the user has heard it. The audio
	// is not retained. A Leg that is not a Positioner or a Marker plays
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
	// Gap is a time without audio before this input. Telephone networks send nothing in
	// silence; the service needs silence in its place.
	Gap time.Duration

	// Audio is the user's audio in the leg's format, speech or silence.
	Audio []byte

	// Digit is a key of the telephone: 0 to 9, *, #, or A to D. 0 is none.
	Digit byte

	// Mark is the name of a mark of [Marker.PlayMarked] that was reached; empty for none.
	Mark string

	// Cleared reports that Clear dropped the audio before Mark, so that it was not heard.
	Cleared bool
}

// A Marker is a Leg that reports when the user has heard audio up to a mark.
type Marker interface {
	// PlayMarked is Play with a mark after the audio; without audio, the mark is after
	// the audio that was played before. When the user has heard everything before the
	// mark, Receive returns an Input with its name. If Clear dropped audio before the
	// mark, the Input has Cleared set.
	PlayMarked(ctx context.Context, audio []byte, mark string) error
}

// A Positioner is a Leg that can report at any time how much the user has heard.
type Positioner interface {
	// Position returns how much of the audio that was played the user has heard. Audio
	// that was dropped by Clear never counts. It may be called from any goroutine.
	Position() time.Duration
}

// A Transferer is a Leg that can connect the user to another person.
type Transferer interface {
	// Transfer connects the user to target, in the notation of the leg: a telephone
	// number, a SIP address. If it succeeds, the leg ends.
	Transfer(ctx context.Context, target string) error
}

// As returns a leg as interface A, such as [Marker]: l itself, or a leg that it wraps.
// A wrapper has a method Unwrap() Leg.
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
