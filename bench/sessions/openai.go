package main

import (
	"encoding/base64"
	"encoding/json"
	_ "unsafe" // for go:linkname

	"github.com/gorilla/websocket"
	"github.com/openai/openai-go/v3/realtime"
)

// openai decodes and encodes with the types of openai-go.
type openai struct{ naive }

func dialOpenai(dial dialer, addr string) (opener, error) {
	return dialGorilla(dial, addr, func(n naive) conversation { return &openai{n} }), nil
}

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

func (o *openai) receive() ([]byte, int64, error) {
	_, data, err := o.conn.ReadMessage()
	if err != nil {
		return nil, 0, err
	}
	frame, err := openaiReceive(data)
	if err != nil {
		return nil, 0, err
	}
	event, err := openaiEvent(frame)
	if err != nil || event.Type != openaiDeltas {
		return nil, 0, err
	}
	delta := event.OfResponseAudioDeltaEvent
	pcm, err := base64.StdEncoding.DecodeString(delta.Delta)
	if err != nil {
		return nil, 0, err
	}
	at, err := sentAt(delta.EventID)
	return pcm, at, err
}

func (o *openai) send(pcm []byte) error {
	data, err := json.Marshal(realtime.RealtimeClientEventUnionParam{
		OfInputAudioBufferAppend: &realtime.InputAudioBufferAppendEventParam{
			Audio: base64.StdEncoding.EncodeToString(pcm),
		},
	})
	if err != nil {
		return err
	}
	return o.conn.WriteMessage(websocket.TextMessage, data)
}
