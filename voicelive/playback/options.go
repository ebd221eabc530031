package playback

import "time"

// Options of a [Player]. The zero value is usable.
type Options struct {
	// Lead is how far ahead of real time the Player sends audio to the leg. 0 is no limit
	// for a [leg.Marker] and a [leg.Positioner], which take audio at any speed, and 200 ms
	// for any other leg.
	Lead time.Duration

	// OnSpeech is the reaction to speech of the user while audio plays. The default is Stop.
	OnSpeech OnSpeech

	// ResumeAfter is how long after the end of speech a paused Player waits for words, with
	// OnSpeech Pause. 0 is 2 s.
	ResumeAfter time.Duration

	// Began is called when the user begins to hear a part. At is the time of that, and Audio
	// is nil.
	Began func(Heard)

	// Finished is called when the user has heard all audio of an item, or when the Player has
	// dropped the rest.
	Finished func(Finished)

	// Audible is called with true when the user begins to hear audio, and with false when no
	// audio is left, neither now nor after a pause. It may be floor.Floor.SetAudible.
	Audible func(bool)

	// Hold delays requests for responses until the Player has sent its corrections. It may be
	// floor.Floor.Hold. It is called while the Player is locked, and must not call the Player.
	Hold func(reason string) (release func())

	// Tap is called with all audio that the user has heard, in order, for recorders.
	Tap func(Heard)
}

// OnSpeech is a reaction to speech of the user while audio plays.
type OnSpeech string

// The values of OnSpeech.
const (
	// Stop interrupts.
	Stop OnSpeech = "stop"

	// Pause clears the leg, waits for words, which interrupt, and goes on where it
	// was if none come within ResumeAfter. It is for sessions in which interrupt_response is
	// false and input_audio_transcription is set; with interrupt_response, when the service
	// has cancelled the response already, speech interrupts.
	Pause OnSpeech = "pause"

	// Ignore goes on playing, unless interrupt_response is on.
	Ignore OnSpeech = "ignore"
)

// Finished tells what became of the audio of one content part of an item.
type Finished struct {
	ResponseID   string
	ItemID       string
	ContentIndex int
	Arrived      time.Duration // how much audio arrived here
	Heard        time.Duration // how much of it was heard
	Interrupted  bool          // the rest was dropped
}

// Heard is audio that the user has heard. Its slices are valid only during the call.
type Heard struct {
	At           time.Time // when the user heard its end, as far as the leg tells
	ResponseID   string
	ItemID       string
	ContentIndex int
	Audio        []byte // in the format of the leg
}

// Stats are the counters of a Player.
type Stats struct {
	Played        time.Duration // audio that was heard
	Dropped       time.Duration // audio that arrived and was not heard
	Underruns     int           // how often the leg ran dry within a part
	Interruptions int           // that dropped something
	Corrections   int           // truncations and deletions that were sent
}

const (
	defaultLead   = 200 * time.Millisecond
	defaultResume = 2 * time.Second

	// chunk is the most audio that one mark stands for.
	chunk = 100 * time.Millisecond
	// closing is how long the service may take to close an item, to cancel a response and to
	// truncate by itself.
	closing = time.Second
	// maxSpeech is how long the user speaks at most, or the end of the speech was lost.
	maxSpeech = time.Minute
	// silentMarks is how long the marks of audio that should have been heard may be missing.
	silentMarks = 3 * time.Second
)
