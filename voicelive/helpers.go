package voicelive

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// The methods of this file and of helpers.gen.go are named after the client event that
// they send, and are otherwise like Send. Those that wait for the service's confirmation,
// like Do, end in AndWait.

var appends = sync.Pool{New: func() any { return new(ClientEventInputAudioBufferAppend) }}

// AppendInputAudioBuffer sends input_audio_buffer.append with raw audio in the session's
// input format, at most 15 MiB. The service confirms nothing. It allocates nothing, and
// does not retain audio. See [Session.AudioWriter] for streams.
func (s *Session) AppendInputAudioBuffer(ctx context.Context, audio []byte) error {
	if ctx == nil || len(audio) == 0 {
		return s.Send(ctx, &ClientEventInputAudioBufferAppend{Audio: audio}) // which says what is wrong
	}
	e := appends.Get().(*ClientEventInputAudioBufferAppend)
	e.Audio = audio
	err := s.transmit(ctx, e, "") // any audio is valid
	e.Audio = nil
	appends.Put(e)
	return err
}

// CreateItem sends conversation.item.create, which adds an item at the end of the conversation.
func (s *Session) CreateItem(ctx context.Context, item ConversationRequestItem) error {
	if isNil(item) {
		return notSent(errNilItem)
	}
	return s.Send(ctx, &ClientEventConversationItemCreate{Item: item})
}

// SendText adds a message of the user and asks for a response to it: it sends
// conversation.item.create and response.create. Its error wraps [ErrNotSent] only if neither
// was sent; if it says that the message was, [Session.CreateResponse] makes up for the rest.
func (s *Session) SendText(ctx context.Context, text string) error {
	item := &UserMessageItem{Content: []MessageContentPart{&InputTextContentPart{Text: text}}}
	if err := s.CreateItem(ctx, item); err != nil {
		return err
	}
	err := s.CreateResponse(ctx, nil)
	if e, ok := errors.AsType[*notSentError](err); ok {
		return fmt.Errorf("voicelive: the message was sent, response.create was not: %w", e.cause)
	}
	return err
}

// RetrieveItemAndWait sends conversation.item.retrieve and returns the item as the
// service has it, with audio.
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

// do is Do for a confirmation of one type.
func do[E ServerEvent](ctx context.Context, s *Session, e ClientEvent) (confirmation E, err error) {
	ev, err := s.Do(ctx, e)
	if err != nil {
		return confirmation, err
	}
	return as[E](ev)
}

func as[E ServerEvent](ev ServerEvent) (confirmation E, err error) {
	confirmation, ok := ev.(E)
	if !ok {
		err = &ServiceError{Event: ev, Message: "it confirms with " + string(ev.EventType())}
	}
	return confirmation, err
}
