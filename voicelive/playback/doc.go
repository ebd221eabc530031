// Package playback plays the speech of the assistant, and measures how much of it the
// user has heard.
//
// The service generates audio faster than it can be played. When the user interrupts,
// most of a response may have arrived although the user has heard little of it. The
// model then continues as if the user had heard everything, unless the client corrects
// the conversation. A [Player] queues the audio of responses, plays it on a leg, clears
// the leg on an interruption, and truncates or deletes the items in the conversation
// so that they end where the user stopped hearing:
//
//	p := playback.New(ctx, leg, session, nil)
//
// and, in the receive loops of the session and of the leg:
//
//	err = p.HandleEvent(ctx, event)
//	err = p.HandleInput(ctx, input)
//
// # Heard audio
//
// A leg that is a [leg.Marker] or a [leg.Positioner] reports how much audio the user has
// heard. Between two marks, the Player adds the time that has passed. To any other leg it
// sends audio in real time, with a lead, and estimates the heard audio from the time.
//
// # Interruptions
//
// An interruption is speech_started, or a call of [Player.Interrupt]. The Player clears the leg,
// drops the queued and the later audio of the interrupted responses, and
// corrects each item whose audio arrived here: one that was heard in part is truncated, one
// that was not heard at all is deleted. It sends a correction when the service has closed
// the item, once, and holds the floor until then with [Options.Hold]. Function calls are
// not touched, and neither are items whose audio does not pass here, such as text
// and the speech of an avatar.
//
// With interrupt_response the service cancels the response itself. With auto_truncate it
// truncates as well, as if audio was played in real time; the Player truncates again
// if that leaves more than was heard.
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. The methods of a [Player] may be called from
// any goroutine, and from its callbacks.
package playback
