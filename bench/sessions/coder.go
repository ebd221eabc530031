package main

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/coder/websocket"
)

// coder is naive with the other well-known library.
type coder struct{ conn *websocket.Conn }

func dialCoder(dial dialer, addr string) (opener, error) {
	o := &websocket.DialOptions{HTTPClient: &http.Client{Transport: &http.Transport{DialContext: dial}}}
	return func(ctx context.Context) (conversation, error) {
		conn, _, err := websocket.Dial(ctx, "ws://"+addr+"/", o)
		if err != nil {
			return nil, err
		}
		conn.SetReadLimit(1 << 20)
		return &coder{conn}, nil
	}, nil
}

func (c *coder) receive() ([]byte, int64, error) {
	_, data, err := c.conn.Read(context.Background())
	if err != nil {
		return nil, 0, err
	}
	return jsonDelta(data)
}

func (c *coder) send(pcm []byte) error {
	data, err := json.Marshal(jsonAppend{"input_audio_buffer.append", pcm})
	if err != nil {
		return err
	}
	return c.conn.Write(context.Background(), websocket.MessageText, data)
}

func (c *coder) close() { c.conn.CloseNow() }
