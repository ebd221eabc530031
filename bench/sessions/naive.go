package main

import (
	"context"
	"encoding/json"

	"github.com/gorilla/websocket"
)

// naive is what the documentation of gorilla/websocket and encoding/json leads to.
type naive struct{ conn *websocket.Conn }

func dialNaive(dial dialer, addr string) (opener, error) {
	return dialGorilla(dial, addr, func(n naive) conversation { return &n }), nil
}

// dialGorilla opens conversations of any kind that has a connection of gorilla/websocket.
func dialGorilla(dial dialer, addr string, of func(naive) conversation) opener {
	d := websocket.Dialer{NetDialContext: dial}
	return func(ctx context.Context) (conversation, error) {
		conn, _, err := d.DialContext(ctx, "ws://"+addr+"/", nil)
		return of(naive{conn}), err
	}
}

func (n *naive) receive() ([]byte, int64, error) {
	_, data, err := n.conn.ReadMessage()
	if err != nil {
		return nil, 0, err
	}
	return jsonDelta(data)
}

func (n *naive) send(pcm []byte) error {
	return n.conn.WriteJSON(jsonAppend{"input_audio_buffer.append", pcm})
}

func (n *naive) close() { n.conn.Close() }

type jsonAppend struct {
	Type  string `json:"type"`
	Audio []byte `json:"audio"`
}

// jsonDelta decodes an event in two passes: its type, then the rest.
func jsonDelta(data []byte) ([]byte, int64, error) {
	var envelope struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(data, &envelope); err != nil || envelope.Type != audioDelta {
		return nil, 0, err
	}
	var event struct {
		EventID      string `json:"event_id"`
		ResponseID   string `json:"response_id"`
		ItemID       string `json:"item_id"`
		OutputIndex  int    `json:"output_index"`
		ContentIndex int    `json:"content_index"`
		Delta        []byte `json:"delta"`
	}
	if err := json.Unmarshal(data, &event); err != nil {
		return nil, 0, err
	}
	at, err := sentAt(event.EventID)
	return event.Delta, at, err
}

// readMessage only reads.
type readMessage struct{ naive }

func dialReadMessage(dial dialer, addr string) (opener, error) {
	return dialGorilla(dial, addr, func(n naive) conversation { return &readMessage{n} }), nil
}

func (r *readMessage) receive() ([]byte, int64, error) {
	_, data, err := r.conn.ReadMessage()
	return data, 0, err
}
