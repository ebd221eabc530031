package voicelive

// OutOfBand reports whether a response is no part of the conversation. It was asked for with
// conversation "none", so that its conversation_id is null, or with commit false, which
// [Session.Send] writes into the metadata that the service repeats. A response whose
// conversation_id is absent is part of the conversation.
func (e *Response) OutOfBand() bool {
	if e.Metadata[outOfBandMarkName] != "" {
		return true
	}
	text, ok := e.Extra.Get("conversation_id")
	return ok && string(text) == "null" && e.ConversationID == nil
}
