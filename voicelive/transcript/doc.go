// Package transcript keeps the history of a conversation: who said what, in the order of
// the conversation, and what of it was heard.
//
// A [Transcript] is fed the events of a session, and changes nothing:
//
//	t := transcript.New(nil)
//	t.HandleEvent(ctx, event) // in the receive loop, for each event
//	fmt.Println(t.Text())
//
// # Order
//
// The service says of each item which one precedes it. Entries are in that order, whatever
// the order in which events arrive: the transcription of what the user said often comes after
// the answer to it.
//
// # Generated and heard
//
// Of an answer that the user interrupted, [Entry.Text] is what the model generated, and
// [Entry.Heard] what the user heard: by the times of words if the session has them
// (output_audio_timestamp_types), by the share of the audio if not. What was heard comes from
// conversation.item.truncated, or, more exactly, from [Transcript.SetHeard]. Later copies of an
// item, from which the service has removed the text, do not erase it here.
//
// # To a new session
//
// [Transcript.Items] are the items that restore the conversation in a new session, and
// [Transcript.Digest] is one item that tells of it. After [Transcript.Continue] the Transcript goes
// on with the events of that session. A Transcript is written and read as JSON; the schema is that of
// [Transcript.MarshalJSON].
package transcript
