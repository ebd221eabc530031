package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	_ "unsafe" // for go:linkname

	"github.com/openai/openai-go/v3/realtime"
)

// openaiFrame stands for realtime.realtimeWebsocketEvent.
type openaiFrame struct{ data []byte }

// openaiReceive and openaiEvent are the two halves of what
// RealtimeConnection.Recv does with a frame. They are not exported, and the
// exported UnmarshalJSON takes ten times as long, so it would not be fair.
//
//go:linkname openaiReceive github.com/openai/openai-go/v3/realtime.decodeRealtimeWebsocketEvent
func openaiReceive(data []byte) (openaiFrame, error)

//go:linkname openaiEvent github.com/openai/openai-go/v3/realtime.realtimeWebsocketEvent.decode
func openaiEvent(frame openaiFrame) (realtime.RealtimeServerEventUnion, error)

// openaiDecode receives an event and its audio. The messages are the same but
// for the types of deltas, which OpenAI has renamed.
func openaiDecode(input []byte) Contender {
	input = bytes.Replace(input, []byte(`"response.audio`), []byte(`"response.output_audio`), 1)
	var event realtime.RealtimeServerEventUnion
	var audio []byte
	return Contender{
		Name: "openai",
		Func: func() error {
			frame, err := openaiReceive(input)
			if err != nil {
				return err
			}
			if event, err = openaiEvent(frame); err != nil {
				return err
			}
			if event.Type == "response.output_audio.delta" {
				audio, err = base64.StdEncoding.DecodeString(event.OfResponseAudioDeltaEvent.Delta)
			}
			return err
		},
		Result: func() any { return openaiFacts(&event, audio) },
	}
}

func openaiFacts(event *realtime.RealtimeServerEventUnion, audio []byte) Facts {
	switch event.Type {
	case "response.output_audio.delta":
		e := event.OfResponseAudioDeltaEvent
		return Facts{EventID: e.EventID, Audio: audio, Numbers: []float64{float64(e.ContentIndex)}}
	case "response.output_audio_transcript.delta":
		e := event.OfResponseAudioTranscriptDeltaEvent
		return Facts{EventID: e.EventID, Text: []string{e.Delta}, Numbers: []float64{float64(e.ContentIndex)}}
	case "session.updated":
		e := event.OfSessionUpdatedEvent
		session := e.Session.OfRealtimeSessionCreateRequest
		f := Facts{EventID: e.EventID, Text: []string{session.Instructions}}
		for _, t := range session.Tools {
			if name := t.Name; name != "" {
				f.Text = append(f.Text, name)
			}
		}
		return f
	case "response.done":
		e := event.OfResponseDoneEvent
		f := Facts{EventID: e.EventID, Numbers: []float64{float64(e.Response.Usage.TotalTokens)}}
		for _, i := range e.Response.Output {
			f.openaiItem(i)
		}
		return f
	case "conversation.item.created":
		f := Facts{EventID: event.OfConversationItemCreatedEvent.EventID}
		f.openaiItem(event.OfConversationItemCreatedEvent.Item)
		return f
	}
	panic(fmt.Sprintf("no facts about %s", event.Type))
}

func (f *Facts) openaiItem(i realtime.ConversationItemUnion) {
	if i.Type == "function_call" {
		call := i.OfRealtimeConversationItemFunctionCall
		f.Text = append(f.Text, call.ID, call.Arguments)
		return
	}
	if user := i.OfRealtimeConversationItemUserMessage; user.Role == "user" {
		f.Text = append(f.Text, user.ID)
		for _, p := range user.Content {
			f.Text = append(f.Text, p.Text+p.Transcript)
		}
		return
	}
	message := i.OfRealtimeConversationItemAssistantMessage
	f.Text = append(f.Text, message.ID)
	for _, p := range message.Content {
		f.Text = append(f.Text, p.Text+p.Transcript)
	}
}

// openaiEncode writes audio. OpenAI's session.update has other members, so it
// does not take part there.
func openaiEncode(input []byte) []Contender {
	event, ok := message(input).(*audioAppend)
	if !ok {
		return nil
	}
	var out []byte
	return []Contender{{
		Name: "openai",
		Func: func() (err error) {
			out, err = json.Marshal(realtime.RealtimeClientEventUnionParam{
				OfInputAudioBufferAppend: &realtime.InputAudioBufferAppendEventParam{
					Audio: base64.StdEncoding.EncodeToString(event.Audio),
				},
			})
			return err
		},
		Result: func() any { return out },
	}}
}
