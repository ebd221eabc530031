package voicelive

// OutOfBand reports whether a response is no part of the conversation, as one that was asked
// for with conversation "none": its conversation_id is null. A response whose
// conversation_id is absent is part of the conversation.
func (e *Response) OutOfBand() bool {
	text, ok := e.Extra.Get("conversation_id")
	return ok && string(text) == "null" && e.ConversationID == nil
}
