package voicelive

import (
	"context"
	"sync"
)

// The methods of this file send one client event each, and are otherwise like
// Send, or like Do if they return what the service answered.

// UpdateSession sends session.update: the fields that are set change.
func (s *Session) UpdateSession(ctx context.Context, session *RequestSession) error {
	return s.Send(ctx, &ClientEventSessionUpdate{Session: deref(session)})
}

var appends = sync.Pool{New: func() any { return new(ClientEventInputAudioBufferAppend) }}

// AppendAudio sends input_audio_buffer.append with raw audio in the session's input
// format, at most 15 MiB. The service confirms nothing. It allocates nothing, and does
// not retain audio. See [Session.AudioWriter] for streams.
func (s *Session) AppendAudio(ctx context.Context, audio []byte) error {
	e := appends.Get().(*ClientEventInputAudioBufferAppend)
	e.Audio = audio
	err := s.Send(ctx, e)
	e.Audio = nil
	appends.Put(e)
	return err
}

// CommitAudio sends input_audio_buffer.commit, which makes the audio sent so far a
// message of the user. It does not ask for a response.
func (s *Session) CommitAudio(ctx context.Context) error {
	return s.Send(ctx, &ClientEventInputAudioBufferCommit{})
}

// ClearAudio sends input_audio_buffer.clear, which forgets audio that is not committed.
func (s *Session) ClearAudio(ctx context.Context) error {
	return s.Send(ctx, &ClientEventInputAudioBufferClear{})
}

// CreateItem sends conversation.item.create, which adds an item at the end of the conversation.
func (s *Session) CreateItem(ctx context.Context, item ConversationRequestItem) error {
	return s.Send(ctx, &ClientEventConversationItemCreate{Item: item})
}

// SendText adds a message of the user and asks for a response to it: it sends
// conversation.item.create and response.create.
func (s *Session) SendText(ctx context.Context, text string) error {
	item := &UserMessageItem{Content: []MessageContentPart{&InputTextContentPart{Text: text}}}
	if err := s.CreateItem(ctx, item); err != nil {
		return err
	}
	return s.CreateResponse(ctx, nil)
}

// DeleteItem sends conversation.item.delete.
func (s *Session) DeleteItem(ctx context.Context, itemID string) error {
	return s.Send(ctx, &ClientEventConversationItemDelete{ItemID: itemID})
}

// RetrieveItem sends conversation.item.retrieve and returns the item as the service
// has it, with audio.
func (s *Session) RetrieveItem(ctx context.Context, itemID string) (ResponseItem, error) {
	e, err := do[*ServerEventConversationItemRetrieved](ctx, s, &ClientEventConversationItemRetrieve{ItemID: itemID})
	if err != nil {
		return nil, err
	}
	return e.Item, nil
}

// TruncateItem sends conversation.item.truncate: of an assistant's message, what was
// not played. audioEndMS is the end of what was, in milliseconds.
func (s *Session) TruncateItem(ctx context.Context, itemID string, contentIndex, audioEndMS int) error {
	return s.Send(ctx, &ClientEventConversationItemTruncate{ItemID: itemID, ContentIndex: contentIndex, AudioEndMS: audioEndMS})
}

// CreateResponse sends response.create, when no response is active; see [Session.Send].
// A nil params leaves everything to the session's configuration.
func (s *Session) CreateResponse(ctx context.Context, params *ResponseCreateParams) error {
	return s.Send(ctx, &ClientEventResponseCreate{Response: params})
}

// CancelResponse sends response.cancel. If no response is active the service answers
// with an error that [IsBenign].
func (s *Session) CancelResponse(ctx context.Context) error {
	return s.Send(ctx, &ClientEventResponseCancel{})
}

// StartTurn sends input_audio.turn.start, with an identifier that the caller makes up.
func (s *Session) StartTurn(ctx context.Context, turnID string) error {
	return s.Send(ctx, &ClientEventInputAudioTurnStart{TurnID: turnID})
}

// AppendTurn sends input_audio.turn.append with raw audio.
func (s *Session) AppendTurn(ctx context.Context, turnID string, audio []byte) error {
	return s.Send(ctx, &ClientEventInputAudioTurnAppend{TurnID: turnID, Audio: audio})
}

// EndTurn sends input_audio.turn.end.
func (s *Session) EndTurn(ctx context.Context, turnID string) error {
	return s.Send(ctx, &ClientEventInputAudioTurnEnd{TurnID: turnID})
}

// CancelTurn sends input_audio.turn.cancel.
func (s *Session) CancelTurn(ctx context.Context, turnID string) error {
	return s.Send(ctx, &ClientEventInputAudioTurnCancel{TurnID: turnID})
}

// ClearInputAudio sends input_audio.clear, which forgets all input audio that is being streamed.
func (s *Session) ClearInputAudio(ctx context.Context) error {
	return s.Send(ctx, &ClientEventInputAudioClear{})
}

// ClearOutputAudio sends output_audio_buffer.clear, which silences an avatar.
func (s *Session) ClearOutputAudio(ctx context.Context) error {
	return s.Send(ctx, &ClientEventOutputAudioBufferClear{})
}

// ConnectAvatar sends session.avatar.connect with the SDP offer of the client, and
// returns that of the service.
func (s *Session) ConnectAvatar(ctx context.Context, clientSDP string) (serverSDP string, err error) {
	e, err := do[*ServerEventSessionAvatarConnecting](ctx, s, &ClientEventSessionAvatarConnect{ClientSDP: clientSDP})
	if err != nil {
		return "", err
	}
	return e.ServerSDP, nil
}

// CreateRTCCall sends rtc.call.sdp.create with an SDP offer, and returns the answer. The
// session configuration may be nil.
func (s *Session) CreateRTCCall(ctx context.Context, offer string, session *RequestSession) (*ServerEventRTCCallSDPCreated, error) {
	return do[*ServerEventRTCCallSDPCreated](ctx, s, &ClientEventRTCCallSDPCreate{SDPOffer: offer, Session: session})
}

// do is Do for a confirmation of one type.
func do[E ServerEvent](ctx context.Context, s *Session, e ClientEvent) (answer E, err error) {
	ev, err := s.Do(ctx, e)
	if err != nil {
		return answer, err
	}
	answer, ok := ev.(E)
	if !ok {
		return answer, &ServiceError{Event: ev, Message: "an answer of type " + string(ev.EventType())}
	}
	return answer, nil
}
