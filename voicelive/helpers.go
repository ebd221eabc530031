package voicelive

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// The methods of this file are named after the client event that they send, and are
// otherwise like Send. Those that wait for the service's confirmation, like Do, end in
// AndWait.

// UpdateSession sends session.update: the fields that are set change.
func (s *Session) UpdateSession(ctx context.Context, session *RequestSession) error {
	return s.Send(ctx, &ClientEventSessionUpdate{Session: deref(session)})
}

var appends = sync.Pool{New: func() any { return new(ClientEventInputAudioBufferAppend) }}

// AppendInputAudioBuffer sends input_audio_buffer.append with raw audio in the session's input
// format, at most 15 MiB. The service confirms nothing. It allocates nothing, and does
// not retain audio. See [Session.AudioWriter] for streams.
func (s *Session) AppendInputAudioBuffer(ctx context.Context, audio []byte) error {
	e := appends.Get().(*ClientEventInputAudioBufferAppend)
	e.Audio = audio
	err := s.Send(ctx, e)
	e.Audio = nil
	appends.Put(e)
	return err
}

// CommitInputAudioBuffer sends input_audio_buffer.commit, which makes the audio sent so far a
// message of the user. It does not ask for a response.
func (s *Session) CommitInputAudioBuffer(ctx context.Context) error {
	return s.Send(ctx, &ClientEventInputAudioBufferCommit{})
}

// ClearInputAudioBuffer sends input_audio_buffer.clear, which forgets audio that is not committed.
func (s *Session) ClearInputAudioBuffer(ctx context.Context) error {
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

// RetrieveItemAndWait sends conversation.item.retrieve and returns the item as the service
// has it, with audio.
func (s *Session) RetrieveItemAndWait(ctx context.Context, itemID string) (ResponseItem, error) {
	e, err := do[*ServerEventConversationItemRetrieved](ctx, s, &ClientEventConversationItemRetrieve{ItemID: itemID})
	if err != nil {
		return nil, err
	}
	return e.Item, nil
}

// TruncateItem sends conversation.item.truncate, which removes from an assistant's
// message the audio after played. Pass the duration that the user has heard: the service
// counts in milliseconds, and TruncateItem rounds down.
func (s *Session) TruncateItem(ctx context.Context, itemID string, contentIndex int, played time.Duration) error {
	if played < 0 {
		return notSent(fmt.Errorf("audio of %v cannot have been played", played))
	}
	return s.Send(ctx, &ClientEventConversationItemTruncate{ItemID: itemID, ContentIndex: contentIndex, AudioEndMS: int(played.Milliseconds())})
}

// CreateResponse sends response.create. While a response of the conversation is active
// the service cancels that, or refuses this one with an error event: see
// [ResponseCreateParams.CancelPrevious]. A nil params leaves everything to the session's
// configuration.
func (s *Session) CreateResponse(ctx context.Context, params *ResponseCreateParams) error {
	return s.Send(ctx, &ClientEventResponseCreate{Response: params})
}

// CancelResponse sends response.cancel. If no response is active the service answers
// with an error that [IsBenign].
func (s *Session) CancelResponse(ctx context.Context) error {
	return s.Send(ctx, &ClientEventResponseCancel{})
}

// StartInputAudioTurn sends input_audio.turn.start, with an identifier that the caller makes up.
func (s *Session) StartInputAudioTurn(ctx context.Context, turnID string) error {
	return s.Send(ctx, &ClientEventInputAudioTurnStart{TurnID: turnID})
}

// AppendInputAudioTurn sends input_audio.turn.append with raw audio.
func (s *Session) AppendInputAudioTurn(ctx context.Context, turnID string, audio []byte) error {
	return s.Send(ctx, &ClientEventInputAudioTurnAppend{TurnID: turnID, Audio: audio})
}

// EndInputAudioTurn sends input_audio.turn.end.
func (s *Session) EndInputAudioTurn(ctx context.Context, turnID string) error {
	return s.Send(ctx, &ClientEventInputAudioTurnEnd{TurnID: turnID})
}

// CancelInputAudioTurn sends input_audio.turn.cancel.
func (s *Session) CancelInputAudioTurn(ctx context.Context, turnID string) error {
	return s.Send(ctx, &ClientEventInputAudioTurnCancel{TurnID: turnID})
}

// ClearInputAudioTurns sends input_audio.clear, which forgets all input audio that is being streamed.
func (s *Session) ClearInputAudioTurns(ctx context.Context) error {
	return s.Send(ctx, &ClientEventInputAudioClear{})
}

// ClearOutputAudioBuffer sends output_audio_buffer.clear, which silences an avatar.
func (s *Session) ClearOutputAudioBuffer(ctx context.Context) error {
	return s.Send(ctx, &ClientEventOutputAudioBufferClear{})
}

// ConnectAvatarAndWait sends session.avatar.connect with the SDP offer of the client, and
// returns that of the service.
func (s *Session) ConnectAvatarAndWait(ctx context.Context, clientSDP string) (serverSDP string, err error) {
	e, err := do[*ServerEventSessionAvatarConnecting](ctx, s, &ClientEventSessionAvatarConnect{ClientSDP: clientSDP})
	if err != nil {
		return "", err
	}
	return e.ServerSDP, nil
}

// CreateRTCCallSDPAndWait sends rtc.call.sdp.create with an SDP offer, and returns the answer. The
// session configuration may be nil.
func (s *Session) CreateRTCCallSDPAndWait(ctx context.Context, offer string, session *RequestSession) (*ServerEventRTCCallSDPCreated, error) {
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
