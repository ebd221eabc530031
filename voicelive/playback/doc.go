// Package playback plays what the assistant says, and knows what the user has heard
// of it.
//
// The service generates audio faster than it can be played. When the user
// interrupts, most of a response may have arrived and little of it may have been
// heard; unless the service is told, the model goes on as if the user had heard
// everything. A [Player] queues the audio of responses, plays it on a leg, clears
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
// # What was heard
//
// A leg that is a [leg.Marker] or a [leg.Positioner] tells what the user has heard. For any
// other leg the Player sends in real time, a lead ahead, and counts. Between two marks
// it adds the time that has passed.
//
// # Interruptions
//
// An interruption is speech_started, or a call of [Player.Interrupt]. The Player clears the leg,
// drops what is queued and what still arrives of the interrupted responses, and
// corrects each item whose audio arrived here: one that was heard in part is truncated, one
// that was not heard at all is deleted. It sends a correction when the service has closed
// the item, once, and holds the floor until then with [Options.Hold]. Function calls are
// not touched, and neither are items whose audio does not pass here, such as text
// and the speech of an avatar.
//
// With interrupt_response the service cancels the response itself. With auto_truncate it
// truncates as well, as if audio was played in real time; the Player truncates again
// if that leaves more than was heard.
package playback
