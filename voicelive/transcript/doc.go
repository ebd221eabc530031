// Package transcript keeps the history of a conversation: the messages and calls in the
// order of the conversation, and the parts that the user heard.
//
// A [Transcript] follows the events of a session, and sends none:
//
//	t := transcript.New(nil)
//	t.HandleEvent(ctx, event) // in the receive loop, for each event
//	fmt.Println(t.Text())
//
// # Order
//
// The service names the predecessor of each item. Entries are in that order, even if events
// arrive in another one: the transcription of the user's speech often comes after the response
// to it.
//
// # Generated and heard
//
// If the user interrupted a message, [Entry.Text] is the text that the model generated, and
// [Entry.Heard] the part that the user heard. The Transcript finds this part by the times of
// words if the session has them (output_audio_timestamp_types), otherwise by the share of the
// audio. The heard time comes from conversation.item.truncated, or, more exactly, from
// [Transcript.SetHeard]. Later copies of an item, from which the service has removed the text,
// do not erase the text here.
//
// # To a new session
//
// [Transcript.Items] returns the items that restore the conversation in a new session, and
// [Transcript.Digest] one item that summarizes it. After [Transcript.Continue] the Transcript goes
// on with the events of that session. A Transcript is written and read as JSON; the schema is that of
// [Transcript.MarshalJSON].
//
// # Stability and concurrency
//
// The API may change until version 1 of the module. The [Version] of the JSON grows with each
// change that older readers do not understand. The methods of a [Transcript] may be called from any
// goroutine.
package transcript
