package browser

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/gorilla/websocket"
)

// message is a text message of the page or for it. Binary messages are audio.
type message struct {
	Type string `json:"type"`

	ID      int   `json:"id,omitempty"`      // of a clearing, or of the avatar of a session
	Samples int64 `json:"samples,omitempty"` // that the page has played so far

	Lines   []line          `json:"lines,omitempty"`
	Removed []string        `json:"removed,omitempty"` // ids of lines
	MS      int64           `json:"ms,omitempty"`
	Text    string          `json:"text,omitempty"`
	Why     endReason       `json:"why,omitempty"`
	SDP     string          `json:"sdp,omitempty"`
	Servers json.RawMessage `json:"servers,omitempty"` // for ICE
	Event   json.RawMessage `json:"event,omitempty"`   // of the page's data channel
}

func encode(m message) []byte {
	data, err := json.Marshal(m)
	if err != nil {
		panic(err) // its raw JSON was read or written by us
	}
	return data
}

// read takes the messages of the page until the socket ends.
func (c *Call) read() {
	defer close(c.gone)
	pong := c.conn.PingHandler()
	c.conn.SetPingHandler(func(data string) error {
		c.take(websocket.PingMessage, []byte(data))
		return pong(data)
	})
	c.conn.SetPongHandler(func(data string) error {
		c.take(websocket.PongMessage, []byte(data))
		return c.alive()
	})
	for {
		if err := c.alive(); err != nil {
			c.lost(err)
			return
		}
		kind, data, err := c.conn.ReadMessage()
		if err != nil {
			c.lost(err)
			return
		}
		c.take(kind, data)
	}
}

// alive notes a sign of life of the page.
func (c *Call) alive() error {
	return c.conn.SetReadDeadline(time.Now().Add(c.options.Limits.Silence))
}

// lost ends the call because of an error of the socket.
func (c *Call) lost(err error) {
	var timeout net.Error
	switch {
	case websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway, websocket.CloseNoStatusReceived):
		err = io.EOF
	case errors.Is(err, websocket.ErrReadLimit):
		err = fmt.Errorf("browser: the page has sent more than %d bytes in a message", c.options.Limits.Message)
	case errors.As(err, &timeout) && timeout.Timeout():
		err = fmt.Errorf("browser: the page has given no sign of life for %v", c.options.Limits.Silence)
	default:
		err = fmt.Errorf("browser: the page is lost: %w", err)
	}
	c.endWith(endGone, err)
}

// take takes a message of the page, which may be a control frame. One that breaks the rules ends the call.
func (c *Call) take(kind int, data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.why != "" {
		return
	}
	var err error
	switch {
	case !c.budget.spend(time.Now(), len(data)):
		err = fmt.Errorf("more than %v times its audio", c.options.Limits.Rate)
	case kind == websocket.BinaryMessage:
		err = c.takeAudio(data)
	case kind == websocket.TextMessage:
		err = c.takeText(data)
	}
	if err != nil {
		err = fmt.Errorf("browser: the page has sent %w", err)
		c.options.Logger.Warn("a call was ended", "why", err, "user", c.user)
		c.finish(endFailed, err)
	}
}

func (c *Call) takeAudio(data []byte) error {
	switch {
	case c.options.WebRTC:
		return errors.New("audio, which does not pass here")
	case len(data) == 0 || len(data)%2 != 0:
		return errors.New("a part of a sample")
	case c.size+len(data) > c.options.Format.Bytes(2*burst*time.Second):
		return fmt.Errorf("%d s of audio that the application has not received", 2*burst)
	}
	if cap(data) > 2*len(data) {
		data = bytes.Clone(data) // small messages were read into much room
	}
	c.received = append(c.received, data)
	c.size += len(data)
	signal(c.changed)
	return nil
}

func (c *Call) takeText(data []byte) error {
	var m message
	if err := json.Unmarshal(data, &m); err != nil {
		return fmt.Errorf("no JSON of a message: %w", err)
	}
	switch m.Type {
	case "played":
		c.played.report(bytesOf(m.Samples))
		signal(c.wake) // there may be room for more
		return nil
	case "cleared":
		if !c.played.cleared(m.ID, bytesOf(m.Samples)) {
			return fmt.Errorf("clearing %d, which is not due", m.ID)
		}
		signal(c.wake)
		return nil
	}
	return c.page.take(m, c.options)
}

// bytesOf returns the size of samples. A count that cannot be is that of nothing.
func bytesOf(samples int64) int64 {
	if samples < 0 || samples > 1<<40 {
		return 0
	}
	return 2 * samples
}

// write sends what there is to send until the call ends, tells the page why, and closes the socket.
func (c *Call) write() {
	defer c.conn.Close()
	alive := time.NewTicker(c.options.Limits.Silence / 3)
	defer alive.Stop()
	for {
		for {
			kind, data, why := c.outgoing()
			if why != "" {
				c.sayGoodbye(why)
				return
			}
			if data == nil {
				break
			}
			if c.send(kind, data) != nil {
				return // the reader tells why
			}
		}
		select {
		case <-c.wake:
		case <-alive.C:
			if c.send(websocket.PingMessage, nil) != nil || c.send(websocket.TextMessage, encode(message{Type: "alive"})) != nil {
				return
			}
		}
	}
}

func (c *Call) send(kind int, data []byte) error {
	deadline := time.Now().Add(writeWait)
	if kind == websocket.PingMessage || kind == websocket.CloseMessage {
		return c.conn.WriteControl(kind, data, deadline)
	}
	if err := c.conn.SetWriteDeadline(deadline); err != nil {
		return err
	}
	return c.conn.WriteMessage(kind, data)
}

// outgoing returns the next message, nil if there is none, or why the call has ended.
func (c *Call) outgoing() (kind int, data []byte, why endReason) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.control) > 0 {
		data = c.control[0]
		c.control = c.control[1:]
		return websocket.TextMessage, data, ""
	}
	if m, ok := c.view.next(); ok {
		return websocket.TextMessage, encode(m), ""
	}
	if c.why != "" {
		return 0, nil, c.why
	}
	format := c.options.Format
	return websocket.BinaryMessage, c.played.take(format.Bytes(chunk), format.Bytes(lead)), ""
}

// sayGoodbye tells the page why the call has ended, and waits a little for its close frame.
func (c *Call) sayGoodbye(why endReason) {
	if why == endGone || c.send(websocket.TextMessage, encode(message{Type: "end", Why: why})) != nil {
		return
	}
	code := websocket.CloseNormalClosure
	if why == endFailed {
		code = websocket.CloseInternalServerErr
	}
	if c.send(websocket.CloseMessage, websocket.FormatCloseMessage(code, "")) != nil {
		return
	}
	timer := time.NewTimer(goodbyeWait)
	defer timer.Stop()
	select {
	case <-c.gone:
	case <-timer.C:
	}
}
