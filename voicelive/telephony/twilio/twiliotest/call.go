package twiliotest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/go-voicelive/voicelive-go/voicelive/leg"
)

// A Call is a call between a phone and the program. Its methods may be called from any goroutine.
type Call struct {
	SID, StreamSID string

	network *Network
	phone   leg.Leg
	marker  leg.Marker
	done    chan struct{}   // closed at the end
	ctx     context.Context // ends when the program has ended the call by REST, and at the end
	cancel  context.CancelFunc

	// write state, for whoever is in writing
	writing   chan struct{} // one slot: unlike a mutex it lets virtual time go on
	sequence  int
	chunk     int
	timestamp time.Duration // of the next packet
	over      bool          // nothing is written any more

	mu        sync.Mutex // guards what follows
	conn      *websocket.Conn
	stalled   chan struct{} // closed when the program's messages are read again; nil if they are
	closeCode int
	status    string
	twiml     string
}

// closing is how long the program has for its close frame.
const closing = 2 * time.Second

// Wait waits until the call has ended.
func (c *Call) Wait() { <-c.done }

// CloseCode returns the code with which the program has closed the stream; 0 if it has not.
func (c *Call) CloseCode() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closeCode
}

// Status returns completed if the program has ended the call by REST, and empty if not.
func (c *Call) Status() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status
}

// TwiML returns the document to which the program has redirected the call by REST; empty if it has not.
func (c *Call) TwiML() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.twiml
}

// Inject sends a message to the program as it is.
func (c *Call) Inject(message string) {
	c.writing <- struct{}{}
	defer func() { <-c.writing }()
	c.write(message)
}

// Abort cuts the connection.
func (c *Call) Abort() {
	c.mu.Lock()
	conn := c.conn
	c.mu.Unlock()
	if conn != nil {
		conn.NetConn().Close()
	}
}

// Stall stops reading the program's messages until the function that it returns is called.
func (c *Call) Stall() (resume func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	stalled := make(chan struct{})
	c.stalled = stalled
	return sync.OnceFunc(func() { close(stalled) })
}

// end notes the end of a call.
func (c *Call) end() {
	c.cancel()
	_ = c.phone.HangUp(context.Background(), "the call is over") // it is a phone of a test
	close(c.done)
}

// begin opens the stream.
func (c *Call) begin(conn *websocket.Conn, parameters map[string]string) {
	c.mu.Lock()
	c.conn = conn
	c.mu.Unlock()
	c.network.running.Go(func() {
		var sending sync.WaitGroup
		sending.Go(func() {
			for _, message := range c.opening(parameters) {
				c.Inject(message)
			}
			c.send()
		})
		c.receive()
		c.cancel()
		conn.NetConn().Close()
		sending.Wait()
		c.end()
	})
}

// opening are the first messages.
func (c *Call) opening(parameters map[string]string) []string {
	connected := marshal(map[string]any{"event": "connected", "protocol": "Call", "version": "1.0.0"})
	c.sequence++
	start := marshal(map[string]any{
		"event": "start", "sequenceNumber": strconv.Itoa(c.sequence), "streamSid": c.StreamSID,
		"start": map[string]any{
			"streamSid": c.StreamSID, "accountSid": c.network.options.AccountSID, "callSid": c.SID,
			"tracks": []string{"inbound"}, "customParameters": parameters,
			"mediaFormat": map[string]any{"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
		},
	})
	if c.network.options.Opening != nil {
		return c.network.options.Opening(connected, start)
	}
	return []string{connected, start}
}

// write writes a message. The caller is in c.writing.
func (c *Call) write(message string) {
	if c.over {
		return
	}
	c.over = c.conn.WriteMessage(websocket.TextMessage, []byte(message)) != nil
}

// event writes an event with its counters.
func (c *Call) event(name string, content map[string]any) {
	c.writing <- struct{}{}
	defer func() { <-c.writing }()
	c.sequence++
	c.write(marshal(map[string]any{"event": name, "sequenceNumber": strconv.Itoa(c.sequence), "streamSid": c.StreamSID, name: content}))
}

// send sends what comes from the phone.
func (c *Call) send() {
	for {
		in, err := c.phone.Receive(c.ctx)
		if err != nil {
			c.stop()
			return
		}
		c.timestamp += in.Gap
		if len(in.Audio) > 0 {
			c.chunk++
			at := strconv.FormatInt(c.timestamp.Milliseconds(), 10)
			c.event("media", map[string]any{
				"track": "inbound", "chunk": strconv.Itoa(c.chunk), "timestamp": at, "payload": base64.StdEncoding.EncodeToString(in.Audio),
			})
			c.timestamp += leg.MuLaw.Duration(len(in.Audio))
		}
		if in.Digit != 0 {
			c.event("dtmf", map[string]any{"track": "inbound_track", "digit": string(in.Digit)})
		}
		if in.Mark != "" {
			c.event("mark", map[string]any{"name": in.Mark})
		}
	}
}

// stop ends the stream: the phone has hung up, or TwiML goes on elsewhere.
func (c *Call) stop() {
	c.event("stop", map[string]any{"accountSid": c.network.options.AccountSID, "callSid": c.SID})
	c.writing <- struct{}{}
	defer func() { <-c.writing }()
	if c.over {
		return
	}
	c.over = true
	_ = c.conn.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(closing))
	_ = c.conn.SetReadDeadline(time.Now().Add(closing)) // a connection that cannot be limited is gone
}

// receive plays what comes from the program.
func (c *Call) receive() {
	for {
		c.mu.Lock()
		stalled := c.stalled
		c.mu.Unlock()
		if stalled != nil {
			select {
			case <-stalled:
			case <-c.network.ended:
			}
		}
		kind, b, err := c.conn.ReadMessage()
		if err != nil {
			if closed, ok := err.(*websocket.CloseError); ok {
				c.mu.Lock()
				c.closeCode = closed.Code
				c.mu.Unlock()
			}
			return
		}
		if problem := c.play(kind, b); problem != "" {
			c.network.t.Errorf("twiliotest: %s: %s", problem, b)
		}
	}
}

// play does what a message of the program says, or says what is wrong with it.
func (c *Call) play(kind int, b []byte) (problem string) {
	var m struct {
		Event     string `json:"event"`
		StreamSid string `json:"streamSid"`
		Media     *struct {
			Payload []byte `json:"payload"`
		} `json:"media,omitempty"`
		Mark *struct {
			Name string `json:"name"`
		} `json:"mark,omitempty"`
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return "a message that Twilio cannot read, " + err.Error()
	}
	var err error
	switch {
	case kind != websocket.TextMessage:
		return "a binary message"
	case m.StreamSid != c.StreamSID:
		return "a message for another stream"
	case m.Event == "media" && m.Media != nil && len(m.Media.Payload) > 0:
		err = c.phone.Play(c.ctx, m.Media.Payload)
	case m.Event == "mark" && m.Mark != nil && m.Mark.Name != "":
		err = c.marker.PlayMarked(c.ctx, nil, m.Mark.Name)
	case m.Event == "clear":
		err = c.phone.Clear(c.ctx)
	default:
		return "a message that Twilio does not know"
	}
	if err != nil && c.ctx.Err() == nil && err != leg.ErrHungUp {
		return err.Error()
	}
	return ""
}

func marshal(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // these are maps of texts
	}
	return string(b)
}
